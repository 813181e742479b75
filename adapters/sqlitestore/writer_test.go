package sqlitestore

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

func TestEveryConnectionHasThePragmas(t *testing.T) {
	s := engine(t)
	check := func(on string) func(context.Context, sqlrepo.Conn) error {
		return func(ctx context.Context, c sqlrepo.Conn) error {
			for _, p := range []struct{ name, want string }{
				{"synchronous", "2"}, {"foreign_keys", "1"}, {"journal_mode", "wal"}, {"busy_timeout", "5000"}, {"temp_store", "2"}, {"mmap_size", "0"},
			} {
				r, err := c.Query(ctx, "PRAGMA "+p.name)
				if err != nil {
					return err
				}
				var got string
				r.Next()
				err = r.Scan(&got)
				r.Close()
				if err != nil || got != p.want {
					t.Errorf("%s on %s is %q, %v; want %q", p.name, on, got, err, p.want)
				}
			}
			return nil
		}
	}
	s.w.count = func(ctx context.Context, c sqlrepo.Conn, _ domain.Seen, _ int) (int64, error) {
		return 0, check("the connection that counts")(ctx, c)
	}
	_, err := s.Count(t.Context(), seen("a"), 1)
	must(t, err)
	must(t, update(t.Context(), s, check("the connection that writes")))
	must(t, view(t.Context(), s, check("a connection that reads")))
	s.w.count = countOwn
	breakLine(t, s)
	must(t, update(t.Context(), s, check("the connection that writes, when it was made anew")))
}

// breakLine loses the writer's connection in the middle of a closure.
func breakLine(t *testing.T, s *Store) {
	t.Helper()
	err := update(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) error {
		c.(*loan).line.drop()
		_, err := c.Exec(ctx, "INSERT INTO t_rows (x) VALUES (1)")
		return err
	})
	want(t, "a broken connection", err, domain.ErrUnavailable)
}

func TestNestedUseIsRefused(t *testing.T) {
	s, other := engine(t), engine(t)
	nothing := func(context.Context, ports.Tx) error { return nil }
	calls := map[string]func(context.Context, *Store) error{
		"View":     func(ctx context.Context, s *Store) error { return s.View(ctx, ports.System, nothing) },
		"Update":   func(ctx context.Context, s *Store) error { return s.Update(ctx, ports.System, nothing) },
		"Count":    func(ctx context.Context, s *Store) error { _, err := s.Count(ctx, seen("a"), 1); return err },
		"Facts":    func(ctx context.Context, s *Store) error { _, err := s.Facts(ctx, domain.Lookup{}); return err },
		"Dispatch": func(ctx context.Context, s *Store) error { _, err := s.Dispatch(ctx, 1, nil); return err },
		"Enqueue":  func(ctx context.Context, s *Store) error { return s.Enqueue(ctx) },
		"Claim": func(ctx context.Context, s *Store) error {
			_, err := s.Claim(ctx, time.Now(), nil, time.Second, 1)
			return err
		},
		"Finish":  func(ctx context.Context, s *Store) error { return s.Finish(ctx) },
		"NextDue": func(ctx context.Context, s *Store) error { _, _, err := s.NextDue(ctx, nil); return err },
		"Lease":   func(ctx context.Context, s *Store) error { _, _, err := s.Lease(ctx, "a", 0, time.Second); return err },
	}
	for name, call := range calls {
		want(t, name+" in Update", s.Update(t.Context(), ports.System, func(ctx context.Context, _ ports.Tx) error { return call(ctx, s) }), domain.ErrNested)
		want(t, name+" in View", s.View(t.Context(), ports.System, func(ctx context.Context, _ ports.Tx) error { return call(ctx, s) }), domain.ErrNested)
	}
	// Another store is another matter.
	must(t, s.Update(t.Context(), ports.System, func(ctx context.Context, _ ports.Tx) error {
		return other.Update(ctx, ports.System, nothing)
	}))
}

