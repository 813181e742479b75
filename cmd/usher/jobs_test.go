package main

import (
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// made runs a command of usher in a folder, which must end well, and returns
// its first line of JSON.
func made(t *testing.T, dir string, args ...string) map[string]any {
	t.Helper()
	p, err := startUsher(dir, nil, append(args, "--json")...)
	if err != nil {
		t.Fatal(err)
	}
	if code := p.wait(); code != exitOK {
		t.Fatalf("usher %q ends with %d: %s", args, code, p.stdout.String())
	}
	return p.first
}

func TestJobs_areListedAndTriedAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seller, _ := made(t, dir, "sellers", "add", "--name", "Ana", "--email", "ana@example.com")["id"].(string)
	given := giveUp(t, dir, seller)
	p, err := newProcess(dir, nil, "jobs", "list", "--jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.begin(); err != nil {
		t.Fatal(err)
	}
	p.wait()
	want := `{"id":"` + given + `","kind":"membership","key":"membership:gone","tries":1,"why":"unavailable","dead_at":"2026-01-15T09:00:00Z"}` + "\n"
	if got := p.stdout.String(); got != want {
		t.Errorf("jobs list prints\n%s\nwant\n%s", got, want)
	}
	if got := made(t, dir, "jobs", "retry", given); got["id"] != given {
		t.Errorf("jobs retry prints %v", got)
	}
	p, err = newProcess(dir, nil, "jobs", "list", "--json")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.begin(); err != nil {
		t.Fatal(err)
	}
	if p.wait(); p.stdout.String() != "[]\n" {
		t.Errorf("after the retry there are still %s", p.stdout.String())
	}
}

// giveUp leaves a job in the folder that was given up, and is done when it is
// tried again: what it is about has gone.
func giveUp(t *testing.T, dir, seller string) string {
	t.Helper()
	s, err := sqlitestore.Open(t.Context(), filepath.Join(dir, "usher-data", "usher.db"), &sqlitestore.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	at := time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)
	job := ports.Job{ID: domain.JobID(domain.NewID(at, [10]byte{1})), Kind: "membership", Lane: seller, Key: "membership:gone", Payload: "gone", DueAt: at}
	if err := s.Enqueue(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	jobs, err := s.Claim(t.Context(), at, []string{job.Kind}, time.Minute, 1)
	if err != nil || len(jobs) != 1 {
		t.Fatalf("claimed %v, %v", jobs, err)
	}
	if err := s.Finish(t.Context(), ports.Done{Job: jobs[0], Outcome: ports.Dead, At: at, Why: "unavailable"}); err != nil {
		t.Fatal(err)
	}
	return string(job.ID)
}
