package sqlitestore_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// shop is a store on disk with a licence in it.
func shop(t *testing.T) (path string, s *sqlitestore.Store, l domain.LicenseState) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "usher.db")
	s, err := sqlitestore.Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	ana := fixture.Seller("ana")
	product := fixture.Product(ana)
	sale := fixture.Purchase(product)
	license := fixture.License(sale)
	fixture.Fill(t, s, ana, product, sale, license)
	return path, s, license
}

// While others count, each copy has every use that was answered before it was
// begun, is whole, and opens as a store that holds charges.
func TestBackup_whileOthersWrite(t *testing.T) {
	path, s, l := shop(t)
	facts, err := s.Facts(t.Context(), domain.Lookup{Key: l.Key})
	if err != nil {
		t.Fatal(err)
	}
	seen := facts[0].Seen
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for ctx.Err() == nil {
				if _, err := s.Count(ctx, seen, 1); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
	}
	for range 5 {
		before, err := s.Count(t.Context(), seen, 1)
		if err != nil {
			t.Fatal(err)
		}
		into := filepath.Join(t.TempDir(), "copy.db")
		if _, err := sqlitestore.Backup(t.Context(), path, into); err != nil {
			t.Fatal(err)
		}
		keys, err := keyring.Load(filepath.Join(filepath.Dir(path), "usher.secrets"))
		if err != nil {
			t.Fatal(err)
		}
		f, err := sqlitestore.Inspect(t.Context(), into, sqlitestore.Inspection{Copy: true, Keys: keys, Now: time.Now()})
		if err != nil || len(f.Faults) > 0 || f.Strays > 0 || f.Secrets != nil || f.Proved != 1 || !f.Held || f.Backup.IsZero() {
			t.Fatalf("%+v, %v", f, err)
		}
		again, err := sqlitestore.Open(t.Context(), into, &sqlitestore.Options{Keyring: keys})
		if err != nil {
			t.Fatal(err)
		}
		uses, err := again.Count(t.Context(), seen, 0)
		if err != nil || uses < before {
			t.Errorf("%d uses, %v; %d were answered", uses, err, before)
		}
		if _, held, err := again.Held(t.Context()); err != nil || !held {
			t.Errorf("the copy is held: %v, %v", held, err)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
	stop()
	writers.Wait()
}

// A backup that is refused, or cut off, leaves nothing behind.
func TestBackup_refused(t *testing.T) {
	path, _, _ := shop(t)
	dir := t.TempDir()
	into := filepath.Join(dir, "copy.db")
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, err := sqlitestore.Backup(gone, path, into); err == nil {
		t.Error("a backup was made for nobody")
	}
	if _, err := sqlitestore.Backup(t.Context(), filepath.Join(dir, "none.db"), into); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of nothing: %v", err)
	}
	if _, err := sqlitestore.Backup(t.Context(), path, path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over itself: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// What a look finds is what is there.
func TestInspect_finds(t *testing.T) {
	path, s, _ := shop(t)
	look := func(now time.Time) *sqlitestore.Findings {
		t.Helper()
		f, err := sqlitestore.Inspect(t.Context(), path, sqlitestore.Inspection{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	at := fixture.T0
	if f := look(at); f.Dead != 0 || f.Untold != 0 || f.Held || f.Schema != f.Known {
		t.Errorf("at first: %+v", f)
	}
	err := s.Update(t.Context(), ports.Seller("ana"), func(ctx context.Context, tx ports.Tx) error {
		return tx.Events.Append(ctx, ports.Event{ID: "e", Subject: "s", Name: "n", Payload: "{}", At: at})
	})
	if err != nil {
		t.Fatal(err)
	}
	if f := look(at); f.Untold != 0 || !f.LastAt.Equal(at) {
		t.Errorf("now: %+v", f)
	}
	if f := look(at.Add(2 * time.Minute)); f.Untold != 1 {
		t.Errorf("two minutes later: %+v", f)
	}
	if err := s.Enqueue(t.Context(), ports.Job{ID: "j", Kind: "k", Lane: "ana", DueAt: at}); err != nil {
		t.Fatal(err)
	}
	jobs, err := s.Claim(t.Context(), at, []string{"k"}, time.Minute, 1)
	if err != nil || len(jobs) != 1 {
		t.Fatal(jobs, err)
	}
	if err := s.Finish(t.Context(), ports.Done{Job: jobs[0], Outcome: ports.Dead, At: at, Why: "x"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Hold(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f := look(at); f.Dead != 1 || !f.Held {
		t.Errorf("at last: %+v", f)
	}
}

// What was committed is counted, and what only read is not.
func TestStore_commits(t *testing.T) {
	_, s, l := shop(t)
	facts, err := s.Facts(t.Context(), domain.Lookup{Key: l.Key})
	if err != nil {
		t.Fatal(err)
	}
	before := s.Commits()
	for _, n := range []int{1, 0, 1} {
		if _, err := s.Count(t.Context(), facts[0].Seen, n); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Commits() - before; got != 2 {
		t.Errorf("%d commits, want 2", got)
	}
}
