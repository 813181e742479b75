package app_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// planned is a store that records the jobs that events were turned into.
type planned struct {
	ports.Store
	jobs []ports.Job
}

func (p *planned) Dispatch(ctx context.Context, n int, plan ports.Plan) (int, error) {
	return p.Store.Dispatch(ctx, n, func(some []ports.Event, told []domain.Webhook) ([]ports.Job, []domain.Delivery) {
		jobs, tell := plan(some, told)
		p.jobs = jobs
		return jobs, tell
	})
}

func TestWorker_plans(t *testing.T) {
	at := midApril
	paidFor := domain.PaymentPaid{PaymentID: "p", PurchaseID: "s"}
	for _, tt := range []struct {
		name   string
		events []domain.Event
		want   []string // key, and how long after
	}{
		{"a membership is looked at when it says", []domain.Event{domain.MembershipDue{MembershipID: "m", DueAt: at.Add(day)}}, []string{"membership:m 24h0m0s"}},
		{"the last word about a membership counts", []domain.Event{
			domain.MembershipDue{MembershipID: "m", DueAt: at}, domain.MembershipDue{MembershipID: "n", DueAt: at.Add(2 * time.Hour)},
			domain.MembershipDue{MembershipID: "m", DueAt: at.Add(time.Hour)},
		}, []string{"membership:m 1h0m0s", "membership:n 2h0m0s"}},
		{"the payment of a sale, if it has no answer by then", []domain.Event{
			domain.PaymentIntended{PaymentID: "p", Kind: domain.SalePayment}, domain.PaymentIntended{PaymentID: "q", Kind: domain.SalePayment}, paidFor,
		}, []string{"payment:q 1m0s"}},
		{"a payment that was declined by then needs nothing", []domain.Event{
			domain.PaymentIntended{PaymentID: "p", Kind: domain.SalePayment}, domain.PaymentDeclined{PaymentID: "p"},
		}, nil},
		{"a payment of a membership is its membership's", []domain.Event{
			domain.PaymentIntended{PaymentID: "p", Kind: domain.RenewalPayment}, domain.PaymentIntended{PaymentID: "q", Kind: domain.ChangePayment},
			domain.PaymentIntended{PaymentID: "r", Kind: domain.RestartPayment},
		}, nil},
		{"a payment that was given up", []domain.Event{domain.PaymentVoided{PaymentID: "p"}}, []string{"void:p 1m0s"}},
		{"a refund, if it has no answer by then", []domain.Event{
			domain.RefundBegun{RefundID: "r"}, domain.RefundBegun{RefundID: "s"}, domain.RefundBegun{RefundID: "t"},
			domain.PaymentRefunded{RefundID: "r"}, domain.RefundRefused{RefundID: "t"},
		}, []string{"refund:s 1m0s"}},
		{"an import", []domain.Event{domain.RecordsImported{Source: "file"}}, []string{"import_due:file 0s"}},
		{"what nothing hangs on", []domain.Event{paidFor, domain.MembershipRenewed{MembershipID: "m"}, domain.SeatClaimed{SeatID: "s"}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			p := &planned{Store: w.base}
			u := must(app.New(app.Config{Store: p, Clock: w.clock.now}))
			err := w.base.Update(t.Context(), ports.Seller(w.ana.ID), func(ctx context.Context, tx ports.Tx) error {
				var rows []ports.Event
				for i, e := range tt.events {
					rows = append(rows, ports.Event{
						ID: domain.EventID(rune('a' + i)), Subject: "s", Name: e.EventName(), Payload: string(must(json.Marshal(e))), At: at,
					})
				}
				return tx.Events.Append(ctx, rows...)
			})
			if err != nil {
				t.Fatal(err)
			}
			stop, cancel := context.WithCancel(t.Context())
			u.Worker.Tick(stop)
			cancel()
			var got []string
			for _, j := range p.jobs {
				if j.Lane != string(w.ana.ID) || j.Kind+":"+j.Payload != j.Key || j.ID == "" {
					t.Errorf("planned %+v", j)
				}
				got = append(got, j.Key+" "+j.DueAt.Sub(at).String())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("planned %q, want %q", got, tt.want)
			}
		})
	}
}

// mute is a processor that takes what is asked and answers nobody.
type mute struct {
	ports.Charger
	why   error
	finds atomic.Int64
}

func (m *mute) Find(context.Context, ports.Order) (domain.Answer, bool, error) {
	m.finds.Add(1)
	return domain.Answer{}, false, m.why
}

