package rest

import (
	"slices"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
)

// purchase is what a licence answers, at that instant, about the sale that
// earned it. Keys come in Gumroad's order; a key that has nothing to say is left
// out or null, as there, never the one for the other.
//
// A membership is shown as it is then, even where nobody has yet written down
// that its time was over.
func (a *api) purchase(f *domain.Facts, at time.Time) *object {
	if f.Membership.ID != "" {
		then := *f
		then.Membership = f.Membership.CaughtUp(at)
		f = &then
	}
	o := newObject(40)
	a.putProduct(o, f)
	putSale(o, f, at)
	putBuyer(o, f)
	putLicense(o, f)
	putOutcome(o, f)
	return o
}

// putProduct says what was sold.
func (a *api) putProduct(o *object, f *domain.Facts) {
	o.put("seller_id", string(f.Product.SellerID))
	o.put("product_id", string(f.Product.ID))
	o.put("product_name", f.Product.Name)
	o.put("permalink", slug(f.Product))
	o.put("product_permalink", a.address(f.Seller)+"/l/"+slug(f.Product))
	o.put("short_product_id", f.Product.Permalink)
}

// putSale says for how much, how many, and when. The seats of a membership are
// those in force, not those that were bought first.
func putSale(o *object, f *domain.Facts, at time.Time) {
	p := &f.Purchase
	o.put("email", p.Email)
	o.put("price", p.Price.Amount)
	o.put("gumroad_fee", p.Fee)
	o.put("currency", string(f.Product.Price.Currency))
	o.put("quantity", f.Quantity(at))
	o.put("discover_fee_charged", p.DiscoverFee)
	o.put("can_contact", p.CanContact)
	o.put("referrer", textOrNull(p.Referrer))
	o.take("card", card(&p.Card))
	o.put("order_number", p.OrderNumber)
	o.put("sale_id", string(p.ID))
	o.put("sale_timestamp", stamp(p.CreatedAt))
}

// putBuyer says who bought, how it came to that, and what was chosen and
// answered. Custom fields are keys of their own.
func putBuyer(o *object, f *domain.Facts) {
	p := &f.Purchase
	putText(o, "full_name", p.FullName)
	putText(o, "purchaser_id", string(p.PurchaserID))
	putText(o, "subscription_id", string(p.MembershipID))
	if p.Affiliate.Credit > 0 {
		o.put("affiliate_credit_amount_cents", p.Affiliate.Credit)
	}
	o.put("variants", variants(f.Variants))
	if p.OfferCode.Code != "" {
		o.take("offer_code", offerCode(p))
	}
	if p.Status == domain.Test {
		o.put("test", true)
	}
	for field := range p.CustomFields.All() {
		o.put(field.Name, field.Value)
	}
}

// putLicense shows the key, unless the product has none any more: then the old
// ones still verify, and are not shown.
func putLicense(o *object, f *domain.Facts) {
	p := &f.Purchase
	if f.Product.Licensed {
		o.put("license_key", string(f.License.Key))
		o.put("is_multiseat_license", p.Multiseat)
	}
	putOrigin(o, f)
}

// putOrigin says where the buyer came from, and who gave it if it is a gift.
func putOrigin(o *object, f *domain.Facts) {
	p := &f.Purchase
	putText(o, "ip_country", p.Country)
	putText(o, "recurrence", string(f.Membership.Recurrence))
	putText(o, "affiliate", p.Affiliate.Email)
	received := p.Status == domain.GiftReceived || p.GiftOf != ""
	o.put("is_gift_receiver_purchase", received)
	if received && f.Giver != (domain.Giver{}) {
		o.put("gift_price", f.Giver.Price.Amount)
		o.put("gifter_email", f.Giver.Email)
	}
}

// putOutcome says what became of the sale since, and repeats some of it under
// the names that sales have elsewhere in the API.
func putOutcome(o *object, f *domain.Facts) {
	p, m := &f.Purchase, &f.Membership
	disputed, won := !p.DisputedAt.IsZero(), !p.DisputeWonAt.IsZero()
	o.put("refunded", p.FullyRefunded())
	o.put("disputed", disputed)
	o.put("dispute_won", won)
	o.put("id", string(p.ID))
	o.put("created_at", stamp(p.CreatedAt))
	o.put("custom_fields", customFields(p.CustomFields))
	if f.Product.Kind != domain.MembershipKind {
		o.put("chargebacked", disputed && !won)
		return
	}
	o.put("subscription_ended_at", stampOrNull(m.EndedAt))
	o.put("subscription_cancelled_at", stampOrNull(m.CancelledAt))
	o.put("subscription_failed_at", stampOrNull(m.FailedAt))
}

// card shows what the buyer may be asked to recognise. The three nulls were
// something once, and clients may look for them.
func card(c *domain.Card) *object {
	o := newObject(5)
	o.put("bin", nil)
	o.put("expiry_month", nil)
	o.put("expiry_year", nil)
	o.put("type", textOrNull(c.Type))
	o.put("visual", textOrNull(c.Visual))
	return o
}

// variants lists the names of what was chosen: "(Large, Red)". The tier that a
// membership has if its seller made none is called Untitled, and not shown.
func variants(names domain.Names) string {
	all := slices.Collect(names.All())
	if len(all) == 0 || len(all) == 1 && all[0] == "Untitled" {
		return ""
	}
	return "(" + strings.Join(all, ", ") + ")"
}

func offerCode(p *domain.PurchaseState) *object {
	o := newObject(3)
	o.put("code", p.OfferCode.Code)
	o.put("displayed_amount_off", amountOff(p.OfferCode, p.Price.Currency))
	o.put("name", p.OfferCode.Code)
	return o
}

func customFields(of domain.CustomFields) []string {
	var all []string
	for f := range of.All() {
		all = append(all, f.Name+": "+f.Value)
	}
	return all
}

// textOrNull is null for a text that is not known.
func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// putText leaves out a text that is not known.
func putText(o *object, key, s string) {
	if !blank(s) {
		o.put(key, s)
	}
}
