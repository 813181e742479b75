package sqlrepo

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// newest is a query of sales or renewals that is being written, the last first.
// r is the row that is listed and p its sale, which may be the same. Its first
// parameters are the seller, whom where names, the place before which to look,
// and the limit.
func newest(seller string, q ports.SaleQuery, r, from, where string) *saleQuery {
	before := until(q.Before)
	s := &saleQuery{from: from, where: where + ` AND (` + r + `.created_at, ` + r + `.id) < ($2, $3)`,
		args: []any{seller, before.At, before.ID, most(q.Limit)}}
	if !q.From.IsZero() {
		s.where += ` AND ` + r + `.created_at >= ` + s.arg(q.From)
	}
	if q.ProductID != "" {
		s.where += ` AND p.product_id = ` + s.arg(string(q.ProductID))
	}
	if q.Email != "" { // of which few sales are; it is one of their terms
		email := s.arg(q.Email)
		s.from = `usher_terms e CROSS JOIN ` + s.from
		s.where += ` AND e.seller_id = $1 AND e.term = ` + email + ` AND p.id = e.purchase_id AND p.email = ` + email
	}
	s.order = ` ORDER BY ` + r + `.created_at DESC, ` + r + `.id DESC LIMIT $4`
	return s
}

func (r purchases) Newest(ctx context.Context, q ports.SaleQuery) ([]domain.PurchaseState, error) {
	s := newest(r.seller(), q, `p`, `usher_purchases p`, `p.seller_id = $1 AND p.status IN ('successful', 'trial')`)
	return many(ctx, r.c, scanPurchase, `SELECT `+purchaseColumns.names("p")+` FROM `+s.from+` WHERE `+s.where+s.order, s.args...)
}

// Renewals drives from the few sales of an address, and names their seller only:
// SQLite would look for their renewals among all of the seller's. Those of a
// product are among the seller's, where they soon turn up.
func (r payments) Renewals(ctx context.Context, q ports.SaleQuery) ([]domain.PaymentState, error) {
	from, where := `usher_payments y`, `y.kind = 'renewal' AND y.status = 'paid'`
	switch {
	case q.Email != "":
		from, where = `usher_purchases p CROSS JOIN usher_payments y`, where+` AND p.id = y.purchase_id AND p.seller_id = $1`
	case q.ProductID != "":
		from, where = `usher_payments y CROSS JOIN usher_purchases p`, where+` AND y.seller_id = $1 AND p.id = y.purchase_id`
	default:
		where += ` AND y.seller_id = $1`
	}
	s := newest(r.seller(), q, `y`, from, where)
	return many(ctx, r.c, scanPayment, `SELECT `+paymentColumns.names("y")+` FROM `+s.from+` WHERE `+s.where+s.order, s.args...)
}

// sold and renewed sum what a product's sales came to. They look at all of them.
const (
	sold = `SELECT count(*), CAST(COALESCE(SUM(CASE WHEN status = 'successful' THEN COALESCE(original_price, price) - refunded ELSE 0 END), 0) AS BIGINT)
	FROM usher_purchases WHERE seller_id = $1 AND product_id = $2 AND status IN ('successful', 'trial')`
	renewed = `SELECT CAST(COALESCE(SUM(y.amount - y.refunded), 0) AS BIGINT) FROM usher_purchases p CROSS JOIN usher_payments y
	WHERE p.seller_id = $1 AND p.product_id = $2 AND y.purchase_id = p.id AND y.kind = 'renewal' AND y.status = 'paid'`
)

func (r purchases) Sold(ctx context.Context, id domain.ProductID) (all ports.Sold, err error) {
	sums, err := many(ctx, r.c, func(rows Rows) (s ports.Sold, err error) { return s, rows.Scan(&s.Sales, &s.Amount) }, sold, r.seller(), string(id))
	if err != nil || len(sums) == 0 {
		return all, err
	}
	all = sums[0]
	more, err := many(ctx, r.c, scanNumber, renewed, r.seller(), string(id))
	for _, n := range more {
		all.Amount += n
	}
	return all, err
}

func (r memberships) Newest(ctx context.Context, of domain.ProductID, before ports.Cursor, limit int) ([]domain.MembershipState, error) {
	before = until(before)
	return many(ctx, r.c, scanMembership, membershipFrom+` AND product_id = $2 AND status <> 'ended' AND (created_at, id) < ($3, $4)
	ORDER BY created_at DESC, id DESC LIMIT $5`, r.seller(), string(of), before.At, before.ID, most(limit))
}

const licenseUses = `SELECT u.n FROM usher_licenses l JOIN usher_license_uses u ON u.license_id = l.id WHERE l.seller_id = $1 AND l.id = $2`

func (r licenses) Uses(ctx context.Context, id domain.LicenseID) (int64, error) {
	return one(ctx, r.c, scanNumber, domain.ErrLicenseNotFound, licenseUses, r.seller(), string(id))
}
