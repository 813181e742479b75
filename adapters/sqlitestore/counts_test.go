package sqlitestore

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
)

// TestBatch: what shares a transaction is summed, in as few statements as the
// floor of zero allows, and everybody has the number that he would have had if
// he had come alone.
func TestBatch(t *testing.T) {
	type answer struct {
		uses int64
		err  error
	}
	broken := errors.New("broken")
	a, b, old := seen("a"), seen("b"), domain.Seen{LicenseID: "a"}
	renamed := domain.Seen{LicenseID: "a", LicenseStamp: 1, ProductStamp: 7}
	for _, c := range []struct {
		name       string
		uses       []use
		want       []answer
		statements int
		reads      bool
	}{
		{"everybody gets the next number", []use{{seen: a, n: 1}, {seen: a, n: 1}, {seen: a, n: 1}}, []answer{{6, nil}, {7, nil}, {8, nil}}, 1, false},
		{"licences are apart", []use{{seen: a, n: 1}, {seen: b, n: 1}, {seen: a, n: 1}}, []answer{{6, nil}, {1, nil}, {7, nil}}, 2, false},
		{"several at once", []use{{seen: a, n: 3}, {seen: a, n: 2}}, []answer{{8, nil}, {10, nil}}, 1, false},
		{"who just asks sees those before him", []use{{seen: a, n: 0}, {seen: a, n: 1}, {seen: a, n: 0}}, []answer{{5, nil}, {6, nil}, {6, nil}}, 1, false},
		{"who just asks writes nothing", []use{{seen: a, n: 0}, {seen: b, n: 0}, {seen: a, n: 0}}, []answer{{5, nil}, {0, nil}, {5, nil}}, 2, true},
		{"each lowering has its own statement, after the sums", []use{{seen: a, n: -1}, {seen: a, n: 1}, {seen: a, n: -4}, {seen: a, n: -9}, {seen: a, n: -1}}, []answer{{5, nil}, {6, nil}, {1, nil}, {0, nil}, {0, nil}}, 5, false},
		{"very many have their own statement", []use{{seen: b, n: 1}, {seen: b, n: sqlrepo.OwnStatement}}, []answer{{1, nil}, {sqlrepo.OwnStatement + 1, nil}}, 2, false},
		{"who saw an older state gets no number", []use{{seen: old, n: 1}, {seen: a, n: 1}, {seen: old, n: 1}}, []answer{{0, domain.ErrMoved}, {6, nil}, {0, domain.ErrMoved}}, 2, false},
		{"the product's stamp counts, too", []use{{seen: renamed, n: 1}, {seen: a, n: 1}}, []answer{{0, domain.ErrMoved}, {6, nil}}, 2, false},
		{"a statement that fails fails its own", []use{{seen: seen("broken"), n: 1}, {seen: b, n: 1}}, []answer{{0, broken}, {1, nil}}, 2, false},
		{"nobody", nil, nil, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, statements := map[domain.Seen]int64{a: 5, b: 0}, 0
			count := func(_ context.Context, _ sqlrepo.Conn, seen domain.Seen, n int) (int64, error) {
				statements++
				if seen.LicenseID == "broken" {
					return 99, broken
				}
				uses, ok := table[seen]
				if !ok {
					return 0, domain.ErrMoved
				}
				table[seen] = domain.AddUses(uses, n)
				return table[seen], nil
			}
			b := batch{sums: map[domain.Seen]*sum{}}
			for range 2 { // a batch is used again
				b.reset()
				clear(table)
				table[a], table[seen("b")], statements = 5, 0, 0
				left, leave := context.WithCancel(t.Context())
				leave()
				b.add(&use{ctx: left, seen: a, n: 100, done: make(chan struct{})}) // left before his turn
				all := slices.Clone(c.uses)
				for i := range all {
					all[i].ctx, all[i].done = t.Context(), make(chan struct{})
					b.add(&all[i])
				}
				if b.statements() != c.statements || b.reads() != c.reads {
					t.Errorf("%d statements, reads %v; want %d, %v", b.statements(), b.reads(), c.statements, c.reads)
				}
				b.run(nil, &known{}, count)
				b.answer(nil)
				if statements != c.statements {
					t.Errorf("ran %d statements, want %d", statements, c.statements)
				}
				for i, u := range all {
					<-u.done
					if got := (answer{u.uses, u.err}); got != c.want[i] {
						t.Errorf("number %d got %v, want %v", i, got, c.want[i])
					}
				}
			}
		})
	}
}

func TestBatchWhoseCommitFails(t *testing.T) {
	b := batch{sums: map[domain.Seen]*sum{}}
	u := &use{ctx: t.Context(), seen: seen("a"), n: 1, done: make(chan struct{})}
	b.add(u)
	b.run(nil, &known{}, func(context.Context, sqlrepo.Conn, domain.Seen, int) (int64, error) { return 7, nil })
	b.answer(domain.ErrUnavailable)
	if <-u.done; u.uses != 0 || u.err != domain.ErrUnavailable {
		t.Errorf("got %d, %v", u.uses, u.err)
	}
}

// TestAGroupHasAnEnd: more licences than a group takes are counted by several,
// and nobody is forgotten in between.
func TestAGroupHasAnEnd(t *testing.T) {
	s := engine(t)
	var all []*use
	var groups atomic.Int32
	held(t, s, func() {
		s.w.after = func(*line) { groups.Add(1) }
		for i := range int64(mostCounts + 10) {
			u := &use{ctx: t.Context(), seen: domain.Seen{LicenseID: "a", LicenseStamp: i}, n: 1, done: make(chan struct{})}
			all = append(all, u)
			must(t, put(s.w, s.w.counts, u))
		}
	})
	for i, u := range all {
		<-u.done
		if counted := u.err == nil && u.uses == 1; counted != (i == 1) || !counted && !errors.Is(u.err, domain.ErrMoved) {
			t.Errorf("stamp %d got %d, %v", i, u.uses, u.err)
		}
	}
	must(t, s.Close())
	if n := groups.Load(); n != 3 {
		t.Errorf("%d groups, want that of what kept the writer busy and two", n)
	}
}
