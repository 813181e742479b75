package cases

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// expects plays the processor for what falls due on the way to an event.
func (s *stage) expects(e step) {
	if *e.Event == "fail_subscription" { // from the end of the period on, which is before the event
		s.cards.answer(cardOf(e.Subscription), true)
	}
}

// meets plays the processor for what falls due at the instant of an event.
func (s *stage) meets(e step) {
	switch *e.Event {
	case "renewal_declined":
		s.cards.answer(cardOf(e.Subscription), true)
	case "renewal_succeeds":
		s.cards.answer(cardOf(e.Subscription), false)
	}
}

// lives carries out an event of a membership's life. What is due at its instant
// is done: such an event only looks whether it is what the case says.
func (s *stage) lives(e step) error {
	t := s.a(aSubscription, e.Subscription)
	m, id := s.usher.Memberships, domain.MembershipID(t.id)
	switch *e.Event {
	case "renewal_succeeds":
		return s.renewed(t, e)
	case "renewal_declined":
		return s.became(t, "is not past due", func(m domain.MembershipState) bool { return m.Status == domain.PastDue })
	case "fail_subscription":
		return s.became(t, "has not failed", func(m domain.MembershipState) bool { return m.EndReason == domain.PaidNoMore })
	case "end_subscription":
		return s.became(t, "is not completed", func(m domain.MembershipState) bool { return m.EndReason == domain.Completed })
	case "cancel_subscription":
		_, err := m.Cancel(s.Context(), t.seller, id, domain.Actor(cmp.Or(e.By, "buyer")))
		return err
	case "restart_subscription":
		return s.restart(t, e)
	case "change_seats":
		done, err := m.Ask(s.Context(), t.seller, id, domain.AskSeats(e.Quantity), newID(s.clock.now()))
		return s.bindHolder(e.CreatesOriginal, done.Membership, err)
	case "change_tier":
		tier, err := s.tier(t, e.Tier)
		if err != nil {
			return err
		}
		_, err = m.Ask(s.Context(), t.seller, id, domain.Request{Tier: tier}, newID(s.clock.now()))
		return err
	}
	return fmt.Errorf("nobody carries out %s", *e.Event)
}

// renewed looks whether a renewal was paid at this instant, and has an overdue
// one tried again: its next try may be due later. What it made is named.
func (s *stage) renewed(t thing, e step) error {
	member, err := s.usher.Memberships.Get(s.Context(), t.seller, domain.MembershipID(t.id))
	if err != nil {
		return err
	}
	if member.Status == domain.PastDue {
		if _, err := s.usher.Memberships.Retry(s.Context(), t.seller, member.ID); err != nil {
			return err
		}
	}
	all, err := s.usher.Payments.OfPurchase(s.Context(), t.seller, member.PurchaseID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(p domain.PaymentState) bool {
		return p.MembershipID == member.ID && p.Kind == domain.RenewalPayment && p.Status == domain.Paid && p.PaidAt.Equal(s.clock.now())
	})
	switch free := member.Price().Amount == 0 && e.CreatesPurchase == ""; {
	case i < 0 && !free:
		return errors.New("no renewal was paid")
	case i < 0:
		return s.bindHolder(e.CreatesOriginal, member, nil)
	}
	if e.CreatesPurchase != "" {
		s.things[e.CreatesPurchase] = thing{is: aPurchase, seller: t.seller, id: string(all[i].ID), renews: string(member.PurchaseID)}
	}
	return s.bindHolder(e.CreatesOriginal, member, nil)
}

// became needs what fell due to have brought a membership there.
func (s *stage) became(t thing, not string, is func(domain.MembershipState) bool) error {
	m, err := s.usher.Memberships.Get(s.Context(), t.seller, domain.MembershipID(t.id))
	if err == nil && !is(m) {
		err = fmt.Errorf("the membership %s, but %s", not, cmp.Or(string(m.EndReason), string(m.Status)))
	}
	return err
}

// restart has the card answer as the event says. One that pays is good from
// then on; one that declines is asked for this payment only.
func (s *stage) restart(t thing, e step) error {
	card := cardOf(e.Subscription)
	was := s.cards.declining(card)
	s.cards.answer(card, e.Payment == "declined")
	_, err := s.usher.Memberships.Restart(s.Context(), t.seller, domain.MembershipID(t.id), domain.Buyer, domain.Request{}, newID(s.clock.now()))
	if e.Payment == "declined" {
		s.cards.answer(card, was)
	}
	return err
}

func (s *stage) tier(t thing, name string) (domain.VariantID, error) {
	m, err := s.usher.Memberships.Get(s.Context(), t.seller, domain.MembershipID(t.id))
	if err != nil {
		return "", err
	}
	variants, err := s.usher.Catalog.Variants(s.Context(), t.seller, m.ProductID)
	for _, v := range variants {
		if v.Category == domain.TierCategory && v.Name == name {
			return v.ID, nil
		}
	}
	return "", errors.Join(err, fmt.Errorf("no tier is called %s", name))
}

// sellerSets has the seller give free seats, or take them back, until there are
// so many.
func (s *stage) sellerSets(e step) error {
	p := s.a(aPurchase, e.Purchase)
	sale, err := s.usher.Sales.Get(s.Context(), p.seller, domain.PurchaseID(p.id))
	if err != nil {
		return err
	}
	if !sale.Purchase.Multiseat || sale.Purchase.MembershipID == "" {
		return domain.ErrNoSeats
	}
	m, err := s.usher.Memberships.Get(s.Context(), p.seller, sale.Purchase.MembershipID)
	if err == nil {
		_, err = s.usher.Memberships.GrantSeats(s.Context(), p.seller, m.ID, e.Quantity-m.SeatsNow(), "")
	}
	return err
}

// bindHolder names the purchase that holds the key of a membership.
func (s *stage) bindHolder(name string, m domain.MembershipState, err error) error {
	if err == nil && name != "" {
		s.things[name] = thing{is: aPurchase, seller: m.SellerID, id: string(m.PurchaseID)}
	}
	return err
}

// refund, chargeback and disputeWon are about a sale, or a renewal, which is a
// payment.
func (s *stage) refund(e step) error {
	p := s.a(aPurchase, e.Purchase)
	if p.renews != "" {
		_, err := s.usher.Payments.Refund(s.Context(), p.seller, domain.PaymentID(p.id), 0, newID(s.clock.now()))
		return err
	}
	_, err := s.usher.Sales.Refund(s.Context(), p.seller, domain.PurchaseID(p.id), 0)
	return err
}

func (s *stage) chargeback(e step) error {
	p := s.a(aPurchase, e.Purchase)
	if p.renews != "" {
		_, err := s.usher.Payments.Dispute(s.Context(), p.seller, domain.PaymentID(p.id), newID(s.clock.now()))
		return err
	}
	_, err := s.usher.Sales.Dispute(s.Context(), p.seller, domain.PurchaseID(p.id))
	return err
}

func (s *stage) disputeWon(e step) error {
	p := s.a(aPurchase, e.Purchase)
	if p.renews == "" {
		_, err := s.usher.Sales.WinDispute(s.Context(), p.seller, domain.PurchaseID(p.id))
		return err
	}
	var disputes []domain.Dispute
	s.view(p.seller, func(ctx context.Context, tx ports.Tx) (err error) {
		disputes, err = tx.Disputes.ByPayment(ctx, domain.PaymentID(p.id))
		return err
	})
	if len(disputes) == 0 {
		return domain.ErrNotDisputed
	}
	_, err := s.usher.Payments.CloseDispute(s.Context(), p.seller, disputes[len(disputes)-1].ID, true)
	return err
}
