package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// change is something that is done to a sale, its key or its product, in the
// words of the command line.
type change string

const (
	sell      change = "purchases record"
	disable   change = "licenses disable"
	enable    change = "licenses enable"
	rotate    change = "licenses rotate --yes"
	revoke    change = "purchases revoke PURCHASE"
	unrevoke  change = "purchases unrevoke PURCHASE"
	refund    change = "purchases refund PURCHASE --yes"
	unlicense change = "products edit PRODUCT --no-licensed"
	relicense change = "products edit PRODUCT --licensed"
)

// outcome is what a verification answers after a change: a refusal, or a
// purchase.
type outcome struct {
	do      change
	refusal string
	is      func(purchase answer, l license) bool
}

// mustBeSeen are changes that are done in turn, each followed by a verification
// elsewhere.
var mustBeSeen = []struct {
	name string
	new  bool // each time of another sale, since there is no way back
	each []outcome
}{
	{"disabled and enabled", false, []outcome{
		{do: disable, refusal: disabled},
		{do: enable, is: func(p answer, l license) bool { return p.text("license_key") == l.Key }},
	}},
	{"access taken and given back", false, []outcome{
		{do: revoke, refusal: expired},
		{do: unrevoke, is: func(p answer, l license) bool { return p.text("license_key") == l.Key }},
	}},
	{"refunded", true, []outcome{{do: refund, is: func(p answer, _ license) bool { return p.at("refunded") == true }}}},
	{"rotated", false, []outcome{{do: rotate, is: func(p answer, l license) bool { return p.text("license_key") == l.Key }}}},
	{"licensing off and on", false, []outcome{
		{do: unlicense, is: func(p answer, _ license) bool { return p.at("license_key") == nil }},
		{do: relicense, is: func(p answer, l license) bool { return p.text("license_key") == l.Key }},
	}},
}

// hand does changes in a process that is not the one that verifies, and returns
// the licence as it is then.
type hand func(change, license) license

// TestSeen changes things in one process and verifies them in another, a server
// that was answering for the same key all the while: a verification that begins
// after the change was answered shows it. So many times for each kind of change:
// USHER_TEST_ROUNDS, or 4 by the command line and 40 by a process that stays. The
// full test is
//
//	USHER_TEST_ROUNDS=1000 go test -v -timeout 1h -run TestSeen ./test/e2e
func TestSeen(t *testing.T) {
	for _, by := range []struct {
		name   string
		hand   func(*shop) hand
		rounds int
	}{
		{"by the command line", byCommand, 4},
		{"by another process", byClerk, 40},
	} {
		for _, on := range databases {
			t.Run(by.name+"/"+on.name, func(t *testing.T) {
				t.Parallel()
				f := newShop(t, on.empty(t))
				do, s := by.hand(f), f.serve()
				n := rounds(t, by.rounds)
				for _, kind := range mustBeSeen {
					l := f.sale(f.product("Inkwell", "--licensed"))
					verified := s.verifying(l)
					for round := range n {
						if kind.new {
							l = do(sell, l)
							s.wantSeen(round, l, outcome{do: sell, is: func(p answer, _ license) bool { return p.at("refunded") == false }})
						}
						of := kind.each[round%len(kind.each)]
						was := l
						l = do(of.do, l)
						s.wantSeen(round, l, of)
						if l.Key != was.Key && of.do == rotate {
							s.wantSeen(round, was, outcome{do: rotate, refusal: unknown})
						}
						verified(&l)
					}
					verified(nil)
					t.Logf("%s: %d times", kind.name, n)
				}
				s.stop()
			})
		}
	}
}

// wantSeen verifies a key, with a count or without.
func (s *server) wantSeen(round int, l license, want outcome) {
	s.Helper()
	status, got := s.verify(l, round%3 > 0)
	if want.refusal != "" {
		if status != http.StatusNotFound || got.text("message") != want.refusal {
			s.Fatalf("round %d: after %q it answers %d %v, want %q", round, want.do, status, got, want.refusal)
		}
		return
	}
	if purchase, _ := got["purchase"].(map[string]any); status != http.StatusOK || !want.is(purchase, l) {
		s.Fatalf("round %d: after %q it answers %d %v", round, want.do, status, got)
	}
}

