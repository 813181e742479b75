package sqlitestore

import (
	"context"
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
)

func TestViewIsASnapshot(t *testing.T) {
	s := engine(t)
	must(t, view(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) error {
		for i := range 2 {
			got, err := ints(ctx, c, "SELECT n FROM t_uses WHERE id = 'b'")
			must(t, err)
			if got[0] != 0 {
				t.Errorf("read %d: %d, want 0", i+1, got[0])
			}
			must(t, do(s, "UPDATE t_uses SET n = n + 1 WHERE id = 'b'")) // with another context: somebody else
		}
		return nil
	}))
	if n := read(t, s, "SELECT n FROM t_uses WHERE id = 'b'"); n != 2 {
		t.Errorf("afterwards %d, want 2", n)
	}
}

func TestViewRefusesWrites(t *testing.T) {
	s := engine(t)
	for _, q := range []string{"INSERT INTO t_rows (x) VALUES (1)", "UPDATE t_uses SET n = 9 RETURNING n", "DELETE FROM t_uses", "CREATE TABLE t_new (x)"} {
		err := view(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) error { _, err := c.Exec(ctx, q); return err })
		want(t, "Exec "+q, err, domain.ErrReadOnly)
		err = view(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) error { _, err := ints(ctx, c, q); return err })
		want(t, "Query "+q, err, domain.ErrReadOnly)
	}
}

// TestReadersComeBack: whatever becomes of a View, its connection is there for
// the next one.
func TestReadersComeBack(t *testing.T) {
	s := engine(t)
	for range 3 * runtime.NumCPU() {
		func() {
			defer func() {
				if recover() != "boom" {
					t.Error("the panic was lost")
				}
			}()
			view(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) error {
				r, err := c.Query(ctx, "SELECT id FROM t_uses")
				must(t, err)
				r.Next()
				panic("boom")
			})
		}()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			view(t.Context(), s, func(context.Context, sqlrepo.Conn) error { runtime.Goexit(); return nil })
		}()
		<-ended
		refusal := errors.New("refused")
		want(t, "View", view(t.Context(), s, func(context.Context, sqlrepo.Conn) error { return refusal }), refusal)
	}
	if len(s.reads.live) != 0 {
		t.Errorf("%d reads are believed to go on", len(s.reads.live))
	}
	read(t, s, "SELECT 1")
}

func TestAViewThatLastsTooLongIsEnded(t *testing.T) {
	s := engine(t)
	s.reads.most = time.Millisecond
	for _, c := range []struct {
		name string
		fn   func(context.Context, sqlrepo.Conn) error
	}{
		{"between statements", func(ctx context.Context, c sqlrepo.Conn) error {
			<-ctx.Done()
			_, err := ints(ctx, c, "SELECT 1")
			return err
		}},
		{"in a statement", func(ctx context.Context, c sqlrepo.Conn) error {
			_, err := ints(ctx, c, "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT count(*) FROM c")
			return err
		}},
		{"and it did not notice", func(ctx context.Context, c sqlrepo.Conn) error { <-ctx.Done(); return nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := view(t.Context(), s, c.fn)
			want(t, "View", err, domain.ErrUnavailable)
			want(t, "View", err, errLong)
		})
	}
	t.Run("but its own refusal stays", func(t *testing.T) {
		s.reads.most = viewFor
		err := view(t.Context(), s, func(ctx context.Context, _ sqlrepo.Conn) error {
			s.reads.endOldest()
			<-ctx.Done()
			return domain.ErrLicenseNotFound
		})
		want(t, "View", err, domain.ErrLicenseNotFound)
	})
	t.Run("and so does its caller's end", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := view(ctx, s, func(ctx context.Context, c sqlrepo.Conn) error {
			go cancel()
			_, err := ints(ctx, c, "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT count(*) FROM c")
			return err
		})
		want(t, "View", err, context.Canceled)
	})
	read(t, s, "SELECT 1")
}

// TestASnapshotEndsWhateverItsViewDoes: a closure that does not look at its
// context still has to let go of the past.
func TestASnapshotEndsWhateverItsViewDoes(t *testing.T) {
	s := engine(t)
	raw, err := openPool(dsn(pathOf(t, s), "&mode=rw"), 1)
	must(t, err)
	defer raw.Close()
	_, err = raw.Exec("PRAGMA busy_timeout = 0")
	must(t, err)
	folds := func() bool {
		var busy, pages, done int
		must(t, raw.QueryRow("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &done))
		return busy == 0
	}
	err = view(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) error {
		r, err := c.Query(ctx, "SELECT n FROM t_uses")
		must(t, err)
		r.Next()
		must(t, do(s, "INSERT INTO t_rows (x) VALUES (1)"))
		if folds() {
			t.Error("the log is free while a View reads from it: this test tests nothing")
		}
		s.reads.endOldest()
		until(folds)
		if _, err := c.Query(context.Background(), "SELECT 1"); !errors.Is(err, errOver) {
			t.Errorf("reading on after the end: %v, want %v", err, errOver)
		}
		return nil
	})
	want(t, "View", err, domain.ErrUnavailable)
}

func TestTooManyReadsAreRefused(t *testing.T) {
	s := engine(t)
	var ends []func()
	for range readsWaiting {
		_, end, err := s.reads.begin(t.Context())
		must(t, err)
		ends = append(ends, end)
	}
	_, err := s.Facts(t.Context(), domain.Lookup{})
	want(t, "a read too many", err, domain.ErrUnavailable)
	for _, end := range ends {
		end()
	}
	_, err = s.Facts(t.Context(), domain.Lookup{})
	must(t, err)
}

// TestTheLogIsBounded: reads that go on keep the write-ahead log from starting
// again, and the oldest of them ends for it.
func TestTheLogIsBounded(t *testing.T) {
	s := engine(t)
	const most = 1 << 20
	path := pathOf(t, s) + "-wal"
	held(t, s, func() { // between two groups nobody else is looking at it
		s.w.after = (&walBound{path: path, most: most, free: s.reads.endOldest}).keep
	})
	started := make(chan struct{})
	ended := make(chan error)
	go func() {
		ended <- view(context.Background(), s, func(ctx context.Context, c sqlrepo.Conn) error {
			_, err := ints(ctx, c, "SELECT n FROM t_uses")
			close(started)
			<-ctx.Done()
			return err
		})
	}()
	<-started
	fill := func() {
		must(t, do(s, "INSERT OR REPLACE INTO t_rows (x, pad) VALUES (1, zeroblob(100000))"))
	}
	for len(ended) == 0 {
		fill()
		select {
		case err := <-ended:
			want(t, "the View in the way", err, domain.ErrUnavailable)
			want(t, "the View in the way", err, errInWay)
			fill()
			s.w.working.Lock() // an answer comes before the writer looks at the log
			info, err := os.Stat(path)
			s.w.working.Unlock()
			must(t, err)
			if info.Size() > most {
				t.Errorf("the log has %d bytes, with nobody in the way", info.Size())
			}
			return
		default:
			if info, err := os.Stat(path); err == nil && info.Size() > 20*most {
				t.Fatal("the log grows without end")
			}
		}
	}
}
