package app_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/storetest"
)

// till sells one of everything, on a store that runs every closure twice, with
// a processor that has a book of its own.
type till struct {
	*app.Usher
	t         *testing.T
	store     *memstore.Store
	processor *sandbox.Processor
	clock     *clock
	seller    domain.SellerID
	pen       domain.Product // one-time, 10 dollars
	team      domain.Product // a membership with seats, 10 dollars a month, 100 a year
	tier      domain.Variant // of it, for at most 5 seats in all
	trial     domain.Product // the same without seats or tiers, with a week for free
	free      domain.Product // a membership that costs nothing
}

func newTill(t *testing.T) *till {
	t.Helper()
	s := &till{t: t, clock: &clock{at: time.Date(2026, 4, 16, 12, 0, 0, 0, time.UTC)}}
	s.store = memstore.New(&memstore.Options{Now: s.clock.now})
	ana := fixture.Seller("ana")
	member := func(mods ...func(*domain.Product)) domain.Product {
		return fixture.Product(ana, append([]func(*domain.Product){fixture.Renewable}, mods...)...)
	}
	s.seller, s.pen = ana.ID, fixture.Product(ana)
	s.team = member(func(p *domain.Product) {
		p.Multiseat, p.MostSeats, p.Prices = true, 20, p.Prices.With(domain.Yearly, 10000)
	})
	s.tier = fixture.Variant(s.team, func(v *domain.Variant) { v.Category, v.MostSeats, v.Price = domain.TierCategory, 5, 0 })
	s.trial = member(func(p *domain.Product) { p.FreeTrial = 7 * 24 * time.Hour })
	s.free = member(func(p *domain.Product) { p.Prices = domain.Prices{}.With(domain.Monthly, 0) })
	fixture.Fill(t, s.store, ana, s.pen, s.team, s.tier, s.trial, s.free)
	var err error
	if s.processor, err = sandbox.Open(sandbox.Options{Now: s.clock.now}); err != nil {
		t.Fatal(err)
	}
	if s.Usher, err = app.New(app.Config{
		Store: storetest.Rerun(s.store), Clock: s.clock.now, Random: (&dice{}).fill, Charger: s.processor,
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

func of(p domain.Product, quantity int) domain.SaleRequest {
	return domain.SaleRequest{ProductID: p.ID, Quantity: quantity}
}

func paying(card string) app.Buyer {
	return app.Buyer{Email: "Bo@Example.com ", FullName: "Bo", Method: card}
}

func (s *till) buy(r domain.SaleRequest, card, key string) (app.Bought, error) {
	return s.Sales.Buy(s.t.Context(), s.seller, r, paying(card), key)
}

// taken returns what the processor took and did not give back.
func (s *till) taken() int64 {
	s.t.Helper()
	sums := must(must(s.processor.Book(s.t.Context())).Sums())
	return sums["usd"].Taken - sums["usd"].Returned
}

// holder returns whom the secret lets in.
func (s *till) opens(secret string, id domain.PurchaseID) bool {
	token, err := s.Tokens.Holder(s.t.Context(), secret)
	return err == nil && token.Opens(id)
}

func TestSales_Buy(t *testing.T) {
	for _, tt := range []struct {
		name   string
		what   func(s *till) domain.SaleRequest
		taken  int64
		status domain.PurchaseStatus
		member domain.MembershipStatus
		seats  int
		next   string // when somebody has to look at the membership
	}{
		{"a one-time product", func(s *till) domain.SaleRequest { return of(s.pen, 3) }, 3000, domain.Successful, "", 0, ""},
		{"a membership with seats", func(s *till) domain.SaleRequest { return of(s.team, 3) }, 3000, domain.Successful, domain.Active, 1, "2026-05-16T12:00:00Z"},
		{"a yearly one", func(s *till) domain.SaleRequest {
			return domain.SaleRequest{ProductID: s.team.ID, Quantity: 2, Recurrence: domain.Yearly}
		}, 20000, domain.Successful, domain.Active, 1, "2027-04-16T12:00:00Z"},
		{"one that begins with a trial", func(s *till) domain.SaleRequest { return of(s.trial, 0) }, 0, domain.Trial, domain.Trialing, 0, "2026-04-23T12:00:00Z"},
		{"one that costs nothing", func(s *till) domain.SaleRequest { return of(s.free, 1) }, 0, domain.Successful, domain.Active, 0, "2026-05-16T12:00:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newTill(t)
			done, err := s.buy(tt.what(s), sandbox.Pays, "k")
			if err != nil || done.Result != domain.Applied {
				t.Fatalf("%v, %v", done.Result, err)
			}
			if s.taken() != tt.taken || done.Payment.Amount.Amount != tt.taken {
				t.Errorf("the processor took %d, the payment is of %d; want %d", s.taken(), done.Payment.Amount.Amount, tt.taken)
			}
			p := done.Purchase
			if p.Status != tt.status || p.Email != "bo@example.com" || p.MembershipID != done.Membership.ID || done.License.Key == "" {
				t.Errorf("sold: %+v with key %q", p, done.License.Key)
			}
			m := done.Membership
			if m.Status != tt.member || m.Assigned != tt.seats {
				t.Errorf("the membership is %q with %d seats taken, want %q and %d", m.Status, m.Assigned, tt.member, tt.seats)
			}
			if !s.opens(done.AccessToken, p.ID) || s.opens(done.AccessToken, "other") {
				t.Error("its access token does not open this sale, or opens another")
			}
			if tt.member == "" {
				return
			}
			if m.Method != sandbox.Pays || m.NextDue().Format(time.RFC3339) != tt.next {
				t.Errorf("it is paid by %q, next due %v", m.Method, m.NextDue())
			}
			seats := must(s.Memberships.Seats(t.Context(), s.seller, m.ID))
			if len(seats) != tt.seats || tt.seats == 1 && (seats[0].Email != p.Email || seats[0].Status != domain.SeatActive) {
				t.Errorf("seated: %+v", seats)
			}
			again, err := s.buy(tt.what(s), sandbox.Pays, "k")
			if err != nil || !again.Replayed || again.Purchase != p || again.AccessToken != done.AccessToken || s.taken() != tt.taken {
				t.Errorf("again: %+v, %v", again, err)
			}
			if _, err := s.buy(of(s.pen, 2), sandbox.Pays, "k"); !errors.Is(err, domain.ErrKeyReused) {
				t.Errorf("another order under the key: %v", err)
			}
		})
	}
}

func TestSales_Buy_refuses(t *testing.T) {
	s := newTill(t)
	for _, tt := range []struct {
		name  string
		what  domain.SaleRequest
		buyer app.Buyer
		want  *domain.Error
		field string
		says  string
	}{
		{"no seats at all", of(s.team, -1), paying(sandbox.Pays), domain.ErrBelowMinimumSeats, "quantity", "must be 1 to 5"},
		{"more than is sold in one sale", of(s.team, 21), paying(sandbox.Pays), domain.ErrAboveMaximumSeats, "quantity", "must be 1 to 5"},
		{"more than the tier has", of(s.team, 6), paying(sandbox.Pays), domain.ErrTierCapacity, "quantity", "the tier has 5 seats left"},
		{"two of what has no seats", of(s.trial, 2), paying(sandbox.Pays), domain.ErrAboveMaximumSeats, "quantity", "must be 1: no seats are offered beyond that"},
		{"a recurrence that is not offered", domain.SaleRequest{ProductID: s.team.ID, Recurrence: domain.Quarterly}, paying(sandbox.Pays), domain.ErrInvalid, "recurrence", "must be one that is offered: monthly, yearly"},
		{"a trial without a card", of(s.trial, 1), app.Buyer{Email: "bo@example.com"}, domain.ErrInvalid, "method", "is missing: name the card or account that pays"},
		{"nobody", of(s.pen, 1), app.Buyer{Method: sandbox.Pays}, domain.ErrInvalid, "email", "must be an e-mail address, such as ana@example.com"},
		{"a product of nobody's", domain.SaleRequest{ProductID: "x"}, paying(sandbox.Pays), domain.ErrProductNotFound, "", "no such product"},
	} {
		_, err := s.Sales.Buy(t.Context(), s.seller, tt.what, tt.buyer, "")
		e, ok := errors.AsType[*domain.Error](err)
		if !ok || !errors.Is(err, tt.want) || e.Field != tt.field || e.Msg != tt.says {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if all := must(s.Sales.List(t.Context(), s.seller, ports.PurchaseQuery{})); len(all) != 0 || s.taken() != 0 {
		t.Errorf("refused, and yet %d sales are kept and %d is taken", len(all), s.taken())
	}
}

func TestSales_BuyQuoted(t *testing.T) {
	s := newTill(t)
	q := must(s.Sales.Quote(t.Context(), s.seller, of(s.team, 3)))
	if !strings.HasPrefix(q.ID, "q") { // never a hyphen: it would be a flag
		t.Errorf("its id is %q", q.ID)
	}
	if q.DueNow.Amount != 3000 || q.NextAmount.Amount != 3000 || q.Tier != s.tier.ID || q.MostQuantity != 5 {
		t.Errorf("quoted: %+v", q)
	}
	quoted := func(id string) error {
		_, err := s.Sales.BuyQuoted(t.Context(), s.seller, id, paying(sandbox.Pays), "")
		return err
	}
	s.clock.advance(15 * time.Minute)
	if err := quoted(q.ID); err != nil {
		t.Errorf("at its last second: %v", err)
	}
	if s.taken() != 3000 {
		t.Errorf("taken: %d", s.taken())
	}
	s.clock.advance(time.Second)
	if err := quoted(q.ID); !errors.Is(err, domain.ErrTierCapacity) {
		t.Errorf("when the tier has two seats left: %v", err)
	}
	q = must(s.Sales.Quote(t.Context(), s.seller, of(s.team, 2)))
	s.clock.advance(15*time.Minute + time.Second)
	if err := quoted(q.ID); !errors.Is(err, domain.ErrQuoteExpired) {
		t.Errorf("too late: %v", err)
	}
	q = must(s.Sales.Quote(t.Context(), s.seller, of(s.pen, 1)))
	price := int64(1500)
	must(s.Catalog.EditProduct(t.Context(), s.seller, s.pen.ID, app.ProductEdit{Price: &price}))
	if err := quoted(q.ID); !errors.Is(err, domain.ErrQuoteStale) {
		t.Errorf("at another price: %v", err)
	}
	seat := must(s.Sales.Quote(t.Context(), s.seller, of(s.team, 1)))
	for _, id := range []string{"", "x", seat.ID[1:], seat.ID + "A"} {
		if err := quoted(id); !errors.Is(err, domain.ErrQuoteStale) {
			t.Errorf("a quote that is none: %v", err)
		}
	}
}

// What nobody answers for is found out, by the buyer's next try or by the
// worker, and never charged twice.
func TestSales_Recover(t *testing.T) {
	for _, tt := range []struct {
		name  string
		card  string
		then  func(s *till, p domain.PaymentState)
		after time.Duration
		want  error
		taken int64
	}{
		{"the answer was lost", sandbox.LosesAnswer, nil, time.Minute, nil, 3000},
		{"it never arrived, and the buyer is there", sandbox.NeverArrives, nil, time.Minute, nil, 3000},
		{"it never arrived, and the buyer has gone", sandbox.NeverArrives, nil, 16 * time.Minute, domain.ErrPaymentDeclined, 0},
		{"the buyer confirms", sandbox.Confirms, func(s *till, p domain.PaymentState) {
			s.confirm(p)
		}, time.Minute, nil, 3000},
		{"the buyer does not confirm for a day", sandbox.Confirms, nil, 23 * time.Hour, domain.ErrPaymentDeclined, 0},
		{"the bank pays at last", sandbox.AnswersLater, func(s *till, p domain.PaymentState) { s.confirm(p) }, 100 * time.Hour, nil, 3000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newTill(t)
			done, err := s.buy(of(s.team, 3), tt.card, "k")
			if err != nil || !done.Payment.Open() || done.Purchase.Status != domain.Pending || done.AccessToken == "" {
				t.Fatalf("%+v, %v", done, err)
			}
			if s.opens(done.AccessToken, done.Purchase.ID) && done.Membership.ID != "" {
				t.Error("the membership has begun")
			}
			if _, err := s.buy(of(s.team, 3), sandbox.Pays, "other"); !errors.Is(err, domain.ErrTierCapacity) {
				t.Errorf("its seats are sold to another: %v", err)
			}
			if tt.then != nil {
				tt.then(s, done.Payment)
			}
			s.clock.advance(tt.after)
			if tt.card == sandbox.NeverArrives && tt.want == nil {
				if err := s.processor.Next(t.Context(), sandbox.Pays); err != nil {
					t.Fatal(err)
				}
			}
			again, err := s.buy(of(s.team, 3), tt.card, "k")
			if !errors.Is(err, tt.want) {
				t.Fatalf("again: %+v, %v", again, err)
			}
			if s.taken() != tt.taken {
				t.Errorf("taken: %d, want %d", s.taken(), tt.taken)
			}
			sale := must(s.Sales.Get(t.Context(), s.seller, done.Purchase.ID))
			if tt.want != nil {
				if sale.Purchase.Status != domain.Failed || sale.License.ID != "" {
					t.Errorf("it is %q", sale.Purchase.Status)
				}
				if _, err := s.buy(of(s.team, 3), sandbox.Pays, "other"); err != nil {
					t.Errorf("its seats are not free again: %v", err)
				}
				return
			}
			if !again.Replayed || again.AccessToken != done.AccessToken || again.Membership.Seats != 3 || again.Membership.CreatedAt != done.Payment.PricedAt {
				t.Errorf("again: %+v", again)
			}
		})
	}
}

func (s *till) confirm(p domain.PaymentState) {
	s.t.Helper()
	if err := s.processor.Confirm(s.t.Context(), s.seller, p.Key); err != nil {
		s.t.Fatal(err)
	}
}

func TestSales_Buy_declined(t *testing.T) {
	s := newTill(t)
	for range 2 {
		if _, err := s.buy(of(s.team, 5), sandbox.Declines, "k"); !errors.Is(err, domain.ErrPaymentDeclined) {
			t.Errorf("declined: %v", err)
		}
	}
	if _, err := s.buy(of(s.team, 5), sandbox.Pays, "k2"); err != nil || s.taken() != 5000 {
		t.Errorf("with another card: %v, taken %d", err, s.taken())
	}
}

// Money that comes after the sale was given up goes back.
func TestSales_late(t *testing.T) {
	s := newTill(t)
	done, err := s.buy(of(s.pen, 1), sandbox.ConfirmsLate, "k")
	if err != nil {
		t.Fatal(err)
	}
	s.clock.advance(23 * time.Hour)
	if _, err := s.Sales.Recover(t.Context(), s.seller, done.Payment.ID); !errors.Is(err, domain.ErrPaymentDeclined) {
		t.Errorf("given up: %v", err)
	}
	s.confirm(done.Payment)
	answer, seen, err := s.processor.Find(t.Context(), ports.Order{
		Payment: done.Payment.ID, SellerID: s.seller, Key: done.Payment.Key, Amount: done.Payment.Amount, CreatedAt: done.Payment.CreatedAt,
	})
	if err != nil || !seen || answer.Status != domain.Paid {
		t.Fatalf("the processor says %+v, %v, %v", answer, seen, err)
	}
	for range 2 {
		if _, err := s.Sales.Answered(t.Context(), s.seller, done.Payment.ID, answer); !errors.Is(err, domain.ErrPaymentDeclined) {
			t.Errorf("paid too late: %v", err)
		}
	}
	if s.taken() != 0 {
		t.Errorf("%d is kept for nothing", s.taken())
	}
	if sale := must(s.Sales.Get(t.Context(), s.seller, done.Purchase.ID)); sale.Purchase.Status != domain.Failed {
		t.Errorf("it is %q", sale.Purchase.Status)
	}
}

func TestSales_Buy_races(t *testing.T) {
	for name, tt := range map[string]struct {
		key  func(i int32) string
		sold int64
	}{
		"one key":        {func(int32) string { return "k" }, 1},
		"different keys": {func(i int32) string { return string('a' + i) }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTill(t)
			var wg sync.WaitGroup
			var n atomic.Int32
			for range 20 {
				wg.Go(func() {
					_, err := s.buy(of(s.team, 2), sandbox.Pays, tt.key(n.Add(1)))
					if err != nil && !errors.Is(err, domain.ErrTierCapacity) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if s.taken() != tt.sold*2000 {
				t.Errorf("taken: %d", s.taken())
			}
			taken := 0
			err := s.store.View(t.Context(), ports.Seller(s.seller), func(ctx context.Context, tx ports.Tx) (err error) {
				taken, err = tx.Memberships.SeatsIn(ctx, s.tier.ID, "")
				return err
			})
			if err != nil || int64(taken) != 2*tt.sold {
				t.Errorf("%d seats are taken, %v", taken, err)
			}
		})
	}
}
