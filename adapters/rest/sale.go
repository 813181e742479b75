package rest

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// sale is a sale as lists of sales show it. What is nil there is left out, up to
// the card.
func sale(l *app.Listed) *object {
	o := newObject(64)
	m := moneyOf(l)
	putSold(o, l, m)
	putWho(o, l, m)
	putChosen(o, l)
	putHow(o, l)
	p := &l.Purchase
	card := newObject(5)
	card.put("visual", textOrNull(p.Card.Visual))
	card.put("type", textOrNull(p.Card.Type))
	card.put("bin", nil)
	card.put("expiry_month", nil)
	card.put("expiry_year", nil)
	o.take("card", card)
	o.put("product_rating", nil)
	if l.Membership.ID != "" {
		putSubscription(o, l)
	}
	if !p.ShippedAt.IsZero() {
		o.put("shipped", true)
		o.put("tracking_url", textOrNull(p.TrackingURL))
	}
	if p.OfferCode.Code != "" {
		o.take("offer_code", offerCode(p))
	}
	if p.Affiliate.Email != "" {
		a := newObject(2)
		a.put("email", p.Affiliate.Email)
		a.put("amount", price(domain.Money{Amount: p.Affiliate.Credit, Currency: p.Price.Currency}))
		o.take("affiliate", a)
	}
	if l.License.ID != "" && l.Product.Licensed {
		o.put("license_key", string(l.License.Key))
		o.put("license_id", string(l.License.ID))
		o.put("license_disabled", !l.License.DisabledAt.IsZero())
		o.put("license_uses", l.Uses)
		o.put("is_multiseat_license", p.Multiseat)
	}
	o.put("quantity", quantity(l))
	return o
}

// sums is what a sale came to and what of it went back.
type sums struct {
	paid      domain.Money
	back      int64
	madeAt    time.Time
	left      int64 // that can be given back
	wholeBack bool
}

func moneyOf(l *app.Listed) sums {
	if y := l.Renewal; y.ID != "" {
		return sums{y.Amount, y.Refunded, y.CreatedAt, y.Left(), y.Refunded >= y.Amount.Amount}
	}
	p := &l.Purchase
	s := sums{paid: p.Sold(), back: p.Refunded, madeAt: p.CreatedAt, wholeBack: p.FullyRefunded()}
	if p.Status == domain.Successful {
		s.left = s.paid.Amount - s.back
	}
	return s
}

// quantity is how many were sold: of a renewal the seats that it paid for.
func quantity(l *app.Listed) int { return cmp.Or(l.Renewal.Target.Seats, l.Purchase.Quantity) }

// putSold says what was sold, when, and for how much.
func putSold(o *object, l *app.Listed, m sums) {
	p := &l.Purchase
	o.put("id", l.ID())
	o.put("email", p.Email)
	o.put("seller_id", string(p.SellerID))
	o.put("timestamp", timeAgo(m.madeAt, l.At))
	o.put("daystamp", dayStamp(m.madeAt))
	o.put("created_at", stamp(m.madeAt))
	o.put("product_name", l.Product.Name)
	o.put("product_has_variants", l.Versions)
	o.put("price", m.paid.Amount)
	fee := p.Fee
	if l.Renewal.ID != "" {
		fee = 0
	}
	o.put("gumroad_fee", fee)
	o.put("is_bundle_purchase", l.Product.Kind == domain.Bundle)
	o.put("is_bundle_product_purchase", p.BundleOf != "")
	putText(o, "subscription_duration", string(l.Membership.Recurrence))
	o.put("formatted_display_price", price(m.paid))
	o.put("formatted_total_price", price(m.paid))
	o.put("currency_symbol", cmp.Or(symbols[m.paid.Currency], strings.ToUpper(string(m.paid.Currency))))
	o.put("currency", string(m.paid.Currency))
	o.put("amount_refundable_in_currency", written(m.left, m.paid.Currency))
	o.put("product_id", string(l.Product.ID))
	o.put("product_permalink", l.Product.Permalink)
	o.put("refunded", m.wholeBack)
	o.put("partially_refunded", m.back > 0 && !m.wholeBack)
	o.put("chargedback", l.Disputed && !l.Won)
}