// TestBystanders: whatever becomes of a closure, what shares its commit is
// kept, what it wrote is not, and the store goes on.
func TestBystanders(t *testing.T) {
	insert := func(ctx context.Context, c sqlrepo.Conn) error {
		_, err := c.Exec(ctx, "INSERT INTO t_rows (x) VALUES (1)")
		return err
	}
	refusal := errors.New("refused")
	type tried struct {
		err      error
		panicked any
	}
	for _, c := range []struct {
		name  string
		fn    func(ctx context.Context, c sqlrepo.Conn, cancel context.CancelFunc) error
		check func(t *testing.T, got tried)
	}{
		{"a closure that refuses", func(ctx context.Context, c sqlrepo.Conn, _ context.CancelFunc) error {
			return errors.Join(insert(ctx, c), refusal)
		}, func(t *testing.T, got tried) { want(t, "Update", got.err, refusal) }},
		{"a closure that panics", func(ctx context.Context, c sqlrepo.Conn, _ context.CancelFunc) error {
			insert(ctx, c)
			panic("boom")
		}, func(t *testing.T, got tried) {
			if got.panicked != "boom" {
				t.Errorf("the panic became %v", got.panicked)
			}
		}},
		{"a closure that ends its goroutine", func(ctx context.Context, c sqlrepo.Conn, _ context.CancelFunc) error {
			insert(ctx, c)
			runtime.Goexit()
			return nil
		}, func(*testing.T, tried) {}},
		{"a context that ends between statements", func(ctx context.Context, c sqlrepo.Conn, cancel context.CancelFunc) error {
			insert(ctx, c)
			cancel()
			_, err := c.Exec(ctx, "INSERT INTO t_rows (x) VALUES (2)")
			return err
		}, func(t *testing.T, got tried) { want(t, "Update", got.err, context.Canceled) }},
		{"a context that ends after the last statement", func(ctx context.Context, c sqlrepo.Conn, cancel context.CancelFunc) error {
			insert(ctx, c)
			cancel()
			return nil
		}, func(t *testing.T, got tried) { want(t, "Update", got.err, context.Canceled) }},
		{"a context that ends in the middle of a statement", func(ctx context.Context, c sqlrepo.Conn, cancel context.CancelFunc) error {
			insert(ctx, c)
			go cancel()
			_, err := c.Exec(ctx, `INSERT INTO t_rows (x) WITH RECURSIVE c (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM c WHERE i < 20000) SELECT max(i) FROM c`)
			if err == nil {
				<-ctx.Done()
			}
			return err
		}, func(t *testing.T, got tried) { want(t, "Update", got.err, context.Canceled) }},
		{"a statement that fails", func(ctx context.Context, c sqlrepo.Conn, _ context.CancelFunc) error {
			insert(ctx, c)
			_, err := c.Exec(ctx, "INSERT INTO t_rows (x) VALUES (1)")
			return err
		}, func(t *testing.T, got tried) {
			if got.err == nil || errors.Is(got.err, domain.ErrUnavailable) {
				t.Errorf("a row that is there already: %v", got.err)
			}
		}},
		{"a closure that leaves rows open", func(ctx context.Context, c sqlrepo.Conn, _ context.CancelFunc) error {
			insert(ctx, c)
			r, err := c.Query(ctx, "SELECT id FROM t_uses")
			if err == nil {
				r.Next()
			}
			return errors.Join(err, refusal)
		}, func(t *testing.T, got tried) { want(t, "Update", got.err, refusal) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := engine(t)
			var got tried
			var all sync.WaitGroup
			held(t, s, func() {
				for range 20 {
					all.Go(func() {
						if _, err := s.Count(context.Background(), seen("a"), 1); err != nil {
							t.Error("a bystander's count:", err)
						}
					})
				}
				bystander := func(id string) {
					all.Go(func() {
						if err := do(s, "UPDATE t_uses SET n = n + 1 WHERE id = $1", id); err != nil {
							t.Error("a bystander's Update:", err)
						}
					})
				}
				bystander("b")
				until(func() bool { return len(s.w.turns) == 1 })
				all.Go(func() {
					defer func() { got.panicked = recover() }()
					ctx, cancel := context.WithCancel(context.Background())
					defer cancel()
					got.err = update(ctx, s, func(ctx context.Context, conn sqlrepo.Conn) error { return c.fn(ctx, conn, cancel) })
				})
				until(func() bool { return len(s.w.turns) == 2 })
				bystander("c")
				until(func() bool { return len(s.w.turns) == 3 && len(s.w.counts) == 20 })
			})
			all.Wait()
			c.check(t, got)
			if n := read(t, s, "SELECT count(*) FROM t_rows"); n != 0 {
				t.Errorf("%d of its rows are there", n)
			}
			if n := read(t, s, "SELECT sum(n) FROM t_uses WHERE id <> 'a'"); n != 2 {
				t.Errorf("%d of the bystanders' Updates are there, want 2", n)
			}
			if n, err := s.Count(t.Context(), seen("a"), 1); n != 21 || err != nil {
				t.Errorf("the next count is %d, %v; want 21", n, err)
			}
		})
	}
}

