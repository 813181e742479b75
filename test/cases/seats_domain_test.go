package cases

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/usherhq/usher/domain"
)

// domainWorld is the domain alone. What else a running usher is made of, it
// plays itself: it keeps payments and the answers of commands, carries payments
// to the processor and what comes of them back, and hands mails out at once.
type domainWorld struct {
	given    seatsGiven
	member   *domain.Membership
	payments map[domain.PaymentID]*domainPayment
	order    []domain.PaymentID // of the payments, as they were made
	quotes   map[string]domain.Quote
	commands map[string]*command
	book     books
	made     int  // ids
	odd      bool // what is given breaks a rule of form, as old data may
}

// domainPayment is a payment and the credit in its amount.
type domainPayment struct {
	*domain.Payment
	credit  int64
	command *command // whose answer its answer is
}

// command is a command that came under a key, and its answer.
type command struct {
	digest string
	answer seatsAnswer
	err    error
}

func openDomain(g seatsGiven) (seatsWorld, error) {
	s, err := g.state()
	return &domainWorld{
		given: g, member: domain.RestoreMembership(s), payments: map[domain.PaymentID]*domainPayment{},
		quotes: map[string]domain.Quote{}, commands: map[string]*command{}, odd: s.Check() != nil,
	}, err
}

func (w *domainWorld) stored() domain.MembershipState { return w.member.State() }
func (w *domainWorld) books() *books                  { return &w.book }
func (w *domainWorld) least() int64                   { return w.given.MinCharge }

func (w *domainWorld) sound() error {
	for id, p := range w.payments {
		if err := p.State().Check(); err != nil {
			return fmt.Errorf("payment %s: %w", id, err)
		}
	}
	if err := w.stored().Check(); err != nil && !w.odd {
		return fmt.Errorf("the membership: %w", err)
	}
	return nil
}

// id returns a fresh id, or command key, that no case has.
func (w *domainWorld) id() string {
	w.made++
	return fmt.Sprint("fresh ", w.made)
}

// work gives up what waited too long for the buyer. What a processor has not
// answered is asked for until it answers.
func (w *domainWorld) work(at time.Time) error {
	f := w.stored().InFlight
	if f.ExpiresAt.IsZero() || at.Before(f.ExpiresAt) || f.Kind == domain.RenewalPayment && !f.Asked {
		return nil
	}
	return w.giveUp(at)
}

// giveUp voids what is in flight: the processor, which is asked what became of
// it, has taken nothing. If it takes something later, that goes back.
func (w *domainWorld) giveUp(at time.Time) error {
	f := w.stored().InFlight
	p := w.payments[f.PaymentID]
	if p == nil {
		return nil
	}
	if _, err := p.Void(at); err != nil {
		return err
	}
	got, err := keep(w.member.Settle(p.State(), f.PricedAt)) // what is due by now is the event's to run
	if p.command != nil {
		p.command.answer, p.command.err = got, err
	}
	if errors.Is(err, domain.ErrPaymentDeclined) {
		err = nil // it is the answer to whoever asked for the payment
	}
	return err
}

// keep keeps an answer as that of the event, and refuses what was declined.
func keep(o domain.Outcome, err error) (seatsAnswer, error) {
	if err == nil && o.Result == domain.PaymentRefused {
		err = domain.ErrPaymentDeclined
	}
	return seatsAnswer{result: o.Result, skipped: o.Skipped, credit: o.Credit}, err
}

// carry carries out what a command came to: a payment that it gives up is
// voided, one that it makes is asked for, and its answer is the command's.
func (w *domainWorld) carry(o domain.Outcome, err error, says seatsPayment, at time.Time) (seatsAnswer, error) {
	if err != nil {
		return seatsAnswer{}, err
	}
	if p := w.payments[o.Voided]; p != nil {
		if _, err := p.Void(at); err != nil {
			return seatsAnswer{}, err
		}
	}
	if o.Payment == nil {
		return keep(o, nil)
	}
	id := o.Payment.State().ID
	w.payments[id], w.order = &domainPayment{Payment: o.Payment, credit: o.Credit}, append(w.order, id)
	got, err := w.ask(id, says, at)
	got.skipped += o.Skipped
	return got, err
}

// ask asks the processor for a payment, and carries its answer out. Money that
// nobody wants any more goes back.
func (w *domainWorld) ask(id domain.PaymentID, says seatsPayment, at time.Time) (seatsAnswer, error) {
	p := w.payments[id]
	if p.State().Open() {
		if err := p.Send(); err != nil {
			return seatsAnswer{}, err
		}
	}
	answer, err := w.book.ask(p.State().Key, p.State().Amount, says)
	if err != nil {
		return seatsAnswer{}, err
	}
	if _, err := p.Settle(answer, at); err != nil {
		return seatsAnswer{}, err
	}
	o, err := w.member.Settle(p.State(), at)
	if err != nil {
		return seatsAnswer{}, err
	}
	if o.Unwanted {
		r, err := p.Refund(domain.RefundID(w.id()), 0, domain.RefundOfLate, at)
		if err != nil {
			return seatsAnswer{}, err
		}
		if err := w.book.refund(p.State().Key, r.Amount); err != nil {
			return seatsAnswer{}, err
		}
		if _, _, err := p.SettleRefund(r, true, "", at); err != nil {
			return seatsAnswer{}, err
		}
	}
	o.Credit = p.credit
	got, err := keep(o, nil)
	if p.command != nil {
		p.command.answer, p.command.err = got, err
	}
	return got, err
}

// change asks for a quote and carries it out at once: the same path as a
// preview that is carried out later.
func (w *domainWorld) change(r domain.Request, key string, says seatsPayment, at time.Time) (seatsAnswer, error) {
	q, err := w.member.Quote(r, w.limits(r), at)
	if err != nil {
		return seatsAnswer{}, err
	}
	return w.commit(q, key, says, at)
}

func (w *domainWorld) commit(q domain.Quote, key string, says seatsPayment, at time.Time) (seatsAnswer, error) {
	o, err := w.member.Change(q, w.limits(q.Request), domain.PaymentID(w.id()), key, at)
	return w.carry(o, err, says, at)
}

func (w *domainWorld) limits(r domain.Request) domain.Limits {
	return w.given.limits(cmp.Or(r.Tier, w.stored().Terms.Tier))
}
