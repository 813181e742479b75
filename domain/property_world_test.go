package domain_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"pgregory.net/rapid"
)

// A world is one random membership, its reference, and everything around them:
// the clock, the processor and its payments, quotes and command keys.
type world struct {
	t     *rapid.T
	m     *domain.Membership
	ref   *reference
	now   int64
	least int64
	most  int
	price func(tier string, length int) int64

	pays   map[domain.PaymentID]*domain.Payment
	order  []domain.PaymentID
	quotes []quoted
	sealed map[domain.PaymentID]promise // what was promised of a change in flight
	keys   []keyed

	renewals  map[int]int // paid, by cycle
	collected int64       // by changes within the current period
	books     int64       // of the reference: collected, without what went back
	reached   *reached
	log       []string
}

type quoted struct {
	q   domain.Quote
	ref refQuote
}

// promise is what must be so when a change in flight is paid, or declined.
type promise struct {
	q     domain.Quote
	was   domain.MembershipState
	quote bool
}

// keyed is a command that came with an idempotency key, and its stored answer.
type keyed struct {
	key, body string
	out       domain.Outcome
	err       error
}

// step is a command, to the membership and to its reference.
type step struct {
	name, text string
	by         domain.Actor
	key        string
	run        func(m *domain.Membership, id domain.PaymentID, at time.Time) (domain.Outcome, error)
	tell       func(r *reference, id string, at int64) refAnswer
	after      func(before domain.MembershipState, out domain.Outcome, err error)
	shown      *domain.Quote // what the buyer saw before
}

// fail prints what happened so far, then what is wrong.
func (w *world) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("%s\n=> %s", strings.Join(w.log, "\n"), fmt.Sprintf(format, args...))
}

func (w *world) check(ok bool, format string, args ...any) {
	if !ok {
		w.t.Helper()
		w.fail(format, args...)
	}
}

func clockText(at int64) string {
	if at == 0 {
		return "never"
	}
	return time.Unix(at, 0).UTC().Format("2006-01-02 15:04:05")
}

// do runs a step, compares its answer and everything that can be seen, and
// answers the payment that it asks for.
func (w *world) do(s step) {
	before := w.m.State()
	id := domain.PaymentID(fmt.Sprintf("pay%d", len(w.pays)+1))
	at := w.instant()
	out, err := s.run(w.m, id, at)
	want := s.tell(w.ref, string(id), w.now)
	code := ""
	if err != nil {
		code = domain.CodeOf(err)
	}
	w.log = append(w.log, fmt.Sprintf("%s  %-40s %s%s", clockText(w.now), s.text, out.Result, code))
	w.sameAnswer(out, code, want)
	if s.key != "" && err == nil {
		w.keys = append(w.keys, keyed{s.key, s.text, out, err})
	}
	if out.Voided != "" {
		_, err := w.pays[out.Voided].Void(at)
		w.check(err == nil, "void %s: %v", out.Voided, err)
	}
	w.reached.count(s, before, w.m.State(), out, code)
	if s.after != nil {
		s.after(before, out, err)
	}
	w.invariants(before, out, code)
	if out.Payment != nil {
		pr := promise{was: w.m.State()}
		if pr.was.InFlight = (domain.InFlight{}); s.shown != nil {
			pr.q, pr.quote = *s.shown, true
		}
		w.sealed[id] = pr
		w.wellKeyed(out.Payment.State(), w.m.State().InFlight.Asked, s.key)
		w.pays[id] = out.Payment
		w.order = append(w.order, id)
		w.check(out.Payment.State().Check() == nil, "payment: %v", out.Payment.State().Check())
		w.answer(id, rapid.SampledFrom(answers).Draw(w.t, "answer"))
	}
}

// answers of a processor; "" is none, "void" is usher giving up.
var answers = []string{
	"paid", "paid", "paid", "paid", "paid", "paid", "paid", "soft", "soft", "hard", "unreachable", "needs_action", "", "", "void",
}

// answer tells what the processor said of a payment.
func (w *world) answer(id domain.PaymentID, how string) {
	p := w.pays[id]
	voided := p.State().Status == domain.Voided
	wasTaken := p.State().Taken()
	status, decline := how, ""
	switch how {
	case "": // what was known before is what is known
		if p.State().Status == domain.NeedsAction {
			status = "needs_action"
		}
	case "soft", "hard", "unreachable":
		status, decline = "declined", how
	case "void":
		status = "voided"
	}
	at := w.instant()
	var err error
	if how == "void" {
		_, err = p.Void(at)
	} else {
		_, err = p.Settle(domain.Answer{Status: domain.PaymentStatus(status), Decline: domain.Decline(decline)}, at)
	}
	w.check(err == nil, "%s answers %q: %v", id, how, err)
	flight := w.ref.flight
	s := step{name: "settle", text: fmt.Sprintf("%s is answered %q", id, how)}
	s.run = func(m *domain.Membership, _ domain.PaymentID, at time.Time) (domain.Outcome, error) {
		return m.Settle(p.State(), at)
	}
	s.tell = func(r *reference, _ string, at int64) refAnswer {
		ans := r.settle(string(id), status, decline, at)
		ans.unwanted = voided && (wasTaken || status == "paid")
		return ans
	}
	s.after = func(before domain.MembershipState, out domain.Outcome, _ error) {
		if status == "paid" && !wasTaken {
			w.books += p.State().Amount.Amount
		}
		if out.Unwanted && !wasTaken {
			w.giveBack(id, 0, domain.RefundOfLate)
		}
		if flight.id != string(id) {
			w.check(w.m.State() == before, "a payment that is not in flight changed something")
			return
		}
		w.settled(flight, p.State(), before, out)
		// Twice is once.
		now := w.m.State()
		again, err := w.m.Settle(p.State(), at)
		w.check(err == nil && w.m.State() == now && !again.Unwanted && again.Payment == nil, "settled again: %+v %v", again, err)
	}
	w.do(s)
}

// giveBack refunds so much of a payment, or all that is left.
func (w *world) giveBack(id domain.PaymentID, amount int64, cause domain.RefundCause) {
	p, at := w.pays[id], w.instant()
	r, err := p.Refund(domain.RefundID(fmt.Sprintf("ref%d", len(w.log))), amount, cause, at)
	if err == nil {
		_, _, err = p.SettleRefund(r, true, "", at)
	}
	w.check(err == nil, "refund of %s: %v", id, err)
	w.books -= r.Amount
}

// open returns the payments that may still be answered: one in flight, or
// voided and not paid yet.
func (w *world) open() []domain.PaymentID {
	var ids []domain.PaymentID
	for _, id := range w.order {
		if s := w.pays[id].State(); s.Open() || s.Status == domain.Voided && !s.Taken() {
			ids = append(ids, id)
		}
	}
	slices.Reverse(ids) // the latest is the simplest
	return ids
}

// instant is now, with fractions of a second and in a zone that must not matter.
func (w *world) instant() time.Time {
	n := w.now % 7
	zone := time.FixedZone("", int(n-3)*3600)
	return time.Unix(w.now, n*142857142).In(zone)
}