// TestManyCancels mixes all of it without any order.
func TestManyCancels(t *testing.T) {
	s := engine(t)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := s.Count(context.Background(), seen("a"), 1); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if err := do(s, "UPDATE t_uses SET n = n + 1 WHERE id = 'b'"); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			ctx, cancel := context.WithCancel(context.Background())
			if err := update(ctx, s, func(ctx context.Context, c sqlrepo.Conn) error {
				go cancel()
				_, err := c.Exec(ctx, `UPDATE t_uses SET n = n + (WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 500) SELECT max(i) FROM c) WHERE id = 'c'`)
				if err == nil {
					<-ctx.Done()
				}
				return err
			}); !errors.Is(err, context.Canceled) {
				t.Error("a cancelled Update:", err)
			}
		})
	}
	all.Wait()
	for id, n := range map[string]int64{"a": 50, "b": 50, "c": 0} {
		if got, err := s.Count(t.Context(), seen(id), 0); got != n || err != nil {
			t.Errorf("%s is %d, %v; want %d", id, got, err, n)
		}
	}
}

func TestWhoLeavesTheQueueDoesNothing(t *testing.T) {
	s := engine(t)
	ctx, cancel := context.WithCancel(t.Context())
	errs := make(chan error, 2)
	held(t, s, func() {
		go func() { _, err := s.Count(ctx, seen("a"), 1); errs <- err }()
		go func() {
			errs <- update(ctx, s, func(context.Context, sqlrepo.Conn) error { t.Error("the closure runs"); return nil })
		}()
		until(func() bool { return len(s.w.counts) == 1 && len(s.w.turns) == 1 })
		cancel()
		want(t, "leaving", <-errs, context.Canceled)
		want(t, "leaving", <-errs, context.Canceled)
	})
	_, err := s.Count(ctx, seen("a"), 1)
	want(t, "Count with an ended context", err, context.Canceled)
	want(t, "Update with an ended context", update(ctx, s, nil), context.Canceled)
	want(t, "View with an ended context", view(ctx, s, nil), context.Canceled)
	if n, err := s.Count(t.Context(), seen("a"), 1); n != 1 || err != nil {
		t.Errorf("the next count is %d, %v; want 1", n, err)
	}
}

// TestContextsAreAskedBetweenStatements: the closure's own, and the one that a
// statement comes with.
func TestContextsAreAskedBetweenStatements(t *testing.T) {
	s := engine(t)
	ended, end := context.WithCancel(t.Context())
	end()
	own, cancel := context.WithCancel(t.Context())
	for name, run := range map[string]func(context.Context, *Store, func(context.Context, sqlrepo.Conn) error) error{"Update": update, "View": view} {
		must(t, run(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) error {
			_, err := c.Exec(ended, "SELECT 1")
			want(t, name+": Exec with an ended context", err, context.Canceled)
			_, err = c.Query(ended, "SELECT 1")
			want(t, name+": Query with an ended context", err, context.Canceled)
			return nil
		}))
	}
	err := update(own, s, func(_ context.Context, c sqlrepo.Conn) error {
		cancel()
		_, err := c.Exec(t.Context(), "INSERT INTO t_rows (x) VALUES (1)") // with somebody else's
		want(t, "Exec when the closure's own context has ended", err, context.Canceled)
		return nil
	})
	want(t, "the closure", err, context.Canceled)
}