// verifying has two clients verify a key all the time, so that the server has it
// in its memory. What it returns gives them another key; nil ends them.
func (s *server) verifying(l license) func(*license) {
	ctx, cancel := context.WithCancel(s.Context())
	var now atomic.Pointer[license]
	now.Store(&l)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for ctx.Err() == nil {
				status, got, err := s.call(ctx, http.MethodPost, "verify", *now.Load(), "increment_uses_count", "false")
				if ctx.Err() == nil && (err != nil || status >= 500) {
					s.Errorf("meanwhile: %d %v, %v", status, got, err)
					return
				}
			}
		})
	}
	return func(next *license) {
		if next != nil {
			l := *next
			now.Store(&l)
			return
		}
		cancel()
		all.Wait()
	}
}

// byCommand does each change by the command line, in a process of its own.
func byCommand(f *shop) hand {
	return func(do change, l license) license {
		if do == sell {
			return f.sale(l.Product)
		}
		args := strings.Fields(strings.NewReplacer("PURCHASE", l.Purchase, "PRODUCT", l.Product).Replace(string(do)))
		got := f.run([]string{"USHER_LICENSE_KEY=" + l.Key}, args...)
		if do == rotate {
			l.Key = got.text("license", "key")
		}
		return l
	}
}

// clerkAsk is a change that a clerk is asked for.
type clerkAsk struct {
	Do      change
	License license
}

// byClerk does all changes in one process, which has a memory of its own.
func byClerk(f *shop) hand {
	c := start(f.T, "clerk", f.place)
	return func(do change, l license) license {
		f.Helper()
		c.tell(clerkAsk{do, l})
		if !c.hear(&l) {
			_ = c.gone()
			f.Fatalf("the clerk has died of %q\n%s", do, c.stderr)
		}
		return l
	}
}

// beClerk does changes until the parent has no more.
func beClerk(p *pipe) error {
	var at place
	if err := p.in.Decode(&at); err != nil {
		return err
	}
	ctx := context.Background()
	store, _, err := at.open(ctx, opening{})
	if err != nil {
		return err
	}
	defer store.Close()
	u, err := app.New(app.Config{Store: store})
	if err != nil {
		return err
	}
	seller, err := onlySeller(ctx, u)
	for err == nil {
		var k clerkAsk
		if err := p.in.Decode(&k); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if k.License, err = k.Do.in(ctx, u, seller, k.License); err == nil {
			err = p.say(k.License)
		}
	}
	return err
}

// in does a change in this process.
func (do change) in(ctx context.Context, u *app.Usher, seller domain.SellerID, l license) (license, error) {
	sale, product := domain.PurchaseID(l.Purchase), domain.ProductID(l.Product)
	what := domain.Lookup{Key: domain.LicenseKey(l.Key), ProductID: product}
	var err error
	switch do {
	case sell:
		var sold app.Sale
		if sold, err = u.Sales.Record(ctx, seller, "", domain.PurchaseState{ProductID: product, Quantity: 1, Email: "bo@example.com"}); err == nil {
			l.Purchase, l.Key = string(sold.Purchase.ID), string(sold.License.Key)
		}
	case disable:
		_, err = u.Licensing.Disable(ctx, seller, what)
	case enable:
		_, err = u.Licensing.Enable(ctx, seller, what)
	case rotate:
		var v app.Verification
		v, err = u.Licensing.Rotate(ctx, seller, what)
		l.Key = string(v.License.Key)
	case revoke:
		_, err = u.Sales.Revoke(ctx, seller, sale)
	case unrevoke:
		_, err = u.Sales.Unrevoke(ctx, seller, sale)
	case refund:
		_, err = u.Sales.Refund(ctx, seller, sale, 0)
	case unlicense, relicense:
		on := do == relicense
		_, err = u.Catalog.EditProduct(ctx, seller, product, app.ProductEdit{Licensed: &on})
	default:
		err = fmt.Errorf("nobody knows how to %q", do)
	}
	return l, err
}

// rounds is how often a change is made: n times, or as often as
// USHER_TEST_ROUNDS says.
func rounds(t *testing.T, n int) int {
	text := os.Getenv("USHER_TEST_ROUNDS")
	if text == "" {
		return n
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("USHER_TEST_ROUNDS is %q: it must be a number of at least 1", text)
	}
	return n
}
