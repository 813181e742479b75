package cases

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// statuses translates the states of purchases.
var statuses = map[purchaseState]domain.PurchaseStatus{
	"successful":                        domain.Successful,
	"in_progress":                       domain.Pending,
	"not_charged":                       domain.Trial,
	"failed":                            domain.Failed,
	"test_successful":                   domain.Test,
	"gift_receiver_purchase_successful": domain.GiftReceived,
	"preorder_authorization_successful": domain.Preordered,
}

var kinds = map[productKind]domain.ProductKind{
	"one_time":   domain.OneTime,
	"membership": domain.MembershipKind,
	"bundle":     domain.Bundle,
}

// fill writes what is given into the store, as it stands. Everything gets its
// name first, since things name each other in any order.
func (s *stage) fill(c *scenario) {
	g, waiting := c.Given, c.waiting()
	owner := func(product string) domain.SellerID {
		p, _ := g.Products.get(product)
		return s.sellers[string(ptr(p.Seller, "owner"))].ID
	}
	name := func(name string, is kind, of domain.SellerID, at time.Time) {
		s.things[name] = thing{is: is, seller: of, id: newID(at)}
	}
	for _, e := range g.Users {
		s.things[e.name] = thing{is: aUser, id: string(domain.NewUserID(number()))}
	}
	for _, e := range g.Products {
		name(e.name, aProduct, owner(e.name), e.is.CreatedAt.Time)
	}
	for _, e := range g.Purchases {
		name(e.name, aPurchase, owner(e.is.Product), e.is.CreatedAt.Time)
	}
	s.nameRenewals(g)
	for _, e := range g.ImportedCustomers {
		name(e.name, aCustomer, owner(e.is.Product), e.is.PurchaseDate.Time)
	}
	for _, e := range g.Subscriptions {
		name(e.name, aSubscription, owner(e.is.Product), e.is.StartedAt.Time)
	}
	for _, e := range g.Licenses {
		name(e.name, aLicense, owner(e.is.Product), s.clock.now())
	}
	var all []any
	variants := map[string][]domain.Variant{}
	for _, e := range g.Products {
		all = append(all, s.product(e.name, e.is))
		variants[e.name] = s.variants(e.name, e.is)
		for _, v := range variants[e.name] {
			all = append(all, v)
		}
	}
	order, sales := int64(1000), map[string]domain.PurchaseState{}
	var members []domain.MembershipState
	for _, e := range g.Purchases {
		order++
		if !e.is.Renewal { // a renewal is a payment of its membership
			of, _ := g.Products.get(e.is.Product)
			p := s.purchase(e.name, e.is, of, variants[e.is.Product], order)
			if status, waits := waiting[e.name]; waits {
				p.Status = status
			}
			all = append(all, p)
			sales[e.name] = p
		}
	}
	for _, e := range g.ImportedCustomers {
		order++
		of, _ := g.Products.get(e.is.Product)
		all = append(all, s.customer(e.name, e.is, of, order))
	}
	for _, e := range g.Subscriptions {
		m := s.membership(e.name, e.is, sales[e.is.OriginalPurchase], g)
		members = append(members, m)
		all = append(append(all, m), s.renewals(m, e.is, g)...)
	}
	for _, e := range g.Licenses {
		all = append(all, s.license(e.name, e.is))
	}
	fixture.Fill(s.T, s.store, all...)
	for _, m := range members {
		if !m.NextDue().IsZero() {
			s.wait(m)
		}
	}
}

// nameRenewals says of which purchase a renewal is.
func (s *stage) nameRenewals(g given) {
	for _, e := range g.Purchases {
		if m, ok := g.Subscriptions.get(e.is.Subscription); ok && bool(e.is.Renewal) {
			t := s.things[e.name]
			t.renews = s.id(m.OriginalPurchase)
			s.things[e.name] = t
		}
	}
}

// waiting returns the purchases that an event of the case carries further, each
// with the status that it waits in until then, whatever is given of it.
func (c *scenario) waiting() map[string]domain.PurchaseStatus {
	all := map[string]domain.PurchaseStatus{}
	for i, s := range c.When {
		if s.Event == nil || bool(c.Then[i].Refused) {
			continue
		}
		for _, name := range []string{s.Purchase, s.Gifter, s.Giftee} {
			switch *s.Event {
			case "purchase_succeeds", "gift_checkout_completed", "preorder_authorized":
				all[name] = domain.Pending
			}
		}
		if _, authorized := all[s.Preorder]; !authorized {
			all[s.Preorder] = domain.Preordered
		}
	}
	return all
}

// or returns a time, or the start of the case where none is given.
func (s *stage) or(at stamp) time.Time {
	if at.IsZero() {
		return s.clock.now()
	}
	return at.Time
}

// id returns the id of a name, or "" of none.
func (s *stage) id(name string) string { return s.things[name].id }