// putWho says who bought, and for whom.
func putWho(o *object, l *app.Listed, m sums) {
	p := &l.Purchase
	o.put("purchase_email", p.Email)
	putText(o, "giftee_email", l.Receiver)
	putText(o, "gifter_email", l.Giver)
	putText(o, "full_name", strings.TrimSpace(p.FullName))
	putText(o, "country", p.Country)
	o.put("paid", m.paid.Amount != 0)
}

// putChosen says what was chosen and answered.
func putChosen(o *object, l *app.Listed) {
	p := &l.Purchase
	o.put("has_variants", len(l.Variants) > 0)
	names := newObject(len(l.Variants))
	var listed []string
	for _, v := range l.Variants {
		names.put(v.Category, v.Name)
		listed = append(listed, v.Name)
	}
	if len(l.Variants) > 0 {
		o.put("variants", names)
	}
	names.done()
	if n := quantity(l); n > 1 {
		listed = append(listed, "Qty: "+strconv.Itoa(n))
	}
	if len(listed) > 0 {
		o.put("variants_and_quantity", "("+strings.Join(listed, ", ")+")")
	} else {
		o.put("variants_and_quantity", "")
	}
	answers := newObject(4)
	for f := range p.CustomFields.All() {
		answers.put(f.Name, f.Value)
	}
	o.put("has_custom_fields", len(answers.fields) > 0)
	o.take("custom_fields", answers)
	o.put("order_id", p.OrderNumber)
}

// putHow says how it came to the sale, and what became of it.
func putHow(o *object, l *app.Listed) {
	p := &l.Purchase
	o.put("is_product_physical", false)
	putText(o, "purchaser_id", string(p.PurchaserID))
	o.put("is_recurring_billing", l.Product.Kind == domain.MembershipKind)
	o.put("can_contact", p.CanContact)
	o.put("is_following", false)
	o.put("disputed", l.Disputed)
	o.put("dispute_won", l.Won)
	o.put("is_additional_contribution", false)
	o.put("discover_fee_charged", p.DiscoverFee)
	o.put("is_upgrade_purchase", false)
	o.put("is_more_like_this_recommended", false)
	o.put("is_gift_sender_purchase", p.GiftGiven)
	o.put("is_gift_receiver_purchase", p.Status == domain.GiftReceived || p.GiftOf != "")
	putText(o, "referrer", p.Referrer)
	o.put("paypal_refund_expired", false)
}

// putSubscription says where the membership stands that the sale belongs to.
func putSubscription(o *object, l *app.Listed) {
	m := &l.Membership
	o.put("subscription_id", string(m.ID))
	o.put("cancelled", !m.CancelledAt.IsZero() || !m.FailedAt.IsZero())
	o.put("dead", !m.Live())
	o.put("ended", !m.EndedAt.IsZero())
	o.put("free_trial_ended", nil)
	o.put("free_trial_ends_on", nil)
	if end := m.FreeTrialEndsAt; !end.IsZero() {
		o.put("free_trial_ended", !l.At.Before(end))
		o.put("free_trial_ends_on", end.UTC().Format("Jan 2, 2006"))
	}
	o.put("recurring_charge", l.Renewal.ID != "")
}

// dayStamp is a time as people write it, with a blank where a digit is missing:
// " 5 Jan 2025  7:38 PM".
func dayStamp(at time.Time) string {
	s := at.UTC().Format("_2 Jan 2006 ")
	hour := at.UTC().Format("3:04 PM")
	if len(hour) < len("12:00 PM") {
		hour = " " + hour
	}
	return s + hour
}
