package cases

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// appWorld is a whole usher on a store. The runner plays the processor, the
// worker and the mailer, and moves the clock.
type appWorld struct {
	*testing.T
	clock   *clock
	store   ports.Store
	usher   *app.Usher
	charger *bookCharger
	seller  domain.SellerID
	product domain.ProductID
	member  domain.MembershipID
	tiers   map[string]domain.VariantID
	names   map[domain.VariantID]string // of the tiers
	quotes  map[string]string           // what each is carried out by
	made    int
	odd     bool // what is given breaks a rule of form, as old data may
}

// openApp opens worlds on a store of one kind.
func openApp(ready func(*testing.T) opener) func(*testing.T) seatsOpener {
	return func(t *testing.T) seatsOpener {
		open := ready(t)
		return func(t *testing.T, g seatsGiven) (seatsWorld, error) {
			s, err := g.state()
			if err != nil {
				return nil, err
			}
			w := &appWorld{
				T: t, clock: &clock{time: s.CreatedAt}, charger: &bookCharger{least: g.MinCharge},
				tiers: map[string]domain.VariantID{}, names: map[domain.VariantID]string{"": ""}, quotes: map[string]string{}, odd: s.Check() != nil,
			}
			w.store = open(t, w.clock.now)
			if w.usher, err = app.New(app.Config{Store: w.store, Clock: w.clock.now, Charger: w.charger, Logger: slog.New(slog.DiscardHandler)}); err != nil {
				return nil, err
			}
			return w, w.fill(g, s)
		}
	}
}

// fill writes what is given into the store, as it stands.
func (w *appWorld) fill(g seatsGiven, s domain.MembershipState) error {
	seller, err := w.usher.Sellers.Add(w.Context(), domain.Seller{Name: "owner", Email: "owner@example.com"})
	if err != nil {
		return err
	}
	made := s.CreatedAt
	w.seller, w.product, w.member = seller.ID, domain.ProductID(newID(made)), domain.MembershipID(newID(made))
	fixture.Fill(w.T, w.store, domain.Product{
		ID: w.product, SellerID: w.seller, Kind: domain.MembershipKind, Name: "Pencil", Permalink: domain.NewPermalink(number()),
		Price: domain.Money{Amount: g.Unit, Currency: s.Terms.Currency}, Licensed: true, Multiseat: true, MostSeats: g.MaxSeats,
		Published: true, CreatedAt: made,
	})
	room := 0
	if g.CapacityLeft != nil {
		room = g.Seats + *g.CapacityLeft
	}
	s.ID, s.SellerID, s.ProductID, s.PurchaseID = w.member, w.seller, w.product, domain.PurchaseID(newID(made))
	s.Terms.Tier = w.addTier(seatsTier, room)
	fixture.Fill(w.T, w.store, domain.PurchaseState{
		ID: s.PurchaseID, SellerID: w.seller, ProductID: w.product, MembershipID: w.member, OrderNumber: 1001, Status: domain.Successful,
		Email: "buyer@example.com", Quantity: g.Seats, Price: domain.Money{Currency: s.Terms.Currency},
		Variants: domain.ChosenVariants(s.Terms.Tier), Multiseat: true, CreatedAt: made,
	}, s)
	return nil
}

func (w *appWorld) addTier(name string, room int) domain.VariantID {
	v := domain.Variant{
		ID: domain.VariantID(newID(w.clock.now())), SellerID: w.seller, ProductID: w.product, Category: domain.TierCategory, Name: name,
		Position: len(w.tiers), MostSeats: room, CreatedAt: w.clock.now(),
	}
	fixture.Fill(w.T, w.store, v)
	w.tiers[name], w.names[v.ID] = v.ID, name
	return v.ID
}

// tier returns the tier of that name, which is made when a case first names it.
func (w *appWorld) tier(name string) domain.VariantID {
	if id, there := w.tiers[name]; there || name == "" {
		return id
	}
	return w.addTier(name, 0)
}

func (w *appWorld) books() *books { return &w.charger.books }
func (w *appWorld) least() int64  { return w.charger.least }

// id returns a fresh command key, or address, that no case has.
func (w *appWorld) id() string {
	w.made++
	return fmt.Sprintf("fresh-%d", w.made)
}

// stored returns the membership with the tiers' names in place of their ids.
func (w *appWorld) stored() domain.MembershipState {
	w.Helper()
	s, err := w.usher.Memberships.Get(w.Context(), w.seller, w.member)
	if err != nil {
		w.Fatal(err)
	}
	for _, tier := range []*domain.VariantID{&s.Terms.Tier, &s.Pending.Tier, &s.Notice.Tier, &s.InFlight.Target.Tier} {
		*tier = domain.VariantID(w.names[*tier])
	}
	return s
}

// sound reads all that is stored, and what a processor would not have taken.
func (w *appWorld) sound() error {
	err := errors.Join(w.charger.wrong...)
	if s := w.stored().Check(); s != nil && !w.odd {
		err = errors.Join(err, fmt.Errorf("the membership: %w", s))
	}
	var payments []domain.PaymentState
	read := w.store.View(w.Context(), ports.Seller(w.seller), func(ctx context.Context, tx ports.Tx) (err error) {
		payments, err = tx.Payments.List(ctx, ports.Cursor{}, 1000)
		return err
	})
	for _, p := range payments {
		if s := p.Check(); s != nil {
			err = errors.Join(err, fmt.Errorf("payment %s: %w", p.ID, s))
		}
		if o := w.charger.order(p.Key); p.Taken() && (o == nil || o.answer.Status != domain.Paid || o.refunded != p.Refunded) {
			err = errors.Join(err, fmt.Errorf("payment %s is not what the processor's books hold", p.ID))
		}
	}
	return errors.Join(err, read)
}

// work moves the clock, and gives up on the way what waited too long for the
// buyer, as a worker does. A renewal is a boundary: an event must say so.
func (w *appWorld) work(at time.Time) error {
	f := w.stored().InFlight
	boundary := f.Kind == domain.RenewalPayment && !f.Asked
	if !boundary && !f.ExpiresAt.IsZero() && !at.Before(f.ExpiresAt) {
		w.clock.set(f.ExpiresAt)
		if _, err := w.usher.Memberships.Expire(w.Context(), w.seller, w.member); err != nil {
			return err
		}
	}
	w.clock.set(at)
	return nil
}

// waiting returns the payment whose outcome can still arrive: the one in
// flight, or the last one that the processor was told to give up.
func (w *appWorld) waiting() domain.PaymentID {
	if f := w.stored().InFlight; f.PaymentID != "" {
		return f.PaymentID
	}
	for _, id := range slices.Backward(w.charger.voids) {
		if p := w.payment(id); !p.Taken() {
			return id
		}
	}
	return ""
}

func (w *appWorld) payment(id domain.PaymentID) (s domain.PaymentState) {
	w.Helper()
	err := w.store.View(w.Context(), ports.Seller(w.seller), func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Payments.ByID(ctx, id)
		if err == nil {
			s = p.State()
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return s
}
