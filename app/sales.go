package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Sales records sales made elsewhere and what became of them.
type Sales struct{ *core }

// Sale is a purchase and the licence that it earned. A bundle's own licence is
// here; the purchases of what it includes have theirs.
type Sale struct {
	Purchase domain.PurchaseState
	License  domain.LicenseState // the zero value: none
	Included []Sale              // of a bundle
}

// Record keeps a sale that was charged elsewhere, with its licence if it earns
// one. Of s, ID, OrderNumber, CreatedAt and Price may be left zero: the id,
// the number and the time are made, the price is the product's. Status may be
// [domain.Pending], to be completed later; left empty, the sale is complete.
//
// With a key, twice is once: a repeat is answered with the sale as it stands,
// and another sale under the same key is [domain.ErrKeyReused].
func (s *Sales) Record(ctx context.Context, seller domain.SellerID, key string, sale domain.PurchaseState) (Sale, error) {
	at := s.at()
	request := digestOf(sale)
	var done Sale
	err := s.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		was, fresh, err := s.begin(ctx, tx, key, request, at)
		if err != nil {
			return err
		}
		if !fresh {
			done, err = saleOf(ctx, tx, domain.PurchaseID(was))
			return err
		}
		p, err := s.prepare(ctx, tx, seller, sale, at)
		if err != nil {
			return err
		}
		if p, err = s.insert(ctx, tx, p); err != nil {
			return err
		}
		done = Sale{Purchase: p.State()}
		if sale.Status == "" {
			if done, err = s.complete(ctx, tx, p, at); err != nil {
				return err
			}
		}
		return s.finish(ctx, tx, key, string(done.Purchase.ID))
	})
	return done, err
}

// Complete ends the wait for the payment of pending purchases, all or none: of
// one, or of both sides of a gift.
func (s *Sales) Complete(ctx context.Context, seller domain.SellerID, ids ...domain.PurchaseID) ([]Sale, error) {
	at := s.at()
	var done []Sale
	err := s.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		all := make([]Sale, len(ids))
		for i, id := range ids {
			p, err := tx.Purchases.ByID(ctx, id)
			if err != nil {
				return err
			}
			if all[i], err = s.complete(ctx, tx, p, at); err != nil {
				return err
			}
		}
		done = all
		return nil
	})
	return done, err
}

// Preorder keeps a pending purchase until its product is released.
func (s *Sales) Preorder(ctx context.Context, seller domain.SellerID, id domain.PurchaseID) (domain.PurchaseState, error) {
	return s.change(ctx, seller, id, (*domain.Purchase).Preorder)
}

// Release charges a preorder: it makes the purchase that earns the key. Twice
// makes two.
func (s *Sales) Release(ctx context.Context, seller domain.SellerID, preorder domain.PurchaseID) (Sale, error) {
	at := s.at()
	var done Sale
	err := s.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		pre, err := tx.Purchases.ByID(ctx, preorder)
		if err != nil {
			return err
		}
		p, err := pre.Release(domain.PurchaseID(s.newID(at)), at)
		if err != nil {
			return err
		}
		if p, err = s.insert(ctx, tx, p); err != nil {
			return err
		}
		done, err = s.complete(ctx, tx, p, at)
		return err
	})
	return done, err
}

// Refund records that amount minor units went back; 0 means all that is left.
func (s *Sales) Refund(ctx context.Context, seller domain.SellerID, id domain.PurchaseID, amount int64) (domain.PurchaseState, error) {
	return s.change(ctx, seller, id, func(p *domain.Purchase, at time.Time) ([]domain.Event, error) {
		return p.Refund(amount, at)
	})
}

// Dispute records a dispute, of a bundle also on what it included: the bank
// took the money for all of it. A refund stays with the bundle. Twice is once.
func (s *Sales) Dispute(ctx context.Context, seller domain.SellerID, id domain.PurchaseID) (domain.PurchaseState, error) {
	return s.changeBundle(ctx, seller, id, (*domain.Purchase).Dispute)
}

