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
	Replayed bool                // the command came before under this key
}

// Record keeps a sale that was charged elsewhere, with its licence if it earns
// one. Of s, ID, OrderNumber, CreatedAt and Price may be left zero: the id,
// the number and the time are made, the price is the product's. Status may be
// [domain.Pending], to be completed later; left empty, the sale is complete. The
// sale of a membership is for [Sales.RecordMembership].
//
// With a key, twice is once: a repeat is answered with the sale as it stands, and
// says so; another sale under the same key is [domain.ErrKeyReused].
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
			done.Replayed = true
			return err
		}
		if err := renewsNot(ctx, tx, sale); err != nil {
			return err
		}
		p, err := s.prepare(ctx, tx, seller, sale, "", at)
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

// renewsNot refuses the sale of a membership, which begins one; but not what the
// receiver of a gift has of one that is there.
func renewsNot(ctx context.Context, tx ports.Tx, sale domain.PurchaseState) error {
	if sale.GiftOf != "" && sale.MembershipID != "" {
		return nil
	}
	product, err := tx.Products.ByID(ctx, sale.ProductID)
	if err != nil {
		return err
	}
	if product.Kind == domain.MembershipKind && product.DeletedAt.IsZero() {
		return domain.InvalidField("recurrence", "is missing: the sale of a membership is recorded with its recurrence, as a membership")
	}
	return nil
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
		var events []domain.Event
		if state, events, err = alone(do)(ctx, tx, id, at); err != nil {
			return err
		}
		return s.emit(ctx, tx, at, events...)
	})
	return state, err
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
