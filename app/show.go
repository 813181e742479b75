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
	what.Permalink = ""
	return l.answer(ctx, l.at(), 0, func() (domain.Facts, error) {
		holders, err := l.holders(ctx, what)
		if err != nil {
			return domain.Facts{}, err
		}
		return domain.Own(holders, seller)
	})
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
