package app_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/storetest"
)

// teller is a processor whose answers to refunds get lost, or are no.
type teller struct {
	ports.Charger
	loses, refuses bool
	asked          int
}

func (p *teller) Refund(ctx context.Context, o ports.RefundOrder) (ports.RefundAnswer, error) {
	p.asked++
	if p.refuses {
		return ports.RefundAnswer{}, nil
	}
	a, err := p.Charger.Refund(ctx, o)
	if p.loses {
		return ports.RefundAnswer{}, errors.New("the line went dead")
	}
	return a, err
}

// counter is a till that gives money back through a teller.
type counter struct {
	*till
	teller *teller
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	s := newTill(t)
	c := &counter{s, &teller{Charger: s.processor}}
	var err error
	if s.Usher, err = app.New(app.Config{Store: storetest.Rerun(s.store), Clock: s.clock.now, Random: (&dice{}).fill, Charger: c.teller}); err != nil {
		t.Fatal(err)
	}
	return c
}

// sold is a membership of three seats at ten dollars, bought.
func (c *counter) sold() app.Bought {
	c.t.Helper()
	done, err := c.buy(of(c.team, 3), sandbox.Pays, "")
	if err != nil {
		c.t.Fatal(err)
	}
	return done
}

// seats buys seats, in all, and returns their payment.
func (c *counter) seats(id domain.MembershipID, n int) domain.PaymentState {
	c.t.Helper()
	return must(c.Memberships.Ask(c.t.Context(), c.seller, id, domain.AskSeats(n), "")).Payment
}

// renewed lets a month pass, and returns the payment of the next.
func (c *counter) renewed(id domain.MembershipID) domain.PaymentState {
	c.t.Helper()
	c.clock.advance(must(c.Memberships.Get(c.t.Context(), c.seller, id)).Period().EndAt.Sub(c.clock.now()))
	done := must(c.Memberships.Run(c.t.Context(), c.seller, id))
	if done.Result != domain.Renewed {
		c.t.Fatalf("it was not renewed: %v", done.Result)
	}
	return done.Payment
}

// is wants so much in the processor's book, refunded of the sale, and given
// back of the membership's period.
func (c *counter) is(what string, b app.Bought, taken, refunded, givenBack int64) domain.MembershipState {
	c.t.Helper()
	sale := must(c.Sales.Get(c.t.Context(), c.seller, b.Purchase.ID)).Purchase
	m := must(c.Memberships.Get(c.t.Context(), c.seller, b.Membership.ID))
	if got := c.taken(); got != taken || sale.Refunded != refunded || m.GivenBack != givenBack {
		c.t.Errorf("%s: %d in the book, %d of the sale, %d of the period; want %d, %d, %d", what, got, sale.Refunded, m.GivenBack, taken, refunded, givenBack)
	}
	return m
}

