package app

import (
	"context"
	"errors"
	"strings"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// against compares a record with the store: it is there just so, or it is
// fresh, or something else has its id or one of its names.
func (k *checker) against(ctx context.Context, owner domain.SellerID, v any) (fresh bool, err error) {
	fresh = true
	for _, seller := range k.sellers {
		err := k.store.View(ctx, ports.Seller(seller), func(ctx context.Context, tx ports.Tx) error {
			was, ok, err := stored(ctx, tx, v)
			switch {
			case err != nil:
				return err
			case ok && was == v:
				fresh = false
				return nil
			case ok:
				_, id := idOf(v)
				return domain.ErrExists.On(id).Because(errors.New("the store has it otherwise; import changes nothing that is there"))
			}
			return clash(ctx, tx, v, seller == owner)
		})
		if err != nil {
			return false, err
		}
	}
	if l, ok := v.(ports.CountedLicense); ok && fresh && len(k.sellers) > 0 {
		holders, err := k.store.Facts(ctx, domain.Lookup{Key: l.License.Key, ProductID: l.License.ProductID})
		if err != nil {
			return false, err
		}
		if len(holders) > 0 {
			return false, domain.ErrKeyTaken
		}
	}
	return fresh, nil
}

// clash looks for something of the scope's that has a name of a fresh record.
func clash(ctx context.Context, tx ports.Tx, v any, own bool) error {
	switch v := v.(type) {
	case domain.Product:
		p, err := tx.Products.ByPermalink(ctx, v.Permalink)
		if err == nil && strings.EqualFold(p.Permalink, v.Permalink) {
			return domain.ErrPermalinkTaken
		}
		if v.CustomPermalink == "" || !own || free(err) != nil {
			return free(err)
		}
		p, err = tx.Products.ByPermalink(ctx, v.CustomPermalink)
		if err == nil && strings.EqualFold(p.CustomPermalink, v.CustomPermalink) {
			return domain.ErrPermalinkTaken
		}
		return free(err)
	case domain.PurchaseState:
		if own {
			_, err := tx.Purchases.ByOrderNumber(ctx, v.OrderNumber)
			if err == nil {
				return domain.ErrOrderNumberTaken
			}
			return free(err)
		}
	case ports.CountedLicense:
		if own {
			_, err := tx.Licenses.ByPurchase(ctx, v.License.PurchaseID, v.License.SeatID)
			if err == nil {
				return domain.ErrLicenseExists
			}
			return free(err)
		}
	}
	return nil
}

// free turns "not found" into nil.
func free(err error) error {
	if err != nil && domain.KindOf(err) == domain.NotFound {
		return nil
	}
	return err
}
