package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
)

type variant struct{ domain.Variant }

func (v variant) place() (domain.SellerID, time.Time, string) {
	return v.SellerID, v.CreatedAt, string(v.ID)
}

type variants struct{ *tx }

func (r variants) ByProduct(ctx context.Context, id domain.ProductID) ([]domain.Variant, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Variant
	for _, v := range r.sizes[id] {
		if v, ok := find(r.tx, r.variants, string(v)); ok {
			found = append(found, v.Variant)
		}
	}
	slices.SortFunc(found, func(a, b domain.Variant) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

func (r variants) Insert(ctx context.Context, v domain.Variant) error {
	if err := r.inserting(ctx, v.SellerID); err != nil {
		return err
	}
	if _, there := r.variants.rows[string(v.ID)]; there {
		return domain.ErrExists
	}
	return r.put(v)
}

func (r variants) Save(ctx context.Context, v domain.Variant) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	old, ok := find(r.tx, r.variants, string(v.ID))
	if !ok || v.SellerID != old.SellerID {
		return domain.ErrVariantNotFound
	}
	if v.ProductID != old.ProductID {
		r.moveProduct(old.ProductID)
	}
	return r.put(v)
}

func (r variants) put(v domain.Variant) error {
	if _, ok := find(r.tx, r.products, string(v.ProductID)); !ok {
		return domain.ErrProductNotFound
	}
	if old, had := r.variants.rows[string(v.ID)]; had {
		unlink(r.tx, r.sizes, old.ProductID, old.ID)
	}
	link(r.tx, r.sizes, v.ProductID, v.ID)
	put(r.tx, r.variants, variant{v})
	r.moveProduct(v.ProductID)
	return nil
}
