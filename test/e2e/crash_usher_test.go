package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/mail"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// usherIs are the conditions of an usher at a place that has a test clock.
type usherIs struct {
	At        place
	Processor string // its address
	Seller    domain.SellerID
	Moody     bool // how a card does is decided by the key of its order, see [moody]
}

// task is what a client asks of usher, and where usher dies on the way.
type task struct {
	Do         string
	Key        string
	Product    domain.ProductID
	Membership domain.MembershipID
	Payment    domain.PaymentID
	Email      string
	Method     string
	Quote      string
	Ref        string // the processor's name of a dispute
	Dispute    domain.DisputeID
	Won        bool
	Seats      int
	Every      domain.Recurrence
	Unit       int64
	Amount     int64
	To         time.Time

	// Later is how far the machine's clock is ahead from now on: what a process
	// that died has leased is free at once, as if the minute had gone by.
	Later time.Duration

	Die step
	Nth int // so often it comes to that step; 0: it lives
}

// told is what usher says of a task: that it has come to a step, or what the
// task came to.
type told struct {
	Passed bool // that is all

	Code       string // of a refusal
	Broken     string // an error that is no refusal
	Result     domain.Result
	Replayed   bool
	Membership domain.MembershipID
	Purchase   domain.PurchaseID
	Payment    domain.PaymentID
	Status     domain.MembershipStatus
	Every      domain.Recurrence
	Seats      int
	InFlight   bool
	Amount     int64 // of the payment
	Quote      string
	Dispute    domain.DisputeID
	Jobs       int
	At         time.Time // when something is due next; zero: never
}

// opened is an usher with all that it stands on.
type opened struct {
	*app.Usher
	store bookkeeper
	later *atomic.Int64 // how far the machine's clock is ahead
	close func()
}

// openUsher opens a place as its conditions say, and comes to steps.
func openUsher(ctx context.Context, is usherIs, f *fuse) (*opened, error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	later := new(atomic.Int64)
	store, secrets, err := is.At.open(ctx, opening{Log: log, Now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) }})
	if err != nil {
		return nil, err
	}
	bank, err := sandbox.Dial(ctx, is.Processor, 0)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	tick := clockOf(is.Processor, func(ctx context.Context) (time.Time, error) {
		at, _, err := store.TestClock(ctx)
		return at, err
	})
	var charger ports.Charger = bank
	if is.Moody {
		charger = moody{bank}
	}
	u, err := app.New(app.Config{
		Store: fused{store, f}, Charger: fusedCharger{charger, f, tick}, Mailer: mail.NewOutbox(store), Sealer: secrets, Logger: log,
	})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return &opened{u, store, later, func() { bank.Close(); _ = store.Close() }}, nil
}

// beUsher does tasks until the parent has no more, or one is its end.
func beUsher(p *pipe) error {
	var is usherIs
	if err := p.in.Decode(&is); err != nil {
		return err
	}
	ctx := context.Background()
	f := &fuse{pipe: p}
	u, err := openUsher(ctx, is, f)
	if err != nil {
		return err
	}
	defer u.close()
	for {
		var k task
		if err := p.in.Decode(&k); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		u.later.Store(int64(k.Later))
		f.set(k.Die, k.Nth)
		got, err := u.do(ctx, is.Seller, k)
		f.set(anywhere, 0)
		if e, ok := errors.AsType[*domain.Error](err); ok && e.Kind != domain.Internal {
			got.Code = e.Code
		} else if err != nil {
			got.Broken = err.Error()
		}
		if err := p.say(got); err != nil {
			return err
		}
	}
}

