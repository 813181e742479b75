package domain_test

import (
	"fmt"
	"time"

	"github.com/usherhq/usher/domain"
	"pgregory.net/rapid"
)

// change asks for a quote and carries it out in the same second.
func (w *world) change(a refAsk, dl domain.Limits, rl refLimits, key string) {
	s := step{name: "change", text: "change" + a.String() + room(rl), key: key}
	var q domain.Quote
	var ref refQuote
	s.shown = &q
	s.run = func(m *domain.Membership, id domain.PaymentID, at time.Time) (out domain.Outcome, err error) {
		if q, err = m.Quote(a.request(), dl, at); err != nil {
			return out, err
		}
		return m.Change(q, dl, id, key, at)
	}
	s.tell = func(r *reference, id string, at int64) refAnswer {
		var ans refAnswer
		if ref, ans = r.quote(a, rl, at); ans.code != "" {
			return ans
		}
		w.sameQuote(q, ref)
		return r.commit(ref, rl, id, at)
	}
	s.after = func(_ domain.MembershipState, out domain.Outcome, err error) { w.charged(q, out, err) }
	w.do(s)
}

// quote keeps a preview for later.
func (w *world) quote(a refAsk, dl domain.Limits, rl refLimits) {
	before := w.m.State()
	q, err := w.m.Quote(a.request(), dl, w.instant())
	ref, ans := w.ref.quote(a, rl, w.now)
	code := ""
	if err != nil {
		code = domain.CodeOf(err)
	}
	w.log = append(w.log, fmt.Sprintf("%s  quote%s%s: %d %s%s", clockText(w.now), a, room(rl), q.DueNow.Amount, q.Result, code))
	w.check(code == ans.code, "the quote is refused with %q, by the rules with %q", code, ans.code)
	w.check(w.m.State() == before, "invariant 7: a quote changed something")
	w.reached.count(step{name: "quote"}, before, before, domain.Outcome{}, code)
	if err == nil {
		w.sameQuote(q, ref)
		w.quotes = append(w.quotes, quoted{q, ref})
	}
}

// commit carries an earlier quote out.
func (w *world) commit(q quoted, dl domain.Limits, rl refLimits, key string) {
	s := step{name: "change", text: fmt.Sprintf("commit%s of %s%s", q.ref.ask, clockText(q.ref.at), room(rl)), key: key, shown: &q.q}
	s.run = func(m *domain.Membership, id domain.PaymentID, at time.Time) (domain.Outcome, error) {
		return m.Change(q.q, dl, id, key, at)
	}
	s.tell = func(r *reference, id string, at int64) refAnswer { return r.commit(q.ref, rl, id, at) }
	s.after = func(_ domain.MembershipState, out domain.Outcome, err error) { w.charged(q.q, out, err) }
	w.do(s)
}

// charged checks that what was shown is what is asked for. (Invariant 4.)
func (w *world) charged(q domain.Quote, out domain.Outcome, err error) {
	switch {
	case err != nil:
	case out.Payment != nil:
		p := out.Payment.State()
		w.check(p.Amount == q.DueNow, "invariant 4: shown %+v, charged %+v", q.DueNow, p.Amount)
	default:
		w.check(q.DueNow.Amount == 0, "invariant 4: shown %+v, charged nothing", q.DueNow)
		w.kept(q, w.m.State())
	}
}

// renew checks that what was shown is what is charged. (Invariant 9.)
func (w *world) renew(s *step) {
	was := w.m.State().CaughtUp(w.instant())
	n, ok := was.Next(w.least)
	c := w.ref.clone()
	skips := c.following(c.clock(w.now)).skipped > 0
	s.run = func(m *domain.Membership, id domain.PaymentID, at time.Time) (domain.Outcome, error) {
		return m.Renew(id, w.least, at)
	}
	s.tell = func(r *reference, id string, at int64) refAnswer { return r.renew(id, w.least, at) }
	s.after = func(_ domain.MembershipState, out domain.Outcome, err error) {
		if !ok || err != nil || skips {
			return
		}
		switch {
		case out.Payment != nil:
			w.check(out.Payment.State().Amount == n.Amount, "invariant 9: shown %+v, charged %+v", n, out.Payment.State().Amount)
		case out.Result == domain.Renewed:
			w.check(n.Amount.Amount == 0 && w.m.State().Period().StartAt.Equal(n.At), "invariant 9: shown %+v, charged nothing", n)
		}
	}
}

