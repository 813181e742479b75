package cases

import (
	"cmp"
	"fmt"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

func (w *appWorld) happen(e seatsEvent) (seatsAnswer, error) {
	ctx, m, a := w.Context(), w.usher.Memberships, e.Args
	w.charger.says, w.charger.again = a.Payment, ""
	switch e.Do {
	case "set_seats", "change_plan", "change_price":
		return answered(m.Ask(ctx, w.seller, w.member, w.request(a), cmp.Or(a.Key, w.id())))
	case "preview":
		q, err := m.Quote(ctx, w.seller, w.member, w.request(a))
		if err == nil {
			w.quotes[a.ID] = q.ID
		}
		return seatsAnswer{result: q.Result, quote: q.Quote}, err
	case "commit":
		id, there := w.quotes[a.Quote]
		if !there {
			return seatsAnswer{}, fmt.Errorf("the quote %s was refused", a.Quote)
		}
		return answered(m.Change(ctx, w.seller, id, w.id()))
	case "payment_result":
		return w.arrives()
	case "seller_price":
		return w.newPrice(a)
	case "assign":
		_, err := m.Assign(ctx, w.seller, w.member, w.id()+"@example.com")
		return seatsAnswer{result: domain.Applied}, err
	case "grant_seats":
		return answered(m.GrantSeats(ctx, w.seller, w.member, ptr(a.Seats, 0), ""))
	}
	return w.lives(e)
}

// lives carries out an event of the membership's life.
func (w *appWorld) lives(e seatsEvent) (seatsAnswer, error) {
	ctx, m, a := w.Context(), w.usher.Memberships, e.Args
	by := domain.Actor(cmp.Or(a.By, "buyer"))
	switch e.Do {
	case "cancel":
		return answered(m.Cancel(ctx, w.seller, w.member, by))
	case "uncancel":
		return answered(m.Uncancel(ctx, w.seller, w.member, by))
	case "end_now":
		return answered(m.EndNow(ctx, w.seller, w.member, by))
	case "chargeback":
		return answered(m.RecordChargeback(ctx, w.seller, w.member))
	case "dispute_won":
		return answered(m.RecordDisputeWon(ctx, w.seller, w.member))
	case "refund_current":
		return answered(m.RecordRefund(ctx, w.seller, w.member, 0))
	case "expire":
		return answered(m.Expire(ctx, w.seller, w.member))
	case "pay_now":
		return answered(m.PayNow(ctx, w.seller, w.member, w.request(a), w.id()))
	case "restart":
		return answered(m.Restart(ctx, w.seller, w.member, domain.Buyer, w.request(a), w.id()))
	}
	// What is due may be a renewal that was asked for and has no answer yet: its
	// charge is this event's.
	if f := w.stored().InFlight; f.Kind == domain.RenewalPayment {
		w.charger.again = f.PaymentID
	}
	switch e.Do {
	case "renew":
		return answered(m.Run(ctx, w.seller, w.member))
	case "retry":
		return answered(m.Retry(ctx, w.seller, w.member))
	}
	return seatsAnswer{}, fmt.Errorf("nobody carries out %s", e.Do)
}

// answered keeps what a command came to as the answer of the event.
func answered(d app.Done, err error) (seatsAnswer, error) {
	return seatsAnswer{result: d.Result, replayed: d.Replayed, skipped: d.Skipped, credit: d.Credit}, err
}

// arrives is that a processor says of its own accord what became of a charge.
func (w *appWorld) arrives() (seatsAnswer, error) {
	id := w.waiting()
	if id == "" {
		return seatsAnswer{}, fmt.Errorf("no charge is in flight")
	}
	p := w.payment(id)
	answer, err := w.charger.ask(p.Key, p.Amount, w.charger.says)
	if err != nil {
		return seatsAnswer{}, err
	}
	return answered(w.usher.Memberships.Answered(w.Context(), w.seller, id, answer))
}

// newPrice tells the member of a new price, if it is to count for them. The
// mailer takes the notice at once.
func (w *appWorld) newPrice(a seatsArgs) (seatsAnswer, error) {
	if !a.ApplyToExisting {
		return seatsAnswer{result: domain.NoChange}, nil // members keep theirs
	}
	ctx, m := w.Context(), w.usher.Memberships
	got, err := answered(m.AnnouncePrice(ctx, w.seller, w.member, ptr(a.Unit, w.stored().Terms.Unit), a.EffectiveDate.Time))
	if err == nil {
		_, err = m.NoticeSent(ctx, w.seller, w.member)
	}
	return got, err
}

func (w *appWorld) request(a seatsArgs) domain.Request {
	r := a.request(w.stored())
	r.Tier = w.tier(a.Tier)
	return r
}
