package memstore

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// newest returns up to limit rows of the order in front of before, of those that
// fit, the last first.
func newest[R row](in table[R], o *order, before ports.Cursor, limit int, fits func(R) bool) []R {
	limit = most(limit)
	from := last
	if before != (ports.Cursor{}) {
		from = placeOf(before.At, before.ID)
	}
	var rows []R
	for p := range o.before(from) {
		if len(rows) == limit {
			break
		}
		if r := in.rows[p.id]; fits(r) {
			rows = append(rows, r)
		}
	}
	return rows
}

func (r purchases) Newest(ctx context.Context, q ports.SaleQuery) (found []domain.PurchaseState, err error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	for _, p := range newest(r.purchases, r.purchases.pages[r.seller], q.Before, q.Limit, func(p purchase) bool {
		return p.Counts() && asked(q, p) && !p.CreatedAt.Before(q.From)
	}) {
		found = append(found, p.PurchaseState)
	}
	return found, nil
}

// asked reports whether p is of the product and the address of a query.
func asked(q ports.SaleQuery, p purchase) bool {
	return (q.ProductID == "" || p.ProductID == q.ProductID) && (q.Email == "" || p.Email == q.Email)
}

func (r payments) Renewals(ctx context.Context, q ports.SaleQuery) ([]domain.PaymentState, error) {
	return r.states(ctx, func() []payment {
		return newest(r.payments, r.payments.pages[r.seller], q.Before, q.Limit, func(p payment) bool {
			return p.Renewed() && asked(q, r.purchases.rows[string(p.PurchaseID)]) && !p.CreatedAt.Before(q.From)
		})
	})
}

func (r purchases) Sold(ctx context.Context, id domain.ProductID) (sum ports.Sold, err error) {
	if err := r.reading(ctx); err != nil {
		return sum, err
	}
	for _, p := range all(r.tx, r.purchases, r.sales[id]) {
		if p.Counts() {
			sum.Sales++
		}
		if p.Status == domain.Successful {
			sum.Amount += p.Sold().Amount - p.Refunded
		}
		for _, y := range all(r.tx, r.payments, r.paidFor[p.ID]) {
			if y.Renewed() {
				sum.Amount += y.Amount.Amount - y.Refunded
			}
		}
	}
	return sum, nil
}

func (r memberships) Newest(ctx context.Context, of domain.ProductID, before ports.Cursor, limit int) (found []domain.MembershipState, err error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	for _, m := range newest(r.memberships, r.memberships.pages[r.seller], before, limit, func(m membership) bool {
		return m.ProductID == of && m.Status != domain.Ended
	}) {
		found = append(found, m.MembershipState)
	}
	return found, nil
}

func (r licenses) Uses(ctx context.Context, id domain.LicenseID) (int64, error) {
	if _, err := r.ByID(ctx, id); err != nil {
		return 0, err
	}
	return r.uses[id], nil
}
