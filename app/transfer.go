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
	Line  int // in the file, from 1 and growing; 0 when exported
	Value any
}

// Export yields everything, seller by seller, in an order that depends only on
// what is stored. Each slice is read at an instant of its own; what is made
// meanwhile may be missing, and then so is what belongs to it: nothing is
// exported without what it belongs to, and nothing comes twice. After an error
// it ends.
func (t *Transfer) Export(ctx context.Context) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		sellers := func(after ports.Cursor, limit int) ([]domain.Seller, error) {
			return (&Sellers{t.core}).List(ctx, after, limit)
		}
		for s, err := range Paged(sellers, func(s domain.Seller) ports.Cursor { return placeOf(s.CreatedAt, s.ID) }) {
			if !yield(Record{Value: s}, err) || err != nil {
				return
			}
			e := export{t.core, ctx, s.ID, map[mark]bool{}}
			if !e.everything(yield) {
				return
			}
		}
	}
}

// export is the export of one seller. It remembers what was yielded that other
// things belong to: a product or a sale that was made behind its back must not
// show up as the owner of a key.
type export struct {
	*core
	ctx    context.Context
	seller domain.SellerID
	out    map[mark]bool
}

func (e *export) everything(yield func(Record, error) bool) bool {
	return pass(e.products(), yield, func(p domain.Product) bool {
		return e.add("product", string(p.ID))
	}) &&
		pass(e.variants(), yield, func(v domain.Variant) bool {
			return e.has("product", string(v.ProductID)) && e.add("variant", string(v.ID))
		}) &&
		pass(e.purchases(), yield, func(p domain.PurchaseState) bool {
			for id := range p.Variants.All() {
				if !e.has("variant", string(id)) {
					return false
				}
			}
			return e.has("product", string(p.ProductID)) && e.add("purchase", string(p.ID))
		}) &&
		pass(e.memberships(), yield, func(m domain.Membership) bool { return e.has("purchase", string(m.PurchaseID)) }) &&
		pass(e.licenses(), yield, func(l ports.CountedLicense) bool { return e.has("purchase", string(l.License.PurchaseID)) }) &&
		pass(e.tokens(), yield, func(domain.TokenState) bool { return true })
}

func (e *export) has(kind, id string) bool { return e.out[markOf(kind, id)] }

func (e *export) add(kind, id string) bool {
	e.out[markOf(kind, id)] = true
	return true
}

func (e *export) products() iter.Seq2[domain.Product, error] {
	return Paged(func(after ports.Cursor, limit int) ([]domain.Product, error) {
		return (&Catalog{e.core}).Products(e.ctx, e.seller, after, limit)
	}, func(p domain.Product) ports.Cursor { return placeOf(p.CreatedAt, p.ID) })
}

func (e *export) variants() iter.Seq2[domain.Variant, error] {
	return func(yield func(domain.Variant, error) bool) {
		for p, err := range e.products() {
			var of []domain.Variant
			if err == nil {
				of, err = (&Catalog{e.core}).Variants(e.ctx, e.seller, p.ID)
			}
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
}

func (e *export) purchases() iter.Seq2[domain.PurchaseState, error] {
	return Paged(func(after ports.Cursor, limit int) ([]domain.PurchaseState, error) {
		return (&Sales{e.core}).List(e.ctx, e.seller, ports.PurchaseQuery{After: after, Limit: limit})
	}, func(p domain.PurchaseState) ports.Cursor { return placeOf(p.CreatedAt, p.ID) })
}

func (e *export) memberships() iter.Seq2[domain.Membership, error] {
	return Paged(func(after ports.Cursor, limit int) ([]domain.Membership, error) {
		return load(e.ctx, e.core, e.seller, func(ctx context.Context, tx ports.Tx) ([]domain.Membership, error) {
			return tx.Memberships.List(ctx, after, limit)
		})
	}, func(m domain.Membership) ports.Cursor { return placeOf(m.CreatedAt, m.ID) })
}

func (e *export) licenses() iter.Seq2[ports.CountedLicense, error] {
	return Paged(func(after ports.Cursor, limit int) ([]ports.CountedLicense, error) {
		return load(e.ctx, e.core, e.seller, func(ctx context.Context, tx ports.Tx) ([]ports.CountedLicense, error) {
			return tx.Licenses.List(ctx, after, limit)
		})
	}, func(l ports.CountedLicense) ports.Cursor { return placeOf(l.License.CreatedAt, l.License.ID) })
}

func (e *export) tokens() iter.Seq2[domain.TokenState, error] {
	return Paged(func(after ports.Cursor, limit int) ([]domain.TokenState, error) {
		return (&Tokens{e.core}).List(e.ctx, e.seller, after, limit)
	}, func(s domain.TokenState) ports.Cursor { return placeOf(s.CreatedAt, s.ID) })
}

// pass yields those things that fit as records, and reports whether more are
// wanted.
func pass[T any](things iter.Seq2[T, error], yield func(Record, error) bool, fits func(T) bool) bool {
	for v, err := range things {
		if err != nil {
			yield(Record{}, err)
			return false
		}
		if fits(v) && !yield(Record{Value: v}, nil) {
			return false
		}
	}
	return true
}

func placeOf[ID ~string](at time.Time, id ID) ports.Cursor {
	return ports.Cursor{At: at, ID: string(id)}
}
