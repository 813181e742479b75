package sqlrepo

import (
	"cmp"
	"context"

	"github.com/usherhq/usher/domain"
)

type purchases struct{ repo }

var purchaseColumns = cols(`id seller_id product_id membership_id order_number status email full_name purchaser_id
	quantity price currency original_price variants variants_at multiseat gift_given gift_of bundle_of preorder_of fee custom_fields
	offer_code offer_percent offer_amount affiliate_email affiliate_credit
	card_visual card_type card_expiry_month card_expiry_year referrer country can_contact discover_fee
	refunded refunded_at disputed_at dispute_won_at revoked_at access_kept erased_at shipped_at tracking_url created_at`)

func purchaseArgs(s domain.PurchaseState) []any {
	return []any{
		string(s.ID), string(s.SellerID), string(s.ProductID), string(s.MembershipID), s.OrderNumber, string(s.Status),
		s.Email, s.FullName, string(s.PurchaserID), s.Quantity, s.Price.Amount, string(s.Price.Currency),
		originalArg(s.Original), string(s.Variants), s.VariantsAt, s.Multiseat, s.GiftGiven, string(s.GiftOf), string(s.BundleOf), string(s.PreorderOf),
		s.Fee, string(s.CustomFields), s.OfferCode.Code, s.OfferCode.Percent, s.OfferCode.Amount,
		s.Affiliate.Email, s.Affiliate.Credit, s.Card.Visual, s.Card.Type, s.Card.ExpiryMonth, s.Card.ExpiryYear,
		s.Referrer, s.Country, s.CanContact, s.DiscoverFee,
		s.Refunded, s.RefundedAt, s.DisputedAt, s.DisputeWonAt, s.RevokedAt, s.AccessKept, s.ErasedAt, s.ShippedAt, s.TrackingURL, s.CreatedAt,
	}
}

// originalArg is the amount of what the sale came to, or NULL if the price is.
func originalArg(m domain.Money) any {
	if m.Currency == "" {
		return nil
	}
	return m.Amount
}

func purchaseDests(s *domain.PurchaseState) []any {
	return []any{
		(*string)(&s.ID), (*string)(&s.SellerID), (*string)(&s.ProductID), (*string)(&s.MembershipID), &s.OrderNumber, (*string)(&s.Status),
		&s.Email, &s.FullName, (*string)(&s.PurchaserID), &s.Quantity, &s.Price.Amount, (*string)(&s.Price.Currency),
		&originalDest{s}, (*string)(&s.Variants), Time(&s.VariantsAt), &s.Multiseat, &s.GiftGiven, (*string)(&s.GiftOf), (*string)(&s.BundleOf), (*string)(&s.PreorderOf),
		&s.Fee, (*string)(&s.CustomFields), &s.OfferCode.Code, &s.OfferCode.Percent, &s.OfferCode.Amount,
		&s.Affiliate.Email, &s.Affiliate.Credit, &s.Card.Visual, &s.Card.Type, &s.Card.ExpiryMonth, &s.Card.ExpiryYear,
		&s.Referrer, &s.Country, &s.CanContact, &s.DiscoverFee,
		&s.Refunded, Time(&s.RefundedAt), Time(&s.DisputedAt), Time(&s.DisputeWonAt), Time(&s.RevokedAt), &s.AccessKept, Time(&s.ErasedAt), Time(&s.ShippedAt), &s.TrackingURL, Time(&s.CreatedAt),
	}
}

func scanPurchase(rows Rows) (s domain.PurchaseState, err error) {
	return s, rows.Scan(purchaseDests(&s)...)
}

var purchaseFrom = `SELECT ` + purchaseColumns.names("") + ` FROM usher_purchases WHERE seller_id = $1 `

func (r purchases) ByID(ctx context.Context, id domain.PurchaseID) (*domain.Purchase, error) {
	return restorePurchase(one(ctx, r.c, scanPurchase, domain.ErrPurchaseNotFound, purchaseFrom+`AND id = $2`+r.lock(), r.seller(), string(id)))
}

func (r purchases) ByOrderNumber(ctx context.Context, number int64) (*domain.Purchase, error) {
	return restorePurchase(one(ctx, r.c, scanPurchase, domain.ErrPurchaseNotFound, purchaseFrom+`AND order_number = $2`+r.lock(), r.seller(), number))
}

func restorePurchase(s domain.PurchaseState, err error) (*domain.Purchase, error) {
	if err != nil {
		return nil, err
	}
	return domain.RestorePurchase(s), nil
}

var purchaseInsert = `INSERT INTO usher_purchases (` + purchaseColumns.names("") + `)
	SELECT ` + purchaseColumns.params() + ` FROM usher_products WHERE id = $3 AND seller_id = $2 ON CONFLICT DO NOTHING`

func (r purchases) Insert(ctx context.Context, p *domain.Purchase) error {
	s := p.State()
	if err := r.inserting(s.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, purchaseInsert, purchaseArgs(s)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return cmp.Or(
			r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_purchases WHERE id = $1`, string(s.ID)),
			r.lacking(ctx, domain.ErrProductNotFound, hasProduct, string(s.ProductID), r.seller()),
			error(domain.ErrOrderNumberTaken))
	}
	if err := r.addTerms(ctx, s, domain.SearchTerms(s.FullName, s.Email)); err != nil {
		return err
	}
	return r.moveLicenses(ctx, giftsOf, string(s.ID))
}

var purchaseSave = `UPDATE usher_purchases SET ` + purchaseColumns.set(3) + ` WHERE id = $1 AND seller_id = $2 AND product_id = $3`

func (r purchases) Save(ctx context.Context, p *domain.Purchase) error {
	s := p.State()
	if err := r.saving(s.SellerID, domain.ErrPurchaseNotFound); err != nil {
		return err
	}
	was, err := one(ctx, r.c, scanKnown, domain.ErrPurchaseNotFound, knownByID+r.lock(), string(s.ID), r.seller(), string(s.ProductID))
	if err != nil {
		return err
	}
	if was.number != s.OrderNumber { // it never does; asked for here, it costs the others nothing
		err := r.taken(ctx, domain.ErrOrderNumberTaken, `SELECT 1 FROM usher_purchases WHERE seller_id = $1 AND order_number = $2`, r.seller(), s.OrderNumber)
		if err != nil {
			return err
		}
	}
	if err := change(ctx, r.c, domain.ErrPurchaseNotFound, purchaseSave, purchaseArgs(s)...); err != nil {
		return err
	}
	if err := r.changeTerms(ctx, was, s); err != nil {
		return err
	}
	return r.moveLicenses(ctx, purchaseAndGifts, string(s.ID))
}

// known is what a change must know of the purchase as it was.
type known struct {
	number          int64
	fullName, email string
}

const knownByID = `SELECT order_number, full_name, email FROM usher_purchases WHERE id = $1 AND seller_id = $2 AND product_id = $3`

func scanKnown(rows Rows) (k known, err error) {
	return k, rows.Scan(&k.number, &k.fullName, &k.email)
}