func (m *mute) Charge(ctx context.Context, o ports.Order) (domain.Answer, error) {
	m.Charger.Charge(ctx, o)
	return domain.Answer{}, m.why
}

// wakes are the next n times at which there is work, each done.
func (c *club) wakes(w *app.Worker, n int) (waits []time.Duration) {
	c.t.Helper()
	from := c.clock.now()
	for range n {
		must(w.Tick(c.t.Context()))
		due, more, err := w.NextDue(c.t.Context())
		if err != nil || !more {
			c.t.Fatalf("after %v nothing is due any more, %v", waits, err)
		}
		waits = append(waits, due.Sub(from))
		c.clock.advance(due.Sub(c.clock.now()))
	}
	return waits
}

// What has no answer is asked about again and again, less and less often, and
// never given up for that.
func TestWorker_asksAgain(t *testing.T) {
	minutes := func(of ...int) (all []time.Duration) {
		for _, n := range of {
			all = append(all, time.Duration(n)*time.Minute)
		}
		for len(all) < 30 { // an hour is the longest
			all = append(all, all[len(all)-1]+time.Hour)
		}
		return all
	}
	t.Run("a change of a membership", func(t *testing.T) {
		c := newClub(t)
		m := &mute{Charger: c.processor, why: errors.New("no answer")}
		u := c.process(m)
		c.cards(sandbox.Pays)
		if done, err := u.Memberships.Ask(t.Context(), c.seller, c.id, domain.AskSeats(8), "k"); err != nil || done.Result != domain.Unanswered {
			t.Fatal(done.Result, err)
		}
		if got, want := c.wakes(u.Worker, 30), minutes(1, 2, 4, 8, 16, 32, 64, 124); !slices.Equal(got, want) {
			t.Errorf("looked after %v, want %v", got, want)
		}
		if n := m.finds.Load(); n != 29 {
			t.Errorf("the processor was asked %d times, want 29: not in the first minute", n)
		}
		must(c.process(c.processor).Worker.Tick(t.Context()))
		c.is("once it answers", 8, 1500)
		if dead := must(u.Worker.Dead(t.Context(), "", 10)); len(dead) != 0 {
			t.Errorf("given up: %+v", dead)
		}
	})
	t.Run("the payment of a sale", func(t *testing.T) {
		s := newTill(t)
		m := &mute{Charger: s.processor, why: errors.New("no answer")}
		u := must(app.New(app.Config{Store: s.store, Clock: s.clock.now, Charger: m}))
		b, err := u.Sales.Buy(t.Context(), s.seller, domain.SaleRequest{ProductID: s.pen.ID, Quantity: 1}, app.Buyer{Email: "a@example.com", Method: sandbox.Pays}, "k")
		if err != nil || b.Result != domain.Unanswered {
			t.Fatal(b.Result, err)
		}
		c := &club{t: t, clock: s.clock}
		if got, want := c.wakes(u.Worker, 30), minutes(1, 2, 4, 8, 16, 32, 64, 124); !slices.Equal(got, want) {
			t.Errorf("looked after %v, want %v", got, want)
		}
		must(s.Worker.Tick(t.Context()))
		if got := must(s.Payments.Get(t.Context(), s.seller, b.Payment.ID)); got.Status != domain.Paid {
			t.Errorf("once it answers it is %s", got.Status)
		}
		if _, more := c.nextDue(s.Worker); more {
			t.Error("something is still due")
		}
	})
}

