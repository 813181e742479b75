package domain

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func paid(amount int64, mods ...func(*PurchaseState)) *Purchase {
	s := PurchaseState{ID: "sale", ProductID: "pen", Status: Successful, Quantity: 1, Price: Money{amount, "usd"}, CreatedAt: t0}
	for _, m := range mods {
		m(&s)
	}
	return RestorePurchase(s)
}

func TestPurchase_Complete(t *testing.T) {
	ana := Seller{UserID: "7"}
	for _, tt := range []struct {
		name  string
		was   PurchaseState
		trial bool
		want  PurchaseStatus
		code  string
	}{
		{"a sale", PurchaseState{Status: Pending}, false, Successful, ""},
		{"a sale to somebody who is signed in", PurchaseState{Status: Pending, PurchaserID: "8"}, false, Successful, ""},
		{"a trial", PurchaseState{Status: Pending}, true, Trial, ""},
		{"the seller's own", PurchaseState{Status: Pending, PurchaserID: "7"}, false, Test, ""},
		{"the seller's own trial", PurchaseState{Status: Pending, PurchaserID: "7"}, true, Test, ""},
		{"a received gift", PurchaseState{Status: Pending, GiftOf: "g"}, false, GiftReceived, ""},
		{"a received gift, of a trial, to the seller", PurchaseState{Status: Pending, GiftOf: "g", PurchaserID: "7"}, true, GiftReceived, ""},
		{"a given gift", PurchaseState{Status: Pending, GiftGiven: true}, false, Successful, ""},
		{"one that is complete", PurchaseState{Status: Successful}, false, Successful, "not_pending"},
		{"one that failed", PurchaseState{Status: Failed}, false, Failed, "not_pending"},
		{"a preorder", PurchaseState{Status: Preordered}, false, Preordered, "not_pending"},
		{"one of no status", PurchaseState{}, false, "", "not_pending"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.was.ID, tt.was.ProductID = "sale", "pen"
			p := RestorePurchase(tt.was)
			events, err := p.Complete(tt.trial, ana, t0)
			wantError(t, err, tt.code, "")
			want := tt.was
			want.Status = tt.want
			if p.State() != want {
				t.Errorf("got %+v", p.State())
			}
			if err == nil && !slices.Equal(events, []Event{PurchaseCompleted{PurchaseID: "sale", ProductID: "pen", At: t0}}) {
				t.Errorf("events: %v", events)
			}
		})
	}
	guest := RestorePurchase(PurchaseState{Status: Pending})
	if _, err := guest.Complete(false, Seller{}, t0); err != nil || guest.State().Status != Successful {
		t.Errorf("a guest of a seller without a user id: %s, %v", guest.State().Status, err)
	}
}

func TestPurchase_preorder(t *testing.T) {
	p := paid(1000, func(s *PurchaseState) { s.Status, s.OrderNumber, s.Variants = Pending, 7, ChosenVariants("red") })
	if _, err := p.Release("r", t0); err == nil {
		t.Error("a pending purchase was released")
	}
	events, err := p.Preorder(t0)
	if err != nil || p.State().Status != Preordered || !slices.Equal(events, []Event{PurchasePreordered{"sale", "pen", t0}}) {
		t.Errorf("preordered: %+v with %v, %v", p.State(), events, err)
	}
	_, err = p.Preorder(t0)
	wantError(t, err, "not_pending", "")
	_, err = p.Complete(false, Seller{}, t0)
	wantError(t, err, "not_pending", "")
	_, err = p.Refund(0, t0)
	wantError(t, err, "not_charged", "")

	was, out := p.State(), t0.AddDate(0, 1, 0)
	r, err := p.Release("r", out)
	want := was
	want.ID, want.OrderNumber, want.Status, want.PreorderOf, want.CreatedAt = "r", 0, Pending, "sale", out
	if err != nil || r.State() != want {
		t.Errorf("released: got  %+v, %v\nwant %+v", r.State(), err, want)
	}
	if p.State() != was {
		t.Errorf("the preorder is now %+v", p.State())
	}
	_, err = paid(1000).Release("r", out)
	wantError(t, err, "not_preordered", "")
}