func TestTheConnectionIsTakenBack(t *testing.T) {
	s := engine(t)
	var kept sqlrepo.Conn
	must(t, update(t.Context(), s, func(_ context.Context, c sqlrepo.Conn) error { kept = c; return nil }))
	if _, err := kept.Exec(t.Context(), "INSERT INTO t_rows (x) VALUES (1)"); !errors.Is(err, errOver) {
		t.Errorf("Exec after the closure: %v", err)
	}
	if _, err := kept.Query(t.Context(), "SELECT 1"); !errors.Is(err, errOver) {
		t.Errorf("Query after the closure: %v", err)
	}
	// A result that was left open keeps no snapshot of the past.
	must(t, update(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) error {
		r, err := c.Query(ctx, "SELECT id FROM t_uses")
		if err == nil {
			r.Next()
		}
		return err
	}))
	second := at(t, pathOf(t, s))
	must(t, do(second, "INSERT INTO t_rows (x) VALUES (1)"))
	must(t, do(s, "INSERT INTO t_rows (x) VALUES (2)"))
	if n := read(t, s, "SELECT count(*) FROM t_rows"); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}

// pathOf asks SQLite which file it has open.
func pathOf(t *testing.T, s *Store) (path string) {
	t.Helper()
	must(t, view(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) error {
		r, err := c.Query(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'")
		if err != nil {
			return err
		}
		defer r.Close()
		r.Next()
		return r.Scan(&path)
	}))
	return path
}

// TestFullDisk: a transaction that SQLite ends by itself fails all who share
// it, and counts nothing; when there is room again all goes on where it was.
func TestFullDisk(t *testing.T) {
	fill := func(ctx context.Context, c sqlrepo.Conn) error {
		_, err := c.Exec(ctx, "INSERT INTO t_rows (pad) VALUES (zeroblob(100000))")
		return err
	}
	for _, c := range []struct {
		name  string
		count countFunc // nil: countOwn
		fn    func(context.Context, sqlrepo.Conn) error
	}{
		{name: "a closure fills the disk", fn: fill},
		{name: "a closure fills the disk, does not look, and writes on", fn: func(ctx context.Context, c sqlrepo.Conn) error {
			fill(ctx, c)
			c.Exec(ctx, "INSERT INTO t_rows (x) VALUES (77)") // without the guard a transaction of its own
			return nil
		}},
		{name: "a count fills the disk", count: func(ctx context.Context, c sqlrepo.Conn, seen domain.Seen, n int) (int64, error) {
			got, err := countOwn(ctx, c, seen, n)
			return got, errors.Join(err, fill(ctx, c))
		}},
		{name: "the commit fails", fn: func(ctx context.Context, c sqlrepo.Conn) error {
			_, err := c.Exec(ctx, "INSERT INTO t_late VALUES (4711)")
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := engine(t)
			for range 3 {
				_, err := s.Count(t.Context(), seen("a"), 1)
				must(t, err)
			}
			if c.count != nil {
				s.w.count = c.count
			}
			limitPages(t, s, 0)
			var all sync.WaitGroup
			defer all.Wait()
			held(t, s, func() {
				for range 50 {
					all.Go(func() {
						if n, err := s.Count(context.Background(), seen("a"), 1); n != 0 || !errors.Is(err, domain.ErrUnavailable) {
							t.Errorf("a count got %d, %v; want ErrUnavailable", n, err)
						}
					})
				}
				all.Go(func() {
					if err := do(s, "UPDATE t_uses SET n = 1 WHERE id = 'b'"); !errors.Is(err, domain.ErrUnavailable) {
						t.Errorf("a bystander's Update: %v, want ErrUnavailable", err)
					}
				})
				until(func() bool { return len(s.w.turns) == 1 })
				if c.fn != nil {
					all.Go(func() {
						if err := update(context.Background(), s, c.fn); !errors.Is(err, domain.ErrUnavailable) {
							t.Errorf("the closure: %v, want ErrUnavailable", err)
						}
					})
					until(func() bool { return len(s.w.turns) == 2 })
				}
				until(func() bool { return len(s.w.counts) == 50 })
			})
			all.Wait()
			s.w.count = countOwn
			if n := read(t, s, "SELECT count(*) FROM t_rows"); n != 0 {
				t.Errorf("%d rows are there", n)
			}
			if n := read(t, s, "SELECT n FROM t_uses WHERE id = 'b'"); n != 0 {
				t.Error("the bystander's Update is there")
			}
			limitPages(t, s, 1<<20)
			must(t, update(t.Context(), s, fill))
			for want := int64(4); want < 7; want++ {
				if n, err := s.Count(t.Context(), seen("a"), 1); n != want || err != nil {
					t.Fatalf("counted %d, %v; want %d", n, err, want)
				}
			}
		})
	}
}