// nextDue returns when the next piece of work falls due.
func (c *club) nextDue(w *app.Worker) (time.Time, bool) {
	c.t.Helper()
	at, more, err := w.NextDue(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return at, more
}

// A change without an answer holds nothing up beyond the end of its period.
func TestWorker_looksWhenThePeriodEnds(t *testing.T) {
	c := newClub(t)
	u := c.process(&mute{Charger: c.processor, why: errors.New("no answer")})
	c.clock.advance(15*day - 100*time.Minute)
	c.cards(sandbox.Pays)
	must(u.Memberships.Ask(t.Context(), c.seller, c.id, domain.AskSeats(8), "k"))
	waits := c.wakes(u.Worker, 8)
	if !slices.Contains(waits, 100*time.Minute) {
		t.Errorf("it looked after %v, and not after 100 minutes, when the period ended", waits)
	}
}

// What the processor will never do is for a person to look at.
func TestWorker_givesUpWhatIsFinal(t *testing.T) {
	for _, why := range []error{domain.ErrKeyReused, domain.InvalidField("method", "is none")} {
		c := newClub(t)
		m := &mute{Charger: c.processor, why: errors.New("no answer")}
		u := c.process(m)
		c.cards(sandbox.Pays)
		must(u.Memberships.Ask(t.Context(), c.seller, c.id, domain.AskSeats(8), "k"))
		m.why = why
		c.wakes(u.Worker, 20)
		must(u.Worker.Tick(t.Context()))
		dead := must(u.Worker.Dead(t.Context(), c.seller, 10))
		if len(dead) != 1 || dead[0].Kind != "membership" || dead[0].Why != domain.CodeOf(why) {
			t.Errorf("%v: given up are %+v", why, dead)
		}
	}
}

// Who waits for a buyer looks too whether the payment was confirmed, until the
// time is up.
func TestWorker_waitsForTheBuyer(t *testing.T) {
	for _, confirmed := range []bool{true, false} {
		c := newClub(t)
		u := c.process(c.processor)
		c.cards(sandbox.Confirms)
		done := must(c.ask(8, "k"))
		var want []time.Duration
		for _, n := range []int{1, 2, 4, 8, 16, 32, 64, 124} {
			want = append(want, time.Duration(n)*time.Minute)
		}
		if got := c.wakes(u.Worker, 8); !slices.Equal(got, want) {
			t.Errorf("looked after %v, want %v", got, want)
		}
		if confirmed {
			if err := c.processor.Confirm(t.Context(), c.seller, done.Payment.Key); err != nil {
				t.Fatal(err)
			}
			must(u.Worker.Tick(t.Context()))
			c.is("confirmed, and the buyer left", 8, 1500)
			continue
		}
		for c.clock.now().Before(midApril.Add(23 * time.Hour)) {
			c.is("not yet", 5, 0)
			c.wakes(u.Worker, 1)
		}
		if at := c.clock.now(); !at.Equal(midApril.Add(23 * time.Hour)) {
			t.Errorf("it looks at %s, not when the time is up", at)
		}
		must(u.Worker.Tick(t.Context()))
		if s := c.is("given up", 5, 0); s.InFlight != (domain.InFlight{}) {
			t.Errorf("in flight: %+v", s.InFlight)
		}
	}
}

// A repeated command whose payment has no answer yet finds out what came of it.
func TestMemberships_joins(t *testing.T) {
	for _, tt := range []struct {
		name, card string
		meanwhile  func(c *club, key string) error
		result     domain.Result
		err        error
		seats      int
		money      int64
	}{
		{"the answer was lost: it is applied", sandbox.LosesAnswer, nil, domain.Applied, nil, 8, 1500},
		{"the order never arrived: it is asked for again", sandbox.NeverArrives, nil, domain.Applied, nil, 8, 1500},
		{"the bank does not answer yet", sandbox.AnswersLater, nil, domain.Unanswered, nil, 5, 0},
		{"the buyer confirmed meanwhile", sandbox.Confirms, func(c *club, key string) error {
			return c.processor.Confirm(c.t.Context(), c.seller, key)
		}, domain.Applied, nil, 8, 1500},
		{"the bank refused meanwhile", sandbox.AnswersLater, func(c *club, key string) error {
			return c.processor.Refuse(c.t.Context(), c.seller, key, domain.HardDecline)
		}, domain.PaymentRefused, domain.ErrPaymentDeclined, 5, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClub(t)
			c.cards(tt.card)
			first, err := c.ask(8, "k")
			if err != nil {
				t.Fatal(err)
			}
			if tt.meanwhile != nil {
				if err := tt.meanwhile(c, first.Payment.Key); err != nil {
					t.Fatal(err)
				}
			}
			c.cards(sandbox.Pays)
			for range 2 {
				done, err := c.ask(8, "k")
				if !errors.Is(err, tt.err) || done.Result != tt.result || !done.Replayed || done.Payment.ID != first.Payment.ID {
					t.Errorf("a repeat: %s, replayed %t, %v", done.Result, done.Replayed, err)
				}
				if done.Membership.SeatsNow() != tt.seats {
					t.Errorf("it says %d seats, want %d", done.Membership.SeatsNow(), tt.seats)
				}
			}
			c.is("then", tt.seats, tt.money)
			if n := len(c.asked()); n != 1 {
				t.Errorf("%d charges in the book: %q", n, c.asked())
			}
		})
	}
}

// deaf is a processor that hears no Void: the call dies on its way.
type deaf struct {
	ports.Charger
	why error // nil: unavailable
}

func (d deaf) Void(context.Context, ports.Order) (domain.Answer, error) {
	return domain.Answer{}, cmp.Or(d.why, error(domain.ErrUnavailable))
}

