package rpc

import (
	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
)

// membership is unset for none.
func (s *server) membership(m domain.MembershipState) *usherv1.Membership {
	if m.ID == "" {
		return nil
	}
	in := func(amount int64) *usherv1.Money {
		return moneyOf(domain.Money{Amount: amount, Currency: m.Terms.Currency})
	}
	told := &usherv1.Membership{
		Id: string(m.ID), Product: string(m.ProductID), Purchase: string(m.PurchaseID), Status: enumOf[usherv1.MembershipStatus](m.Status),
		EndReason: string(m.EndReason), CancelledBy: enumOf[usherv1.Actor](m.CancelledBy),
		Seats: small(m.SeatsNow()), PaidSeats: small(m.Seats), FreeSeats: small(m.Complimentary), AssignedSeats: small(m.Assigned), AssignableSeats: small(m.Assignable()),
		Tier: string(m.Terms.Tier), Recurrence: enumOf[usherv1.Recurrence](m.Recurrence), UnitPrice: in(m.Terms.Unit), Price: moneyOf(m.Price()), Cycle: small(m.Cycle),
		PeriodStartsAt: stamp(m.Period().StartAt), PeriodEndsAt: stamp(m.Period().EndAt), FreeTrialEndsAt: stamp(m.FreeTrialEndsAt),
		Method: m.Method, ChargedElsewhere: m.Elsewhere,
		CancelledAt: stamp(m.CancelledAt), FailedAt: stamp(m.FailedAt), EndedAt: stamp(m.EndedAt), CreatedAt: stamp(m.CreatedAt),
	}
	if n, ok := s.usher.Memberships.Next(m); ok && !m.Elsewhere {
		told.NextPayment = &usherv1.NextPayment{At: stamp(n.At), Amount: moneyOf(n.Amount), Seats: small(n.Seats)}
	}
	if p := m.Pending; p != (domain.PendingChange{}) && m.Live() {
		told.Pending = &usherv1.PendingChange{Tier: string(p.Tier), Recurrence: enumOf[usherv1.Recurrence](p.Recurrence)}
		if p.Seats > 0 {
			told.Pending.Seats = small(p.Seats + m.Complimentary)
		}
		if p.Priced {
			told.Pending.UnitPrice = in(p.Unit)
		}
	}
	if n := m.Notice; n != (domain.PriceNotice{}) {
		told.Notice = &usherv1.PriceNotice{
			Tier: string(n.Tier), Recurrence: enumOf[usherv1.Recurrence](n.Recurrence), UnitPrice: in(n.Unit), EffectiveAt: stamp(n.EffectiveAt), NotifiedAt: stamp(n.NotifiedAt),
		}
	}
	if f := m.InFlight; f != (domain.InFlight{}) {
		told.InFlight = &usherv1.InFlight{Payment: string(f.PaymentID), Kind: enumOf[usherv1.PaymentKind](f.Kind), Due: in(f.Due), ExpiresAt: stamp(f.ExpiresAt)}
	}
	if o := m.Outstanding; o != (domain.Outstanding{}) && m.Live() {
		told.Overdue = &usherv1.Overdue{Amount: in(o.Amount), GraceEndsAt: stamp(o.GraceEndsAt), RetryAt: stamp(o.RetryAt)}
	}
	return told
}
