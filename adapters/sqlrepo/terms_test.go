package sqlrepo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// walkPages runs fn with no word rare enough to drive a search.
func walkPages(t *testing.T, fn func()) {
	t.Helper()
	was := few
	few = 0
	defer func() { few = was }()
	fn()
}

func TestBeyondIsWhereAPrefixEnds(t *testing.T) {
	alphabet := []rune{'\x01', 'a', 'b', 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, utf8.MaxRune - 1, utf8.MaxRune}
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		var b strings.Builder
		for range random.IntN(4) {
			b.WriteRune(alphabet[random.IntN(len(alphabet))])
		}
		return b.String()
	}
	for range 20_000 {
		prefix, s := word(), word()
		end, bounded := beyond(prefix)
		if !utf8.ValidString(end) {
			t.Fatalf("beyond %q is %q, which is no text", prefix, end)
		}
		if in := s >= prefix && (!bounded || s < end); in != strings.HasPrefix(s, prefix) {
			t.Fatalf("%q within %q and %q: %v", s, prefix, end, in)
		}
	}
}

func storedTerms(t *testing.T, c *conn, id domain.PurchaseID) []string {
	t.Helper()
	scan := func(rows Rows) (s string, err error) { return s, rows.Scan(&s) }
	all, err := many(t.Context(), c, scan, `SELECT term FROM usher_terms WHERE purchase_id = $1 ORDER BY term`, string(id))
	must(t, err)
	return all
}

// A Save writes the difference of the terms, and none if the words stayed.
func TestASaveWritesTheDifferenceOfTheTerms(t *testing.T) {
	c, k := open(t), ring(t, 1)
	s := shopOf(t, c, k, "ana")
	p := s.purchase
	for _, tt := range []struct {
		name, fullName, email string
		written               int
	}{
		{"nothing changes", "Ana Lima", "ana@example.com", 0},
		{"a word more", "Ana Maria Lima", "ana@example.com", 1},
		{"a word less", "Maria Lima", "ana@example.com", 0}, // ana is a word of the address, too
		{"another address", "Maria Lima", "eva@example.com", 4},
		{"the same words in another order", "Lima Maria", "eva@example.com", 0},
		{"no name", "", "eva@example.com", 2},
		{"everything else", "Zoë O'Hara", "z@example.org", 9},
	} {
		p.FullName, p.Email = tt.fullName, tt.email
		changes := c.number(t, "SELECT total_changes()")
		must(t, s.tx(c, k).Purchases.Save(t.Context(), domain.RestorePurchase(p)))
		written := c.number(t, "SELECT total_changes()") - changes - 2 // the purchase, its licence's stamp
		if got, want := storedTerms(t, c, p.ID), domain.SearchTerms(p.FullName, p.Email); !slices.Equal(got, want) {
			t.Errorf("%s: stored %q, want %q", tt.name, got, want)
		}
		if written != int64(tt.written) {
			t.Errorf("%s: %d terms written or deleted, want %d", tt.name, written, tt.written)
		}
	}
}

// Both ways of searching find what looking at each sale finds.
func TestSearchingFindsWhatLookingDoes(t *testing.T) {
	c, k := open(t), ring(t, 1)
	s := shopOf(t, c, k, "ana")
	tx, random := s.tx(c, k), rand.New(rand.NewPCG(3, 4))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	all := []domain.PurchaseState{s.purchase}
	for i := range 60 {
		p := s.sale(2)
		p.ID, p.OrderNumber, p.CreatedAt = domain.PurchaseID(fmt.Sprintf("%x-%d", random.Uint32(), i)), int64(i+2), t0.AddDate(0, 0, random.IntN(20))
		p.FullName = pick("Ana", "An", "Anna", "Bo", "") + " " + pick("Lima", "Lim", "An", "Ödön", "")
		p.Email = pick("ana", "an.lima", "bo", "zz") + "@" + pick("example.com", "anna.org")
		must(t, tx.Purchases.Insert(t.Context(), domain.RestorePurchase(p)))
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b domain.PurchaseState) int {
		if d := a.CreatedAt.Compare(b.CreatedAt); d != 0 {
			return d
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	nonempty := 0
	for range 150 {
		q := ports.PurchaseQuery{Limit: 1 + random.IntN(20)}
		for range random.IntN(4) {
			q.Terms = append(q.Terms, pick("a", "an", "ana", "anna", "lim", "l", "bo", "ö", "example", "zz", "an.lima@ex", "", "x"))
		}
		from := random.IntN(len(all))
		q.After = ports.Cursor{At: all[from].CreatedAt, ID: string(all[from].ID)}
		var want []domain.PurchaseState
		for _, p := range all[from+1:] {
			terms := domain.SearchTerms(p.FullName, p.Email)
			fits := !slices.ContainsFunc(q.Terms, func(word string) bool {
				return !slices.ContainsFunc(terms, func(term string) bool { return strings.HasPrefix(term, word) })
			})
			if fits && len(want) < q.Limit {
				want = append(want, p)
			}
		}
		if len(want) > 0 {
			nonempty++
		}
		driven, err := tx.Purchases.List(t.Context(), q)
		must(t, err)
		var walked []domain.PurchaseState
		walkPages(t, func() {
			walked, err = tx.Purchases.List(t.Context(), q)
			must(t, err)
		})
		if !slices.Equal(driven, want) {
			t.Fatalf("%q, driven by a word: %d sales, want %d", q.Terms, len(driven), len(want))
		}
		if !slices.Equal(walked, want) {
			t.Fatalf("%q, walking the page: %d sales, want %d", q.Terms, len(walked), len(want))
		}
	}
	if nonempty < 50 {
		t.Errorf("only %d searches should find anything: the test is blind", nonempty)
	}
}
