package app

import (
	"context"
	"fmt"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// ownerOf returns the seller that a record belongs to.
func ownerOf(v any) domain.SellerID {
	switch v := v.(type) {
	case domain.Seller:
		return v.ID
	case domain.Product:
		return v.SellerID
	case domain.Variant:
		return v.SellerID
	case domain.PurchaseState:
		return v.SellerID
	case domain.Membership:
		return v.SellerID
	case ports.CountedLicense:
		return v.License.SellerID
	case domain.TokenState:
		return v.SellerID
	}
	return ""
}

// checkForm asks the domain whether a record is well formed.
func checkForm(v any) error {
	switch v := v.(type) {
	case domain.Seller:
		return v.Check()
	case domain.Product:
		return v.Check()
	case domain.Variant:
		return v.Check()
	case domain.PurchaseState:
		return v.Check()
	case domain.Membership:
		return v.Check()
	case ports.CountedLicense:
		if v.Uses < 0 {
			return domain.InvalidField("uses", "must not be negative")
		}
		return v.License.Check()
	case domain.TokenState:
		return v.Check()
	}
	return fmt.Errorf("app: no record is a %T", v)
}

// stored returns what the scope has under the record's id, and false if there
// is nothing.
func stored(ctx context.Context, tx ports.Tx, v any) (any, bool, error) {
	switch v := v.(type) {
	case domain.Seller:
		return there(tx.Sellers.ByID(ctx, v.ID))
	case domain.Product:
		return there(tx.Products.ByID(ctx, v.ID))
	case domain.Variant:
		all, err := tx.Variants.ByProduct(ctx, v.ProductID)
		for _, o := range all {
			if o.ID == v.ID {
				return o, true, nil
			}
		}
		return nil, false, err
	case domain.PurchaseState:
		p, ok, err := there(tx.Purchases.ByID(ctx, v.ID))
		if ok {
			return p.(*domain.Purchase).State(), true, nil
		}
		return nil, false, err
	case domain.Membership:
		return there(tx.Memberships.ByID(ctx, v.ID))
	case ports.CountedLicense:
		l, ok, err := there(tx.Licenses.ByID(ctx, v.License.ID))
		if ok {
			return ports.CountedLicense{License: l.(*domain.License).State(), Uses: v.Uses}, true, nil
		}
		return nil, false, err
	case domain.TokenState:
		got, ok, err := there(tx.Tokens.ByID(ctx, v.ID))
		if ok {
			s := got.(*domain.Token).State()
			s.RevokedAt = v.RevokedAt
			return s, true, nil
		}
		return nil, false, err
	}
	return nil, false, fmt.Errorf("app: no record is a %T", v)
}

func there[T any](v T, err error) (any, bool, error) {
	if err != nil && domain.KindOf(err) == domain.NotFound {
		return nil, false, nil
	}
	return v, err == nil, err
}

// insertRecord keeps a record that is not there, and reports whether it did.
func insertRecord(ctx context.Context, tx ports.Tx, v any) (bool, error) {
	var err error
	switch v := v.(type) {
	case domain.Product:
		err = tx.Products.Insert(ctx, v)
	case domain.Variant:
		err = tx.Variants.Insert(ctx, v)
	case domain.PurchaseState:
		err = tx.Purchases.Insert(ctx, domain.RestorePurchase(v))
	case domain.Membership:
		err = tx.Memberships.Insert(ctx, v)
	case ports.CountedLicense:
		err = tx.Licenses.Insert(ctx, domain.RestoreLicense(v.License), v.Uses)
	case domain.TokenState:
		err = tx.Tokens.Insert(ctx, domain.RestoreToken(v))
	default:
		err = fmt.Errorf("app: no record is a %T", v)
	}
	if domain.KindOf(err) != domain.Conflict {
		return err == nil, err
	}
	// Something has the id, or a name of it: fine if it is this very record.
	was, ok, lookErr := stored(ctx, tx, v)
	if lookErr != nil {
		return false, lookErr
	}
	if !ok || was != v {
		return false, err
	}
	return false, nil
}