func wantErr(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) || want == nil && err != nil {
		t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

func TestPayments_Refund(t *testing.T) {
	c := newCounter(t)
	b := c.sold()
	refund := func(amount int64, key string) (app.Refunded, error) {
		return c.Payments.Refund(t.Context(), c.seller, b.Payment.ID, amount, key)
	}
	first, err := refund(1000, "k")
	if err != nil || len(first.Refunds) != 1 || first.Refunds[0].Status != domain.RefundDone || first.Purchase.Refunded != 1000 || first.Replayed {
		t.Fatalf("a part: %+v, %v", first, err)
	}
	c.is("a part", b, 2000, 1000, 1000)
	again, err := refund(1000, "k")
	if err != nil || !again.Replayed || !slices.Equal(again.Refunds, first.Refunds) {
		t.Errorf("a repeat: %+v, %v", again, err)
	}
	if c.teller.asked != 1 {
		t.Errorf("the processor was asked %d times, want once", c.teller.asked)
	}
	_, err = refund(2000, "k")
	wantErr(t, "another under the key", err, domain.ErrKeyReused)
	_, err = refund(2001, "k2")
	wantErr(t, "more than is left", err, domain.ErrRefundTooLarge)
	_, err = refund(-1, "k2")
	wantErr(t, "less than nothing", err, domain.ErrInvalid)
	c.is("what was refused", b, 2000, 1000, 1000)
	if rest, err := refund(0, "k2"); err != nil || !rest.Purchase.FullyRefunded() {
		t.Errorf("the rest: %+v, %v", rest, err)
	}
	if m := c.is("the rest", b, 0, 3000, 3000); m.Status != domain.Active {
		t.Errorf("a refund made the membership %s", m.Status)
	}
	_, err = refund(0, "k3")
	wantErr(t, "once more", err, domain.ErrAlreadyRefunded)
	_, err = c.Payments.Refund(t.Context(), "bob", b.Payment.ID, 0, "k4")
	wantErr(t, "a stranger", err, domain.ErrPaymentNotFound)
}

// A refund whose answer was lost is asked for until it has one, and made once.
func TestPayments_Refund_lostAnswer(t *testing.T) {
	for _, tt := range []struct {
		name string
		ask  func(c *counter, b app.Bought)
	}{
		{"a worker asks", func(c *counter, _ app.Bought) {
			c.clock.advance(2 * time.Minute)
			must(c.Worker.Tick(c.t.Context()))
		}},
		{"a repeat asks", func(c *counter, b app.Bought) {
			again := must(c.Payments.Refund(c.t.Context(), c.seller, b.Payment.ID, 0, "k"))
			if !again.Replayed || again.Refunds[0].Status != domain.RefundDone || !again.Purchase.FullyRefunded() {
				c.t.Errorf("a repeat: %+v", again)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCounter(t)
			b := c.sold()
			c.teller.loses = true
			done, err := c.Payments.Refund(t.Context(), c.seller, b.Payment.ID, 0, "k")
			if err != nil || done.Refunds[0].Status != domain.RefundSent || done.Purchase.Refunded != 0 {
				t.Fatalf("got %+v, %v", done, err)
			}
			c.is("nobody knows yet", b, 0, 0, 0)
			_, err = c.Payments.Refund(t.Context(), c.seller, b.Payment.ID, 1, "k2")
			wantErr(t, "more, meanwhile", err, domain.ErrAlreadyRefunded)
			c.teller.loses = false
			for range 2 {
				tt.ask(c, b)
				c.is("found out", b, 0, 3000, 3000)
			}
			if n := len(must(c.processor.Book(t.Context())).Refunds); n != 1 {
				t.Errorf("%d refunds in the book, want 1", n)
			}
		})
	}
}

func TestPayments_Refund_refused(t *testing.T) {
	c := newCounter(t)
	b := c.sold()
	c.teller.refuses = true
	done, err := c.Payments.Refund(t.Context(), c.seller, b.Payment.ID, 0, "k")
	if err != nil || done.Refunds[0].Status != domain.RefundFailed {
		t.Errorf("got %+v, %v", done, err)
	}
	_, err = c.Sales.Refund(t.Context(), c.seller, b.Purchase.ID, 0)
	wantErr(t, "by its sale", err, domain.ErrRefundRefused)
	c.is("refused", b, 3000, 0, 0)
	c.teller.refuses = false
	if sale, err := c.Sales.Refund(t.Context(), c.seller, b.Purchase.ID, 0); err != nil || !sale.FullyRefunded() {
		t.Errorf("then: %+v, %v", sale, err)
	}
	c.is("done", b, 0, 3000, 3000)
}

func TestPayments_Refund_ofWhichPeriod(t *testing.T) {
	c := newCounter(t)
	b := c.sold()
	next := c.renewed(b.Membership.ID)
	must(c.Payments.Refund(t.Context(), c.seller, next.ID, 500, ""))
	c.is("of the renewal: the sale has lost nothing", b, 5500, 0, 500)
	must(c.Payments.Refund(t.Context(), c.seller, b.Payment.ID, 0, ""))
	c.is("of the sale: the period has lost nothing", b, 2500, 3000, 500)
	must(c.Memberships.Cancel(t.Context(), c.seller, b.Membership.ID, domain.Buyer))
	must(c.Payments.Refund(t.Context(), c.seller, next.ID, 1, ""))
	if m := c.is("of one that is cancelled", b, 2499, 3000, 501); m.Status != domain.Ended || m.EndReason != domain.Cancelled {
		t.Errorf("it is %s, %s", m.Status, m.EndReason)
	}
	must(c.Payments.Refund(t.Context(), c.seller, next.ID, 1, ""))
	c.is("of one that has ended", b, 2498, 3000, 501)
}

// What came too late bought nothing, so nothing is given back of it.
func TestPayments_Refund_ofLate(t *testing.T) {
	c := newCounter(t)
	b := c.sold()
	if err := c.processor.Next(t.Context(), sandbox.ConfirmsLate); err != nil {
		t.Fatal(err)
	}
	late := c.seats(b.Membership.ID, 5)
	c.clock.advance(24 * time.Hour)
	must(c.Memberships.Run(t.Context(), c.seller, b.Membership.ID))
	c.teller.loses = true
	c.confirm(late)
	found, _, err := c.processor.Find(t.Context(), ports.Order{Payment: late.ID, SellerID: c.seller, Key: late.Key, Amount: late.Amount})
	if err != nil || found.Status != domain.Paid {
		t.Fatalf("confirmed: %+v, %v", found, err)
	}
	if _, err := c.Memberships.Answered(t.Context(), c.seller, late.ID, found); err != nil {
		t.Fatal(err)
	}
	c.teller.loses = false
	c.clock.advance(2 * time.Minute)
	must(c.Worker.Tick(t.Context()))
	if p := must(c.Payments.Get(t.Context(), c.seller, late.ID)); p.Refunded != p.Amount.Amount || p.Refunding != 0 {
		t.Errorf("the late payment: %+v", p)
	}
	c.is("it went back", b, 3000, 0, 0)
}

func TestPayments_RefundPeriod(t *testing.T) {
	c := newCounter(t)
	b := c.sold()
	id := b.Membership.ID
	c.clock.advance(15 * 24 * time.Hour)
	more := c.seats(id, 5) // half a month of two seats
	if more.Amount.Amount != 1000 {
		t.Fatalf("two seats cost %d", more.Amount.Amount)
	}
	back := func(amount int64, key string) (app.Refunded, error) {
		return c.Payments.RefundPeriod(t.Context(), c.seller, id, amount, key)
	}
	_, err := back(4001, "k")
	wantErr(t, "more than was paid", err, domain.ErrRefundTooLarge)
	_, err = back(-1, "k")
	wantErr(t, "less than nothing", err, domain.ErrInvalid)
	part, err := back(1500, "k")
	if err != nil || len(part.Refunds) != 2 || part.Refunds[0].PaymentID != more.ID || part.Refunds[0].Amount != 1000 ||
		part.Refunds[1].PaymentID != b.Payment.ID || part.Refunds[1].Amount != 500 {
		t.Fatalf("a part: %+v, %v", part, err)
	}
	c.is("from the newest on", b, 2500, 500, 1500)
	if again, err := back(1500, "k"); err != nil || !again.Replayed || !slices.Equal(again.Refunds, part.Refunds) {
		t.Errorf("a repeat: %+v, %v", again, err)
	}
	rest, err := back(0, "k2")
	if err != nil || len(rest.Refunds) != 1 || !rest.Purchase.FullyRefunded() {
		t.Errorf("the rest: %+v, %v", rest, err)
	}
	c.is("the period is given back whole, although five seats are worth more than was paid", b, 0, 3000, 5000)
	q, err := c.Memberships.Quote(t.Context(), c.seller, id, domain.Request{Recurrence: domain.Yearly})
	if err != nil || q.Credit != 0 || q.DueNow.Amount != 50000 {
		t.Errorf("a new period: %+v, %v", q.Quote, err)
	}
	_, err = back(0, "k3")
	wantErr(t, "once more", err, domain.ErrAlreadyRefunded)
	next := c.renewed(id)
	c.is("the next period is another", b, 5000, 3000, 0)
	if done, err := back(0, "k4"); err != nil || len(done.Refunds) != 1 || done.Refunds[0].PaymentID != next.ID {
		t.Errorf("the next: %+v, %v", done, err)
	}
	c.is("the next", b, 0, 3000, 5000)
	must(c.Memberships.EndNow(t.Context(), c.seller, id, domain.SellerActor))
	_, err = back(0, "k5")
	wantErr(t, "after the end", err, domain.ErrNotActive)
	trial := must(c.buy(of(c.trial, 1), sandbox.Pays, ""))
	_, err = c.Payments.RefundPeriod(t.Context(), c.seller, trial.Membership.ID, 0, "")
	wantErr(t, "of a trial", err, domain.ErrNotCharged)
}

func TestPayments_Dispute(t *testing.T) {
	c := newCounter(t)
	b := c.sold()
	status := func(what string, want domain.MembershipStatus) {
		t.Helper()
		if m := must(c.Memberships.Get(t.Context(), c.seller, b.Membership.ID)); m.Status != want {
			t.Errorf("%s: the membership is %s, want %s", what, m.Status, want)
		}
	}
	dispute := func(p domain.PaymentID, ref string) domain.Dispute {
		t.Helper()
		return must(c.Payments.Dispute(t.Context(), c.seller, p, ref))
	}
	d := dispute(b.Payment.ID, "dp_1")
	status("disputed", domain.Ended)
	if sale := must(c.Sales.Get(t.Context(), c.seller, b.Purchase.ID)).Purchase; sale.DisputedAt.IsZero() {
		t.Error("the sale does not show it")
	}
	if again := dispute(b.Payment.ID, "dp_1"); again != d {
		t.Errorf("twice made %+v and %+v", d, again)
	}
	other := dispute(b.Payment.ID, "dp_2")
	must(c.Payments.CloseDispute(t.Context(), c.seller, d.ID, true))
	status("one is won, the other open", domain.Ended)
	must(c.Payments.CloseDispute(t.Context(), c.seller, other.ID, true))
	status("both are won", domain.Active)
	if sale := must(c.Sales.Get(t.Context(), c.seller, b.Purchase.ID)).Purchase; sale.DisputeWonAt.IsZero() {
		t.Error("the sale does not show that it was won")
	}
	must(c.Payments.CloseDispute(t.Context(), c.seller, other.ID, true))
	_, err := c.Payments.CloseDispute(t.Context(), c.seller, other.ID, false)
	wantErr(t, "lost after it was won", err, domain.ErrDisputeClosed)

	next := c.renewed(b.Membership.ID)
	past := dispute(b.Payment.ID, "dp_3")
	status("a dispute of a period that is over", domain.Active)
	must(c.Payments.CloseDispute(t.Context(), c.seller, past.ID, false))
	nameless := dispute(next.ID, "")
	status("of the current one", domain.Ended)
	if again := dispute(next.ID, ""); again != nameless {
		t.Errorf("without a name twice made %+v and %+v", nameless, again)
	}
	must(c.Payments.CloseDispute(t.Context(), c.seller, nameless.ID, false))
	status("lost", domain.Ended)
	again := must(c.Memberships.Restart(t.Context(), c.seller, b.Membership.ID, domain.Buyer, domain.Request{}, ""))
	status("restarted", domain.Active)
	if again.Payment.PaysFor() != again.Membership.Cycle {
		t.Errorf("the restart pays for cycle %d of %d", again.Payment.PaysFor(), again.Membership.Cycle)
	}
	last := c.renewed(b.Membership.ID)
	late := dispute(again.Payment.ID, "dp_4")
	status("a dispute of the period before", domain.Active)
	dispute(last.ID, "dp_5")
	must(c.Payments.CloseDispute(t.Context(), c.seller, late.ID, true))
	status("one of before is won, the one of now is open", domain.Ended)
	if _, err := c.buy(of(c.pen, 1), sandbox.Declines, "declined"); !errors.Is(err, domain.ErrPaymentDeclined) {
		t.Fatal(err)
	}
	for _, p := range must(c.all()) {
		if p.Status == domain.NotPaid {
			_, err := c.Payments.Dispute(t.Context(), c.seller, p.ID, "dp_6")
			wantErr(t, "of nothing", err, domain.ErrNotCharged)
		}
	}
}

// all returns all payments.
func (s *till) all() (all []domain.PaymentState, err error) {
	err = s.store.View(s.t.Context(), ports.Seller(s.seller), func(ctx context.Context, tx ports.Tx) (err error) {
		all, err = tx.Payments.List(ctx, ports.Cursor{}, 1000)
		return err
	})
	return all, err
}

// What somebody knows of a sale whose payment is not here reaches its membership
// while its first period runs.
func TestSales_byHand(t *testing.T) {
	c := newClub(t)
	u := c.process(c.processor)
	sale := must(c.Get(t.Context(), c.seller, c.id)).PurchaseID
	must(u.Sales.Refund(t.Context(), c.seller, sale, 2000))
	if s := must(c.Get(t.Context(), c.seller, c.id)); s.GivenBack != 2000 {
		t.Errorf("a part: %d given back", s.GivenBack)
	}
	must(u.Sales.Refund(t.Context(), c.seller, sale, 0))
	if s := must(c.Get(t.Context(), c.seller, c.id)); s.GivenBack != 5000 {
		t.Errorf("the rest: %d given back", s.GivenBack)
	}
	must(u.Sales.Dispute(t.Context(), c.seller, sale))
	must(u.Sales.Dispute(t.Context(), c.seller, sale))
	if s := must(c.Get(t.Context(), c.seller, c.id)); s.EndReason != domain.Chargeback {
		t.Errorf("disputed: %s", s.Status)
	}
	must(u.Sales.WinDispute(t.Context(), c.seller, sale))
	if s := must(c.Get(t.Context(), c.seller, c.id)); s.Status != domain.Active {
		t.Errorf("won: %s", s.Status)
	}
	c.cards(sandbox.Pays)
	c.clock.advance(20 * 24 * time.Hour)
	must(c.Run(t.Context(), c.seller, c.id))
	must(u.Sales.Dispute(t.Context(), c.seller, sale))
	if s := must(c.Get(t.Context(), c.seller, c.id)); s.Status != domain.Active || s.Cycle != 2 {
		t.Errorf("in the next period: %s in cycle %d", s.Status, s.Cycle)
	}
}
