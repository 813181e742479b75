package memstore

import (
	"context"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type product struct {
	domain.Product
	stamp int64
}

func (p product) place() (domain.SellerID, time.Time, string) {
	return p.SellerID, p.CreatedAt, string(p.ID)
}

func (p product) custom() ofSeller { return ofSeller{p.SellerID, strings.ToLower(p.CustomPermalink)} }

type products struct{ *tx }

func (r products) ByID(ctx context.Context, id domain.ProductID) (domain.Product, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Product{}, err
	}
	p, ok := find(r.tx, r.products, string(id))
	if !ok {
		return domain.Product{}, domain.ErrProductNotFound
	}
	return p.Product, nil
}

func (r products) ByPermalink(ctx context.Context, permalink string) (domain.Product, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Product{}, err
	}
	folded := strings.ToLower(permalink)
	if p, ok := find(r.tx, r.products, string(r.permalinks[folded])); ok {
		return p.Product, nil
	}
	if p, ok := find(r.tx, r.products, string(r.customs[ofSeller{r.seller, folded}])); ok {
		return p.Product, nil
	}
	return domain.Product{}, domain.ErrProductNotFound
}

func (r products) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Product, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Product
	for _, p := range list(r.products, r.products.pages[r.seller], after, limit, nil) {
		found = append(found, p.Product)
	}
	return found, nil
}

func (r products) Insert(ctx context.Context, p domain.Product) error {
	if err := r.inserting(ctx, p.SellerID); err != nil {
		return err
	}
	if _, there := r.products.rows[string(p.ID)]; there {
		return domain.ErrExists
	}
	return r.put(product{Product: p, stamp: 1})
}

func (r products) Save(ctx context.Context, p domain.Product) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	old, ok := find(r.tx, r.products, string(p.ID))
	if !ok || p.SellerID != old.SellerID {
		return domain.ErrProductNotFound
	}
	return r.put(product{Product: p, stamp: old.stamp + 1})
}

// put keeps p under its permalinks, unless another product has one of them.
func (r products) put(p product) error {
	folded := strings.ToLower(p.Permalink)
	if other, taken := r.permalinks[folded]; taken && other != p.ID {
		return domain.ErrPermalinkTaken
	}
	if other, taken := r.customs[p.custom()]; taken && other != p.ID && p.CustomPermalink != "" {
		return domain.ErrPermalinkTaken
	}
	if old, had := r.products.rows[string(p.ID)]; had {
		unset(r.tx, r.permalinks, strings.ToLower(old.Permalink))
		unset(r.tx, r.customs, old.custom())
	}
	set(r.tx, r.permalinks, folded, p.ID)
	if p.CustomPermalink != "" {
		set(r.tx, r.customs, p.custom(), p.ID)
	}
	put(r.tx, r.products, p)
	return nil
}

// moveProduct moves the stamp of a product.
func (t *tx) moveProduct(id domain.ProductID) {
	if p, ok := t.products.rows[string(id)]; ok {
		p.stamp++
		set(t, t.products.rows, string(id), p)
	}
}
