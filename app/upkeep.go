package app

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// The kinds of jobs that look after what was begun. Whoever began it ends it as
// a rule, and then they find nothing to do: they are for what falls due, and
// for a crash in between.
const (
	membershipKind = "membership" // renews, retries, ends, finds out
	paymentKind    = "payment"    // finds out what came of the payment of a sale
	voidKind       = "void"       // tells the processor of a payment that was given up
	refundKind     = "refund"     // finds out what came of a refund
)

// What has no answer is first asked about after the least wait: by then the
// request that began it is over. The wait grows with the age of what is asked
// about, to the longest.
const (
	leastWait   = time.Minute
	longestWait = time.Hour
)

// jobOf is the job that looks after one thing, a while after something happened.
func jobOf(kind, thing string, id domain.JobID, row ports.Event, wait time.Duration) ports.Job {
	return ports.Job{ID: id, Kind: kind, Lane: string(row.SellerID), Key: kind + ":" + thing, Payload: thing, DueAt: row.At.Add(wait)}
}

// read reports whether a row is that event, and reads it.
func read[E domain.Event](row ports.Event, e *E) bool {
	return row.Name == (*e).EventName() && json.Unmarshal([]byte(row.Payload), e) == nil
}

func membershipJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	var e domain.MembershipDue
	ok := read(row, &e)
	j := jobOf(membershipKind, string(e.MembershipID), id, row, 0)
	j.DueAt = e.DueAt
	return j, ok
}

func paymentJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	var e domain.PaymentIntended
	ok := read(row, &e) && e.Kind == domain.SalePayment // the others are their membership's
	return jobOf(paymentKind, string(e.PaymentID), id, row, leastWait), ok
}

func voidJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	var e domain.PaymentVoided
	ok := read(row, &e)
	return jobOf(voidKind, string(e.PaymentID), id, row, leastWait), ok
}

func refundJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	var e domain.RefundBegun
	ok := read(row, &e)
	return jobOf(refundKind, string(e.RefundID), id, row, leastWait), ok
}

// answeredKey is the key of the job that an event makes needless, if it does.
func answeredKey(row ports.Event) string {
	var (
		paid     domain.PaymentPaid
		declined domain.PaymentDeclined
		refunded domain.PaymentRefunded
		refused  domain.RefundRefused
	)
	switch {
	case read(row, &paid):
		return paymentKind + ":" + string(paid.PaymentID)
	case read(row, &declined):
		return paymentKind + ":" + string(declined.PaymentID)
	case read(row, &refunded):
		return refundKind + ":" + string(refunded.RefundID)
	case read(row, &refused):
		return refundKind + ":" + string(refused.RefundID)
	}
	return ""
}

// lookAt says when a membership next needs somebody to look at it: zero for
// never. What is in flight is its request's at first, and after that somebody
// has to find out what came of it: buyers who confirm a payment tell nobody.
func lookAt(s domain.MembershipState) time.Time {
	if s.InFlight == (domain.InFlight{}) {
		return s.NextDue()
	}
	return sooner(s.InFlight.PricedAt, s.InFlight.PricedAt.Add(leastWait), s.InFlight.ExpiresAt)
}

// membership does what is due of a membership, as often as something will be.
// Where nobody takes money it passes what needs none, and leaves the rest to a
// process with a charger.
func (w *Worker) membership(ctx context.Context, j ports.Job) ports.Done {
	m, seller, id := &Memberships{w.core}, domain.SellerID(j.Lane), domain.MembershipID(j.Payload)
	before, err := m.Get(ctx, seller, id)
	if err == nil {
		if due := lookAt(before); due.IsZero() || due.After(w.at()) {
			return w.lookAgain(j, due)
		}
		if w.takesNone() {
			_, err = m.plain(ctx, seller, id, func(s step) (domain.Outcome, error) { return s.member.Expire(s.at) })
		} else {
			_, err = m.Run(ctx, seller, id)
		}
	}
	var s domain.MembershipState
	if err == nil {
		s, err = m.Get(ctx, seller, id)
	}
	switch now := w.at(); {
	case errors.Is(err, domain.ErrMembershipNotFound):
		return ports.Done{Job: j}
	case err != nil:
		return w.failed(j, err)
	case w.takesNone() && !lookAt(s).IsZero() && !lookAt(s).After(now):
		return w.lookAgain(j, now.Add(longestWait))
	case s.InFlight != (domain.InFlight{}):
		look := sooner(now, nextLook(now, s.InFlight.PricedAt), s.InFlight.ExpiresAt)
		return w.lookAgain(j, sooner(now, look, dueBeside(s)))
	default:
		return w.lookAgain(j, lookAt(s))
	}
}

