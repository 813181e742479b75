package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type seller struct{ domain.Seller }

// place is nobody's: [sellers] knows who reaches which.
func (s seller) place() (domain.SellerID, time.Time, string) { return "", s.CreatedAt, string(s.ID) }

type sellers struct{ *tx }

func (r sellers) reached(id domain.SellerID) bool { return r.system || r.reaches(id) }

func (r sellers) ByID(ctx context.Context, id domain.SellerID) (domain.Seller, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Seller{}, err
	}
	s, ok := r.sellers.rows[string(id)]
	if !ok || !r.reached(id) {
		return domain.Seller{}, domain.ErrSellerNotFound
	}
	return s.Seller, nil
}

func (r sellers) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Seller, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Seller
	for _, s := range list(r.sellers, r.sellers.pages[""], after, limit, func(s seller) bool { return r.reached(s.ID) }) {
		found = append(found, s.Seller)
	}
	return found, nil
}

func (r sellers) Insert(ctx context.Context, s domain.Seller) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	if !r.system {
		return domain.ErrScope
	}
	if _, there := r.sellers.rows[string(s.ID)]; there {
		return domain.ErrExists
	}
	put(r.tx, r.sellers, seller{s})
	return nil
}

func (r sellers) Save(ctx context.Context, s domain.Seller) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	if _, there := r.sellers.rows[string(s.ID)]; !there || !r.reached(s.ID) {
		return domain.ErrSellerNotFound
	}
	put(r.tx, r.sellers, seller{s})
	for p := range r.products.pages[s.ID].after(first) {
		r.moveProduct(domain.ProductID(p.id))
	}
	return nil
}
