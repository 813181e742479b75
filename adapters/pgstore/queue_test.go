package pgstore

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// A job that somebody else is about to claim is passed over, not waited for.
func TestClaimsDoNotWaitForEachOther(t *testing.T) {
	url := empty(t)
	s := at(t, url, Options{})
	for i := range 3 {
		must(t, s.Enqueue(t.Context(), ports.Job{ID: domain.JobID(fmt.Sprint("job ", i)), Kind: "k", Key: fmt.Sprint(i), DueAt: fixture.T0}))
	}
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.Background())
	tx, err := conn.Begin(t.Context())
	must(t, err)
	_, err = tx.Exec(t.Context(), `SELECT 1 FROM usher_jobs WHERE key = '0' FOR UPDATE`)
	must(t, err)
	jobs, err := s.Claim(t.Context(), fixture.T0, []string{"k"}, time.Minute, 40)
	if err != nil || len(jobs) != 2 {
		t.Errorf("%d jobs, %v, want the two that nobody holds", len(jobs), err)
	}
	must(t, tx.Rollback(t.Context()))
	if jobs, err := s.Claim(t.Context(), fixture.T0, []string{"k"}, time.Minute, 40); err != nil || len(jobs) != 1 {
		t.Errorf("%d jobs, %v, want the third", len(jobs), err)
	}
}

// A dispatcher that comes while another is at work gets what that one leaves.
func TestDispatchersGoOneAfterTheOther(t *testing.T) {
	url := empty(t)
	s, _ := shop(t, url, Options{})
	must(t, s.Update(t.Context(), ports.Seller(ana.ID), func(ctx context.Context, tx ports.Tx) error {
		for range 10 {
			if err := tx.Events.Append(ctx, ports.Event{ID: "e", Subject: "s", Name: "n", At: fixture.T0}); err != nil {
				return err
			}
		}
		return nil
	}))
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.Background())
	second := make(chan []int64, 1)
	seqs := func(events []ports.Event) (all []int64) {
		for _, e := range events {
			all = append(all, e.Seq)
		}
		return all
	}
	n, err := s.Dispatch(t.Context(), 5, fixture.OnlyJobs(func(first []ports.Event) []ports.Job {
		go func() {
			var got []int64
			if _, err := s.Dispatch(context.Background(), 5, fixture.OnlyJobs(func(events []ports.Event) []ports.Job { got = seqs(events); return nil })); err != nil {
				t.Error(err)
			}
			second <- got
		}()
		for waiting := 0; waiting == 0; { // until the other one is at the door
			must(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting))
		}
		return nil
	}))
	if n != 5 || err != nil {
		t.Errorf("the first read %d, %v, want 5", n, err)
	}
	if got := <-second; len(got) != 5 || got[0] != 6 {
		t.Errorf("the second read %v, want 6 to 10", got)
	}
}

// A key that is taken between asking and writing is asked for again: the dead
// job gives way to the one that was quicker.
func TestARevivalThatComesSecond(t *testing.T) {
	url := empty(t)
	s := at(t, url, Options{})
	must(t, s.Enqueue(t.Context(), ports.Job{ID: "dead", Kind: "k", Key: "key", DueAt: fixture.T0}))
	jobs, err := s.Claim(t.Context(), fixture.T0, []string{"k"}, time.Minute, 1)
	must(t, err)
	must(t, s.Finish(t.Context(), ports.Done{Job: jobs[0], Outcome: ports.Dead, At: fixture.T0}))
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.Background())
	tx, err := conn.Begin(t.Context())
	must(t, err)
	_, err = tx.Exec(t.Context(), `INSERT INTO usher_jobs (id, kind, lane, key, payload, due_at) VALUES ('quick', 'k', '', 'key', '', $1)`, fixture.T0)
	must(t, err)
	done := make(chan error, 1)
	go func() { done <- s.Revive(context.Background(), "", "dead", fixture.T0) }()
	for waiting := 0; waiting == 0; {
		must(t, tx.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))`).Scan(&waiting))
	}
	must(t, tx.Commit(t.Context()))
	must(t, <-done)
	jobs, err = s.Claim(t.Context(), fixture.T0, []string{"k"}, time.Minute, 8)
	if err != nil || len(jobs) != 1 || jobs[0].ID != "quick" || jobs[0].Nudge != 1 {
		t.Errorf("%+v, %v, want the quick one, nudged once", jobs, err)
	}
}
