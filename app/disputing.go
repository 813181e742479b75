package app

import (
	"context"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Dispute records that a bank took a payment back; ref is the processor's id of
// the dispute, by which twice is once. Without a ref a payment has one open
// dispute at most. Of the current period of a membership it ends the
// membership, and of a sale it is shown. One that took no money is
// [domain.ErrNotCharged].
func (p *Payments) Dispute(ctx context.Context, seller domain.SellerID, id domain.PaymentID, ref string) (domain.Dispute, error) {
	at := p.at()
	made := domain.DisputeID(p.newID(at))
	var d domain.Dispute
	err := p.writing(ctx, seller, func(ctx context.Context, tx ports.Tx) (voided domain.PaymentState, err error) {
		of, err := tx.Payments.ByID(ctx, id)
		if err != nil {
			return voided, err
		}
		all, err := tx.Disputes.ByPayment(ctx, id)
		if err != nil {
			return voided, err
		}
		same := slices.IndexFunc(all, func(d domain.Dispute) bool { return d.ProcessorRef == ref && (ref != "" || d.Open()) })
		if same >= 0 {
			d = all[same]
			return voided, nil
		}
		var events []domain.Event
		d, voided, events, err = p.dispute(ctx, tx, of, made, ref, at)
		if err != nil {
			return voided, err
		}
		return voided, p.emit(ctx, tx, at, events...)
	})
	return d, err
}

// dispute opens a dispute of a payment, with what it takes away.
func (c *core) dispute(ctx context.Context, tx ports.Tx, of *domain.Payment, id domain.DisputeID, ref string, at time.Time) (d domain.Dispute, voided domain.PaymentState, events []domain.Event, err error) {
	if d, err = of.Dispute(id, ref, at); err != nil {
		return d, voided, nil, err
	}
	if err := d.Check(); err != nil {
		return d, voided, nil, err
	}
	s := of.State()
	told := []domain.Event{domain.PaymentDisputed{DisputeID: d.ID, PaymentID: s.ID, PurchaseID: s.PurchaseID, Amount: d.Amount, At: at}}
	if s.Kind == domain.SalePayment {
		more, err := disputed(ctx, tx, s.PurchaseID, at)
		if err != nil {
			return d, voided, nil, err
		}
		told = append(told, more...)
	}
	member, err := currentOf(ctx, tx, s, at)
	if err != nil {
		return d, voided, nil, err
	}
	if member != nil {
		o, err := member.Chargeback(at)
		if err != nil {
			return d, voided, nil, err
		}
		if voided, events, err = c.keep(ctx, tx, member, o, at); err != nil {
			return d, voided, nil, err
		}
	}
	return d, voided, append(told, events...), tx.Disputes.Insert(ctx, d)
}

// CloseDispute records that the seller won or lost. Twice is once; the other
// outcome is [domain.ErrDisputeClosed]. What is won back while the period that
// was paid for still runs gives the membership back, unless another dispute of
// that payment is not won.
func (p *Payments) CloseDispute(ctx context.Context, seller domain.SellerID, id domain.DisputeID, won bool) (domain.Dispute, error) {
	at := p.at()
	var d domain.Dispute
	err := p.writing(ctx, seller, func(ctx context.Context, tx ports.Tx) (voided domain.PaymentState, err error) {
		was, err := tx.Disputes.ByID(ctx, id)
		if err != nil {
			return voided, err
		}
		if d, err = was.Close(won, at); err != nil || d == was {
			return voided, err
		}
		var events []domain.Event
		if voided, events, err = p.closeDispute(ctx, tx, d, at); err != nil {
			return voided, err
		}
		return voided, p.emit(ctx, tx, at, events...)
	})
	return d, err
}

// closeDispute keeps a dispute that was closed, with what was won back.
func (c *core) closeDispute(ctx context.Context, tx ports.Tx, d domain.Dispute, at time.Time) (voided domain.PaymentState, events []domain.Event, err error) {
	of, err := tx.Payments.ByID(ctx, d.PaymentID)
	if err != nil {
		return voided, nil, err
	}
	s := of.State()
	told := []domain.Event{domain.DisputeClosed{DisputeID: d.ID, PaymentID: s.ID, PurchaseID: s.PurchaseID, Won: !d.WonAt.IsZero(), At: at}}
	all, err := tx.Disputes.ByPayment(ctx, s.ID)
	if err != nil {
		return voided, nil, err
	}
	if d.WonAt.IsZero() || slices.ContainsFunc(all, func(o domain.Dispute) bool { return o.ID != d.ID && o.WonAt.IsZero() }) {
		return voided, told, tx.Disputes.Save(ctx, d)
	}
	if s.Kind == domain.SalePayment {
		more, err := wonBack(ctx, tx, s.PurchaseID, at)
		if err != nil {
			return voided, nil, err
		}
		told = append(told, more...)
	}
	if s.MembershipID != "" {
		if voided, events, err = c.winBack(ctx, tx, s, at); err != nil {
			return voided, nil, err
		}
	}
	return voided, append(told, events...), tx.Disputes.Save(ctx, d)
}

// winBack gives back the membership that a dispute of this payment ended.
func (c *core) winBack(ctx context.Context, tx ports.Tx, p domain.PaymentState, at time.Time) (voided domain.PaymentState, events []domain.Event, err error) {
	member, err := tx.Memberships.ByID(ctx, p.MembershipID)
	if err != nil || member.State().Cycle != p.PaysFor() {
		return voided, nil, err
	}
	o, err := member.WinDispute(at)
	if err != nil {
		return voided, nil, err
	}
	return c.keep(ctx, tx, member, o, at)
}

// disputed shows the dispute of its payment on a sale. What is no sale, such as
// a test of the seller's own, shows none.
func disputed(ctx context.Context, tx ports.Tx, id domain.PurchaseID, at time.Time) ([]domain.Event, error) {
	return unlessForbidden(whole((*domain.Purchase).Dispute)(ctx, tx, id, at))
}

// wonBack shows on a sale that its dispute was won.
func wonBack(ctx context.Context, tx ports.Tx, id domain.PurchaseID, at time.Time) ([]domain.Event, error) {
	return unlessForbidden(whole((*domain.Purchase).WinDispute)(ctx, tx, id, at))
}

func unlessForbidden(_ domain.PurchaseState, told []domain.Event, err error) ([]domain.Event, error) {
	if domain.KindOf(err) == domain.Precondition {
		return nil, nil
	}
	return told, err
}