func TestPurchase_Included(t *testing.T) {
	bundle := paid(1000, func(s *PurchaseState) {
		s.SellerID, s.Email, s.FullName, s.PurchaserID, s.Country, s.CanContact = "ana", "b@example.com", "Bo", "8", "France", true
		s.Quantity, s.OrderNumber, s.Fee, s.Multiseat, s.MembershipID = 2, 7, 50, true, "m"
		s.Variants, s.OfferCode, s.Affiliate = ChosenVariants("v"), OfferCode{Code: "X"}, Affiliate{Email: "a@example.com"}
		s.GiftOf = "g"
	})
	got := bundle.Included(BundleLine{"mug", 3}, Product{Price: Money{900, "eur"}}, "part").State()
	want := PurchaseState{
		ID: "part", SellerID: "ana", ProductID: "mug", Status: Pending, Email: "b@example.com", FullName: "Bo", PurchaserID: "8",
		Country: "France", CanContact: true, Quantity: 6, Price: Money{0, "eur"}, BundleOf: "sale", GiftOf: "g", CreatedAt: t0,
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if bundle.State().OrderNumber != 7 {
		t.Error("the bundle changed")
	}
}

func TestPurchase_Refund(t *testing.T) {
	for _, tt := range []struct {
		name        string
		p           *Purchase
		amount      int64
		refunded    int64
		full        bool
		code, field string
	}{
		{name: "all, if nothing is said", p: paid(1000), refunded: 1000, full: true},
		{name: "all, said so", p: paid(1000), amount: 1000, refunded: 1000, full: true},
		{name: "a part", p: paid(1000), amount: 400, refunded: 400},
		{name: "the rest", p: paid(1000, part), amount: 0, refunded: 1000, full: true},
		{name: "the rest, said so", p: paid(1000, part), amount: 700, refunded: 1000, full: true},
		{name: "another part", p: paid(1000, part), amount: 699, refunded: 999},
		{name: "more than there is", p: paid(1000), amount: 1001, refunded: 0, code: "refund_too_large", field: "amount"},
		{name: "more than the rest", p: paid(1000, part), amount: 701, refunded: 300, code: "refund_too_large", field: "amount"},
		{name: "less than nothing", p: paid(1000), amount: -1, refunded: 0, code: "invalid", field: "amount"},
		{name: "of a free purchase", p: paid(0), refunded: 0, full: true},
		{name: "of a free purchase, an amount", p: paid(0), amount: 1, code: "refund_too_large", field: "amount"},
		{name: "of one that is disputed", p: paid(1000, func(s *PurchaseState) { s.DisputedAt = t0 }), refunded: 1000, full: true},
		{name: "of one whose access was taken away", p: paid(1000, func(s *PurchaseState) { s.RevokedAt = t0 }), refunded: 1000, full: true},
		{name: "of one that was not charged", p: paid(1000, func(s *PurchaseState) { s.Status = Trial }), code: "not_charged"},
		{name: "of a received gift", p: paid(0, func(s *PurchaseState) { s.Status = GiftReceived }), code: "not_charged"},
		{name: "of one that is refunded", p: paid(1000, part, func(s *PurchaseState) { s.Refunded = 1000 }), refunded: 1000, code: "already_refunded"},
		{name: "of a free one that is refunded", p: paid(0, func(s *PurchaseState) { s.RefundedAt = t0 }), code: "already_refunded"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was, at := tt.p.State(), t0.Add(time.Hour)
			events, err := tt.p.Refund(tt.amount, at)
			wantError(t, err, tt.code, tt.field)
			if err != nil {
				if tt.p.State() != was || events != nil {
					t.Errorf("it was refused, and now is %+v", tt.p.State())
				}
				return
			}
			want := was
			want.Refunded, want.RefundedAt = tt.refunded, at
			if tt.p.State() != want || want.FullyRefunded() != tt.full {
				t.Errorf("got %+v, in full %v", tt.p.State(), tt.p.State().FullyRefunded())
			}
			if e := (PurchaseRefunded{"sale", tt.refunded - was.Refunded, tt.full, at}); !slices.Equal(events, []Event{e}) {
				t.Errorf("events: %+v, want %+v", events, e)
			}
		})
	}
}

