package storetest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// Bench measures an empty store: looking up and counting, all on one key or
// each on its own, and Updates of one subject each.
func Bench(b *testing.B, s ports.Store) {
	const n = 1000
	ana := fixture.Seller("ana")
	p := fixture.Product(ana)
	things := []any{ana, p}
	var sales []domain.PurchaseState
	var licenses []domain.LicenseState
	for range n {
		sale := fixture.Purchase(p)
		l := fixture.License(sale)
		sales, licenses, things = append(sales, sale), append(licenses, l), append(things, sale, l)
	}
	fixture.Fill(b, s, things...)
	seen := make([]domain.Seen, n)
	for i, l := range licenses {
		found, err := s.Facts(b.Context(), domain.Lookup{Key: l.Key})
		if err != nil || len(found) != 1 {
			b.Fatal(len(found), err)
		}
		seen[i] = found[0].Seen
	}
	parallel := func(name string, fn func(i int) error) {
		b.Run(name, func(b *testing.B) {
			var next atomic.Int64
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := fn(int(next.Add(1)) % n); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
	ctx := b.Context()
	parallel("Facts", func(i int) error {
		_, err := s.Facts(ctx, domain.Lookup{Key: licenses[i].Key})
		return err
	})
	for _, keys := range []int{1, n} {
		parallel(fmt.Sprintf("Count/keys=%d", keys), func(i int) error {
			_, err := s.Count(ctx, seen[i%keys], 1)
			return err
		})
	}
	parallel("Update", func(i int) error {
		return s.Update(ctx, ports.Seller(ana.ID), func(ctx context.Context, tx ports.Tx) error {
			sale, err := tx.Purchases.ByID(ctx, sales[i].ID)
			if err != nil {
				return err
			}
			return tx.Purchases.Save(ctx, sale)
		})
	})
}