// refund gives money of the last payment back, and tells the membership.
func (w *world) refund(s *step) {
	var left int64
	for _, id := range w.order {
		if l := w.pays[id].State().Left(); l > 0 {
			left = l
		}
	}
	amount := pick(w.t, "refunded", 0, left, left/2, 1)
	s.text += fmt.Sprintf(" %d", amount)
	s.run = func(m *domain.Membership, _ domain.PaymentID, at time.Time) (domain.Outcome, error) {
		return m.RefundPeriod(amount, at)
	}
	s.tell = func(r *reference, _ string, at int64) refAnswer { return r.refund(amount, at) }
	s.after = func(_ domain.MembershipState, _ domain.Outcome, err error) {
		for _, id := range w.order {
			if l := w.pays[id].State().Left(); err == nil && amount > 0 && l >= amount && l == left {
				w.giveBack(id, amount, domain.RefundAsked)
				break
			}
		}
	}
}

// late draws the answer that comes now: sometimes long after it was given up.
func (w *world) late(open []domain.PaymentID) string {
	how := rapid.SampledFrom(answers).Draw(w.t, "answer")
	if how == "void" && w.ref.flight.id == "" {
		return "paid"
	}
	return how
}

// repeat sends a command once more, under a key that came before: with the same
// body the stored answer comes back, with another it is refused; in both cases
// nothing happens.
func (w *world) repeat() {
	if len(w.keys) == 0 {
		w.quote(w.askSeats(), domain.Limits{LeastCharge: w.least}, refLimits{least: w.least})
		return
	}
	before := w.m.State()
	old := rapid.SampledFrom(w.keys).Draw(w.t, "key")
	body := old.body + pick(w.t, "body", "", ", but other")
	_, err := w.stored(old.key, body)
	w.log = append(w.log, fmt.Sprintf("%s  %s once more: %s", clockText(w.now), old.key, body))
	w.check((err == nil) == (body == old.body), "repeated with %q: %v", body, err)
	w.check(w.m.State() == before, "invariant 7: a repeated command changed something")
	code := ""
	if err != nil {
		code = domain.CodeOf(err)
	}
	w.reached.count(step{name: "repeat"}, before, before, domain.Outcome{}, code)
}

// stored is how a caller treats keys, in small.
func (w *world) stored(key, body string) (domain.Outcome, error) {
	for _, k := range w.keys {
		switch {
		case k.key == key && k.body == body:
			return k.out, k.err
		case k.key == key:
			return domain.Outcome{}, domain.ErrKeyReused
		}
	}
	return domain.Outcome{}, nil
}

func describe(s domain.Start, r *reference, least int64, most int) string {
	text := fmt.Sprintf("%d seats of %q, %s at %d", s.Seats, s.Terms.Tier, s.Recurrence, s.Terms.Unit)
	if s.Terms.Included > 0 {
		text += fmt.Sprintf(", %d included", s.Terms.Included)
	}
	if d := s.Terms.Discount; d.Kind != "" {
		text += fmt.Sprintf(", %d off %s for %d cycles", d.Value, d.Kind, d.Cycles)
	}
	if r.assigned > 0 {
		text += fmt.Sprintf(", %d assigned", r.assigned)
	}
	if r.cycle == 0 {
		text += ", trial to " + clockText(r.anchor)
	}
	if s.Charges > 0 || s.Installments {
		text += fmt.Sprintf(", of %d cycles (installments: %t)", s.Charges, s.Installments)
	}
	return text + fmt.Sprintf("; least charge %d, most seats %d", least, most)
}