func part(s *PurchaseState) { s.Refunded, s.RefundedAt = 300, t0 }

// TestPurchase_Refund_neverGivesMoreThanThePrice refunds at random.
func TestPurchase_Refund_neverGivesMoreThanThePrice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := rapid.Int64Range(0, 30).Draw(t, "price")
		p, given, full := paid(price), int64(0), 0
		for _, amount := range rapid.SliceOfN(rapid.Int64Range(-2, 40), 0, 8).Draw(t, "amounts") {
			events, err := p.Refund(amount, t0)
			if err != nil {
				continue
			}
			e := events[0].(PurchaseRefunded)
			given += e.Amount
			if e.Full {
				full++
			}
		}
		s := p.State()
		if given != s.Refunded || given > price || s.FullyRefunded() != (full == 1) || full > 1 || full == 1 && given != price {
			t.Fatalf("gave %d back of %d, %d times in full: %+v", given, price, full, s)
		}
	})
}

func TestPurchase_dispute(t *testing.T) {
	p := paid(1000)
	at := func(h int) time.Time { return t0.Add(time.Duration(h) * time.Hour) }
	_, err := p.WinDispute(at(0))
	wantError(t, err, "not_disputed", "")
	for _, step := range []struct {
		name          string
		do            func(time.Time) ([]Event, error)
		at            time.Time
		want          []Event
		disputed, won time.Time
	}{
		{"disputed", p.Dispute, at(1), []Event{PurchaseDisputed{"sale", at(1)}}, at(1), time.Time{}},
		{"disputed again", p.Dispute, at(2), nil, at(1), time.Time{}},
		{"won", p.WinDispute, at(3), []Event{DisputeWon{"sale", at(3)}}, at(1), at(3)},
		{"won again", p.WinDispute, at(4), nil, at(1), at(3)},
		{"disputed a second time", p.Dispute, at(5), []Event{PurchaseDisputed{"sale", at(5)}}, at(5), time.Time{}},
		{"won a second time", p.WinDispute, at(6), []Event{DisputeWon{"sale", at(6)}}, at(5), at(6)},
	} {
		events, err := step.do(step.at)
		s := p.State()
		if err != nil || !slices.Equal(events, step.want) || s.DisputedAt != step.disputed || s.DisputeWonAt != step.won {
			t.Errorf("%s: disputed %v, won %v, %v, %v", step.name, s.DisputedAt, s.DisputeWonAt, events, err)
		}
	}
	for _, status := range []PurchaseStatus{Pending, Failed, Trial, Test, GiftReceived, Preordered, Imported} {
		_, err := paid(1000, func(s *PurchaseState) { s.Status = status }).Dispute(t0)
		wantError(t, err, "not_charged", "")
	}
}