// WinDispute records that the seller won, of a bundle also on what it included.
// Twice is once.
func (s *Sales) WinDispute(ctx context.Context, seller domain.SellerID, id domain.PurchaseID) (domain.PurchaseState, error) {
	return s.changeBundle(ctx, seller, id, (*domain.Purchase).WinDispute)
}

// Revoke takes access away: the key answers that it has expired. Twice is once.
func (s *Sales) Revoke(ctx context.Context, seller domain.SellerID, id domain.PurchaseID) (domain.PurchaseState, error) {
	return s.change(ctx, seller, id, (*domain.Purchase).Revoke)
}

// Unrevoke gives access back, or fails with [domain.ErrNotRevoked].
func (s *Sales) Unrevoke(ctx context.Context, seller domain.SellerID, id domain.PurchaseID) (domain.PurchaseState, error) {
	return s.change(ctx, seller, id, (*domain.Purchase).Unrevoke)
}

// Get returns a purchase with its licence.
func (s *Sales) Get(ctx context.Context, seller domain.SellerID, id domain.PurchaseID) (Sale, error) {
	return load(ctx, s.core, seller, func(ctx context.Context, tx ports.Tx) (Sale, error) { return saleOf(ctx, tx, id) })
}

// List returns purchases by time of sale.
func (s *Sales) List(ctx context.Context, seller domain.SellerID, q ports.PurchaseQuery) ([]domain.PurchaseState, error) {
	return load(ctx, s.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.PurchaseState, error) {
		return tx.Purchases.List(ctx, q)
	})
}

// verb is a change of a purchase.
type verb func(*domain.Purchase, time.Time) ([]domain.Event, error)

func (s *Sales) change(ctx context.Context, seller domain.SellerID, id domain.PurchaseID, do verb) (domain.PurchaseState, error) {
	at := s.at()
	var state domain.PurchaseState
	err := s.update(ctx, seller, func(ctx context.Context, tx ports.Tx) (err error) {
		state, err = s.changeIn(ctx, tx, id, do, at)
		return err
	})
	return state, err
}

func (s *Sales) changeBundle(ctx context.Context, seller domain.SellerID, id domain.PurchaseID, do verb) (domain.PurchaseState, error) {
	at := s.at()
	var state domain.PurchaseState
	err := s.update(ctx, seller, func(ctx context.Context, tx ports.Tx) (err error) {
		if state, err = s.changeIn(ctx, tx, id, do, at); err != nil {
			return err
		}
		included, err := tx.Purchases.List(ctx, ports.PurchaseQuery{BundleOf: id})
		if err != nil {
			return err
		}
		for _, p := range included {
			_, err := s.changeIn(ctx, tx, p.ID, do, at)
			if err != nil && domain.KindOf(err) != domain.Precondition { // one that was never paid, or never disputed
				return err
			}
		}
		return nil
	})
	return state, err
}

func (s *Sales) changeIn(ctx context.Context, tx ports.Tx, id domain.PurchaseID, do verb, at time.Time) (domain.PurchaseState, error) {
	p, err := tx.Purchases.ByID(ctx, id)
	if err != nil {
		return domain.PurchaseState{}, err
	}
	events, err := do(p, at)
	if err != nil {
		return domain.PurchaseState{}, err
	}
	if err := tx.Purchases.Save(ctx, p); err != nil {
		return domain.PurchaseState{}, err
	}
	return p.State(), s.emit(ctx, tx, at, events...)
}

func saleOf(ctx context.Context, tx ports.Tx, id domain.PurchaseID) (Sale, error) {
	p, err := tx.Purchases.ByID(ctx, id)
	if err != nil {
		return Sale{}, err
	}
	sale := Sale{Purchase: p.State()}
	l, err := tx.Licenses.ByPurchase(ctx, id, "")
	if err == nil {
		sale.License = l.State()
	}
	if errors.Is(err, domain.ErrLicenseNotFound) {
		err = nil
	}
	return sale, err
}
