package memstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/storetest"
)

func open(_ *testing.T, now func() time.Time) ports.Store {
	return memstore.New(&memstore.Options{Now: now})
}

func openWithClock(_ *testing.T, at time.Time) (one, two ports.Store) {
	s := memstore.New(&memstore.Options{TestClock: at})
	return s, s
}

func openTwice(_ *testing.T, now func() time.Time) (one, two storetest.HoldingStore) {
	s := memstore.New(&memstore.Options{Now: now})
	return s, s
}

func TestStore(t *testing.T)            { storetest.Run(t, open) }
func TestStore_concurrent(t *testing.T) { storetest.RunConcurrent(t, open) }
func TestStore_clock(t *testing.T)      { storetest.RunClock(t, openWithClock) }
func TestStore_hold(t *testing.T)       { storetest.RunHold(t, openTwice) }

// TestStore_rerun shows that the suite's own closures may run twice, and that
// the first run leaves nothing.
func TestStore_rerun(t *testing.T) {
	twice := func(t *testing.T, now func() time.Time) ports.Store { return storetest.Rerun(open(t, now)) }
	storetest.Run(t, twice)
	storetest.RunConcurrent(t, twice)
}

func BenchmarkStore(b *testing.B) { storetest.Bench(b, memstore.New(nil)) }

// BenchmarkImport puts in 100,000 sales with their licences, the latest first,
// in slices as an import does, and lists them in pages as an export does.
func BenchmarkImport(b *testing.B) {
	const n, slice = 100_000, 200
	ana := fixture.Seller("ana")
	p := fixture.Product(ana)
	var things []any
	for i := range n {
		sale := fixture.Purchase(p, func(s *domain.PurchaseState) { s.CreatedAt = fixture.T0.Add(-time.Duration(i) * time.Minute) })
		things = append(things, sale, fixture.License(sale))
	}
	for b.Loop() {
		s := memstore.New(nil)
		fixture.Fill(b, s, ana, p)
		for i := 0; i < len(things); i += slice {
			fixture.Fill(b, s, things[i:i+slice]...)
		}
		var after ports.Cursor
		for listed := 0; listed < n; {
			if err := s.View(b.Context(), ports.Seller(ana.ID), func(ctx context.Context, tx ports.Tx) error {
				page, err := tx.Purchases.List(ctx, ports.PurchaseQuery{After: after})
				if err != nil || len(page) == 0 {
					b.Fatal(len(page), err)
				}
				listed += len(page)
				after = ports.Cursor{At: page[len(page)-1].CreatedAt, ID: string(page[len(page)-1].ID)}
				return nil
			}); err != nil {
				b.Fatal(err)
			}
		}
	}
}
