package app_test

import (
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// members are memberships of a club in every state that one may be in, each
// with all the fields set that the state allows, and all that hangs on them:
// sales, payments, refunds, disputes, named seats and their licences, each after
// what it belongs to.
func members(club domain.Product, tier domain.VariantID) []any {
	var sales, memberships, payments, rest []any
	for _, in := range []struct {
		status domain.MembershipStatus
		why    domain.EndReason
		before domain.MembershipStatus
	}{
		{domain.Trialing, "", ""}, {domain.Active, "", ""}, {domain.CancelScheduled, "", ""}, {domain.PastDue, "", ""},
		{domain.Ended, domain.Cancelled, ""}, {domain.Ended, domain.PaidNoMore, ""}, {domain.Ended, domain.Completed, ""},
		{domain.Ended, domain.Revoked, ""}, {domain.Ended, domain.Chargeback, domain.Active}, {domain.Ended, domain.Chargeback, domain.PastDue},
	} {
		sale, m := fixture.Renewal(club, func(p *domain.PurchaseState) {
			p.Quantity, p.Multiseat, p.Variants = 3, true, domain.ChosenVariants(tier)
		})
		wanted := fixture.PaymentOf(m, domain.RestartPayment, 6, func(p *domain.PaymentState) { p.Status, p.PaidAt = domain.Sent, time.Time{} })
		m = lived(m, wanted.ID)
		m.Status, m.EndReason, m.Before = in.status, in.why, in.before
		if in.status != domain.Ended {
			m.DeactivatedAt = time.Time{}
		}
		if in.status != domain.PastDue && in.before != domain.PastDue {
			m.Outstanding = domain.Outstanding{}
		}
		if in.status == domain.Trialing {
			m.Cycle, m.Offset, m.AnchorAt = 0, 0, m.FreeTrialEndsAt
		}
		if in.before == domain.Active { // somebody else charges it
			m.Elsewhere, m.InFlight = true, domain.InFlight{}
		}
		sales, memberships, payments = append(sales, sale), append(memberships, m), append(payments, wanted)
		if in.before == domain.PastDue {
			more, of := money(m)
			payments, rest = append(payments, more...), append(rest, of...)
			rest = append(rest, seated(sale)...)
		}
	}
	return append(append(append(sales, memberships...), payments...), rest...)
}

// lived returns a membership that has been through everything and waits for a
// payment, with every field set that such a one can have.
func lived(m domain.MembershipState, waitsFor domain.PaymentID) domain.MembershipState {
	day := func(n int) time.Time { return m.AnchorAt.AddDate(0, 0, n) }
	tier := m.Terms.Tier
	m.Method, m.Sequence = "pm_1", 1<<45
	m.Version, m.Status, m.EndReason, m.Before, m.CancelledBy = 1<<40, domain.Ended, domain.Chargeback, domain.PastDue, domain.SellerActor
	m.Offset, m.Cycle, m.FreeTrialEndsAt, m.Charges, m.Installments = 4, 5, day(7), 12, true
	m.Terms = domain.Terms{
		Tier: tier, Unit: 1 << 41, Currency: "jpy", Included: 1,
		Discount: domain.Discount{Kind: domain.PerMembership, Value: 1 << 40, Cycles: 3},
	}
	m.Seats, m.Complimentary, m.Assigned = 3, 2, 4
	m.Pending = domain.PendingChange{Seats: 2, Tier: tier, Recurrence: domain.Quarterly, Unit: 1 << 42, Priced: true, Change: 1 << 39}
	m.Notice = domain.PriceNotice{Tier: tier, Recurrence: domain.Biannually, Unit: 1 << 43, EffectiveAt: day(140), NotifiedAt: day(128)}
	m.Ledger = domain.Ledger{Owed: domain.Exact{Hi: 1 << 16, Lo: 1<<63 + 1}, Settled: 1 << 44}
	m.GivenBack = 1 << 38
	m.InFlight = domain.InFlight{
		PaymentID: waitsFor, Kind: domain.RestartPayment, PricedAt: day(130), Due: 1 << 37, Asked: true, ExpiresAt: day(131),
		Target: domain.Target{Seats: 9, Tier: tier, Recurrence: domain.EveryTwoYears, Unit: 1 << 36, EndsSeats: true, EndsTerms: true, Anew: true},
	}
	m.Outstanding = domain.Outstanding{Amount: 1 << 35, Carried: 1 << 34, Attempts: 3, DueAt: day(120), GraceEndsAt: day(125), RetryAt: day(123)}
	m.CancelRequestedAt, m.CancelledAt, m.FailedAt, m.EndedAt = day(121), day(122), day(124), day(126)
	m.DeactivatedAt, m.LastAt = day(127), day(129)
	return m
}

// money is a membership's payments in every state, and what hangs on them.
func money(m domain.MembershipState) (payments, rest []any) {
	for i, status := range []domain.PaymentStatus{domain.Intended, domain.Sent, domain.NeedsAction, domain.Paid, domain.NotPaid, domain.Voided} {
		p := fixture.PaymentOf(m, domain.RenewalPayment, 3, func(p *domain.PaymentState) {
			p.Status, p.Attempt, p.Decline = status, i+1, domain.HardDecline
			if status != domain.Paid {
				p.PaidAt = time.Time{}
			}
			if status == domain.Voided { // and paid all the same
				p.PaidAt, p.VoidedAt = p.CreatedAt.Add(time.Hour), p.CreatedAt.Add(time.Minute)
				p.Refunded, p.Refunding = 3, 2 // as its refunds come to
			}
			p.ProcessorRef, p.Target = "pi_"+string(p.ID), m.InFlight.Target
			p.Method, p.Elsewhere = "pm_2", status == domain.Voided
		})
		payments = append(payments, p)
		if status != domain.Voided {
			continue
		}
		for _, s := range []domain.RefundStatus{domain.RefundIntended, domain.RefundSent, domain.RefundDone, domain.RefundFailed} {
			rest = append(rest, fixture.Refund(p, func(r *domain.Refund) {
				r.Status, r.Cause, r.ProcessorRef, r.Amount = s, domain.RefundOfLate, "re_1", 1
				if s == domain.RefundDone {
					r.Amount = 3
				}
				if s == domain.RefundDone || s == domain.RefundFailed {
					r.SettledAt = r.CreatedAt.Add(time.Second)
				}
			}))
		}
		won, lost := fixture.Dispute(p), fixture.Dispute(p)
		won.WonAt, won.ProcessorRef, lost.LostAt = won.OpenedAt.Add(time.Hour), "dp_1", lost.OpenedAt.Add(time.Hour)
		rest = append(rest, fixture.Dispute(p), won, lost)
	}
	return payments, rest
}

// seated are the named seats of a sale, one in each state, and a seat's licence.
func seated(sale domain.PurchaseState) []any {
	invited, active, revoked := fixture.Seat(sale), fixture.Seat(sale), fixture.Seat(sale)
	active.Status, active.ClaimedAt = domain.SeatActive, active.CreatedAt.Add(time.Hour)
	revoked.Status, revoked.ClaimedAt, revoked.RevokedAt = domain.SeatRevoked, revoked.CreatedAt.Add(time.Hour), revoked.CreatedAt.Add(2*time.Hour)
	again := fixture.Seat(sale, func(s *domain.Seat) { s.Email = revoked.Email })
	key := fixture.License(sale, func(l *domain.LicenseState) { l.SeatID = active.ID })
	return []any{invited, active, revoked, again, ports.CountedLicense{License: key, Uses: 3}}
}
