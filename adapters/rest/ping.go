package rest

import (
	"net/url"
	"strings"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// resources are the pings by their names in the API.
var resources = map[string]domain.Topic{
	"sale":                   domain.PingSale,
	"refund":                 domain.PingRefund,
	"dispute":                domain.PingDispute,
	"dispute_won":            domain.PingDisputeWon,
	"cancellation":           domain.PingCancellation,
	"subscription_updated":   domain.PingMembershipUpdated,
	"subscription_ended":     domain.PingMembershipEnded,
	"subscription_restarted": domain.PingMembershipRestarted,
}

// resourceOf returns the name of a ping.
func resourceOf(ping domain.Topic) string {
	for name, t := range resources {
		if t == ping {
			return name
		}
	}
	return ""
}

// Pings returns what writes pings as Gumroad does: as a form, or as JSON for
// Zapier. publicURL is that of [Options].
func Pings(publicURL string) ports.PingBody {
	a := newAPI(nil, &Options{PublicURL: publicURL})
	return func(n domain.News) (string, []byte, error) {
		o := a.ping(n)
		defer o.done()
		if n.Tries > 0 {
			o.put("retry_count", n.Tries)
		}
		if u, err := url.Parse(n.URL); err == nil && strings.HasSuffix(u.Hostname(), "zapier.com") {
			return "application/json", o.bytes(), nil
		}
		return "application/x-www-form-urlencoded", formOf(o), nil
	}
}

// ping is what a ping says. One that is only tried out says no more than that.
func (a *api) ping(n domain.News) *object {
	switch {
	case n.Purchase.ID == "":
		o := newObject(2)
		o.put("test", true)
		o.put("resource_name", resourceOf(n.Topic))
		return o
	case n.Topic == domain.PingSale, n.Topic == domain.PingRefund, n.Topic == domain.PingDispute, n.Topic == domain.PingDisputeWon:
		return a.salePing(n)
	}
	return membershipPing(n)
}

// salePing tells of a sale: like what a license answers of it, but that what was
// chosen is listed by name, and a discount is its code alone. A charge of a
// membership is a sale of its own.
func (a *api) salePing(n domain.News) *object {
	f := &domain.Facts{License: n.License, Product: n.Product, Purchase: n.Purchase, Membership: n.Membership, Giver: n.Giver, Seller: n.Seller}
	p := &f.Purchase
	o := newObject(48)
	a.putProduct(o, f)
	putSale(o, f, n.SentAt)
	refunded, disputed, won := p.FullyRefunded(), !p.DisputedAt.IsZero(), !p.DisputeWonAt.IsZero()
	if y := n.Payment; y.ID != "" && y.Kind != domain.SalePayment {
		o.put("price", y.Amount.Amount)
		o.put("gumroad_fee", 0)
		o.put("sale_id", string(y.ID))
		o.put("sale_timestamp", stamp(y.CreatedAt))
		refunded, disputed, won = y.Refunded >= y.Amount.Amount, n.Topic == domain.PingDispute || n.Topic == domain.PingDisputeWon, n.Topic == domain.PingDisputeWon
	}
	putText(o, "full_name", p.FullName)
	putText(o, "purchaser_id", string(p.PurchaserID))
	putText(o, "subscription_id", string(p.MembershipID))
	if p.Affiliate.Credit > 0 {
		o.put("affiliate_credit_amount_cents", p.Affiliate.Credit)
	}
	if len(n.Variants) > 0 {
		names := newObject(len(n.Variants))
		for _, v := range n.Variants {
			names.put(v.Category, v.Name)
		}
		o.take("variants", names)
	}
	putText(o, "offer_code", p.OfferCode.Code)
	if p.Status == domain.Test {
		o.put("test", true)
	}
	if n.Payment.Kind == domain.RenewalPayment {
		o.put("is_recurring_charge", true)
	}
	if p.Status == domain.Preordered {
		o.put("is_preorder_authorization", true)
	}
	for field := range p.CustomFields.All() {
		o.put(field.Name, field.Value)
	}
	putAnswers(o, p)
	if f.Product.Licensed && n.License.ID != "" {
		o.put("license_key", string(n.License.Key))
		o.put("is_multiseat_license", p.Multiseat)
	}
	putOrigin(o, f)
	o.put("refunded", refunded)
	o.put("disputed", disputed)
	o.put("dispute_won", won)
	o.put("resource_name", resourceOf(n.Topic))
	return o
}

// putAnswers puts what the buyer answered, by question; nothing if nothing was asked.
func putAnswers(o *object, p *domain.PurchaseState) {
	answers := newObject(4)
	for f := range p.CustomFields.All() {
		answers.put(f.Name, f.Value)
	}
	if len(answers.fields) > 0 {
		o.put("custom_fields", answers)
	}
	answers.done()
}