// dueBeside says what is due of a membership beside what is in flight.
func dueBeside(s domain.MembershipState) time.Time {
	s.InFlight = domain.InFlight{}
	return s.NextDue()
}

// payment finds out what came of the payment of a sale, until it has an answer.
func (w *Worker) payment(ctx context.Context, j ports.Job) ports.Done {
	b, err := (&Sales{w.core}).Recover(ctx, domain.SellerID(j.Lane), domain.PaymentID(j.Payload))
	now, p := w.at(), b.Payment
	switch {
	case errors.Is(err, domain.ErrPaymentDeclined), errors.Is(err, domain.ErrPaymentNotFound):
		return ports.Done{Job: j}
	case err != nil:
		return w.failed(j, err)
	case p.Status == domain.NeedsAction:
		return w.lookAgain(j, sooner(now, nextLook(now, p.CreatedAt), p.ConfirmBy()))
	case p.Open():
		return w.lookAgain(j, nextLook(now, p.CreatedAt))
	}
	return ports.Done{Job: j}
}

// void tells the processor of a payment that was given up, until it answers.
func (w *Worker) void(ctx context.Context, j ports.Job) ports.Done {
	p, err := (&Payments{w.core}).Get(ctx, domain.SellerID(j.Lane), domain.PaymentID(j.Payload))
	switch {
	case errors.Is(err, domain.ErrPaymentNotFound), err == nil && (p.Status != domain.Voided || p.Taken() || p.Elsewhere):
		return ports.Done{Job: j}
	case err != nil:
		return w.failed(j, err)
	}
	asking, cancel := context.WithTimeout(ctx, answerIn)
	defer cancel()
	answer, err := w.charger.Void(asking, orderOf(p))
	if err != nil {
		return w.noAnswer(j, p.VoidedAt, err)
	}
	if err := w.answered(ctx, p, answer); err != nil {
		return w.failed(j, err)
	}
	return ports.Done{Job: j}
}

// refund finds out what came of a refund, until it has an answer.
func (w *Worker) refund(ctx context.Context, j ports.Job) ports.Done {
	seller, id := domain.SellerID(j.Lane), domain.RefundID(j.Payload)
	r, err := load(ctx, w.core, seller, func(ctx context.Context, tx ports.Tx) (domain.Refund, error) { return tx.Refunds.ByID(ctx, id) })
	switch {
	case errors.Is(err, domain.ErrRefundNotFound):
		return ports.Done{Job: j}
	case err != nil:
		return w.failed(j, err)
	}
	if err := w.recoverRefund(ctx, seller, id); err != nil {
		return w.noAnswer(j, r.CreatedAt, err)
	}
	return ports.Done{Job: j}
}

// noAnswer puts a job off that asked a processor about something as old as
// that, however often it did. What the processor will never do is for a person
// to look at.
func (w *Worker) noAnswer(j ports.Job, since time.Time, err error) ports.Done {
	if errors.Is(err, domain.ErrKeyReused) || errors.Is(err, domain.ErrInvalid) {
		return w.failed(j, err)
	}
	w.log.Warn("what was asked of a processor has no answer yet", "kind", j.Kind, "job", j.ID, "error", err)
	return w.lookAgain(j, nextLook(w.at(), since))
}

// lookAgain ends a claim that was no failure; never, if at is zero.
func (w *Worker) lookAgain(j ports.Job, at time.Time) ports.Done {
	if at.IsZero() {
		return ports.Done{Job: j}
	}
	return ports.Done{Job: j, Outcome: ports.Again, At: at}
}

// nextLook is when to look again at something as old as that.
func nextLook(now, since time.Time) time.Time {
	return now.Add(min(max(now.Sub(since), leastWait), longestWait))
}

// sooner returns look, or before if that is earlier but still to come.
func sooner(now, look, before time.Time) time.Time {
	if before.After(now) && before.Before(look) {
		return before
	}
	return look
}
