package gumroadcsv

import (
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// sale returns a sale and what began with it: what the receiver of a gift has,
// its membership, what was paid, its first seat and its key.
func (m *maker) sale(s *sale) (all []any) {
	p := m.products[strings.ToLower(s.product)]
	sold := m.purchase(p, s)
	begun := m.starts[s.line]
	var member domain.MembershipState
	if begun != nil {
		sold.MembershipID = domain.MembershipID(derived("membership", s.id))
		now := begun.newest
		sold.Price.Amount, sold.Quantity = now.price, now.quantity
		if now.price != s.price {
			sold.Original = domain.Money{Amount: s.price, Currency: usd}
		}
		if now.variants != "" && now.variants != s.variants {
			sold.Variants, sold.VariantsAt = m.variants(p, now), domain.Instant(now.at)
		}
		sold.Multiseat = p.seats && p.licensed && now.quantity > 1
		member = m.membership(begun, sold)
	}
	all = append(all, sold)
	holder := sold
	if s.giftee != "" {
		holder = received(sold, s)
		all = append(all, holder)
	}
	if begun != nil {
		seated := holder.Multiseat && member.Live()
		if seated {
			member.Assigned = 1
		}
		all = append(all, member)
		if seated {
			all = append(all, firstSeat(holder))
		}
	}
	switch {
	case s.uncharged:
	case begun != nil:
		all = append(all, m.charged(begun, &s.charge, 1)...)
	default:
		all = append(all, paid(domain.PaymentState{
			SellerID: m.seller, PurchaseID: sold.ID, Kind: domain.SalePayment, Attempt: 1, Elsewhere: true,
		}, &s.charge)...)
	}
	if l, ok := m.license(s, begun, holder); ok {
		all = append(all, l)
	}
	for _, c := range m.early[s.line] {
		all = append(all, m.charged(begun, c, m.renewals[c.line].cycle)...)
	}
	return all
}

// purchase returns the sale of a row.
func (m *maker) purchase(p *product, s *sale) domain.PurchaseState {
	at := domain.Instant(s.at)
	d := domain.PurchaseState{
		ID: domain.PurchaseID(s.id), SellerID: m.seller, ProductID: m.ids[strings.ToLower(s.product)], OrderNumber: s.order,
		Status: domain.Successful, Email: s.email, FullName: s.buyer, Quantity: s.quantity,
		Price: domain.Money{Amount: s.price, Currency: usd}, Variants: m.variants(p, &s.charge), GiftGiven: s.giftee != "",
		Fee: s.fee, CustomFields: domain.MakeCustomFields(s.fields...), OfferCode: domain.OfferCode{Code: s.code},
		Referrer: s.referrer, Country: s.country, CanContact: s.contact, Refunded: s.back, CreatedAt: at,
	}
	switch {
	case s.trial:
		d.Status = domain.Trial
	case s.preorder:
		d.Status = domain.Preordered
	}
	if s.affiliate != "" {
		d.Affiliate = domain.Affiliate{Email: s.affiliate, Credit: s.credit}
	}
	if s.refunded || s.back > 0 {
		d.RefundedAt = at
	}
	if s.disputed {
		d.DisputedAt = at
	}
	if s.won {
		d.DisputeWonAt = at
	}
	if s.revoked {
		d.RevokedAt = at
	}
	return d
}

// received returns what the receiver of a gift has: a sale of its own, free,
// that lasts as long as the giver's money and good will.
func received(given domain.PurchaseState, s *sale) domain.PurchaseState {
	r := given
	r.ID, r.OrderNumber = domain.PurchaseID(derived("gift", s.id)), given.OrderNumber+1<<30
	r.Status, r.GiftGiven, r.GiftOf = domain.GiftReceived, false, given.ID
	r.Email, r.FullName, r.CanContact = s.giftee, "", false
	r.Price.Amount, r.Original, r.Fee, r.Refunded = 0, domain.Money{}, 0, 0
	r.CustomFields, r.OfferCode, r.Affiliate, r.Referrer, r.Country = "", domain.OfferCode{}, domain.Affiliate{}, "", ""
	if !s.refunded { // some of it: what was received is whole
		r.RefundedAt = time.Time{}
	}
	return r
}

func (m *maker) variants(p *product, c *charge) domain.VariantIDs {
	if c.variants == "" {
		return ""
	}
	return domain.ChosenVariants(m.variantID(p, c.variants))
}

// license returns the key of a sale; a membership's may stand in the rows of its
// renewals only.
func (m *maker) license(s *sale, begun *start, holder domain.PurchaseState) (ports.CountedLicense, bool) {
	c := &s.charge
	if begun != nil && begun.keyed != nil {
		c = begun.keyed
	}
	if c.key == "" {
		return ports.CountedLicense{}, false
	}
	l := domain.LicenseState{
		ID: domain.LicenseID(derived("license", s.id)), SellerID: m.seller, ProductID: holder.ProductID, PurchaseID: holder.ID,
		Key: domain.LicenseKey(c.key), CreatedAt: holder.CreatedAt,
	}
	if c.disabled {
		l.DisabledAt = holder.CreatedAt
	}
	return ports.CountedLicense{License: l, Uses: c.uses}, true
}

// paid returns a payment with the facts of its row, its refund and its dispute.
// What was free has none of them.
func paid(p domain.PaymentState, c *charge) []any {
	if c.price == 0 {
		return nil
	}
	at := domain.Instant(c.at)
	p.ID, p.Key, p.ProcessorRef = domain.PaymentID(c.id), "outside/"+c.id, ""
	p.Amount, p.Refunded = domain.Money{Amount: c.price, Currency: usd}, c.back
	p.Status, p.PricedAt, p.PaidAt, p.CreatedAt = domain.Paid, at, at, at
	all := []any{p}
	if c.back > 0 {
		id := derived("refund", c.id)
		all = append(all, domain.Refund{
			ID: domain.RefundID(id), SellerID: p.SellerID, PaymentID: p.ID, Amount: c.back, Key: "refund/" + id,
			Cause: domain.RefundAbroad, Status: domain.RefundDone, SettledAt: at, CreatedAt: at,
		})
	}
	if c.disputed {
		d := domain.Dispute{ID: domain.DisputeID(derived("dispute", c.id)), SellerID: p.SellerID, PaymentID: p.ID, Amount: c.price, OpenedAt: at}
		if c.won {
			d.WonAt = at
		}
		all = append(all, d)
	}
	return all
}
