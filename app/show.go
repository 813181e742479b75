package app

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Show returns the seller's own licence with a key, whatever its state, and
// counts nothing. A product id in what keeps to that product; a permalink is
// not looked at. It is [domain.ErrLicenseNotFound] if the seller has none, and
// [domain.ErrSeveralLicenses] if several products have the key.
func (l *Licensing) Show(ctx context.Context, seller domain.SellerID, what domain.Lookup) (Verification, error) {
	for range rounds {
		f, err := l.own(ctx, seller, what)
		if err != nil {
			return Verification{}, err
		}
		uses, err := l.store.Count(ctx, f.Seen, 0)
		if err == nil {
			return Verification{f, uses, l.at()}, nil
		}
		if !errors.Is(err, domain.ErrMoved) {
			return Verification{}, err
		}
	}
	return Verification{}, domain.ErrUnavailable.Because(domain.ErrMoved)
}

// ShowOf is [Licensing.Show] for the licence of a purchase, whose key need not
// be known: [domain.ErrPurchaseNotFound], or [domain.ErrLicenseNotFound] if the
// purchase has none.
func (l *Licensing) ShowOf(ctx context.Context, seller domain.SellerID, id domain.PurchaseID) (Verification, error) {
	sale, err := load(ctx, l.core, seller, func(ctx context.Context, tx ports.Tx) (Sale, error) { return saleOf(ctx, tx, id) })
	if err != nil {
		return Verification{}, err
	}
	if sale.License.ID == "" {
		return Verification{}, domain.ErrLicenseNotFound
	}
	return l.showByID(ctx, seller, sale.License.ID)
}

// showByID shows a licence by the key that it has now: should another rotation
// come between, by the next one.
func (l *Licensing) showByID(ctx context.Context, seller domain.SellerID, id domain.LicenseID) (Verification, error) {
	for range rounds {
		lic, err := load(ctx, l.core, seller, func(ctx context.Context, tx ports.Tx) (*domain.License, error) {
			return tx.Licenses.ByID(ctx, id)
		})
		if err != nil {
			return Verification{}, err
		}
		v, err := l.Show(ctx, seller, domain.Lookup{Key: lic.State().Key, ProductID: lic.State().ProductID})
		if err == nil && v.License.ID == id || err != nil && !errors.Is(err, domain.ErrLicenseNotFound) {
			return v, err
		}
	}
	return Verification{}, domain.ErrUnavailable.Because(domain.ErrMoved)
}

// own finds the seller's one licence with a key.
func (l *Licensing) own(ctx context.Context, seller domain.SellerID, what domain.Lookup) (domain.Facts, error) {
	if !domain.Storable(string(what.Key)) || !domain.Storable(string(what.ProductID)) {
		return domain.Facts{}, domain.ErrLicenseNotFound
	}
	holders, err := l.store.Facts(ctx, what)
	if err != nil {
		return domain.Facts{}, err
	}
	return domain.Own(holders, seller)
}
