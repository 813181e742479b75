package app_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

func TestMemberships_Change(t *testing.T) {
	c := newClub(t)
	q, err := c.Quote(t.Context(), c.seller, c.id, domain.AskSeats(8))
	if err != nil {
		t.Fatal(err)
	}
	if q.DueNow.Amount != 1500 || q.SeatsNow != 8 || q.NextAmount.Amount != 8000 {
		t.Errorf("quoted %+v", q.Quote)
	}
	c.is("a quote changes nothing", 5, 0)
	c.clock.advance(10 * time.Minute)
	c.cards(sandbox.Pays)
	done, err := c.Change(t.Context(), c.seller, q.ID, "k")
	if err != nil || done.Result != domain.Applied || done.Membership.SeatsNow() != 8 {
		t.Fatalf("changed: %+v, %v", done.Result, err)
	}
	c.is("what was quoted is charged", 8, 1500)
	again, err := c.Change(t.Context(), c.seller, q.ID, "k")
	if err != nil || !again.Replayed || again.Result != domain.Applied || again.Payment.ID != done.Payment.ID {
		t.Errorf("a repeat: %+v, %v", again, err)
	}
	if _, err := c.ask(9, "k"); !errors.Is(err, domain.ErrKeyReused) {
		t.Errorf("another command under the key: %v", err)
	}
	c.is("a repeat charges nothing", 8, 1500)
	if _, err := c.Change(t.Context(), c.seller, q.ID, "k2"); !errors.Is(err, domain.ErrQuoteStale) {
		t.Errorf("the quote, used again: %v", err)
	}
	for _, id := range []string{"", "x", q.ID[1:], q.ID + "A", "AAAA" + q.ID} {
		if _, err := c.Change(t.Context(), c.seller, id, ""); !errors.Is(err, domain.ErrQuoteStale) {
			t.Errorf("a quote that is none, %q: %v", id, err)
		}
	}
	if _, err := c.Get(t.Context(), "bob", c.id); !errors.Is(err, domain.ErrMembershipNotFound) {
		t.Errorf("a stranger gets it: %v", err)
	}
}

func TestMemberships_declined(t *testing.T) {
	c := newClub(t)
	before := c.is("before", 5, 0)
	c.cards(sandbox.Declines)
	if _, err := c.ask(8, "k"); !errors.Is(err, domain.ErrPaymentDeclined) {
		t.Errorf("declined: %v", err)
	}
	if after := c.is("after", 5, 0); after != before {
		t.Errorf("a declined payment changed %+v to %+v", before, after)
	}
	if done, err := c.ask(8, "k"); !errors.Is(err, domain.ErrPaymentDeclined) || !done.Replayed {
		t.Errorf("a repeat: %+v, %v", done, err)
	}
	c.cards(sandbox.Pays)
	if _, err := c.ask(8, "k2"); err != nil {
		t.Error(err)
	}
	c.is("under another key, on another card", 8, 1500)
}

// What a processor did without being heard is found out, and carried out once.
func TestMemberships_Recover(t *testing.T) {
	for _, tt := range []struct {
		name, card string
		wait       time.Duration
		seats      int
		money      int64
	}{
		{"the money was taken, the answer lost", sandbox.LosesAnswer, time.Minute, 8, 1500},
		{"it was lost for days", sandbox.LosesAnswer, 100 * time.Hour, 8, 1500},
		{"the order never arrived: it is asked for again", sandbox.NeverArrives, time.Minute, 8, 1500},
		{"it never arrived, and the buyer has gone: it is given up", sandbox.NeverArrives, 16 * time.Minute, 5, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClub(t)
			c.cards(tt.card)
			done, err := c.ask(8, "k")
			if err != nil || done.Result != domain.Unanswered {
				t.Fatalf("got %v, %v", done.Result, err)
			}
			if _, err := c.ask(9, "k2"); !errors.Is(err, domain.ErrChangeInProgress) {
				t.Errorf("another change meanwhile: %v", err)
			}
			c.clock.advance(tt.wait)
			c.cards(sandbox.Pays)
			for range 2 {
				if _, err := c.Recover(t.Context(), c.seller, done.Payment.ID); err != nil && !errors.Is(err, domain.ErrPaymentDeclined) {
					t.Fatal(err)
				}
				if s := c.is("found out", tt.seats, tt.money); s.InFlight != (domain.InFlight{}) {
					t.Errorf("in flight: %+v", s.InFlight)
				}
			}
		})
	}
}

