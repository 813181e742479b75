package pgstore

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// work is a job that is there already, after the first time.
var work = ports.Job{ID: "1", Kind: "k", Key: "k", DueAt: fixture.T0}

func happens(ctx context.Context, tx ports.Tx) error {
	return tx.Events.Append(ctx, ports.Event{ID: "e", Subject: "s", Name: "n", At: fixture.T0})
}

func jobOf([]ports.Event) []ports.Job { return []ports.Job{work} }

// woken waits until somebody is woken.
func woken(t *testing.T, why string, wakes <-chan struct{}) {
	t.Helper()
	select {
	case <-wakes:
	case <-time.After(time.Minute):
		t.Fatalf("nobody was woken in a minute after %s", why)
	}
}

// A process is woken by what another one has committed, and again after the
// connection that listens was cut.
func TestOthersAreWoken(t *testing.T) {
	soon(t, &listenAgain, time.Millisecond)
	url := empty(t)
	one, _ := shop(t, url, Options{})
	two := at(t, url, Options{})
	wakes := two.Wakes(t.Context())
	woken(t, "it began to listen", wakes)
	must(t, one.Enqueue(t.Context(), work))
	woken(t, "a job was enqueued", wakes)
	must(t, one.Update(t.Context(), ports.Seller(ana.ID), happens))
	woken(t, "an event was appended", wakes)
	for range 2 {
		tag, err := one.pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query = $1`, listen)
		if err != nil || tag.RowsAffected() != 1 {
			t.Fatalf("%d connections listen, %v, want one", tag.RowsAffected(), err)
		}
		woken(t, "it listens again, to what it may have missed", wakes)
		must(t, one.Enqueue(t.Context(), work))
		woken(t, "a job was enqueued afterwards", wakes)
	}
}

// Who listens is done when its context ends or the store is closed, and nobody
// waits for somebody who does not come back.
func TestListeningEnds(t *testing.T) {
	url := empty(t)
	s := at(t, url, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	woken(t, "it began to listen", s.Wakes(ctx))
	cancel()
	s.bell.heard.Wait()
	wakes := s.Wakes(t.Context())
	woken(t, "it began to listen", wakes)
	must(t, s.Close())
	s.Wakes(t.Context())
	s.bell.heard.Wait()
}

// listener counts the notifications of a database.
type listener struct{ *pgx.Conn }

func listening(t *testing.T, url string) listener {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	_, err = conn.Exec(t.Context(), listen)
	must(t, err)
	return listener{conn}
}

// heard returns how many there were since the last call.
func (l listener) heard(t *testing.T) (n int) {
	t.Helper()
	_, err := l.Exec(t.Context(), `NOTIFY usher_work, 'the end'`)
	must(t, err)
	for ; ; n++ {
		got, err := l.WaitForNotification(t.Context())
		must(t, err)
		if got.Payload != "" {
			return n
		}
	}
}

// What is committed while a ring rests is told by the next one, all at once.
func TestAThousandCommitsRingTwice(t *testing.T) {
	url := empty(t)
	ear, s := listening(t, url), at(t, url, Options{})
	gap := make(chan time.Time)
	s.bell.rest = func() <-chan time.Time { return gap }
	must(t, s.Enqueue(t.Context(), work))
	_, err := ear.WaitForNotification(t.Context())
	must(t, err)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			for range 333 {
				if err := s.Enqueue(context.Background(), work); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := ear.heard(t); n != 0 {
		t.Fatalf("it rang %d times while it should rest", n)
	}
	gap <- time.Time{}
	must(t, s.Close())
	if n := ear.heard(t); n != 1 {
		t.Errorf("999 commits rang %d times, want once", n)
	}
}

// Only what made work rings; a store that is closed has told all.
func TestWhatRings(t *testing.T) {
	url := empty(t)
	first, products := shop(t, url, Options{})
	sale := fixture.Purchase(products[0])
	l := fixture.License(sale)
	fixture.Fill(t, first, sale, l)
	must(t, first.Close())
	ear, who := listening(t, url), ports.Seller(ana.ID)
	for _, c := range []struct {
		what string
		want int
		do   func(context.Context, *Store) error
	}{
		{"an event", 1, func(ctx context.Context, s *Store) error { return s.Update(ctx, who, happens) }},
		{"an event that was not kept", 0, func(ctx context.Context, s *Store) error {
			_ = s.Update(ctx, who, func(ctx context.Context, tx ports.Tx) error {
				must(t, happens(ctx, tx))
				return domain.ErrConflict
			})
			return nil
		}},
		{"a change without an event", 0, func(ctx context.Context, s *Store) error { return s.Update(ctx, who, raise(products[0].ID)) }},
		{"a count", 0, func(ctx context.Context, s *Store) error {
			facts, err := s.Facts(ctx, domain.Lookup{Key: l.Key})
			must(t, err)
			_, err = s.Count(ctx, facts[0].Seen, 1)
			return err
		}},
		{"an event that becomes a job", 1, func(ctx context.Context, s *Store) error {
			n, err := s.Dispatch(ctx, 1, fixture.OnlyJobs(jobOf))
			if n != 1 {
				t.Errorf("%d events were dispatched", n)
			}
			return err
		}},
		{"no event", 0, func(ctx context.Context, s *Store) error {
			_, err := s.Dispatch(ctx, 1, fixture.OnlyJobs(jobOf))
			return err
		}},
		{"a job", 1, func(ctx context.Context, s *Store) error { return s.Enqueue(ctx, work) }},
		{"no job", 0, func(ctx context.Context, s *Store) error { return s.Enqueue(ctx) }},
		{"a claim that is given up", 0, func(ctx context.Context, s *Store) error {
			jobs, err := s.Claim(ctx, fixture.T0, []string{"k"}, time.Minute, 1)
			must(t, err)
			return s.Finish(ctx, ports.Done{Job: jobs[0], Outcome: ports.Dead, At: fixture.T0})
		}},
		{"a job that is revived", 1, func(ctx context.Context, s *Store) error { return s.Revive(ctx, "", work.ID, fixture.T0) }},
		{"a lease", 0, func(ctx context.Context, s *Store) error {
			_, _, err := s.Lease(ctx, "l", 0, time.Minute)
			return err
		}},
	} {
		s := at(t, url, Options{})
		if err := c.do(t.Context(), s); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		must(t, s.Close())
		if n := ear.heard(t); n != c.want {
			t.Errorf("%s rang %d times, want %d", c.what, n, c.want)
		}
	}
}
