package main

import (
	chance "math/rand/v2"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// sample is the data of a demo.
type sample struct {
	dice
	at      time.Time
	seller  domain.Seller
	app     domain.Product // a one-time product
	club    domain.Product // a membership with seats
	first   domain.PurchaseID
	sold    int
	secret  string // of the access token
	records []any
}

const day24 = 24 * time.Hour

// newSample makes the data: a seller with two products, a sale in every state,
// memberships, and an access token that may do everything.
func newSample(d demoFile) *sample {
	s := &sample{dice: dice{chance.NewChaCha8(d.Seed)}, at: d.MadeAt}
	s.catalog()
	s.sales()
	s.memberships()
	s.secret = s.dice.secret()
	scopes, _ := domain.MakeScopes(domain.AllScopes()...)
	s.add(domain.TokenState{
		ID: domain.TokenID(s.id(s.at)), SellerID: s.seller.ID, Name: "The demo's own",
		Digest: domain.DigestOf(s.secret), Scopes: scopes, CreatedAt: s.at,
	})
	return s
}

func (s *sample) add(things ...any) { s.records = append(s.records, things...) }

func (s *sample) ago(d time.Duration) time.Time { return s.at.Add(-d) }

func (s *sample) catalog() {
	began := s.ago(200 * day24)
	s.seller = domain.Seller{
		ID: domain.SellerID(s.id(began)), UserID: domain.NewUserID(s.Uint64()),
		Name: "Ana Press", Email: "ana@example.com", CreatedAt: began,
	}
	product := func(kind domain.ProductKind, name, permalink string, price int64) domain.Product {
		began = began.Add(time.Minute) // so that lists have them in this order
		return domain.Product{
			ID: domain.ProductID(s.id(began)), SellerID: s.seller.ID, Kind: kind, Name: name,
			Permalink: permalink, Price: domain.Money{Amount: price, Currency: "usd"},
			Licensed: true, Published: true, CreatedAt: began,
		}
	}
	s.app = product(domain.OneTime, "Inkwell", "inkwell", 2900)
	s.club = product(domain.MembershipKind, "Inkwell Club", "inkwell-club", 900)
	s.club.Multiseat = true
	s.club.Prices = domain.Prices{}.With(domain.Monthly, 900).With(domain.Yearly, 9000)
	s.add(s.seller, s.app, s.club)
	for i, v := range []struct {
		of    domain.Product
		name  string
		extra int64
	}{{s.app, "Standard", 0}, {s.app, "Studio", 2000}, {s.club, "Readers", 0}, {s.club, "Publishers", 0}} {
		s.add(domain.Variant{
			ID: domain.VariantID(s.id(began)), SellerID: s.seller.ID, ProductID: v.of.ID,
			Category: v.of.VariantCategory(), Name: v.name, Position: i % 2, Price: v.extra, CreatedAt: began,
		})
	}
}

// variant returns the id of the variant of that name.
func (s *sample) variant(name string) domain.VariantIDs {
	for _, r := range s.records {
		if v, ok := r.(domain.Variant); ok && v.Name == name {
			return domain.ChosenVariants(v.ID)
		}
	}
	return ""
}

// sale is a paid sale of the app, some days ago.
func (s *sample) sale(buyer, email string, days int, mods ...func(*domain.PurchaseState)) domain.PurchaseState {
	s.sold++ // each at a minute of its own, so that lists have them in this order
	at := s.ago(time.Duration(days) * day24).Add(time.Duration(s.sold) * time.Minute)
	p := domain.PurchaseState{
		ID: domain.PurchaseID(s.id(at)), SellerID: s.seller.ID, ProductID: s.app.ID, OrderNumber: domain.NewOrderNumber(uint32(s.Uint64())),
		Status: domain.Successful, Email: email, FullName: buyer, Quantity: 1, Price: s.app.Price,
		Variants: s.variant("Standard"), CanContact: true, CreatedAt: at,
	}
	for _, mod := range mods {
		mod(&p)
	}
	s.add(p)
	return p
}

// license gives a sale its key, with so many uses.
func (s *sample) license(p domain.PurchaseState, uses int64, mods ...func(*domain.LicenseState)) {
	l := domain.LicenseState{
		ID: domain.LicenseID(s.id(p.CreatedAt)), SellerID: s.seller.ID, ProductID: p.ProductID,
		PurchaseID: p.ID, Key: s.key(), CreatedAt: p.CreatedAt,
	}
	for _, mod := range mods {
		mod(&l)
	}
	s.add(ports.CountedLicense{License: l, Uses: uses})
}

func (s *sample) sales() {
	first := s.sale("Bo Lind", "bo@example.com", 150)
	s.first = first.ID
	s.license(first, 0)
	s.license(s.sale("Cleo Park", "cleo@example.com", 120, func(p *domain.PurchaseState) {
		p.Price.Amount, p.Variants = 4900, s.variant("Studio")
		p.CustomFields = domain.MakeCustomFields(domain.CustomField{Name: "Company", Value: "Park & Sons"}, domain.CustomField{Name: "Newsletter", Value: "yes"})
	}), 12)
	s.license(s.sale("Dev Rao", "dev@example.com", 110, func(p *domain.PurchaseState) {
		p.Refunded, p.RefundedAt = 2900, s.ago(108*day24)
	}), 3)
	s.license(s.sale("Eva Moss", "eva@example.com", 100, func(p *domain.PurchaseState) {
		p.Refunded, p.RefundedAt = 900, s.ago(90*day24)
	}), 5)
	s.license(s.sale("Finn Ode", "finn@example.com", 80, func(p *domain.PurchaseState) { p.DisputedAt = s.ago(20 * day24) }), 41)
	s.license(s.sale("Gia Roth", "gia@example.com", 75, func(p *domain.PurchaseState) {
		p.DisputedAt, p.DisputeWonAt = s.ago(60*day24), s.ago(30*day24)
	}), 7)
	s.license(s.sale("Hal Winter", "hal@example.com", 60, func(p *domain.PurchaseState) { p.RevokedAt = s.ago(2 * day24) }), 230)
	given := s.sale("Ida Fox", "ida@example.com", 50, func(p *domain.PurchaseState) { p.GiftGiven = true })
	s.license(s.sale("Jon Fox", "jon@example.com", 50, func(p *domain.PurchaseState) {
		p.GiftOf, p.Status, p.Price.Amount = given.ID, domain.GiftReceived, 0
	}), 1)
	s.license(s.sale("Kim Vale", "kim@example.com", 40, func(p *domain.PurchaseState) {
		p.Price.Amount, p.OfferCode = 2320, domain.OfferCode{Code: "spring", Percent: 20}
	}), 2, func(l *domain.LicenseState) { l.DisabledAt = s.ago(day24) })
	s.license(s.sale("Ana Press", "ana@example.com", 5, func(p *domain.PurchaseState) {
		p.Status, p.PurchaserID = domain.Test, s.seller.UserID
	}), 1)
}

// memberships are one that goes on, with two of its seats named, one that will
// end, and one that has ended.
func (s *sample) memberships() {
	s.membership("Lea Brandt", "lea@example.com", 70, 5, func(*domain.MembershipRecord) {}, "ole@example.com", "pia@example.com")
	s.membership("Max Hill", "max@example.com", 45, 1, func(r *domain.MembershipRecord) {
		r.CancelRequestedAt, r.CancelledBy, r.CancelledAt = s.ago(3*day24), domain.Buyer, domain.Boundary(r.StartedAt, 1)
	})
	s.membership("Nia Stone", "nia@example.com", 70, 2, func(r *domain.MembershipRecord) { r.FailedAt = r.StartedAt.Add(5 * day24) })
}

// membership is one whose current period began less than a month ago, after
// others that were paid. Each of the named has a seat.
func (s *sample) membership(buyer, email string, days, seats int, mod func(*domain.MembershipRecord), named ...string) {
	id := domain.MembershipID(s.id(s.at))
	p := s.sale(buyer, email, days, func(p *domain.PurchaseState) {
		p.ProductID, p.MembershipID, p.Multiseat, p.Quantity = s.club.ID, id, true, seats
		p.Price.Amount, p.Variants = 900*int64(seats), s.variant("Readers")
	})
	r := domain.MembershipRecord{
		ID: id, SellerID: s.seller.ID, ProductID: s.club.ID, PurchaseID: p.ID, Recurrence: domain.Monthly, CreatedAt: p.CreatedAt,
		StartedAt: domain.Boundary(p.CreatedAt, int(s.at.Sub(p.CreatedAt)/(31*day24))),
	}
	mod(&r)
	m := r.Adopt(p)
	m.Assigned, m.Elsewhere, m.Method = len(named), false, sandbox.Pays
	s.add(m)
	for i, email := range named {
		seat := domain.Seat{
			ID: domain.SeatID(s.id(p.CreatedAt)), SellerID: s.seller.ID, PurchaseID: p.ID, Email: email,
			Status: domain.SeatInvited, CreatedAt: p.CreatedAt.Add(time.Duration(i) * time.Hour),
		}
		if i == 0 {
			seat.Status, seat.ClaimedAt = domain.SeatActive, p.CreatedAt.Add(day24)
		}
		s.add(seat)
	}
	s.license(p, int64(seats))
}
