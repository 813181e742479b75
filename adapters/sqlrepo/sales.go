package sqlrepo

import (
	"context"
	"slices"
	"strconv"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// saleQuery is a query of sales that is being written. Its first parameters are
// the seller, the cursor and the limit.
type saleQuery struct {
	from, where string
	order       string // and how many
	args        []any
}

func newSaleQuery(seller string, q ports.PurchaseQuery) *saleQuery {
	s := &saleQuery{
		from:  `usher_purchases p`,
		where: `p.seller_id = $1 AND (p.created_at, p.id) > ($2, $3)`,
		args:  []any{seller, since(q.After), q.After.ID, most(q.Limit)},
	}
	if q.ProductID != "" {
		s.where += ` AND p.product_id = ` + s.arg(string(q.ProductID))
	}
	if q.BundleOf != "" {
		s.where += ` AND p.bundle_of <> '' AND p.bundle_of = ` + s.arg(string(q.BundleOf))
	}
	if q.GiftOf != "" {
		s.where += ` AND p.gift_of <> '' AND p.gift_of = ` + s.arg(string(q.GiftOf))
	}
	if q.Email != "" { // of which few sales are; it is one of their terms
		email := s.arg(q.Email)
		s.from = `usher_terms e CROSS JOIN ` + s.from
		s.where += ` AND e.seller_id = $1 AND e.term = ` + email + ` AND p.id = e.purchase_id AND p.email = ` + email
	}
	return s
}

// arg adds an argument and returns its parameter.
func (s *saleQuery) arg(a any) string {
	s.args = append(s.args, a)
	return "$" + strconv.Itoa(len(s.args))
}

// begins is the condition that a term begins with prefix.
func (s *saleQuery) begins(prefix string) string {
	is := `term >= ` + s.arg(prefix)
	if end, ok := beyond(prefix); ok {
		is += ` AND term < ` + s.arg(end)
	}
	return is
}

// drive makes the query start from the sales with a word; a cross join keeps
// its order in SQLite.
func (s *saleQuery) drive(word string) {
	s.from = `(SELECT DISTINCT purchase_id FROM usher_terms WHERE seller_id = $1 AND ` + s.begins(word) + `) w CROSS JOIN ` + s.from
	s.where += ` AND p.id = w.purchase_id`
}

// keep drops the sales without a word. PostgreSQL would make a join of EXISTS,
// and might read all sales that have a common word for each page; what has a
// LIMIT it asks for each sale.
func (s *saleQuery) keep(word string) {
	s.where += ` AND (SELECT 1 FROM usher_terms t WHERE t.purchase_id = p.id AND ` + s.begins(word) + ` LIMIT 1) IS NOT NULL`
}

func (s *saleQuery) sql() string {
	return `SELECT ` + purchaseColumns.names("p") + ` FROM ` + s.from + ` WHERE ` + s.where + ` ORDER BY p.created_at, p.id LIMIT $4`
}

// List drives from the address if one is asked for, else from the word that the
// fewest sales have if those are few; otherwise it walks the page, where sales with such words soon turn up.
func (r purchases) List(ctx context.Context, q ports.PurchaseQuery) ([]domain.PurchaseState, error) {
	rarest, words := -1, slices.DeleteFunc(slices.Clone(q.Terms), func(word string) bool { return word == "" }) // which begins everything
	if q.Email == "" {
		var err error
		if rarest, err = r.rarest(ctx, words); err != nil {
			return nil, err
		}
	}
	s := newSaleQuery(r.seller(), q)
	for i, word := range words {
		if i == rarest {
			s.drive(word)
		} else {
			s.keep(word)
		}
	}
	return many(ctx, r.c, scanPurchase, s.sql(), s.args...)
}

// few is how many sales may be looked at to find a page of them. It is about
// where both ways cost the same among some hundred thousand sales.
var few = 5000

// rarest returns which of the words is had by the fewest sales, or -1 if many
// have it.
func (r purchases) rarest(ctx context.Context, words []string) (int, error) {
	which, least := -1, int64(few)
	for i, word := range words {
		s := saleQuery{args: []any{r.seller(), few}}
		n, err := many(ctx, r.c, scanNumber, `SELECT count(*) FROM (SELECT 1 FROM usher_terms WHERE seller_id = $1 AND `+s.begins(word)+` LIMIT $2) AS least`, s.args...)
		if err != nil {
			return 0, err
		}
		if len(n) > 0 && n[0] < least {
			which, least = i, n[0]
		}
	}
	return which, nil
}

func scanNumber(rows Rows) (n int64, err error) { return n, rows.Scan(&n) }

// A product's sales are its seller's; that the product is, is asked once. What is
// looked at is found by the index alone, and of each sale it is asked by another
// one whether it has a licence: a slice costs the same wherever it begins and
// whatever it finds.
const unlicensed = `SELECT p.created_at, p.id, (SELECT l.purchase_id FROM usher_licenses l WHERE l.purchase_id = p.id LIMIT 1) IS NULL
	FROM usher_purchases p WHERE p.product_id = $1 AND EXISTS (SELECT 1 FROM usher_products WHERE id = $1 AND seller_id = $2)
	AND (p.created_at, p.id) > ($3, $4) ORDER BY p.created_at, p.id LIMIT $5`

// lookedAt is a sale that Unlicensed looked at.
type lookedAt struct {
	at   ports.Cursor
	lack bool // of a licence
}

func scanLookedAt(rows Rows) (l lookedAt, err error) {
	return l, rows.Scan(Time(&l.at.At), &l.at.ID, &l.lack)
}

func (r purchases) Unlicensed(ctx context.Context, id domain.ProductID, after ports.Cursor, limit int) (found []domain.PurchaseID, next ports.Cursor, err error) {
	all, err := many(ctx, r.c, scanLookedAt, unlicensed, string(id), r.seller(), since(after), after.ID, most(limit))
	if err != nil {
		return nil, next, err
	}
	for _, l := range all {
		if l.lack {
			found = append(found, domain.PurchaseID(l.at.ID))
		}
	}
	if len(all) == most(limit) {
		next = all[len(all)-1].at
	}
	return found, next, nil
}
