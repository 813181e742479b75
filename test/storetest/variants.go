package storetest

import (
	"context"
	"slices"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var variantAggregate = aggregate[domain.Variant]{
	notFound: domain.ErrVariantNotFound,
	bare: func(t *testing.T, w *world) domain.Variant {
		return fixture.Variant(w.product(t), func(v *domain.Variant) { v.Price = 0 })
	},
	full: func(t *testing.T, w *world) domain.Variant {
		return fixture.Variant(w.product(t), func(v *domain.Variant) { v.Category = domain.TierCategory })
	},
	byID: func(ctx context.Context, tx ports.Tx, v domain.Variant) (domain.Variant, error) {
		all, err := tx.Variants.ByProduct(ctx, v.ProductID)
		for _, got := range all {
			if got.ID == v.ID {
				return got, err
			}
		}
		if err == nil {
			err = domain.ErrVariantNotFound
		}
		return domain.Variant{}, err
	},
	insert: func(ctx context.Context, tx ports.Tx, v domain.Variant) error { return tx.Variants.Insert(ctx, v) },
	save:   func(ctx context.Context, tx ports.Tx, v domain.Variant) error { return tx.Variants.Save(ctx, v) },
}

var variantTests = variantAggregate.tests(tests{
	"ByProduct":          variantByProduct,
	"UnknownProduct":     variantUnknownProduct,
	"AProductIsNeeded":   variantNeedsProduct,
	"PositionsMayRepeat": variantPositions,
})

func byProduct(id domain.ProductID) func(context.Context, ports.Tx) ([]domain.Variant, error) {
	return func(ctx context.Context, tx ports.Tx) ([]domain.Variant, error) {
		return tx.Variants.ByProduct(ctx, id)
	}
}

func variantByProduct(t *testing.T, w *world) {
	p, other := w.product(t), w.product(t)
	third := fixture.Variant(p, func(v *domain.Variant) { v.Position = 3 })
	first := fixture.Variant(p, func(v *domain.Variant) { v.Position = -1 })
	second := fixture.Variant(p, func(v *domain.Variant) { v.DeletedAt = fixture.T0 }) // deleted ones too
	fixture.Fill(t, w, third, first, fixture.Variant(other), second)
	wantAll(t, "by position", read(t, w, w.of, byProduct(p.ID)), first, second, third)

	first.Position = 9
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return tx.Variants.Save(ctx, first) })
	wantAll(t, "after one moved", read(t, w, w.of, byProduct(p.ID)), second, third, first)
}

func variantPositions(t *testing.T, w *world) {
	p := w.product(t)
	var want []domain.Variant
	for _, id := range fixture.OddIDs() {
		want = append(want, fixture.Variant(p, func(v *domain.Variant) { v.ID = domain.VariantID(id) }))
	}
	scattered := slices.Clone(want)
	slices.Reverse(scattered)
	variantAggregate.put(t, w, scattered...)
	wantAll(t, "by the bytes of the id", read(t, w, w.of, byProduct(p.ID)), want...)
}

func variantUnknownProduct(t *testing.T, w *world) {
	fixture.Fill(t, w, fixture.Variant(w.product(t)))
	for _, id := range append(fixture.Unstorable(), "", fixture.ID()) {
		wantAll(t, "of an unknown product", read(t, w, w.of, byProduct(domain.ProductID(id))))
	}
}

func variantNeedsProduct(t *testing.T, w *world) {
	theirs := fixture.Product(w.bob)
	fixture.Fill(t, w, theirs)
	for what, p := range map[string]domain.Product{"unknown": fixture.Product(w.ana), "bob's": theirs} {
		v := fixture.Variant(p, func(v *domain.Variant) { v.SellerID = w.ana.ID })
		err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error { return tx.Variants.Insert(ctx, v) })
		wantErr(t, "a variant of a product that is "+what, err, domain.ErrProductNotFound)
	}
	wantAll(t, "bob's variants", read(t, w, ports.Seller(w.bob.ID), byProduct(theirs.ID)))
}