// A payment that comes after it was given up goes back, whole, once.
func TestMemberships_late(t *testing.T) {
	c := newClub(t)
	c.cards(sandbox.ConfirmsLate)
	done, err := c.ask(8, "k")
	if err != nil || done.Result != domain.AwaitsAction {
		t.Fatalf("got %v, %v", done.Result, err)
	}
	c.clock.advance(24 * time.Hour)
	if _, err := c.Expire(t.Context(), c.seller, c.id); err != nil {
		t.Fatal(err)
	}
	c.is("given up", 5, 0)
	if err := c.processor.Confirm(t.Context(), c.seller, done.Payment.Key); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := c.Answered(t.Context(), c.seller, done.Payment.ID, domain.Answer{Status: domain.Paid, Ref: refOf(c)}); err != nil {
			t.Fatal(err)
		}
		c.is("it went back", 5, 0)
	}
}

func refOf(c *club) string {
	book, err := c.processor.Book(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return book.Charges[len(book.Charges)-1].Ref
}

// A caller who leaves after the intent is written does not lose the payment.
func TestMemberships_theCallerLeaves(t *testing.T) {
	c := newClub(t)
	ctx, leave := context.WithCancel(t.Context())
	members := c.process(&leaving{c.processor, leave}).Memberships
	c.cards(sandbox.Pays)
	if _, err := members.Ask(ctx, c.seller, c.id, domain.AskSeats(8), "k"); err != nil {
		t.Errorf("got %v", err)
	}
	if ctx.Err() == nil {
		t.Error("the caller is still there")
	}
	c.is("paid, and in force", 8, 1500)
}

// leaving is a processor whose caller leaves when it is asked.
type leaving struct {
	ports.Charger
	leave func()
}

func (l *leaving) Charge(ctx context.Context, o ports.Order) (domain.Answer, error) {
	l.leave()
	return l.Charger.Charge(ctx, o)
}

func TestMemberships_Run(t *testing.T) {
	c := newClub(t)
	if done, err := c.Run(t.Context(), c.seller, c.id); err != nil || done.Result != domain.NotDue {
		t.Errorf("too early: %v, %v", done.Result, err)
	}
	c.clock.advance(15 * 24 * time.Hour) // 1 May
	c.cards(sandbox.LosesAnswer)
	if done, err := c.Run(t.Context(), c.seller, c.id); err != nil || done.Result != domain.Unanswered {
		t.Errorf("no answer: %v, %v", done.Result, err)
	}
	if done, err := c.Run(t.Context(), c.seller, c.id); err != nil || done.Result != domain.Renewed {
		t.Errorf("found out: %v, %v", done.Result, err)
	}
	if done, err := c.Run(t.Context(), c.seller, c.id); err != nil || done.Result != domain.NotDue {
		t.Errorf("once more: %v, %v", done.Result, err)
	}
	c.is("renewed once", 5, 5000)
	c.clock.advance(31 * 24 * time.Hour) // 1 June
	c.cards(sandbox.DeclinesHard)
	if done, err := c.Run(t.Context(), c.seller, c.id); err != nil || done.Result != domain.RenewalDeclined {
		t.Errorf("declined: %v, %v", done.Result, err)
	}
	c.cards(sandbox.Pays)
	if done, err := c.PayNow(t.Context(), c.seller, c.id, domain.AskSeats(2), "k"); err != nil || done.Result != domain.Recovered {
		t.Errorf("paid: %v, %v", done.Result, err)
	}
	c.is("two seats from now on", 2, 7000)
}

// Fifty at once with one key make one change; fifty with keys of their own
// never more than the tier has.
func TestMemberships_races(t *testing.T) {
	race := func(t *testing.T, key func(int) string, seats func(int) int) *club {
		c := newClub(t)
		var cards []string
		for range 50 {
			cards = append(cards, sandbox.Pays)
		}
		c.cards(cards...)
		var all sync.WaitGroup
		var changed atomic.Int64
		for i := range 50 {
			all.Go(func() {
				done, err := c.ask(seats(i), key(i))
				switch {
				case err == nil && !done.Replayed && done.Result == domain.Applied:
					changed.Add(1)
				case err != nil && domain.KindOf(err) == domain.Internal:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := changed.Load(); n != 1 {
			t.Errorf("%d changes, want 1", n)
		}
		return c
	}
	t.Run("with one key", func(t *testing.T) {
		c := race(t, func(int) string { return "k" }, func(int) int { return 8 })
		c.is("one change", 8, 1500)
	})
	t.Run("for the last seats, each with a key", func(t *testing.T) {
		c := race(t, func(i int) string { return string(rune('A' + i)) }, func(int) int { return 20 })
		c.is("the most there may be", 20, 7500)
	})
}

func TestMemberships_seats(t *testing.T) {
	c := newClub(t)
	var seats []domain.Seat
	for _, who := range []string{"Ana@example.com ", "ben@example.com", "cem@example.com"} {
		s, err := c.Assign(t.Context(), c.seller, c.id, who)
		if err != nil {
			t.Fatal(err)
		}
		seats = append(seats, s)
	}
	if _, err := c.Assign(t.Context(), c.seller, c.id, "ana@example.com"); !errors.Is(err, domain.ErrSeatTaken) {
		t.Errorf("twice: %v", err)
	}
	if _, err := c.Assign(t.Context(), c.seller, c.id, "nobody"); domain.KindOf(err) != domain.Invalid {
		t.Errorf("no address: %v", err)
	}
	if _, err := c.ask(2, ""); !errors.Is(err, domain.ErrSeatsAssigned) {
		t.Errorf("fewer seats than assigned: %v", err)
	}
	if s, err := c.Claim(t.Context(), c.seller, seats[0].ID); err != nil || s.Status != domain.SeatActive {
		t.Errorf("claimed: %+v, %v", s, err)
	}
	for range 2 {
		if s, err := c.Revoke(t.Context(), c.seller, seats[1].ID); err != nil || s.Status != domain.SeatRevoked {
			t.Errorf("revoked: %+v, %v", s, err)
		}
	}
	if s := c.is("two are assigned", 5, 0); s.Assigned != 2 {
		t.Errorf("%d are assigned, want 2", s.Assigned)
	}
	if done, err := c.ask(2, ""); err != nil || done.Result != domain.Scheduled {
		t.Errorf("two seats: %v, %v", done.Result, err)
	}
	if _, err := c.Assign(t.Context(), c.seller, c.id, "dan@example.com"); !errors.Is(err, domain.ErrNoSeatAvailable) {
		t.Errorf("a seat that will be gone: %v", err)
	}
}

// Whoever comes first after a payment waited too long for its buyer gives it up,
// at the processor too: a seat that is assigned or freed does as well.
func TestMemberships_seatsGiveUp(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(c *club, seat domain.SeatID) error
	}{
		{"assigning", func(c *club, _ domain.SeatID) error {
			_, err := c.Assign(c.t.Context(), c.seller, c.id, "ben@example.com")
			return err
		}},
		{"revoking", func(c *club, seat domain.SeatID) error {
			_, err := c.Revoke(c.t.Context(), c.seller, seat)
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClub(t)
			seat, err := c.Assign(t.Context(), c.seller, c.id, "ana@example.com")
			if err != nil {
				t.Fatal(err)
			}
			c.cards(sandbox.Confirms)
			done, err := c.ask(8, "k")
			if err != nil {
				t.Fatal(err)
			}
			c.clock.advance(24 * time.Hour)
			if err := tt.do(c, seat.ID); err != nil {
				t.Fatal(err)
			}
			if err := c.processor.Confirm(t.Context(), c.seller, done.Payment.Key); !errors.Is(err, sandbox.ErrNotWaiting) {
				t.Errorf("the processor still waits: %v", err)
			}
			c.is("given up", 5, 0)
		})
	}
}

// Without a processor nothing is charged, and nothing that costs is given.
func TestMemberships_noCharger(t *testing.T) {
	c := newClub(t)
	members := c.process(nil).Memberships
	if _, err := members.Ask(t.Context(), c.seller, c.id, domain.AskSeats(8), ""); !errors.Is(err, domain.ErrPaymentDeclined) {
		t.Errorf("more seats: %v", err)
	}
	var done app.Done
	done, err := members.Ask(t.Context(), c.seller, c.id, domain.AskSeats(3), "")
	if err != nil || done.Result != domain.Scheduled {
		t.Errorf("fewer: %v, %v", done.Result, err)
	}
	c.is("as before", 5, 0)
}