func (s *stage) product(name string, p product) domain.Product {
	d := domain.Product{
		ID: domain.ProductID(s.id(name)), SellerID: s.things[name].seller, Kind: kinds[ptr(p.Kind, "one_time")],
		Name: p.Name, Permalink: cmp.Or(p.UniquePermalink, domain.NewPermalink(number())), CustomPermalink: p.CustomPermalink.is,
		Price:    domain.Money{Currency: currency(p)},
		Licensed: p.LicenseEnabled, Multiseat: p.Multiseat, Published: ptr(p.Published, true), Preorder: p.Preorder,
		ProductIDNotNeeded: p.ProductIDCheckExempt, FreeTrial: time.Duration(p.FreeTrial), CreatedAt: s.or(p.CreatedAt),
	}
	if d.Prices = monthly(p.Recurrences); d.Prices.Any() {
		d.Price.Amount = *p.Recurrences.Monthly
	}
	if p.Deleted {
		d.DeletedAt = s.clock.now()
	}
	var lines []domain.BundleLine
	for _, l := range p.Includes {
		lines = append(lines, domain.BundleLine{ProductID: domain.ProductID(s.id(l.Product)), Quantity: ptr(l.Quantity, 1)})
	}
	d.Includes = domain.MakeBundleLines(lines...)
	return d
}

func currency(p product) domain.Currency { return domain.Currency(ptr(p.Currency, "usd")) }

func monthly(p *prices) (d domain.Prices) {
	if p == nil || p.Monthly == nil {
		return d
	}
	return d.With(domain.Monthly, *p.Monthly)
}

func (s *stage) variants(name string, p product) []domain.Variant {
	var all []domain.Variant
	for i, v := range p.Variants {
		all = append(all, domain.Variant{
			ID: domain.VariantID(newID(p.CreatedAt.Time)), SellerID: s.things[name].seller, ProductID: domain.ProductID(s.id(name)),
			Category: v.Category, Name: v.Name, Position: i, Prices: monthly(v.Recurrences), CreatedAt: s.or(p.CreatedAt),
		})
	}
	return all
}

func (s *stage) purchase(name string, p purchase, of product, variants []domain.Variant, order int64) domain.PurchaseState {
	d := domain.PurchaseState{
		ID: domain.PurchaseID(s.id(name)), SellerID: s.things[name].seller, ProductID: domain.ProductID(s.id(p.Product)),
		MembershipID: domain.MembershipID(s.id(p.Subscription)), OrderNumber: order, Status: statuses[ptr(p.State, "successful")],
		Email: domain.NormalizeEmail(p.Email), FullName: p.FullName, PurchaserID: domain.UserID(s.id(p.Purchaser.is)),
		Quantity: ptr(p.Quantity, 1), Price: domain.Money{Amount: p.PriceCents, Currency: currency(of)}, Fee: p.FeeCents,
		Variants: chosen(p, of, variants), Multiseat: p.Multiseat,
		GiftGiven: bool(p.GiftSender), GiftOf: domain.PurchaseID(s.id(p.GifterPurchase)),
		OfferCode: domain.OfferCode{Code: p.OfferCode.Code, Percent: p.OfferCode.Percent},
		Affiliate: domain.Affiliate{Email: p.Affiliate.Email, Credit: p.Affiliate.CreditCents},
		Card: domain.Card{
			Visual: p.Card.is.Visual, Type: p.Card.is.Type,
			ExpiryMonth: p.Card.is.ExpiryMonth, ExpiryYear: p.Card.is.ExpiryYear,
		},
		Referrer: p.Referrer.is, Country: p.IPCountry, CanContact: p.CanContact.is || !p.CanContact.set,
		CreatedAt: s.or(p.CreatedAt), DisputedAt: p.ChargebackAt.Time,
	}
	if !p.Referrer.set {
		d.Referrer = "direct"
	}
	var fields []domain.CustomField
	for _, f := range p.CustomFields {
		fields = append(fields, domain.CustomField(f))
	}
	d.CustomFields = domain.MakeCustomFields(fields...)
	s.aftermath(&d, p)
	return d
}

// aftermath sets what became of a sale. The case says that it happened, but not
// when: the store gets the instant at which the case starts. Of a partial
// refund it does not say how much: the store gets the least there is.
func (s *stage) aftermath(d *domain.PurchaseState, p purchase) {
	if p.PartiallyRefunded {
		d.Refunded, d.RefundedAt = 1, s.clock.now()
	}
	if p.Refunded {
		d.Refunded, d.RefundedAt = d.Price.Amount, s.clock.now()
	}
	if p.ChargebackReversed {
		d.DisputeWonAt = s.clock.now()
	}
	if p.AccessRevoked {
		d.RevokedAt = s.clock.now()
	}
}