// do does one task.
func (u *opened) do(ctx context.Context, seller domain.SellerID, k task) (told, error) {
	what := domain.SaleRequest{ProductID: k.Product, Quantity: k.Seats, Recurrence: k.Every}
	by := app.Buyer{Email: k.Email, Method: k.Method}
	switch k.Do {
	case "buy":
		return bought(u.Sales.Buy(ctx, seller, what, by, k.Key))
	case "quote a sale":
		q, err := u.Sales.Quote(ctx, seller, what)
		return told{Quote: q.ID, Amount: q.DueNow.Amount}, err
	case "buy quoted":
		return bought(u.Sales.BuyQuoted(ctx, seller, k.Quote, by, k.Key))
	case "seats":
		return did(u.Memberships.Ask(ctx, seller, k.Membership, domain.AskSeats(k.Seats), k.Key))
	case "every":
		r := domain.Request{Recurrence: k.Every, Unit: k.Unit, HasUnit: true}
		return did(u.Memberships.Ask(ctx, seller, k.Membership, r, k.Key))
	case "quote":
		q, err := u.Memberships.Quote(ctx, seller, k.Membership, domain.AskSeats(k.Seats))
		return told{Quote: q.ID, Amount: q.DueNow.Amount}, err
	case "change":
		return did(u.Memberships.Change(ctx, seller, k.Quote, k.Key))
	case "pay now":
		return did(u.Memberships.PayNow(ctx, seller, k.Membership, domain.Request{}, k.Key))
	case "restart":
		return did(u.Memberships.Restart(ctx, seller, k.Membership, domain.Buyer, domain.Request{}, k.Key))
	case "cancel":
		return did(u.Memberships.Cancel(ctx, seller, k.Membership, domain.Buyer))
	case "uncancel":
		return did(u.Memberships.Uncancel(ctx, seller, k.Membership, domain.Buyer))
	case "method":
		return did(u.Memberships.SetMethod(ctx, seller, k.Membership, k.Method))
	case "get":
		m, err := u.Memberships.Get(ctx, seller, k.Membership)
		return did(app.Done{Membership: m}, err)
	case "refund":
		r, err := u.Payments.Refund(ctx, seller, k.Payment, k.Amount, k.Key)
		return told{Replayed: r.Replayed, Purchase: r.Purchase.ID}, err
	case "refund period":
		r, err := u.Payments.RefundPeriod(ctx, seller, k.Membership, k.Amount, k.Key)
		return told{Replayed: r.Replayed, Purchase: r.Purchase.ID}, err
	case "assign":
		_, err := u.Memberships.Assign(ctx, seller, k.Membership, k.Email)
		return told{}, err
	case "dispute":
		d, err := u.Payments.Dispute(ctx, seller, k.Payment, k.Ref)
		return told{Dispute: d.ID}, err
	case "close a dispute":
		_, err := u.Payments.CloseDispute(ctx, seller, k.Dispute, k.Won)
		return told{}, err
	case "sleep": // nobody is at work while the time goes by
		return told{}, u.store.MoveTestClock(ctx, k.To)
	case "advance":
		_, err := u.Clock.Advance(ctx, k.To, nil)
		return told{}, err
	case "next due":
		at, _, err := u.Worker.NextDue(ctx)
		return told{At: at}, err
	case "pay what is overdue":
		return told{}, u.payOverdue(ctx, seller)
	case "tick":
		n, err := u.Worker.Tick(ctx)
		return told{Jobs: n}, err
	}
	return told{}, fmt.Errorf("nobody knows how to %q", k.Do)
}

func bought(b app.Bought, err error) (told, error) {
	t, _ := did(app.Done{Membership: b.Membership, Result: b.Result, Payment: b.Payment, Replayed: b.Replayed}, nil)
	t.Purchase = b.Purchase.ID
	return t, err
}

func did(d app.Done, err error) (told, error) {
	m := d.Membership
	return told{
		Result: d.Result, Replayed: d.Replayed, Membership: m.ID, Purchase: m.PurchaseID, Payment: d.Payment.ID, Amount: d.Payment.Amount.Amount,
		Status: m.Status, Every: m.Recurrence, Seats: m.SeatsNow(), InFlight: m.InFlight != domain.InFlight{},
	}, err
}
