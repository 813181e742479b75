package chargertest

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Open makes a charger that nobody has asked anything, whose clock is now.
type Open = func(t *testing.T, now func() time.Time) ports.Charger

type tests map[string]func(*testing.T, *world)

// Run tests a charger.
func Run(t *testing.T, open Open, has ...Trait) {
	tr := traits{declines: map[string]domain.Decline{}}
	for _, trait := range has {
		trait(&tr)
	}
	if tr.book == nil {
		t.Fatal("what moved cannot be checked without chargertest.Book")
	}
	groups := map[string]tests{
		"Charge": chargeTests, "Find": findTests, "Void": voidTests, "Refund": refundTests,
		"Age": ageTests, "Context": contextTests, "Concurrent": concurrentTests,
	}
	for name, it := range map[string]struct {
		method string
		tests  tests
	}{
		"Confirms": {tr.confirms, confirmTests}, "ConfirmsLate": {tr.confirmsLate, confirmLateTests},
		"LosesAnswer": {tr.losesAnswer, losesAnswerTests}, "AnswersLater": {tr.answersLater, answersLaterTests},
		"NeverArrives": {tr.neverArrives, neverArrivesTests},
	} {
		if it.method != "" {
			groups[name] = it.tests
		}
	}
	if len(tr.declines) > 0 {
		groups["Declines"] = declineTests
	}
	for group, tests := range groups {
		for name, test := range tests {
			t.Run(group+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := &world{traits: tr, clock: &clock{now: time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)}}
				w.Charger = open(t, w.clock.Now)
				test(t, w)
			})
		}
	}
}

// world is a charger, and what it can be made to do.
type world struct {
	ports.Charger
	traits
	clock *clock
	n     atomic.Int64
}

const (
	ana, bob domain.SellerID = "seller-ana", "seller-bob"
	price                    = 1250
)

// order makes an order of ana's under a key of its own.
func (w *world) order(method string) ports.Order {
	n := strconv.FormatInt(w.n.Add(1), 10)
	return ports.Order{
		Payment: domain.PaymentID("payment-" + n), SellerID: ana, Key: "mbr/m/renew/1/" + n,
		Amount: domain.Money{Amount: price, Currency: "usd"}, Method: method, CreatedAt: w.clock.Now(),
	}
}

// charged makes an order and has it paid.
func (w *world) charged(t *testing.T) (ports.Order, domain.Answer) {
	t.Helper()
	o := w.order(w.pays)
	a := w.charge(t, o)
	wantPaid(t, "a new order", a)
	return o, a
}

// refundOf makes a refund order under a key of its own.
func (w *world) refundOf(o ports.Order, ref string, amount int64) ports.RefundOrder {
	id := "refund-" + strconv.FormatInt(w.n.Add(1), 10)
	return ports.RefundOrder{
		Refund: domain.RefundID(id), SellerID: o.SellerID, Key: "refund/" + id, Ref: ref,
		Amount: domain.Money{Amount: amount, Currency: o.Amount.Currency},
	}
}

func (w *world) charge(t *testing.T, o ports.Order) domain.Answer {
	t.Helper()
	a, err := w.Charge(t.Context(), o)
	if err != nil {
		t.Fatalf("Charge: %v", err)
	}
	return a
}

func (w *world) void(t *testing.T, o ports.Order) domain.Answer {
	t.Helper()
	a, err := w.Void(t.Context(), o)
	if err != nil {
		t.Fatalf("Void: %v", err)
	}
	return a
}

func (w *world) refund(t *testing.T, o ports.RefundOrder) ports.RefundAnswer {
	t.Helper()
	a, err := w.Refund(t.Context(), o)
	if err != nil {
		t.Fatalf("Refund: %v", err)
	}
	if a.Done != (a.Ref != "") {
		t.Errorf("Refund: got %+v, want an id if it was done, and none if not", a)
	}
	return a
}

// found needs the order to be known.
func (w *world) found(t *testing.T, o ports.Order) domain.Answer {
	t.Helper()
	a, seen, err := w.Find(t.Context(), o)
	if err != nil || !seen {
		t.Fatalf("Find: got %+v, %v, %v; want the order to be known", a, seen, err)
	}
	return a
}

// unseen needs the order to be unknown for sure.
func (w *world) unseen(t *testing.T, o ports.Order) {
	t.Helper()
	if a, seen, err := w.Find(t.Context(), o); seen || err != nil || a != (domain.Answer{}) {
		t.Errorf("Find: got %+v, %v, %v; want that it was never seen", a, seen, err)
	}
}

// customer plays the customer.
func (w *world) customer(t *testing.T) Customer {
	t.Helper()
	c, ok := w.Charger.(Customer)
	if !ok {
		t.Fatalf("%T is no chargertest.Customer", w.Charger)
	}
	return c
}

func (w *world) confirm(t *testing.T, o ports.Order) {
	t.Helper()
	if err := w.customer(t).Confirm(t.Context(), o.SellerID, o.Key); err != nil {
		t.Fatalf("Confirm: %v", err)
	}
}

func (w *world) refuse(t *testing.T, o ports.Order) {
	t.Helper()
	if err := w.customer(t).Refuse(t.Context(), o.SellerID, o.Key, domain.HardDecline); err != nil {
		t.Fatalf("Refuse: %v", err)
	}
}

// took needs the book to have the order's money this many times.
func (w *world) took(t *testing.T, o ports.Order, times int) {
	t.Helper()
	w.books(t, o, Entry{Charges: times, Taken: int64(times) * o.Amount.Amount})
}

func (w *world) books(t *testing.T, o ports.Order, want Entry) {
	t.Helper()
	if got := w.book(t, w.Charger, o); got != want {
		t.Errorf("the book of %s: got %+v, want %+v", o.Key, got, want)
	}
}

func wantPaid(t *testing.T, what string, a domain.Answer) {
	t.Helper()
	if a.Status != domain.Paid || a.Decline != "" || a.Ref == "" {
		t.Errorf("%s: got %+v, want paid, with the processor's id", what, a)
	}
}

func wantWaits(t *testing.T, what string, a domain.Answer) {
	t.Helper()
	if a.Status != domain.NeedsAction || a.Decline != "" || a.Ref == "" {
		t.Errorf("%s: got %+v, want needs_action, with the processor's id", what, a)
	}
}

func wantDeclined(t *testing.T, what string, a domain.Answer, d domain.Decline) {
	t.Helper()
	if a.Status != domain.NotPaid || a.Decline != d {
		t.Errorf("%s: got %+v, want a decline, %s", what, a, d)
	}
}

func wantSame[A comparable](t *testing.T, what string, got, want A) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %+v, want %+v", what, got, want)
	}
}

// wantErr needs err to be the sentinel, kind and code included.
func wantErr(t *testing.T, what string, err error, want *domain.Error) {
	t.Helper()
	if !errors.Is(err, want) || domain.KindOf(err) != want.Kind {
		t.Errorf("%s: got %v, want %s", what, err, want.Code)
	}
}

// wantUnknown needs an error that says nothing for certain: neither final nor
// that nothing was sent.
func wantUnknown(t *testing.T, what string, err error) {
	t.Helper()
	for _, sure := range []*domain.Error{domain.ErrKeyReused, domain.ErrInvalid, domain.ErrUnavailable} {
		if errors.Is(err, sure) {
			t.Errorf("%s: got %v, which says more than anybody knows", what, err)
		}
	}
	if err == nil {
		t.Errorf("%s: got an answer, want an error", what)
	}
}

// clock is a clock that moves when told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
