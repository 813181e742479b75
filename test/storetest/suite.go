package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// Open makes a new, empty store whose leases run on now.
type Open = func(t *testing.T, now func() time.Time) ports.Store

// tests of one name.
type tests map[string]func(*testing.T, *world)

// Run tests what one caller at a time can see.
func Run(t *testing.T, open Open) {
	RunState(t, open)
	run(t, open, map[string]tests{
		"Jobs": jobTests, "Nudges": nudgeTests, "Lanes": laneTests, "Dead": deadTests, "Backlog": backlogTests, "Lease": leaseTests, "Clock": noClockTests,
	})
}

// RunState tests what Run does but for the queue, for who keeps state in another
// way on a queue that was tested.
func RunState(t *testing.T, open Open) {
	run(t, open, map[string]tests{
		"Seller": sellerTests, "Product": productTests, "Variant": variantTests,
		"Purchase": purchaseTests, "Search": searchTests, "Unlicensed": unlicensedTests, "Newest": newestTests,
		"Membership": membershipTests, "Tier": tierTests, "Payment": paymentTests, "Refund": refundTests, "Dispute": disputeTests, "Seat": seatTests,
		"License": licenseTests, "Token": tokenTests, "Mail": mailTests,
		"Connection": connectionTests, "Attachment": attachmentTests, "Claim": claimTests, "Grant": grantTests, "Pass": passTests, "Block": blockTests,
		"Application": applicationTests, "Webhook": webhookTests, "Delivery": deliveryTests,
		"Command": commandTests, "Progress": progressTests,
		"Scopes": scopeTests, "Tx": txTests, "Nested": nestedTests, "Rerun": rerunTests,
		"Facts": factsTests, "Stamps": stampTests, "Count": countTests, "Events": eventTests,
	})
}

// RunConcurrent tests what many callers at a time can see. It is worth running
// with the race detector.
func RunConcurrent(t *testing.T, open Open) {
	run(t, open, map[string]tests{"Concurrent": concurrentTests, "Isolation": isolationTests, "Bystanders": bystanderTests})
}

func run(t *testing.T, open Open, all map[string]tests) {
	for group, tests := range all {
		for name, test := range tests {
			t.Run(group+"/"+name, func(t *testing.T) {
				t.Parallel()
				test(t, newWorld(t, open))
			})
		}
	}
}

// world is a store with two sellers in it who must never notice each other.
type world struct {
	ports.Store
	clock    *clock // of the machine: leases
	open     func() ports.Store
	ana, bob domain.Seller
	of       ports.Scope // ana's
}

func newWorld(t *testing.T, open Open) *world {
	w := &world{clock: &clock{now: fixture.T0}, ana: fixture.Seller("ana"), bob: fixture.Seller("bob")}
	w.open = func() ports.Store { return open(t, w.clock.Now) }
	w.Store, w.of = w.open(), ports.Seller(w.ana.ID)
	w.complete(t)
	fixture.Fill(t, w, w.ana, w.bob)
	return w
}

// complete needs every repository to be there: a store that was written before
// one was added compiles, and would panic at its first use.
func (w *world) complete(t *testing.T) {
	t.Helper()
	must(t, w.View(t.Context(), ports.System, func(_ context.Context, tx ports.Tx) error {
		v := reflect.ValueOf(tx)
		for i := range v.NumField() {
			if v.Field(i).IsNil() {
				return fmt.Errorf("this store does not know a repository: Tx.%s is nil", v.Type().Field(i).Name)
			}
		}
		return nil
	}))
}

// product makes a product of ana's and keeps it.
func (w *world) product(t *testing.T, mods ...func(*domain.Product)) domain.Product {
	t.Helper()
	p := fixture.Product(w.ana, mods...)
	fixture.Fill(t, w, p)
	return p
}

// sale makes a purchase of a product, with its licence, and keeps both.
func (w *world) sale(t *testing.T, p domain.Product) (domain.PurchaseState, domain.LicenseState) {
	t.Helper()
	s := fixture.Purchase(p)
	l := fixture.License(s)
	fixture.Fill(t, w, s, l)
	return s, l
}

// update runs fn in a scope and needs it to succeed.
func (w *world) update(t *testing.T, who ports.Scope, fn func(context.Context, ports.Tx) error) {
	t.Helper()
	if err := w.Update(t.Context(), who, fn); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

// read runs one reading call in a View and needs it to succeed.
func read[R any](t *testing.T, w ports.Store, who ports.Scope, fn func(context.Context, ports.Tx) (R, error)) R {
	t.Helper()
	r, err := try(t, w, who, fn)
	if err != nil {
		t.Fatalf("View: %v", err)
	}
	return r
}

// try runs one reading call in a View.
func try[R any](t *testing.T, w ports.Store, who ports.Scope, fn func(context.Context, ports.Tx) (R, error)) (r R, err error) {
	t.Helper()
	err = w.View(t.Context(), who, func(ctx context.Context, tx ports.Tx) error {
		r, err = fn(ctx, tx)
		return err
	})
	return r, err
}

// wantErr needs err to be the sentinel, kind and code included.
func wantErr(t *testing.T, what string, err error, want *domain.Error) {
	t.Helper()
	if !is(err, want) {
		t.Errorf("%s: got %v, want %s (%s)", what, err, want.Code, want.Msg)
	}
}

func is(err error, want *domain.Error) bool {
	return errors.Is(err, want) && domain.KindOf(err) == want.Kind && domain.CodeOf(err) == want.Code
}

// wantSame needs two values to be the same, and names the fields that are not.
func wantSame[S comparable](t *testing.T, what string, got, want S) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s", what, diff(got, want))
	}
}

// wantAll needs two lists to be the same.
func wantAll[E comparable](t *testing.T, what string, got []E, want ...E) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	if reflect.TypeFor[E]().Kind() != reflect.Struct {
		t.Errorf("%s: got %q, want %q", what, fmt.Sprint(got), fmt.Sprint(want))
		return
	}
	if len(got) != len(want) {
		t.Errorf("%s: got %d, want %d:\n got %.2000s\nwant %.2000s", what, len(got), len(want), fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want))
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s: number %d: %s", what, i, diff(got[i], want[i]))
		}
	}
}

// must ends the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
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
