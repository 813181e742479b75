package sqlitestore

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
)

// TestWhoOnlyAsksRunsNoStatement: what the writer counted or read it knows, until
// something else than uses may have been written.
func TestWhoOnlyAsksRunsNoStatement(t *testing.T) {
	s := engine(t)
	other := at(t, pathOf(t, s))
	statements := 0
	held(t, s, func() {
		s.w.after = func(*line) { // of this group: held has put countOwn back by then
			s.w.count = func(ctx context.Context, c sqlrepo.Conn, seen domain.Seen, n int) (int64, error) {
				statements++
				return countOwn(ctx, c, seen, n)
			}
		}
	})
	uses := int64(0)
	moved := func() { must(t, do(other, "UPDATE t_uses SET n = n + 1 WHERE id = 'c'")) }
	for _, step := range []struct {
		name   string
		do     func()
		n      int
		counts int64
		runs   int
	}{
		{"at first", nil, 0, 0, 1},
		{"again", nil, 0, 0, 0},
		{"counting", nil, 1, 1, 1},
		{"afterwards", nil, 0, 0, 0},
		{"lowering", nil, -1, -1, 1},
		{"afterwards", nil, 0, 0, 0},
		{"behind a closure", func() { must(t, do(s, "UPDATE t_uses SET n = n WHERE id = 'c'")) }, 0, 0, 1},
		{"again", nil, 0, 0, 0},
		{"behind a closure that failed", func() {
			want(t, "a closure that fails", update(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) error {
				_, err := c.Exec(ctx, "UPDATE t_uses SET n = 7")
				must(t, err)
				return domain.ErrExists
			}), domain.ErrExists)
		}, 0, 0, 1},
		{"behind a closure that did nothing", func() {
			must(t, update(t.Context(), s, func(context.Context, sqlrepo.Conn) error { return nil }))
		}, 0, 0, 0},
		{"behind one that wrote what no count depends on", func() {
			must(t, do(s, "DELETE FROM usher_jobs"))
		}, 0, 0, 0},
		{"behind another process", moved, 0, 0, 1},
		{"again", nil, 0, 0, 0},
		{"behind a read", func() { read(t, s, "SELECT 1") }, 0, 0, 0},
	} {
		if step.do != nil {
			step.do()
		}
		statements = 0
		got, err := s.Count(t.Context(), seen("a"), step.n)
		uses += step.counts
		if err != nil || got != uses || statements != step.runs {
			t.Errorf("%s: %d, %v, by %d statements; want %d by %d", step.name, got, err, statements, uses, step.runs)
		}
	}
}

// TestWhatIsKnownIsSo does things at random on two handles on one file, and
// compares each number with what must come.
func TestWhatIsKnownIsSo(t *testing.T) {
	first := engine(t)
	second := at(t, pathOf(t, first))
	held(t, second, func() { second.w.after = func(*line) { second.w.count = countOwn } })
	dice := rand.New(rand.NewPCG(1, 2))
	type row struct{ stamp, n int64 }
	rows := map[string]*row{"a": {1, 0}, "b": {1, 0}, "c": {1, 0}}
	for i := range 1500 {
		s := []*Store{first, second}[dice.IntN(2)]
		id := string("abc"[dice.IntN(3)])
		r := rows[id]
		if dice.IntN(8) == 0 { // it moves
			r.stamp++
			must(t, do(s, "UPDATE t_uses SET stamp = stamp + 1 WHERE id = $1", id))
			continue
		}
		seen := domain.Seen{LicenseID: domain.LicenseID(id), LicenseStamp: r.stamp - int64(dice.IntN(8)/7)}
		n := []int{0, 0, 0, 1, 2, -1}[dice.IntN(6)]
		got, err := s.Count(t.Context(), seen, n)
		if seen.LicenseStamp != r.stamp {
			if !errors.Is(err, domain.ErrMoved) {
				t.Fatalf("step %d: an older state of %s: %d, %v", i, id, got, err)
			}
			continue
		}
		r.n = max(0, r.n+int64(n))
		if err != nil || got != r.n {
			t.Fatalf("step %d: counting %d of %s: %d, %v; want %d", i, n, id, got, err, r.n)
		}
	}
}

// TestWhatIsKnownIsBounded: a connection does not remember more and more.
func TestWhatIsKnownIsBounded(t *testing.T) {
	k := known{uses: map[domain.Seen]int64{}}
	b := batch{sums: map[domain.Seen]*sum{}}
	for i := range int64(3 * mostKnown / 100) {
		b.reset()
		for j := range int64(100) {
			b.add(&use{ctx: t.Context(), seen: domain.Seen{LicenseID: "a", LicenseStamp: 100*i + j}})
		}
		k.learn(&b)
		if len(k.uses) > mostKnown || len(k.uses) < 100 {
			t.Fatalf("%d are known", len(k.uses))
		}
	}
}

// TestWhoCountsIsCounted: not even beside somebody who only asks.
func TestWhoCountsIsCounted(t *testing.T) {
	s := engine(t)
	for _, id := range []string{"a", "b"} {
		_, err := s.Count(t.Context(), seen(id), 0) // it is known from here on
		must(t, err)
	}
	asks := &use{ctx: t.Context(), seen: seen("a"), done: make(chan struct{})}
	counts := &use{ctx: t.Context(), seen: seen("b"), n: 1, done: make(chan struct{})}
	held(t, s, func() {
		must(t, put(s.w, s.w.counts, asks))
		must(t, put(s.w, s.w.counts, counts))
	})
	<-asks.done
	<-counts.done
	if asks.uses != 0 || counts.uses != 1 || asks.err != nil || counts.err != nil {
		t.Errorf("got %d, %v and %d, %v", asks.uses, asks.err, counts.uses, counts.err)
	}
	if n := read(t, s, "SELECT n FROM t_uses WHERE id = 'b'"); n != 1 {
		t.Errorf("%d are stored", n)
	}
}