func (d deaf) Refund(context.Context, ports.RefundOrder) (ports.RefundAnswer, error) {
	return ports.RefundAnswer{}, cmp.Or(d.why, error(domain.ErrUnavailable))
}

// The processor is told of a payment that was given up, also if whoever gave it
// up could not.
func TestWorker_voids(t *testing.T) {
	for _, tt := range []struct {
		name    string
		late    bool
		refunds int
	}{
		{"it waits for its buyer no longer", false, 0},
		{"it was paid all the same: the money goes back", true, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClub(t)
			u := c.process(deaf{Charger: c.processor})
			c.cards(sandbox.Confirms)
			done := must(u.Memberships.Ask(t.Context(), c.seller, c.id, domain.AskSeats(8), "k"))
			c.clock.advance(24 * time.Hour)
			must(u.Memberships.Expire(t.Context(), c.seller, c.id))
			if tt.late {
				if err := c.processor.Confirm(t.Context(), c.seller, done.Payment.Key); err != nil {
					t.Fatal(err)
				}
			}
			must(u.Worker.Tick(t.Context()))
			c.clock.advance(time.Minute)
			must(u.Worker.Tick(t.Context())) // nobody hears it
			next := c.process(c.processor)
			c.clock.advance(time.Minute)
			must(next.Worker.Tick(t.Context()))
			if err := c.processor.Confirm(t.Context(), c.seller, done.Payment.Key); !errors.Is(err, sandbox.ErrNotWaiting) {
				t.Errorf("the processor still waits: %v", err)
			}
			c.is("given up", 5, 0)
			if n := len(must(c.processor.Book(t.Context())).Refunds); n != tt.refunds {
				t.Errorf("%d refunds in the book, want %d", n, tt.refunds)
			}
			if at, more := c.nextDue(next.Worker); more && at.Before(c.clock.now().Add(time.Hour)) {
				t.Errorf("something is still due at %s", at)
			}
		})
	}
}

// A refund without an answer is asked for until it has one.
func TestWorker_refunds(t *testing.T) {
	c := newClub(t)
	u := c.process(deaf{Charger: c.processor})
	c.cards(sandbox.Pays)
	done := must(c.ask(8, "k"))
	if _, err := u.Payments.Refund(t.Context(), c.seller, done.Payment.ID, 0, "r"); err != nil {
		t.Fatal(err)
	}
	c.is("it has no answer", 8, 1500)
	if got, want := c.wakes(u.Worker, 6), []time.Duration{1, 2, 4, 8, 16, 32}; !slices.EqualFunc(got, want, func(a, b time.Duration) bool { return a == b*time.Minute }) {
		t.Errorf("looked after %v, want minutes %d", got, want)
	}
	for range 2 {
		must(c.process(c.processor).Worker.Tick(t.Context()))
		c.is("it was given back once", 8, 0)
	}
}

// A refund or a void that the processor will never do is for a person to look
// at.
func TestWorker_givesUpRefundsAndVoids(t *testing.T) {
	c := newClub(t)
	u := c.process(deaf{c.processor, domain.ErrKeyReused})
	c.cards(sandbox.Pays, sandbox.Confirms)
	done := must(c.ask(8, "k"))
	u.Payments.Refund(t.Context(), c.seller, done.Payment.ID, 0, "r")
	must(c.ask(9, "l"))
	c.clock.advance(day)
	must(u.Memberships.Expire(t.Context(), c.seller, c.id))
	for range 40 {
		must(u.Worker.Tick(t.Context()))
		at, more := c.nextDue(u.Worker)
		if !more || at.After(c.clock.now().Add(2*time.Hour)) {
			break
		}
		c.clock.advance(at.Sub(c.clock.now()))
	}
	var kinds []string
	for _, j := range must(u.Worker.Dead(t.Context(), c.seller, 10)) {
		kinds = append(kinds, j.Kind+" "+j.Why)
	}
	slices.Sort(kinds)
	if want := []string{"refund key_reused", "void key_reused"}; !slices.Equal(kinds, want) {
		t.Errorf("given up are %q, want %q", kinds, want)
	}
}

