package domain

import (
	"testing"
	"time"
)

func payment(mods ...func(*PaymentState)) *Payment {
	s := PaymentState{
		ID: "y", SellerID: "ana", PurchaseID: "sale", MembershipID: "m", Kind: RenewalPayment, Cycle: 2, Attempt: 1,
		Key: "mbr/m/renew/2/1", Amount: Money{5000, "usd"}, PricedAt: april(1), Status: Intended, CreatedAt: t0,
	}
	for _, mod := range mods {
		mod(&s)
	}
	return RestorePayment(s)
}

func status(status PaymentStatus) func(*PaymentState) {
	return func(s *PaymentState) {
		switch s.Status = status; status {
		case Paid:
			s.PaidAt = t0
		case NotPaid:
			s.Decline = HardDecline
		case Voided:
			s.VoidedAt = t0
		}
	}
}

// lateSuccess is a payment that was voided and paid all the same.
func lateSuccess(s *PaymentState) { s.Status, s.VoidedAt, s.PaidAt = Voided, t0, t0 }

// TestPayment_Settle has each status meet each answer.
func TestPayment_Settle(t *testing.T) {
	at := Instant(t0.Add(time.Hour))
	none, needs := Answer{}, Answer{Status: NeedsAction}
	paid, declined := Answer{Status: Paid}, Answer{Status: NotPaid, Decline: HardDecline}
	for _, tt := range []struct {
		name  string
		was   func(*PaymentState)
		a     Answer
		want  func(*PaymentState) // on top of what it was; nil: refused
		event string
	}{
		{"intended, no answer", status(Intended), none, func(*PaymentState) {}, ""},
		{"intended, to be confirmed", status(Intended), needs, func(s *PaymentState) { s.Status = NeedsAction }, ""},
		{"intended, paid", status(Intended), paid, func(s *PaymentState) { s.Status, s.PaidAt = Paid, at }, "payment.paid"},
		{"intended, declined", status(Intended), declined, func(s *PaymentState) { s.Status, s.Decline = NotPaid, HardDecline }, "payment.declined"},
		{"sent, no answer", status(Sent), none, func(*PaymentState) {}, ""},
		{"sent, to be confirmed", status(Sent), needs, func(s *PaymentState) { s.Status = NeedsAction }, ""},
		{"sent, paid", status(Sent), paid, func(s *PaymentState) { s.Status, s.PaidAt = Paid, at }, "payment.paid"},
		{"sent, declined", status(Sent), declined, func(s *PaymentState) { s.Status, s.Decline = NotPaid, HardDecline }, "payment.declined"},
		{"sent, declined for no reason", status(Sent), Answer{Status: NotPaid}, func(s *PaymentState) { s.Status, s.Decline = NotPaid, SoftDecline }, "payment.declined"},
		{"to be confirmed, no answer", status(NeedsAction), none, func(*PaymentState) {}, ""},
		{"to be confirmed, again", status(NeedsAction), needs, func(*PaymentState) {}, ""},
		{"to be confirmed, paid", status(NeedsAction), paid, func(s *PaymentState) { s.Status, s.PaidAt = Paid, at }, "payment.paid"},
		{"to be confirmed, declined", status(NeedsAction), declined, func(s *PaymentState) { s.Status, s.Decline = NotPaid, HardDecline }, "payment.declined"},
		{"paid, no answer", status(Paid), none, func(*PaymentState) {}, ""},
		{"paid, again", status(Paid), paid, func(*PaymentState) {}, ""},
		{"paid, to be confirmed", status(Paid), needs, nil, ""},
		{"paid, declined", status(Paid), declined, nil, ""},
		{"declined, no answer", status(NotPaid), none, func(*PaymentState) {}, ""},
		{"declined, again", status(NotPaid), declined, func(*PaymentState) {}, ""},
		{"declined, to be confirmed", status(NotPaid), needs, nil, ""},
		{"declined, paid", status(NotPaid), paid, nil, ""},
		{"given up, no answer", status(Voided), none, func(*PaymentState) {}, ""},
		{"given up, to be confirmed", status(Voided), needs, func(*PaymentState) {}, ""},
		{"given up, declined", status(Voided), declined, func(*PaymentState) {}, ""},
		{"given up, paid: late", status(Voided), paid, func(s *PaymentState) { s.PaidAt = at }, "payment.late"},
		{"late, again", lateSuccess, paid, func(*PaymentState) {}, ""},
		{"late, declined", lateSuccess, declined, func(*PaymentState) {}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := payment(tt.was)
			want := p.State()
			events, err := p.Settle(tt.a, t0.Add(time.Hour))
			if tt.want == nil {
				wantError(t, err, "payment_closed", "")
			} else {
				wantError(t, err, "", "")
				tt.want(&want)
			}
			same(t, "state", p.State(), want)
			got := ""
			for _, e := range events {
				got += e.EventName()
			}
			same(t, "events", got, tt.event)
			if err := p.State().Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPayment_Settle_reference(t *testing.T) {
	p := payment(status(Sent))
	if _, err := p.Settle(Answer{Status: NeedsAction, Ref: "ch_1"}, t0); err != nil {
		t.Fatal(err)
	}
	same(t, "kept", p.State().ProcessorRef, "ch_1")
	if _, err := p.Settle(Answer{Status: Paid}, t0); err != nil {
		t.Fatal(err)
	}
	same(t, "not forgotten", p.State().ProcessorRef, "ch_1")
	was := p.State()
	_, err := p.Settle(Answer{Status: Paid, Ref: "ch_2"}, t0)
	wantError(t, err, "payment_closed", "")
	same(t, "another one changes nothing", p.State(), was)
}

func TestPayment_SendAndVoid(t *testing.T) {
	for _, tt := range []struct {
		name       string
		was        func(*PaymentState)
		sent, void PaymentStatus // afterwards; empty: refused
	}{
		{"intended", status(Intended), Sent, Voided},
		{"sent", status(Sent), Sent, Voided},
		{"to be confirmed", status(NeedsAction), NeedsAction, Voided},
		{"paid", status(Paid), "", ""},
		{"declined", status(NotPaid), "", ""},
		{"given up", status(Voided), "", Voided},
		{"late", lateSuccess, "", Voided},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := payment(tt.was)
			was := p.State()
			err := p.Send()
			same(t, "refused", err != nil, tt.sent == "")
			if tt.sent != "" {
				was.Status = tt.sent
			}
			same(t, "sent", p.State(), was)

			p = payment(tt.was)
			was = p.State()
			events, err := p.Void(t0.Add(time.Hour))
			same(t, "refused", err != nil, tt.void == "")
			if was.Open() {
				was.Status, was.VoidedAt = Voided, Instant(t0.Add(time.Hour))
				same(t, "event", events[0], Event(PaymentVoided{"y", "sale", was.VoidedAt}))
			} else {
				same(t, "events", len(events), 0)
			}
			same(t, "voided", p.State(), was)
		})
	}
}

func TestPayment_events(t *testing.T) {
	p := payment(status(Sent))
	events, _ := p.Settle(Answer{Status: Paid}, t0)
	same(t, "paid", events[0], Event(PaymentPaid{"y", "sale", RenewalPayment, 5000, t0}))
	p = payment(status(Sent))
	events, _ = p.Settle(Answer{Status: NotPaid}, t0)
	same(t, "declined", events[0], Event(PaymentDeclined{"y", "sale", RenewalPayment, t0}))
	p = payment(status(Voided))
	events, _ = p.Settle(Answer{Status: Paid}, t0)
	same(t, "late", events[0], Event(PaymentLate{"y", "sale", 5000, t0}))
}

func TestPaymentState_Check(t *testing.T) {
	type P = PaymentState
	checks(t, payment().State(), P.Check, []row[P]{
		{"no id", func(p *P) { p.ID = "" }, "id"},
		{"no seller", func(p *P) { p.SellerID = "" }, "seller"},
		{"no purchase", func(p *P) { p.PurchaseID = "" }, "purchase"},
		{"a renewal of no membership", func(p *P) { p.MembershipID = "" }, "membership"},
		{"a sale of no membership", func(p *P) { p.Kind, p.MembershipID, p.Cycle = SalePayment, "", 0 }, ""},
		{"a long membership", func(p *P) { p.MembershipID = MembershipID(longText) }, "membership"},
		{"no key", func(p *P) { p.Key = "" }, "key"},
		{"a long reference", func(p *P) { p.ProcessorRef = longText }, "processor_ref"},
		{"a long tier in its target", func(p *P) { p.Target.Tier = VariantID(longText) }, "target"},
		{"an unknown kind", func(p *P) { p.Kind = "tip" }, "payment_kind"},
		{"an unknown status", func(p *P) { p.Status = "lost" }, "status"},
		{"an unknown decline", func(p *P) { p.Decline = "rude" }, "decline"},
		{"no currency", func(p *P) { p.Amount.Currency = "" }, "currency"},
		{"a currency in capitals", func(p *P) { p.Amount.Currency = "USD" }, "currency"},
		{"nothing to be paid", func(p *P) { p.Amount.Amount = 0 }, "amount"},
		{"a negative cycle", func(p *P) { p.Cycle = -1 }, "attempt"},
		{"no attempt", func(p *P) { p.Attempt = 0 }, "attempt"},
		{"a refund below 0", func(p *P) { p.Refunded = -1 }, "refunded"},
		{"a reservation below 0", func(p *P) { p.Refunding = -1 }, "refunded"},
		{"more given back than was paid", func(p *P) { status(Paid)(p); p.Refunded, p.Refunding = 3000, 2001 }, "refunded"},
		{"all of it given back", func(p *P) { status(Paid)(p); p.Refunded, p.Refunding = 3000, 2000 }, ""},
		{"paid at no time", func(p *P) { p.Status = Paid }, "paid_at"},
		{"declined and paid", func(p *P) { status(NotPaid)(p); p.PaidAt = t0 }, "paid_at"},
		{"paid", status(Paid), ""},
		{"given up at no time", func(p *P) { p.Status = Voided }, "voided_at"},
		{"sent and given up", func(p *P) { p.Status, p.VoidedAt = Sent, t0 }, "voided_at"},
		{"given up", status(Voided), ""},
		{"late", lateSuccess, ""},
		{"no time", func(p *P) { p.CreatedAt = time.Time{} }, "created_at"},
	})
}
