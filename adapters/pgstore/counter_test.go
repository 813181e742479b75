package pgstore

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// Sums are handed out in the order of arrival, each caller's own number.
func TestASumIsHandedOut(t *testing.T) {
	seen, other := domain.Seen{LicenseID: "b"}, domain.Seen{LicenseID: "a"}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	uses := []*use{
		{ctx: t.Context(), seen: seen, n: 2}, {ctx: t.Context(), seen: seen}, {ctx: gone, seen: seen, n: 100},
		{ctx: t.Context(), seen: other, n: 1}, {ctx: t.Context(), seen: seen, n: -1}, {ctx: t.Context(), seen: seen, n: 3},
		{ctx: t.Context(), seen: seen, n: sqlrepo.OwnStatement},
	}
	all, alone := sums(uses)
	if len(all) != 2 || all[0].seen != other || all[1].n != 5 || len(alone) != 2 {
		t.Fatalf("%d sums, the first of %v, %d alone", len(all), all[0].seen, len(alone))
	}
	all[1].answer(12, nil)
	for i, want := range map[int]int64{0: 9, 1: 9, 5: 12} {
		if uses[i].uses != want || uses[i].err != nil {
			t.Errorf("use %d: %d, %v, want %d", i, uses[i].uses, uses[i].err, want)
		}
	}
	if uses[2].uses != 0 || uses[2].err == nil {
		t.Errorf("who has left: %d, %v", uses[2].uses, uses[2].err)
	}
}

// counted is a store with a licence.
func counted(t *testing.T) (*Store, string, domain.Seen) {
	url := empty(t)
	s, products := shop(t, url, Options{})
	sale := fixture.Purchase(products[0])
	l := fixture.License(sale)
	fixture.Fill(t, s, sale, l)
	facts, err := s.Facts(t.Context(), domain.Lookup{Key: l.Key})
	must(t, err)
	return s, url, facts[0].Seen
}

// What no database keeps fails its own caller only.
func TestUnstorableCountsFailAlone(t *testing.T) {
	s, _, seen := counted(t)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			if i%2 == 0 {
				if _, err := s.Count(t.Context(), seen, 1); err != nil {
					t.Error(err)
				}
				return
			}
			if _, err := s.Count(t.Context(), domain.Seen{LicenseID: "a\x00b", ProductID: seen.ProductID}, 1); !errors.Is(err, domain.ErrMoved) {
				t.Errorf("got %v, want %v", err, domain.ErrMoved)
			}
		})
	}
	all.Wait()
	if n, err := s.Count(t.Context(), seen, 0); n != 20 || err != nil {
		t.Errorf("%d uses, %v, want 20", n, err)
	}
}

// A row that somebody else holds keeps nobody for ever, and nothing of it is
// counted later.
func TestACountGivesUpOnALock(t *testing.T) {
	s, url, seen := counted(t)
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.Background())
	tx, err := conn.Begin(t.Context())
	must(t, err)
	_, err = tx.Exec(t.Context(), `SELECT 1 FROM usher_license_uses FOR UPDATE`)
	must(t, err)
	if _, err := s.Count(t.Context(), seen, 1); !errors.Is(err, domain.ErrUnavailable) || code(err) != lockNotAvailable {
		t.Errorf("got %v, want %v after the time for locks", err, domain.ErrUnavailable)
	}
	must(t, tx.Rollback(t.Context()))
	if n, err := s.Count(t.Context(), seen, 1); n != 1 || err != nil {
		t.Errorf("afterwards %d, %v, want 1", n, err)
	}
}

// Leases end by the database's clock, whatever the machine's says.
func TestLeasesAreOnTheDatabasesClock(t *testing.T) {
	url := empty(t)
	one := at(t, url, Options{})
	fence, ok, err := one.Lease(t.Context(), "l", 0, time.Hour)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.Background())
	var left float64
	must(t, conn.QueryRow(t.Context(), `SELECT extract(epoch FROM until - clock_timestamp()) FROM usher_leases`).Scan(&left))
	if left < 3000 || left > 3600 {
		t.Errorf("it ends in %v s of the database's, want an hour", left)
	}
	do(t, url, `UPDATE usher_leases SET until = clock_timestamp() - interval '1 microsecond'`)
	next, ok, err := at(t, url, Options{}).Lease(t.Context(), "l", 0, time.Minute)
	if !ok || err != nil || next == fence {
		t.Errorf("after its end: fence %d after %d, %t, %v", next, fence, ok, err)
	}
}