// What came by import has the jobs that its events would have made.
func TestWorker_importDue(t *testing.T) {
	c := newClub(t)
	err := c.store.Update(t.Context(), ports.Seller(c.seller), func(ctx context.Context, tx ports.Tx) error {
		return tx.Events.Append(ctx, ports.Event{
			ID: "e", Subject: "f", Name: domain.RecordsImported{}.EventName(), Payload: `{"Source":"f"}`, At: c.clock.now(),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	u := c.process(c.processor)
	must(u.Worker.Tick(t.Context()))
	may := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	if at, more := c.nextDue(u.Worker); !more || !at.Equal(may) {
		t.Errorf("next is due at %s, %t", at, more)
	}
	c.clock.advance(may.Sub(c.clock.now()))
	c.cards(sandbox.Pays)
	must(u.Worker.Tick(t.Context()))
	c.is("renewed", 5, 5000)
}

// What was being paid for when it was exported is found out where it came to,
// however much there is.
func TestWorker_importDue_much(t *testing.T) {
	from := newTill(t)
	m := &mute{Charger: from.processor, why: errors.New("no answer")}
	u := must(app.New(app.Config{Store: from.store, Clock: from.clock.now, Charger: m}))
	b := must(u.Sales.Buy(t.Context(), from.seller, domain.SaleRequest{ProductID: from.pen.ID, Quantity: 1}, app.Buyer{Email: "a@example.com", Method: sandbox.Pays}, "k"))
	store := memstore.New(&memstore.Options{Now: from.clock.now})
	things := []any{domain.Seller{ID: from.seller, Name: "Ana", Email: "ana@example.com", CreatedAt: midApril, UserID: "1"}, from.pen, from.team, from.tier}
	sale := b.Purchase
	things = append(things, sale, b.Payment)
	end := midApril.AddDate(0, 0, 20)
	for range 2100 {
		sale, member := fixture.Renewal(from.team)
		member.AnchorAt, member.CreatedAt = end.AddDate(0, -1, 0), midApril
		things = append(things, sale, member)
	}
	fixture.Fill(t, store, things...)
	err := store.Update(t.Context(), ports.Seller(from.seller), func(ctx context.Context, tx ports.Tx) error {
		return tx.Events.Append(ctx, ports.Event{
			ID: "e", Subject: "f", Name: domain.RecordsImported{}.EventName(), Payload: `{"Source":"f"}`, At: from.clock.now(),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	from.clock.advance(time.Hour)
	next := must(app.New(app.Config{Store: store, Clock: from.clock.now, Charger: from.processor}))
	if n := must(next.Worker.Tick(t.Context())); n < 2 {
		t.Errorf("%d jobs were done, want that of the import and that of the payment", n)
	}
	if got := must(next.Payments.Get(t.Context(), from.seller, b.Payment.ID)); got.Status != domain.Paid {
		t.Errorf("the payment is %s", got.Status)
	}
	jobs, err := store.Claim(t.Context(), end.AddDate(1, 0, 0), []string{"membership"}, time.Minute, 100000)
	if err != nil || len(jobs) != 2100 {
		t.Errorf("%d memberships have a job, %v; want 2100", len(jobs), err)
	}
}

// A process that takes no money leaves what needs some to one that does, and
// passes what needs none.
func TestWorker_withoutACharger(t *testing.T) {
	s := newTill(t)
	paying := must(s.buy(of(s.team, 2), sandbox.Pays, ""))
	ending := must(s.buy(of(s.team, 1), sandbox.Pays, ""))
	waiting := must(s.buy(of(s.pen, 1), sandbox.LosesAnswer, ""))
	must(s.Memberships.Cancel(t.Context(), s.seller, ending.Membership.ID, domain.Buyer))
	s.clock.advance(31 * 24 * time.Hour)
	none := must(app.New(app.Config{Store: s.store, Clock: s.clock.now}))
	tick := func(u *app.Usher) {
		t.Helper()
		must(u.Worker.Tick(t.Context()))
	}
	status := func(b app.Bought) domain.MembershipStatus {
		return must(s.Memberships.Get(t.Context(), s.seller, b.Membership.ID)).Status
	}
	tick(none)
	s.clock.advance(2 * time.Hour)
	tick(none)
	if status(paying) != domain.Active || status(ending) != domain.Ended || s.taken() != 4000 {
		t.Errorf("without a charger: %q, %q, taken %d", status(paying), status(ending), s.taken())
	}
	if p := must(s.Payments.Get(t.Context(), s.seller, waiting.Payment.ID)); !p.Open() {
		t.Errorf("what another process asked for is %q", p.Status)
	}
	s.clock.advance(time.Hour)
	tick(s.Usher)
	if m := must(s.Memberships.Get(t.Context(), s.seller, paying.Membership.ID)); m.Cycle != 2 || s.taken() != 6000 {
		t.Errorf("with one: cycle %d, taken %d", m.Cycle, s.taken())
	}
	if p := must(s.Payments.Get(t.Context(), s.seller, waiting.Payment.ID)); p.Status != domain.Paid {
		t.Errorf("and what had no answer is %q", p.Status)
	}
}