func TestPurchase_Revoke(t *testing.T) {
	for _, tt := range []struct {
		name string
		p    *Purchase
		code string
	}{
		{"a sale", paid(1000), ""},
		{"a sale that is refunded in part", paid(1000, part), ""},
		{"a disputed sale", paid(1000, func(s *PurchaseState) { s.DisputedAt = t0 }), ""},
		{"a customer known from elsewhere", paid(0, func(s *PurchaseState) { s.Status = Imported }), ""},
		{"a refunded sale", paid(1000, part, func(s *PurchaseState) { s.Refunded = 1000 }), "not_revocable"},
		{"a refunded free sale", paid(0, part, func(s *PurchaseState) { s.Refunded = 0 }), "not_revocable"},
		{"a membership", paid(1000, func(s *PurchaseState) { s.MembershipID = "m" }), "not_revocable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was := tt.p.State()
			events, err := tt.p.Revoke(t0)
			wantError(t, err, tt.code, "")
			if err != nil {
				if tt.p.State() != was {
					t.Errorf("it was refused, and now is %+v", tt.p.State())
				}
				return
			}
			if tt.p.State().RevokedAt != t0 || !slices.Equal(events, []Event{AccessRevoked{"sale", t0}}) {
				t.Errorf("got %+v with %v", tt.p.State(), events)
			}
			if events, err := tt.p.Revoke(t0.Add(1)); err != nil || events != nil || tt.p.State().RevokedAt != t0 {
				t.Errorf("again: %+v with %v, %v", tt.p.State(), events, err)
			}
			if events, err := tt.p.Unrevoke(t0); err != nil || !slices.Equal(events, []Event{AccessRestored{"sale", t0}}) || tt.p.State() != was {
				t.Errorf("given back: %+v with %v, %v", tt.p.State(), events, err)
			}
			_, err = tt.p.Unrevoke(t0)
			wantError(t, err, "not_revoked", "")
		})
	}
}

// TestPurchase_keepsItsIdentity runs through a life at random: what a purchase
// is known by never moves.
func TestPurchase_keepsItsIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was := PurchaseState{ID: "sale", SellerID: "ana", ProductID: "pen", OrderNumber: 7, Status: Pending, Quantity: 1, Price: Money{100, "usd"}, CreatedAt: t0}
		p := RestorePurchase(was)
		verbs := []func(time.Time) ([]Event, error){
			p.Preorder, p.Dispute, p.WinDispute, p.Revoke, p.Unrevoke,
			func(at time.Time) ([]Event, error) { return p.Complete(false, Seller{}, at) },
			func(at time.Time) ([]Event, error) { return p.Refund(rapid.Int64Range(0, 60).Draw(t, "amount"), at) },
		}
		for i, n := range rapid.SliceOfN(rapid.IntRange(0, len(verbs)-1), 0, 20).Draw(t, "verbs") {
			before := p.State()
			events, err := verbs[n](t0.Add(time.Duration(i)))
			if (err != nil || len(events) == 0) && p.State() != before {
				t.Fatalf("verb %d was refused (%v) or told nobody, and changed %+v to %+v", n, err, before, p.State())
			}
			for _, e := range events {
				if e.EventSubject() != "sale" {
					t.Fatalf("%s is about %q", e.EventName(), e.EventSubject())
				}
			}
		}
		s := p.State()
		if s.ID != was.ID || s.OrderNumber != was.OrderNumber || s.CreatedAt != was.CreatedAt || s.Price != was.Price || s.Quantity != was.Quantity {
			t.Fatalf("it is now %+v", s)
		}
	})
}

func TestPurchase_Fail(t *testing.T) {
	for _, status := range []PurchaseStatus{Pending, Successful, Failed, Trial, Test, GiftReceived, Preordered, Imported} {
		p := paid(1000, func(s *PurchaseState) { s.Status = status })
		was := p.State()
		events, err := p.Fail(t0)
		if status != Pending {
			wantError(t, err, "not_pending", "")
			same(t, string(status), p.State(), was)
			continue
		}
		was.Status = Failed
		same(t, "failed", p.State(), was)
		if err != nil || !slices.Equal(events, []Event{PurchaseFailed{PurchaseID: "sale", ProductID: "pen", At: t0}}) {
			t.Errorf("events: %v, %v", events, err)
		}
	}
}