// chosen returns the variants of a purchase: those it names, or the first tier
// of a membership.
func chosen(p purchase, of product, variants []domain.Variant) domain.VariantIDs {
	if p.Variants == nil {
		for _, v := range variants {
			if ptr(of.Kind, "one_time") == "membership" && v.Category == domain.TierCategory {
				return domain.ChosenVariants(v.ID)
			}
		}
		return ""
	}
	var ids []domain.VariantID
	for _, name := range *p.Variants {
		i := slices.IndexFunc(variants, func(v domain.Variant) bool { return v.Name == name })
		ids = append(ids, variants[i].ID)
	}
	return domain.ChosenVariants(ids...)
}

// customer is a purchase that was imported without its facts.
func (s *stage) customer(name string, c importedCustomer, of product, order int64) domain.PurchaseState {
	return domain.PurchaseState{
		ID: domain.PurchaseID(s.id(name)), SellerID: s.things[name].seller, ProductID: domain.ProductID(s.id(c.Product)),
		OrderNumber: order, Status: domain.Imported, Email: domain.NormalizeEmail(c.Email), Quantity: 1,
		Price: domain.Money{Currency: currency(of)}, CreatedAt: s.or(c.PurchaseDate),
	}
}

func (s *stage) membership(name string, m subscription, of domain.PurchaseState, g given) domain.MembershipState {
	d := domain.MembershipRecord{
		ID: domain.MembershipID(s.id(name)), SellerID: s.things[name].seller, ProductID: domain.ProductID(s.id(m.Product)),
		PurchaseID: domain.PurchaseID(s.id(m.OriginalPurchase)), Recurrence: domain.Recurrence(m.Recurrence),
		StartedAt: m.StartedAt.Time, FreeTrialEndsAt: m.FreeTrialEndsAt.Time, Charges: m.ChargeOccurrenceCount,
		Installments: bool(m.InstallmentPlan),
		CancelledAt:  m.CancelledAt.is.Time, FailedAt: m.FailedAt.is.Time, EndedAt: m.EndedAt.is.Time, CreatedAt: cmp.Or(of.CreatedAt, s.clock.now()),
	}
	if !d.CancelledAt.IsZero() {
		d.CancelledBy = domain.Actor(ptr(m.CancelledBy, "buyer"))
	}
	d.Cycle = len(m.charged(g))
	state := d.Adopt(of)
	state.Elsewhere, state.Method = false, cardOf(name) // usher's own
	return state
}

// charged returns the charges of a subscription that were paid, in order.
func (m subscription) charged(g given) (paid []string) {
	for _, name := range m.Charges {
		if p, _ := g.Purchases.get(name); ptr(p.State, "successful") == "successful" {
			paid = append(paid, name)
		}
	}
	return paid
}

// renewals are the renewals among them: payments that were recorded, since no
// processor of the case has seen them.
func (s *stage) renewals(m domain.MembershipState, of subscription, g given) (all []any) {
	for i, name := range of.charged(g) {
		p, _ := g.Purchases.get(name)
		if !p.Renewal || p.PriceCents == 0 {
			continue
		}
		at := s.or(p.CreatedAt)
		payment := domain.PaymentState{
			ID: domain.PaymentID(s.id(name)), SellerID: m.SellerID, PurchaseID: m.PurchaseID, MembershipID: m.ID,
			Kind: domain.RenewalPayment, Cycle: i + 1, Attempt: 1, Key: "outside/" + s.id(name), Elsewhere: true,
			Amount: domain.Money{Amount: p.PriceCents, Currency: m.Terms.Currency}, PricedAt: at, Status: domain.Paid, PaidAt: at, CreatedAt: at,
		}
		if p.Refunded {
			payment.Refunded = p.PriceCents
		}
		all = append(all, payment)
	}
	return all
}

// wait has somebody look at what is given when it falls due: no command has
// told that of it.
func (s *stage) wait(m domain.MembershipState) {
	due := domain.MembershipDue{MembershipID: m.ID, PurchaseID: m.PurchaseID, DueAt: m.NextDue(), At: s.clock.now()}
	payload, err := json.Marshal(due)
	s.must(err)
	s.must(s.store.Update(s.Context(), ports.Seller(m.SellerID), func(ctx context.Context, tx ports.Tx) error {
		return tx.Events.Append(ctx, ports.Event{
			ID: domain.EventID(newID(due.At)), Subject: due.EventSubject(), Name: due.EventName(), Payload: string(payload), At: due.At,
		})
	}))
}

func (s *stage) license(name string, l license) ports.CountedLicense {
	of := l.Purchase
	if of == "" {
		of = l.ImportedCustomer
	}
	t := s.things[name]
	t.key = newKey()
	s.things[name] = t
	d := domain.LicenseState{
		ID: domain.LicenseID(t.id), SellerID: t.seller, ProductID: domain.ProductID(s.id(l.Product)),
		PurchaseID: domain.PurchaseID(s.id(of)), Key: t.key, CreatedAt: s.clock.now(),
	}
	if l.Disabled {
		d.DisabledAt = s.clock.now()
	}
	return ports.CountedLicense{License: d, Uses: l.Uses}
}