func TestTheStoreOutlivesItsConnection(t *testing.T) {
	s := engine(t)
	breakLine(t, s)
	must(t, do(s, "INSERT INTO t_rows (x) VALUES (2)"))
	if n, err := s.Count(t.Context(), seen("a"), 1); n != 1 || err != nil {
		t.Errorf("counted %d, %v", n, err)
	}
	if n := read(t, s, "SELECT sum(x) FROM t_rows"); n != 2 {
		t.Errorf("rows of the lost transaction are there: %d", n)
	}
}

func TestFullQueuesRefuseAtOnce(t *testing.T) {
	s := engine(t)
	held(t, s, func() {
		for range countsWaiting {
			must(t, put(s.w, s.w.counts, &use{ctx: t.Context(), seen: seen("a"), n: 1, done: make(chan struct{})}))
		}
		left, leave := context.WithCancel(t.Context())
		leave()
		for range turnsWaiting {
			gone := newTurn(left, t.Run)
			close(gone.gone)
			must(t, put(s.w, s.w.turns, gone))
		}
		_, err := s.Count(t.Context(), seen("a"), 1)
		want(t, "a count too many", err, domain.ErrUnavailable)
		want(t, "an Update too many", do(s, "SELECT 1"), domain.ErrUnavailable)
		want(t, "a claim too many", s.Finish(t.Context()), domain.ErrUnavailable)
	})
	until(func() bool { return len(s.w.counts) == 0 })
	if n, err := s.Count(t.Context(), seen("a"), 1); n != countsWaiting+1 || err != nil {
		t.Errorf("the next count is %d, %v; want %d", n, err, countsWaiting+1)
	}
}

// TestWhileSomebodyElseWrites: another process has the lock.
func TestWhileSomebodyElseWrites(t *testing.T) {
	s := engine(t)
	second := at(t, pathOf(t, s))
	second.w.count = countOwn
	must(t, do(second, "PRAGMA busy_timeout = 0")) // its patience, which is five seconds, is not what is tested
	held(t, s, func() {
		if n, err := second.Count(t.Context(), seen("a"), 0); n != 0 || err != nil {
			t.Errorf("just reading the number: %d, %v", n, err)
		}
		_, err := second.Count(t.Context(), seen("a"), 1)
		want(t, "a count", err, domain.ErrUnavailable)
		want(t, "an Update", do(second, "INSERT INTO t_rows (x) VALUES (1)"), domain.ErrUnavailable)
	})
	if n, err := second.Count(t.Context(), seen("a"), 1); n != 1 || err != nil {
		t.Errorf("afterwards: %d, %v; want 1", n, err)
	}
}