func TestPurchase_Follow(t *testing.T) {
	m := live(t, seatsOf(4), freeSeats(1)).m.State() // of standard, at 10.00
	seats := Product{Kind: MembershipKind, Licensed: true, Multiseat: true}
	variants := []Variant{{ID: "standard", Category: TierCategory}, {ID: "old", Category: TierCategory, DeletedAt: t0}, {ID: "red", Category: "Colour"}}
	for _, tt := range []struct {
		name    string
		was     func(*PurchaseState)
		m       func(*MembershipState)
		product Product
		want    func(*PurchaseState)
	}{
		{"seats and price", nil, nil, seats, func(p *PurchaseState) { p.Quantity, p.Price.Amount, p.Original = 5, 4000, Money{1000, "usd"} }},
		{"what the sale came to is kept for good", func(p *PurchaseState) { p.Original = Money{700, "usd"} }, nil, seats, func(p *PurchaseState) {
			p.Quantity, p.Price.Amount, p.Original = 5, 4000, Money{700, "usd"}
		}},
		{"of one that was free too", func(p *PurchaseState) { p.Price.Amount = 0 }, nil, seats, func(p *PurchaseState) {
			p.Quantity, p.Price.Amount, p.Original = 5, 4000, Money{0, "usd"}
		}},
		{"a price that stays moves nothing", func(p *PurchaseState) { p.Price.Amount = 4000 }, nil, seats, func(p *PurchaseState) { p.Quantity, p.Price.Amount = 5, 4000 }},
		{"a tier takes the place of the old one, and of nothing else", func(p *PurchaseState) { p.Variants = ChosenVariants("old", "red") }, nil, seats, func(p *PurchaseState) {
			p.Quantity, p.Price.Amount, p.Original, p.Variants = 5, 4000, Money{1000, "usd"}, ChosenVariants("standard", "red")
		}},
		{"without tiers the variants stay", func(p *PurchaseState) { p.Variants = ChosenVariants("red") }, func(m *MembershipState) { m.Terms.Tier = "" }, seats, func(p *PurchaseState) {
			p.Quantity, p.Price.Amount, p.Original, p.Variants = 5, 4000, Money{1000, "usd"}, ChosenVariants("red")
		}},
		{"the product offers no seats any more", nil, nil, Product{Kind: MembershipKind, Licensed: true}, func(p *PurchaseState) {
			p.Quantity, p.Price.Amount, p.Original, p.Multiseat = 5, 4000, Money{1000, "usd"}, false
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, member := paid(1000, func(s *PurchaseState) { s.Variants, s.Multiseat = ChosenVariants("standard"), true }), m
			want := p.State()
			if tt.was != nil {
				s := p.State()
				tt.was(&s)
				p, want = RestorePurchase(s), s
			}
			if tt.m != nil {
				tt.m(&member)
			}
			tt.want(&want)
			if want.Variants != p.State().Variants {
				want.VariantsAt = member.LastAt
			}
			p.Follow(member, tt.product, variants)
			same(t, "purchase", p.State(), want)
			p.Follow(member, tt.product, variants)
			same(t, "twice", p.State(), want)
		})
	}
}

// What a sale itself came to counts for its refund, whatever it costs now.
func TestPurchase_Sold(t *testing.T) {
	for _, tt := range []struct {
		name         string
		price, first int64
		moved        bool
		sold         int64
	}{
		{"a sale whose price never moved", 1000, 0, false, 1000},
		{"one that costs more now", 4000, 1000, true, 1000},
		{"one that costs less now", 500, 1000, true, 1000},
		{"one that was free", 4000, 0, true, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := paid(tt.price, func(s *PurchaseState) {
				s.SellerID, s.Email, s.OrderNumber = "ana", "b@example.com", 7
				if tt.moved {
					s.Original = Money{tt.first, "usd"}
				}
			})
			same(t, "sold", p.State().Sold(), Money{tt.sold, "usd"})
			if _, err := p.Refund(tt.sold+1, t0); err == nil {
				t.Error("more was given back")
			}
			if _, err := p.Refund(0, t0); err != nil || p.State().Refunded != tt.sold || !p.State().FullyRefunded() || p.State().Check() != nil {
				t.Errorf("given back: %+v, %v, %v", p.State(), err, p.State().Check())
			}
		})
	}
}
