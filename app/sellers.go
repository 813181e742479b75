package app

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Sellers makes and lists sellers. Only whoever runs the server may: it is in
// the system's scope.
type Sellers struct{ *core }

// Add makes a seller. Of s only Name, Email and Address count.
func (s *Sellers) Add(ctx context.Context, of domain.Seller) (domain.Seller, error) {
	at := s.at()
	made := domain.Seller{
		ID: domain.SellerID(s.newID(at)), UserID: domain.NewUserID(s.number()), Name: of.Name,
		Email: domain.NormalizeEmail(of.Email), Address: of.Address, CreatedAt: at,
	}
	if err := made.Check(); err != nil {
		return domain.Seller{}, err
	}
	err := s.store.Update(ctx, ports.System, func(ctx context.Context, tx ports.Tx) error {
		return tx.Sellers.Insert(ctx, made)
	})
	return made, err
}

// Get returns a seller, or [domain.ErrSellerNotFound].
func (s *Sellers) Get(ctx context.Context, id domain.SellerID) (domain.Seller, error) {
	return load(ctx, s.core, id, func(ctx context.Context, tx ports.Tx) (domain.Seller, error) {
		return tx.Sellers.ByID(ctx, id)
	})
}

// List returns sellers after a cursor, oldest first.
func (s *Sellers) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Seller, error) {
	var got []domain.Seller
	err := s.store.View(ctx, ports.System, func(ctx context.Context, tx ports.Tx) (err error) {
		got, err = tx.Sellers.List(ctx, after, limit)
		return err
	})
	return got, err
}
