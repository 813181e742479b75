package app

import (
	"context"
	"iter"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

func (e *export) products() iter.Seq2[domain.Product, error] {
	return Paged(func(after ports.Cursor, limit int) ([]domain.Product, error) {
		return (&Catalog{e.core}).Products(e.ctx, e.seller, after, limit)
	}, func(p domain.Product) ports.Cursor { return placeOf(p.CreatedAt, p.ID) })
}

func (e *export) variants() iter.Seq2[domain.Variant, error] {
	return func(yield func(domain.Variant, error) bool) {
		for p, err := range e.products() {
			var of []domain.Variant
			if err == nil {
				of, err = (&Catalog{e.core}).Variants(e.ctx, e.seller, p.ID)
			}
			if err != nil {
				yield(domain.Variant{}, err)
				return
			}
			for _, v := range of {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
}

func (e *export) purchases() iter.Seq2[domain.PurchaseState, error] {
	return Paged(func(after ports.Cursor, limit int) ([]domain.PurchaseState, error) {
		return (&Sales{e.core}).List(e.ctx, e.seller, ports.PurchaseQuery{After: after, Limit: limit})
	}, func(p domain.PurchaseState) ports.Cursor { return placeOf(p.CreatedAt, p.ID) })
}

func (e *export) memberships() iter.Seq2[domain.MembershipState, error] {
	return listed(e, func(tx ports.Tx) lister[domain.MembershipState] { return tx.Memberships },
		func(m domain.MembershipState) ports.Cursor { return placeOf(m.CreatedAt, m.ID) })
}

func (e *export) payments() iter.Seq2[domain.PaymentState, error] {
	return listed(e, func(tx ports.Tx) lister[domain.PaymentState] { return tx.Payments },
		func(p domain.PaymentState) ports.Cursor { return placeOf(p.CreatedAt, p.ID) })
}

// refunded is a payment with its refunds, as they were at one instant: it counts
// what they gave back and have reserved, and a refund that was made in between
// would make that wrong for ever.
type refunded struct {
	payment domain.PaymentState
	refunds []domain.Refund
}

func (e *export) refunded() iter.Seq2[refunded, error] {
	return Paged(func(after ports.Cursor, limit int) ([]refunded, error) {
		return load(e.ctx, e.core, e.seller, func(ctx context.Context, tx ports.Tx) ([]refunded, error) {
			some, err := tx.Payments.List(ctx, after, limit)
			if err != nil {
				return nil, err
			}
			all := make([]refunded, len(some))
			for i, p := range some {
				all[i].payment = p
				if all[i].refunds, err = tx.Refunds.ByPayment(ctx, p.ID); err != nil {
					return nil, err
				}
			}
			return all, nil
		})
	}, func(r refunded) ports.Cursor { return placeOf(r.payment.CreatedAt, r.payment.ID) })
}

func (e *export) refunds() iter.Seq2[domain.Refund, error] {
	return listed(e, func(tx ports.Tx) lister[domain.Refund] { return tx.Refunds },
		func(r domain.Refund) ports.Cursor { return placeOf(r.CreatedAt, r.ID) })
}

func (e *export) disputes() iter.Seq2[domain.Dispute, error] {
	return listed(e, func(tx ports.Tx) lister[domain.Dispute] { return tx.Disputes },
		func(d domain.Dispute) ports.Cursor { return placeOf(d.OpenedAt, d.ID) })
}

func (e *export) seats() iter.Seq2[domain.Seat, error] {
	return listed(e, func(tx ports.Tx) lister[domain.Seat] { return tx.Seats },
		func(s domain.Seat) ports.Cursor { return placeOf(s.CreatedAt, s.ID) })
}

func (e *export) licenses() iter.Seq2[ports.CountedLicense, error] {
	return listed(e, func(tx ports.Tx) lister[ports.CountedLicense] { return tx.Licenses },
		func(l ports.CountedLicense) ports.Cursor { return placeOf(l.License.CreatedAt, l.License.ID) })
}

func (e *export) tokens() iter.Seq2[domain.TokenState, error] {
	return Paged(func(after ports.Cursor, limit int) ([]domain.TokenState, error) {
		return (&Tokens{e.core}).List(e.ctx, e.seller, after, limit)
	}, func(s domain.TokenState) ports.Cursor { return placeOf(s.CreatedAt, s.ID) })
}

// lister is a repository that pages all of a seller's things.
type lister[T any] interface {
	List(ctx context.Context, after ports.Cursor, limit int) ([]T, error)
}

// listed pages one repository of the seller.
func listed[T any](e *export, of func(ports.Tx) lister[T], place func(T) ports.Cursor) iter.Seq2[T, error] {
	return Paged(func(after ports.Cursor, limit int) ([]T, error) {
		return load(e.ctx, e.core, e.seller, func(ctx context.Context, tx ports.Tx) ([]T, error) {
			return of(tx).List(ctx, after, limit)
		})
	}, place)
}

func placeOf[ID ~string](at time.Time, id ID) ports.Cursor {
	return ports.Cursor{At: at, ID: string(id)}
}
