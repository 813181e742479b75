package domain_test

import (
	"fmt"
	"time"

	"github.com/usherhq/usher/domain"
	"pgregory.net/rapid"
)

// command draws what happens next, and does it.
func (w *world) command() {
	w.move()
	what := rapid.SampledFrom(w.bag()).Draw(w.t, "command")
	key := fmt.Sprintf("key%d", len(w.keys))
	dl, rl := w.limits()
	s := step{name: what, text: what}
	type (
		membership = domain.Membership
		outcome    = domain.Outcome
		payment    = domain.PaymentID
	)
	plain := func(run func(m *membership, at time.Time) (outcome, error), tell func(r *reference, at int64) refAnswer) {
		s.run = func(m *membership, _ payment, at time.Time) (outcome, error) { return run(m, at) }
		s.tell = func(r *reference, _ string, at int64) refAnswer { return tell(r, at) }
	}
	by := func(run func(*membership, domain.Actor, time.Time) (outcome, error), tell func(*reference, string, int64) refAnswer) {
		s.by = w.actor()
		s.text += " by " + string(s.by)
		plain(func(m *membership, at time.Time) (outcome, error) { return run(m, s.by, at) },
			func(r *reference, at int64) refAnswer { return tell(r, string(s.by), at) })
	}
	switch what {
	case "seats", "plan":
		a := w.askSeats()
		if what == "plan" {
			a = w.askPlan()
		}
		w.change(a, dl, rl, key)
		return
	case "quote":
		w.quote(w.askSeats(), dl, rl)
		return
	case "commit":
		if len(w.quotes) == 0 {
			w.quote(w.askPlan(), dl, rl)
			return
		}
		i := max(0, len(w.quotes)-1-upTo(w.t, "quote", 2))
		w.commit(w.quotes[i], dl, rl, key)
		return
	case "answer":
		if open := w.open(); len(open) > 0 {
			w.answer(rapid.SampledFrom(open).Draw(w.t, "of"), w.late(open))
			return
		}
		s.text = "expire (nothing to be answered)"
		plain((*membership).Expire, (*reference).expire)
	case "repeat":
		w.repeat()
		return
	case "assign":
		plain((*membership).Assign, (*reference).assign)
	case "unassign":
		plain((*membership).Unassign, (*reference).unassign)
	case "grant":
		n := pick(w.t, "free", 1, 2, -1, -2, 3, 0)
		s.text += fmt.Sprintf(" %d%s", n, room(rl))
		plain(func(m *membership, at time.Time) (outcome, error) { return m.GrantSeats(n, dl, at) },
			func(r *reference, at int64) refAnswer { return r.grant(n, rl, at) })
	case "announce":
		unit := w.price(w.ref.tier, w.ref.length) * pick[int64](w.t, "tenths", 14, 7, 0) / 10
		from := w.ref.clock(w.now) + 7*refDay + pick(w.t, "notice", 0, refDay, -1, 40*refDay)
		s.text += fmt.Sprintf(" %d from %s", unit, clockText(from))
		plain(func(m *membership, at time.Time) (outcome, error) { return m.AnnouncePrice(unit, unixTime(from), at) },
			func(r *reference, at int64) refAnswer { return r.announce(unit, from, at) })
	case "notice sent":
		plain((*membership).NoticeSent, (*reference).noticeSent)
	case "cancel":
		by((*membership).Cancel, (*reference).cancel)
	case "uncancel":
		by((*membership).Uncancel, (*reference).uncancel)
	case "end now":
		by((*membership).EndNow, (*reference).endNow)
	case "chargeback":
		plain((*membership).Chargeback, (*reference).chargeback)
	case "dispute won":
		plain((*membership).WinDispute, (*reference).disputeWon)
	case "expire":
		plain((*membership).Expire, (*reference).expire)
	case "refund":
		w.refund(&s)
	case "renew":
		w.renew(&s)
	case "retry":
		s.run = (*membership).Retry
		s.tell = (*reference).retry
	case "pay now":
		a := refAsk{}
		if upTo(w.t, "with seats", 1) == 1 {
			a = w.askSeats()
		}
		s.text += a.String() + room(rl)
		s.key = key
		s.run = func(m *membership, id payment, at time.Time) (outcome, error) {
			return m.PayNow(a.request(), dl, id, key, at)
		}
		s.tell = func(r *reference, id string, at int64) refAnswer { return r.payNow(a, rl, id, at) }
	case "restart":
		a := refAsk{}
		if upTo(w.t, "with seats", 1) == 1 {
			a = w.askSeats()
		}
		s.by, s.key = w.actor(), key
		s.text += " by " + string(s.by) + a.String() + room(rl)
		s.run = func(m *membership, id payment, at time.Time) (outcome, error) {
			return m.Restart(s.by, a.request(), dl, id, key, at)
		}
		s.tell = func(r *reference, id string, at int64) refAnswer { return r.restart(string(s.by), a, rl, id, at) }
	}
	w.do(s)
}
