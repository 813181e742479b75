package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

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
	case domain.MembershipState:
		return v.Check()
	case domain.MembershipRecord:
		return checkRecord(v)
	case domain.PaymentState:
		return v.Check()
	case domain.Refund:
		return v.Check()
	case domain.Dispute:
		return v.Check()
	case domain.Seat:
		return v.Check()
	case ports.CountedLicense:
		if v.Uses < 0 {
			return domain.InvalidField("uses", "must not be negative")
		}
		return v.License.Check()
	case domain.TokenState:
		if v.PurchaseID != "" || v.SeatID != "" || v.ApplicationID != "" {
			return domain.InvalidField("scopes", "are missing: only tokens that sellers made are imported")
		}
		return v.Check()
	}
	return fmt.Errorf("app: no record is a %T", v)
}

// stored returns what the scope has under the record's id, and false if there
// is nothing.
func stored(ctx context.Context, tx ports.Tx, v any) (any, bool, error) {
	switch v := v.(type) {
	case domain.Seller:
		return anything(there(tx.Sellers.ByID(ctx, v.ID)))
	case domain.Product:
		return anything(there(tx.Products.ByID(ctx, v.ID)))
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
			return p.State(), true, nil
		}
		return nil, false, err
	case domain.MembershipState:
		m, ok, err := there(tx.Memberships.ByID(ctx, v.ID))
		if ok {
			return m.State(), true, nil
		}
		return nil, false, err
	case domain.MembershipRecord:
		return adopted(ctx, tx, v)
	case domain.PaymentState:
		p, ok, err := there(tx.Payments.ByID(ctx, v.ID))
		if ok {
			return p.State(), true, nil
		}
		return nil, false, err
	case domain.Refund:
		return anything(there(tx.Refunds.ByID(ctx, v.ID)))
	case domain.Dispute:
		return anything(there(tx.Disputes.ByID(ctx, v.ID)))
	case domain.Seat:
		return anything(there(tx.Seats.ByID(ctx, v.ID)))
	case ports.CountedLicense:
		l, ok, err := there(tx.Licenses.ByID(ctx, v.License.ID))
		if ok {
			return ports.CountedLicense{License: l.State(), Uses: v.Uses}, true, nil
		}
		return nil, false, err
	case domain.TokenState:
		got, ok, err := there(tx.Tokens.ByID(ctx, v.ID))
		if ok {
			s := got.State()
			s.RevokedAt = v.RevokedAt
			return s, true, nil
		}
		return nil, false, err
	}
	return nil, false, fmt.Errorf("app: no record is a %T", v)
}

// there turns "not found" into false.
func there[T any](v T, err error) (T, bool, error) {
	if err != nil && domain.KindOf(err) == domain.NotFound {
		return v, false, nil
	}
	return v, err == nil, err
}

// anything forgets the type of what there returns.
func anything[T any](v T, ok bool, err error) (any, bool, error) { return v, ok, err }

// insertRecord keeps a record that is not there, and reports whether it did.
func insertRecord(ctx context.Context, tx ports.Tx, v any) (bool, error) {
	var err error
	switch v := v.(type) {
	case domain.Seller:
		err = tx.Sellers.Insert(ctx, v)
	case domain.Product:
		err = tx.Products.Insert(ctx, v)
	case domain.Variant:
		err = tx.Variants.Insert(ctx, v)
	case domain.PurchaseState:
		err = tx.Purchases.Insert(ctx, domain.RestorePurchase(v))
	case domain.MembershipState:
		err = tx.Memberships.Insert(ctx, domain.RestoreMembership(v))
	case domain.MembershipRecord:
		err = adopt(ctx, tx, v)
	case domain.PaymentState:
		err = tx.Payments.Insert(ctx, domain.RestorePayment(v))
	case domain.Refund:
		err = tx.Refunds.Insert(ctx, v)
	case domain.Dispute:
		err = tx.Disputes.Insert(ctx, v)
	case domain.Seat:
		err = tx.Seats.Insert(ctx, v)
	case ports.CountedLicense:
		err = tx.Licenses.Insert(ctx, domain.RestoreLicense(v.License), v.Uses)
	case domain.TokenState:
		err = tx.Tokens.Insert(ctx, domain.RestoreToken(v))
	default:
		err = fmt.Errorf("app: no record is a %T", v)
	}
	if domain.KindOf(err) != domain.Conflict || errors.Is(err, domain.ErrConflict) {
		return err == nil, err
	}
	// It appeared since the check, or a name of it did: fine if it is this very
	// record.
	was, ok, lookErr := stored(ctx, tx, v)
	if lookErr != nil {
		return false, lookErr
	}
	if !ok || was != v {
		return false, err
	}
	return false, nil
}
