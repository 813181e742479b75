package app

import (
	"context"
	"iter"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Transfer carries everything that usher stores out of one store and into
// another, as records. Their form in a file is an adapter's (adapters/jsonl).
// What is on its way is not carried: events, jobs and remembered commands.
type Transfer struct{ *core }

// Record is one thing: a [domain.Seller], [domain.Product], [domain.Variant],
// [domain.PurchaseState], [domain.Membership], [ports.CountedLicense] or
// [domain.TokenState]. A thing comes after what it belongs to; a seller, before
// all of its own.
type Record struct {
	Line  int // in the file, from 1; 0 when exported
	Value any
}

// exportSlice is how many things one look at the store reads.
const exportSlice = 1000

// Export yields everything, seller by seller, in an order that depends only on
// what is stored. Each slice is read at an instant of its own; what is made
// meanwhile may be missing, and nothing comes twice. After an error it ends.
func (t *Transfer) Export(ctx context.Context) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		sellers := func(after ports.Cursor) ([]domain.Seller, error) {
			return (&Sellers{t.core}).List(ctx, after, exportSlice)
		}
		for s, err := range paged(sellers, func(s domain.Seller) ports.Cursor { return ports.Cursor{At: s.CreatedAt, ID: string(s.ID)} }) {
			if !yield(Record{Value: s}, err) || err != nil {
				return
			}
			if !t.exportSeller(ctx, s.ID, yield) {
				return
			}
		}
	}
}

func (t *Transfer) exportSeller(ctx context.Context, id domain.SellerID, yield func(Record, error) bool) bool {
	catalog := &Catalog{t.core}
	at := func(at time.Time, id string) ports.Cursor { return ports.Cursor{At: at, ID: id} }
	products := paged(func(after ports.Cursor) ([]domain.Product, error) {
		return catalog.Products(ctx, id, after, exportSlice)
	}, func(p domain.Product) ports.Cursor { return at(p.CreatedAt, string(p.ID)) })
	variants := func(yield func(domain.Variant, error) bool) {
		for p, err := range products {
			if err != nil {
				yield(domain.Variant{}, err)
				return
			}
			of, err := catalog.Variants(ctx, id, p.ID)
			if err != nil {
				yield(domain.Variant{}, err)
				return
			}
			for _, v := range of {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
	purchases := paged(func(after ports.Cursor) ([]domain.PurchaseState, error) {
		return (&Sales{t.core}).List(ctx, id, ports.PurchaseQuery{After: after, Limit: exportSlice})
	}, func(p domain.PurchaseState) ports.Cursor { return at(p.CreatedAt, string(p.ID)) })
	memberships := paged(func(after ports.Cursor) ([]domain.Membership, error) {
		return load(ctx, t.core, id, func(ctx context.Context, tx ports.Tx) ([]domain.Membership, error) {
			return tx.Memberships.List(ctx, after, exportSlice)
		})
	}, func(m domain.Membership) ports.Cursor { return at(m.CreatedAt, string(m.ID)) })
	licenses := paged(func(after ports.Cursor) ([]ports.CountedLicense, error) {
		return load(ctx, t.core, id, func(ctx context.Context, tx ports.Tx) ([]ports.CountedLicense, error) {
			return tx.Licenses.List(ctx, after, exportSlice)
		})
	}, func(l ports.CountedLicense) ports.Cursor { return at(l.License.CreatedAt, string(l.License.ID)) })
	tokens := paged(func(after ports.Cursor) ([]domain.TokenState, error) {
		return (&Tokens{t.core}).List(ctx, id, after, exportSlice)
	}, func(s domain.TokenState) ports.Cursor { return at(s.CreatedAt, string(s.ID)) })

	return pass(products, yield) && pass(variants, yield) && pass(purchases, yield) &&
		pass(memberships, yield) && pass(licenses, yield) && pass(tokens, yield)
}

// pass yields things as records, and reports whether more are wanted.
func pass[T any](things iter.Seq2[T, error], yield func(Record, error) bool) bool {
	for v, err := range things {
		if !yield(Record{Value: v}, err) || err != nil {
			return false
		}
	}
	return true
}

// paged yields a list slice by slice.
func paged[T any](list func(after ports.Cursor) ([]T, error), place func(T) ports.Cursor) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var after ports.Cursor
		for {
			some, err := list(after)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, v := range some {
				if !yield(v, nil) {
					return
				}
				after = place(v)
			}
			if len(some) < exportSlice {
				return
			}
		}
	}
}
