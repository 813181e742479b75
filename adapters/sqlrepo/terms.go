package sqlrepo

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/usherhq/usher/domain"
)

// changeTerms writes what a change of a purchase's name or e-mail adds to its
// terms and takes from them.
func (r purchases) changeTerms(ctx context.Context, was known, s domain.PurchaseState) error {
	if was.fullName == s.FullName && was.email == s.Email {
		return nil
	}
	scan := func(rows Rows) (term string, err error) { return term, rows.Scan(&term) }
	old, err := many(ctx, r.c, scan, `SELECT term FROM usher_terms WHERE purchase_id = $1 AND seller_id = $2 ORDER BY term`, string(s.ID), string(s.SellerID))
	if err != nil {
		return err
	}
	now := domain.SearchTerms(s.FullName, s.Email)
	if gone := without(old, now); len(gone) > 0 {
		_, err := r.c.Exec(ctx, `DELETE FROM usher_terms WHERE seller_id = $1 AND purchase_id = $2 AND term IN (`+params(3, len(gone))+`)`,
			append([]any{string(s.SellerID), string(s.ID)}, texts(gone...)...)...)
		if err != nil {
			return err
		}
	}
	return r.addTerms(ctx, s, without(now, old))
}

func (r purchases) addTerms(ctx context.Context, s domain.PurchaseState, terms []string) error {
	if len(terms) == 0 {
		return nil
	}
	values := ""
	for i := range terms {
		if i > 0 {
			values += ", "
		}
		values += "($1, " + params(i+3, 1) + ", $2)"
	}
	_, err := r.c.Exec(ctx, `INSERT INTO usher_terms (seller_id, term, purchase_id) VALUES `+values+` ON CONFLICT DO NOTHING`,
		append([]any{string(s.SellerID), string(s.ID)}, texts(terms...)...)...)
	return err
}

// without returns the items of a that b, which is sorted, lacks.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool {
		_, ok := slices.BinarySearch(b, s)
		return ok
	})
}

// beyond returns the first string that sorts after everything that begins with
// prefix, and false if nothing does. It is valid UTF-8 if prefix is: databases
// compare bytes, and the bytes of UTF-8 sort as the characters do.
func beyond(prefix string) (string, bool) {
	for prefix != "" {
		last, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch {
		case last == 0xd7ff:
			return prefix + "\ue000", true // past the surrogates, which are no characters
		case last < utf8.MaxRune:
			return prefix + string(last+1), true
		}
	}
	return "", false
}