func TestTwoHandlesLoseNothing(t *testing.T) {
	first := engine(t)
	second := at(t, pathOf(t, first))
	second.w.count = countOwn
	const each = 100
	numbers := make(chan int64, 2*each)
	var all sync.WaitGroup
	for _, s := range []*Store{first, second} {
		for range 4 {
			all.Go(func() {
				for range each / 4 {
					n, err := s.Count(context.Background(), seen("a"), 1)
					if err != nil {
						t.Error(err)
					}
					numbers <- n
					if err := update(context.Background(), s, func(ctx context.Context, c sqlrepo.Conn) error {
						got, err := ints(ctx, c, "SELECT n FROM t_uses WHERE id = 'b'")
						if err != nil {
							return err
						}
						_, err = c.Exec(ctx, "UPDATE t_uses SET n = $1 WHERE id = 'b'", got[0]+1)
						return err
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	close(numbers)
	var got []int64
	for n := range numbers {
		got = append(got, n)
	}
	slices.Sort(got)
	for i, n := range got {
		if n != int64(i+1) {
			t.Fatalf("number %d of %d is %d: one was given twice, or lost", i+1, len(got), n)
		}
	}
	if n := read(t, first, "SELECT n FROM t_uses WHERE id = 'b'"); n != 2*each {
		t.Errorf("%d Updates are there, want %d", n, 2*each)
	}
}

// lines hands out the log's messages.
type lines chan string

func (l lines) Enabled(context.Context, slog.Level) bool { return true }
func (l lines) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l lines) WithGroup(string) slog.Handler            { return l }
func (l lines) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool { text += " " + a.String(); return true })
	l <- text
	return nil
}

func TestALongClosureIsLogged(t *testing.T) {
	log := make(lines, 2)
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "usher.db"), &Options{Logger: slog.New(log)})
	must(t, err)
	defer s.Close()
	must(t, s.Update(t.Context(), ports.System, func(context.Context, ports.Tx) error {
		if line := <-log; !strings.Contains(line, "TestALongClosureIsLogged") { // while it goes on: it might never end
			t.Errorf("logged %q, which does not name the closure", line)
		}
		return nil
	}))
	if line := <-log; !strings.Contains(line, "held=") {
		t.Errorf("logged %q, which does not say how long", line)
	}
}

// TestWorkIsBroken: a writer that never rests starves other processes.
func TestWorkIsBroken(t *testing.T) {
	s := engine(t)
	rests := make(chan time.Duration, 1)
	held(t, s, func() {
		s.w.sleep = func(d time.Duration) {
			select {
			case rests <- d:
			default:
			}
		}
	})
	var all sync.WaitGroup
	defer all.Wait()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for range 4 { // enough that something always waits
		all.Go(func() {
			for ctx.Err() == nil {
				s.Count(ctx, seen("a"), 1)
			}
		})
	}
	if d := <-rests; d != restFor {
		t.Errorf("rested %v, want %v", d, restFor)
	}
}

func TestCloseFinishesWhatWaits(t *testing.T) {
	s := engine(t)
	path := pathOf(t, s)
	var all sync.WaitGroup
	closed := make(chan struct{})
	held(t, s, func() {
		for range 10 {
			all.Go(func() {
				if _, err := s.Count(context.Background(), seen("a"), 1); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				if err := do(s, "UPDATE t_uses SET n = n + 1 WHERE id = 'b'"); err != nil {
					t.Error(err)
				}
			})
		}
		until(func() bool { return len(s.w.counts) == 10 && len(s.w.turns) == 10 })
		go func() {
			defer close(closed)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		until(func() bool { return put(s.w, make(chan int, 1), 1) != nil })
	})
	<-closed
	all.Wait()
	_, err := s.Count(t.Context(), seen("a"), 1)
	want(t, "Count", err, domain.ErrUnavailable)
	want(t, "Update", do(s, "SELECT 1"), domain.ErrUnavailable)
	want(t, "View", view(t.Context(), s, nil), domain.ErrUnavailable)
	must(t, s.Close())
	again := at(t, path)
	if n := read(t, again, "SELECT sum(n) FROM t_uses"); n != 20 {
		t.Errorf("%d of what waited is there, want 20", n)
	}
}

// TestCloseForgetsNobody: what was taken in before the store was closed is
// served, and then no more.
func TestCloseForgetsNobody(t *testing.T) {
	w := &writer{counts: make(chan *use, 2), turns: make(chan *turn, 2)}
	must(t, put(w, w.counts, &use{}))
	must(t, put(w, w.turns, &turn{}))
	must(t, put(w, w.turns, &turn{}))
	w.ended = make(chan struct{})
	close(w.ended) // nobody serves yet
	w.close()
	for i, want := range []struct{ use, turn, ok bool }{{true, true, true}, {false, true, true}, {false, false, false}, {false, false, false}} {
		u, turn, ok := w.next()
		if (u != nil) != want.use || (turn != nil) != want.turn || ok != want.ok {
			t.Errorf("call %d: got %v, %v, %v; want %v", i+1, u, turn, ok, want)
		}
	}
	want(t, "after the end", put(w, w.counts, &use{}), domain.ErrUnavailable)
}

// TestARefusalHasAnEnd: whoever comes after the first of the refused had their
// answer is served.
func TestARefusalHasAnEnd(t *testing.T) {
	w := &writer{counts: make(chan *use, 2), turns: make(chan *turn, 2), batch: batch{sums: map[domain.Seen]*sum{}}}
	first, second := &use{ctx: t.Context(), done: make(chan struct{})}, &use{}
	must(t, put(w, w.counts, first))
	begun, ended := &turn{done: make(chan error)}, make(chan struct{})
	go func() {
		defer close(ended)
		w.refuse(begun, domain.ErrUnavailable)
	}()
	<-first.done
	must(t, put(w, w.counts, second))
	want(t, "the turn", <-begun.done, domain.ErrUnavailable)
	<-ended
	want(t, "the count", first.err, domain.ErrUnavailable)
	if poll(w.counts) != second {
		t.Error("who came later was refused, too")
	}
}
