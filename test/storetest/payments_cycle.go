package storetest

import (
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// paymentCycleOnce: whatever goes wrong above, nobody pays a period twice.
func paymentCycleOnce(t *testing.T, w *world) {
	m := storedMembership(t, w)
	first := fixture.PaymentOf(m, domain.RenewalPayment, 2)
	fixture.Fill(t, w, first)
	w.refuses(t, "a second inserted as paid", insertPayment(fixture.PaymentOf(m, domain.RenewalPayment, 2)), domain.ErrAlreadyPaid)

	second := intended(fixture.PaymentOf(m, domain.RenewalPayment, 2))
	fixture.Fill(t, w, second)
	for what, change := range map[string]func(*domain.PaymentState){
		"paid":              func(p *domain.PaymentState) { p.Status = domain.Paid },
		"paid, and changed": func(p *domain.PaymentState) { p.Status, p.ProcessorRef = domain.Paid, "pi_7" },
	} {
		s := second
		change(&s)
		w.refuses(t, "a second that is "+what, savePayment(s), domain.ErrAlreadyPaid)
		paymentAggregate.wantStored(t, w, "what was refused", second)
	}
	first.Refunded = first.Amount.Amount
	w.update(t, w.of, savePayment(first)) // its own cycle is in nobody's way

	third := fixture.PaymentOf(m, domain.RenewalPayment, 3)
	fixture.Fill(t, w, third)
	third.Cycle = 2
	w.refuses(t, "that of another cycle, moved", savePayment(third), domain.ErrAlreadyPaid)

	first.Status = domain.Voided
	second.Status = domain.Paid
	w.update(t, w.of, savePayment(first))
	w.update(t, w.of, savePayment(second))
	paymentAggregate.wantStored(t, w, "paid once the other was not", second)
}

// paymentNoCycle: what is in nobody's way.
func paymentNoCycle(t *testing.T, w *world) {
	m, other := storedMembership(t, w), storedMembership(t, w)
	paid := func(m domain.MembershipState, kind domain.PaymentKind, cycle int) domain.PaymentState {
		return fixture.PaymentOf(m, kind, cycle)
	}
	things := []any{
		paid(m, domain.RenewalPayment, 2), paid(m, domain.RenewalPayment, 3), paid(other, domain.RenewalPayment, 2),
		paid(m, domain.SalePayment, 2), paid(m, domain.ChangePayment, 2), paid(m, domain.ChangePayment, 2), paid(m, domain.RestartPayment, 2),
	}
	for _, status := range []domain.PaymentStatus{domain.Intended, domain.Sent, domain.NeedsAction, domain.NotPaid, domain.Voided} {
		things = append(things, fixture.PaymentOf(m, domain.RenewalPayment, 2, func(p *domain.PaymentState) { p.Status = status }))
	}
	fixture.Fill(t, w, things...)
	for _, thing := range things {
		p := thing.(domain.PaymentState)
		p.Refunding = 1
		w.update(t, w.of, savePayment(p))
		paymentAggregate.wantStored(t, w, "saved", p)
	}

	// What bob's payment names loosely is not ana's, and not in her way.
	theirs := fixture.Product(w.bob)
	sale := fixture.Purchase(theirs, func(s *domain.PurchaseState) { s.MembershipID = m.ID })
	renewal := fixture.Payment(sale, func(p *domain.PaymentState) { p.Kind, p.Cycle = domain.RenewalPayment, 4 })
	fixture.Fill(t, w, theirs, sale, renewal, paid(m, domain.RenewalPayment, 4))
}

// paymentWhichRefusal has payments that break several rules.
func paymentWhichRefusal(t *testing.T, w *world) {
	m := storedMembership(t, w)
	first := fixture.PaymentOf(m, domain.RenewalPayment, 2, func(p *domain.PaymentState) { p.ProcessorRef = "pi_1" })
	fixture.Fill(t, w, first)
	again := another(first)
	w.refuses(t, "the same but for its id", insertPayment(again), domain.ErrExists)
	again.Key = "another"
	w.refuses(t, "the same but for its id and key", insertPayment(again), domain.ErrExists)
	again.ProcessorRef = ""
	w.refuses(t, "the same cycle", insertPayment(again), domain.ErrAlreadyPaid)
	again.PurchaseID = "x"
	w.refuses(t, "the same cycle, of no sale", insertPayment(again), domain.ErrPurchaseNotFound)
	again.ID = first.ID
	w.refuses(t, "an id that is there, of no sale", insertPayment(again), domain.ErrExists)
}
