package cases

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
)

func (w *domainWorld) happen(e seatsEvent) (seatsAnswer, error) {
	at, a := e.At.Time, e.Args
	switch e.Do {
	case "set_seats":
		return w.keyed(e)
	case "change_plan", "change_price":
		return w.change(w.request(a), w.id(), a.Payment, at)
	case "preview":
		q, err := w.member.Quote(w.request(a), w.limits(w.request(a)), at)
		if err == nil {
			w.quotes[a.ID] = q
		}
		return seatsAnswer{result: q.Result, quote: q}, err
	case "commit":
		q, there := w.quotes[a.Quote]
		if !there {
			return seatsAnswer{}, fmt.Errorf("the quote %s was refused", a.Quote)
		}
		return w.commit(q, w.id(), a.Payment, at)
	case "payment_result":
		id := w.waiting()
		if id == "" {
			return seatsAnswer{}, fmt.Errorf("no charge is in flight")
		}
		return w.ask(id, a.Payment, at)
	case "seller_price":
		return w.newPrice(a, at)
	case "assign":
		return keep(w.member.Assign(at))
	case "grant_seats":
		return keep(w.member.GrantSeats(ptr(a.Seats, 0), w.limits(domain.Request{}), at))
	}
	return w.lives(e)
}

// lives carries out an event of the membership's life.
func (w *domainWorld) lives(e seatsEvent) (seatsAnswer, error) {
	at, a, says := e.At.Time, e.Args, e.Args.Payment
	by := domain.Actor(cmp.Or(a.By, "buyer"))
	id := domain.PaymentID(w.id())
	var o domain.Outcome
	var err error
	switch e.Do {
	case "cancel":
		o, err = w.member.Cancel(by, at)
	case "uncancel":
		o, err = w.member.Uncancel(by, at)
	case "end_now":
		o, err = w.member.EndNow(by, at)
	case "chargeback":
		o, err = w.member.Chargeback(at)
	case "dispute_won":
		o, err = w.member.WinDispute(at)
	case "refund_current":
		o, err = w.member.RefundPeriod(0, at)
	case "expire":
		if s := w.stored(); s.Status == domain.PastDue && !at.Before(s.Outstanding.GraceEndsAt) {
			err = w.giveUp(at)
		}
		if err == nil {
			o, err = w.member.Expire(at)
		}
	case "renew", "retry":
		return w.renew(e)
	case "pay_now":
		r := w.request(a)
		o, err = w.member.PayNow(r, w.limits(r), id, w.id(), at)
	case "restart":
		r := w.request(a)
		o, err = w.member.Restart(domain.Buyer, r, w.limits(r), id, w.id(), at)
	default:
		return seatsAnswer{}, fmt.Errorf("nobody carries out %s", e.Do)
	}
	return w.carry(o, err, says, at)
}

// renew runs what is due, or tries what is overdue again. A renewal whose
// payment has no answer yet is asked for again first. A change that keeps its
// period from ending is given up.
func (w *domainWorld) renew(e seatsEvent) (seatsAnswer, error) {
	at, says := e.At.Time, e.Args.Payment
	f := w.stored().InFlight
	if f.Kind == domain.RenewalPayment {
		if got, err := w.ask(f.PaymentID, says, at); err != nil || w.stored().InFlight.PaymentID != f.PaymentID {
			return got, err
		}
	}
	run := func() (domain.Outcome, error) {
		id := domain.PaymentID(w.id())
		if e.Do == "retry" {
			return w.member.Retry(id, at)
		}
		return w.member.Renew(id, w.least(), at)
	}
	o, err := run()
	if err == nil && o.Result == domain.Unanswered && f.Kind == domain.ChangePayment {
		if err := w.giveUp(at); err != nil {
			return seatsAnswer{}, err
		}
		o, err = run()
	}
	return w.carry(o, err, says, at)
}

// waiting returns the payment whose outcome can still arrive: the one in
// flight, or the last one that was given up without an answer.
func (w *domainWorld) waiting() domain.PaymentID {
	if f := w.stored().InFlight; f.PaymentID != "" {
		return f.PaymentID
	}
	for _, id := range slices.Backward(w.order) {
		if p := w.payments[id].State(); p.Status == domain.Voided && !p.Taken() {
			return id
		}
	}
	return ""
}

// newPrice tells the member of a new price, if it is to count for them. The
// mailer takes the notice at once.
func (w *domainWorld) newPrice(a seatsArgs, at time.Time) (seatsAnswer, error) {
	if !a.ApplyToExisting {
		return seatsAnswer{result: domain.NoChange}, nil // members keep theirs
	}
	o, err := w.member.AnnouncePrice(ptr(a.Unit, w.stored().Terms.Unit), a.EffectiveDate.Time, at)
	if err == nil {
		_, err = w.member.NoticeSent(at)
	}
	return keep(o, err)
}

func (w *domainWorld) request(a seatsArgs) domain.Request { return a.request(w.stored()) }

// request returns what the arguments ask for of a membership. A price that is
// left out is as it is.
func (a seatsArgs) request(s domain.MembershipState) domain.Request {
	r := domain.Request{Tier: domain.VariantID(a.Tier), Recurrence: domain.Recurrence(a.Recurrence)}
	if a.Seats != nil {
		r.Seats, r.HasSeats = *a.Seats, true
	}
	switch {
	case a.Unit != nil:
		r.Unit, r.HasUnit = *a.Unit, true
	case r.Tier != "" && r.Tier != s.Terms.Tier, r.Recurrence != "" && r.Recurrence != s.Recurrence:
		r.Unit, r.HasUnit = s.Terms.Unit, true
	}
	return r
}

// keyed carries out a command that may come twice. Under a key that was used,
// the same request gets the answer of then, or what became of it since; another
// one is refused. What was refused before any payment leaves no answer.
func (w *domainWorld) keyed(e seatsEvent) (seatsAnswer, error) {
	r := w.request(e.Args)
	digest := fmt.Sprint(e.Do, r)
	if c := w.commands[e.Args.Key]; c != nil {
		if c.digest != digest {
			return seatsAnswer{}, domain.ErrKeyReused
		}
		again := c.answer
		again.replayed = true
		return again, c.err
	}
	c := &command{digest: digest}
	key := cmp.Or(e.Args.Key, w.id())
	before := len(w.order)
	c.answer, c.err = w.change(r, key, e.Args.Payment, e.At.Time)
	asked := len(w.order) > before
	if asked {
		w.payments[w.order[before]].command = c
	}
	if e.Args.Key != "" && (asked || c.err == nil) {
		w.commands[key] = c
	}
	return c.answer, c.err
}
