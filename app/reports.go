package app

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Record keeps what another system tells of a membership that it charges; see
// [domain.Membership.Record]. What it took is kept as a payment, and what it
// gave back or lost to a bank hangs on the payments of the current period.
//
// outside is that system's id of the report, by which twice is once, and another
// report under it is [domain.ErrKeyReused]; without one each call is another
// report. A report whose sequence is not newer than the last is kept and changes
// nothing ([domain.Outdated]).
func (m *Memberships) Record(ctx context.Context, seller domain.SellerID, id domain.MembershipID, r domain.Report, outside string) (Done, error) {
	at, key := m.at(), outsideKey(outside)
	request := digestOf(struct {
		What string
		ID   domain.MembershipID
		Of   domain.Report
	}{"record", id, r})
	var done Done
	err := m.writing(ctx, seller, func(ctx context.Context, tx ports.Tx) (voided domain.PaymentState, err error) {
		done = Done{}
		answer, fresh, err := m.begin(ctx, tx, key, request, at)
		if err != nil {
			return voided, err
		}
		if !fresh {
			done, err = replay(ctx, tx, id, answer)
			return voided, err
		}
		member, err := tx.Memberships.ByID(ctx, id)
		if err != nil {
			return voided, err
		}
		was, known, err := paidUnder(ctx, tx, member.State(), key)
		if err != nil {
			return voided, err
		}
		if known { // although its command is not: it came by import
			done = Done{Membership: member.State(), Result: domain.Recorded, Payment: was, Replayed: true}
			return voided, m.finish(ctx, tx, key, answerOf(done))
		}
		o, err := member.Record(r, at)
		if err != nil {
			return voided, err
		}
		done = Done{Membership: member.State(), Result: o.Result, Skipped: o.Skipped}
		var events []domain.Event
		if o.Result != domain.Outdated {
			if voided, events, err = m.keep(ctx, tx, member, o, at); err != nil {
				return voided, err
			}
			more, err := m.recordMoney(ctx, tx, &done, r, key, at)
			if err != nil {
				return voided, err
			}
			events = append(events, more...)
		}
		if err := m.finish(ctx, tx, key, answerOf(done)); err != nil {
			return voided, err
		}
		return voided, m.emit(ctx, tx, at, events...)
	})
	if err != nil {
		return Done{}, err
	}
	return done, nil
}

// paidUnder returns the payment of a membership that has that key.
func paidUnder(ctx context.Context, tx ports.Tx, m domain.MembershipState, key string) (domain.PaymentState, bool, error) {
	if key == "" {
		return domain.PaymentState{}, false, nil
	}
	all, err := tx.Payments.ByPurchase(ctx, m.PurchaseID)
	if i := slices.IndexFunc(all, func(p domain.PaymentState) bool { return p.Key == key }); err == nil && i >= 0 {
		return all[i], true, nil
	}
	return domain.PaymentState{}, false, err
}

// recordMoney keeps what a report says of money, on the books only.
func (m *Memberships) recordMoney(ctx context.Context, tx ports.Tx, done *Done, r domain.Report, key string, at time.Time) ([]domain.Event, error) {
	s := done.Membership
	kind := domain.RenewalPayment
	switch {
	case r.Kind == domain.ReportDisputeWon: // also once its period is over
		return m.recordWon(ctx, tx, s, at)
	case done.Result == domain.NoChange:
		return nil, nil
	case r.Kind == domain.ReportRefunded:
		return m.recordBack(ctx, tx, s, r.Amount, at)
	case r.Kind == domain.ReportDisputed:
		return m.recordDisputed(ctx, tx, s, at)
	case r.Kind == domain.ReportRestarted:
		kind = domain.RestartPayment
	case r.Kind != domain.ReportRenewed:
		return nil, nil
	}
	if r.Amount == 0 {
		return nil, nil
	}
	if !r.HappenedAt.IsZero() {
		at = r.HappenedAt
	}
	p, e, err := m.recordPaid(ctx, tx, s, kind, r.Amount, key, at)
	if errors.Is(err, domain.ErrExists) { // of another membership
		return nil, domain.ErrKeyReused
	}
	done.Payment = p
	return []domain.Event{e}, err
}

// recordBack takes what went back off the payments of the current period, the
// newest first, and off the sale that began it; 0 is all. What was paid, and
// never told, cannot be found here.
func (c *core) recordBack(ctx context.Context, tx ports.Tx, m domain.MembershipState, amount int64, at time.Time) ([]domain.Event, error) {
	rest := cmp.Or(amount, math.MaxInt64)
	paid, err := paidFor(ctx, tx, m, m.Cycle)
	if err != nil {
		return nil, err
	}
	if len(paid) == 0 && m.Cycle == 1 { // it came by import, without its payment
		return ofSale(ctx, tx, domain.PaymentState{Kind: domain.SalePayment, PurchaseID: m.PurchaseID}, rest, at)
	}
	var told []domain.Event
	for _, s := range slices.Backward(paid) {
		give := min(rest, s.Left())
		if give == 0 {
			continue
		}
		rest -= give
		p := domain.RestorePayment(s)
		r, err := p.Refund(domain.RefundID(c.newID(at)), give, domain.RefundAbroad, at)
		if err != nil {
			return nil, err
		}
		r, events, err := p.SettleRefund(r, true, "", at)
		if err != nil {
			return nil, err
		}
		more, err := ofSale(ctx, tx, p.State(), give, at)
		if err != nil {
			return nil, err
		}
		if err := tx.Payments.Save(ctx, p); err != nil {
			return nil, err
		}
		if err := tx.Refunds.Insert(ctx, r); err != nil {
			return nil, err
		}
		told = append(append(told, events...), more...)
	}
	return told, nil
}

// recordDisputed opens a dispute of the newest payment of the current period.
func (c *core) recordDisputed(ctx context.Context, tx ports.Tx, m domain.MembershipState, at time.Time) ([]domain.Event, error) {
	paid, err := paidFor(ctx, tx, m, m.Cycle)
	if err != nil {
		return nil, err
	}
	if len(paid) == 0 {
		if m.Cycle > 1 {
			return nil, nil
		}
		return disputed(ctx, tx, m.PurchaseID, at)
	}
	p := domain.RestorePayment(paid[len(paid)-1])
	_, _, told, err := c.dispute(ctx, tx, p, domain.DisputeID(c.newID(at)), "", at)
	return told, err
}

// recordWon closes what is open of disputes of the current period, won.
func (c *core) recordWon(ctx context.Context, tx ports.Tx, m domain.MembershipState, at time.Time) ([]domain.Event, error) {
	paid, err := paidFor(ctx, tx, m, m.Cycle)
	if err != nil {
		return nil, err
	}
	if len(paid) == 0 && m.Cycle == 1 {
		return wonBack(ctx, tx, m.PurchaseID, at)
	}
	var told []domain.Event
	for _, p := range paid {
		all, err := tx.Disputes.ByPayment(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		for _, d := range all {
			if !d.Open() {
				continue
			}
			if d, err = d.Close(true, at); err != nil {
				return nil, err
			}
			_, events, err := c.closeDispute(ctx, tx, d, at)
			if err != nil {
				return nil, err
			}
			told = append(told, events...)
		}
	}
	return told, nil
}
