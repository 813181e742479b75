package sandbox_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

var start = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

func order(key, method string) ports.Order {
	return ports.Order{
		Payment: domain.PaymentID("payment-" + key), SellerID: "seller", Key: key,
		Amount: domain.Money{Amount: 1250, Currency: "usd"}, Method: method, CreatedAt: start,
	}
}

func charge(t *testing.T, c ports.Charger, o ports.Order) domain.Answer {
	t.Helper()
	a, err := c.Charge(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestForgets is the trap that real processors set, and that this one sets for
// those who are tested with it: a key that was forgotten takes the money again.
func TestForgets(t *testing.T) {
	rows := []struct {
		name  string
		after time.Duration
		times int
	}{
		{"a moment before a day has passed the key is remembered", 24*time.Hour - time.Microsecond, 1},
		{"after a day the key is as new", 24 * time.Hour, 2},
		{"a clock that stepped back forgets nothing", -time.Hour, 1},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			now := start
			p := open(t, sandbox.Options{Now: func() time.Time { return now }})
			o := order("key", sandbox.Pays)
			first := charge(t, p, o)
			now = now.Add(r.after)
			second := charge(t, p, o)
			if again := second.Ref != first.Ref; again != (r.times == 2) {
				t.Errorf("the answers are %+v and %+v", first, second)
			}
			if got := look(t, p, o); got.Charges != r.times {
				t.Errorf("charged %d times, want %d", got.Charges, r.times)
			}
			if a, seen, err := p.Find(t.Context(), o); a != first || !seen || err != nil {
				t.Errorf("Find: got %+v, %v, %v; want the first, that was paid", a, seen, err)
			}
		})
	}
}

// TestForgetsADecline: after a day the same key may pay, and Find tells so.
func TestForgetsADecline(t *testing.T) {
	now := start
	p := open(t, sandbox.Options{Now: func() time.Time { return now }})
	charge(t, p, order("key", sandbox.Declines))
	now = now.Add(24 * time.Hour)
	paid := charge(t, p, order("key", sandbox.Pays))
	now = now.Add(24 * time.Hour)
	charge(t, p, order("key", sandbox.Declines))
	if a, _, err := p.Find(t.Context(), order("key", "")); a != paid || err != nil {
		t.Errorf("Find: got %+v, %v; want what was paid", a, err)
	}
}

// TestNext decides the next new orders, in process and over HTTP.
func TestNext(t *testing.T) {
	p := open(t, sandbox.Options{Now: func() time.Time { return start }})
	for name, c := range map[string]interface {
		ports.Charger
		booked
		Next(ctx context.Context, methods ...string) error
	}{"here": p, "there": serve(t, p)} {
		t.Run(name, func(t *testing.T) {
			old := order(name+"/old", sandbox.Pays)
			charge(t, c, old)
			if err := c.Next(t.Context(), sandbox.DeclinesHard, sandbox.Confirms); err != nil {
				t.Fatal(err)
			}
			charge(t, c, old) // not a new one
			for i, want := range []domain.PaymentStatus{domain.NotPaid, domain.NeedsAction, domain.Paid} {
				o := order(name+"/"+string(rune('a'+i)), sandbox.Pays)
				if a := charge(t, c, o); a.Status != want {
					t.Errorf("order %d: got %+v, want %s", i, a, want)
				}
			}
		})
	}
}

// TestSums adds up what moved, and refuses to add up more than a number holds.
func TestSums(t *testing.T) {
	p := open(t, sandbox.Options{Now: func() time.Time { return start }})
	euro := order("euro", sandbox.Pays)
	euro.Amount = domain.Money{Amount: 300, Currency: "eur"}
	a := charge(t, p, euro)
	charge(t, p, order("a", sandbox.Pays))
	charge(t, p, order("b", sandbox.Pays))
	charge(t, p, order("c", sandbox.Declines))
	charge(t, p, order("d", sandbox.Confirms))
	for _, amount := range []int64{100, 400} { // the second is more than is left
		r := ports.RefundOrder{Refund: "r", SellerID: "seller", Key: string(rune(amount)), Ref: a.Ref, Amount: domain.Money{Amount: amount, Currency: "eur"}}
		if _, err := p.Refund(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	b, err := p.Book(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sums, err := b.Sums()
	want := map[domain.Currency]sandbox.Sum{"usd": {Taken: 2500}, "eur": {Taken: 300, Returned: 100}}
	if err != nil || !maps.Equal(sums, want) {
		t.Errorf("got %v, %v; want %v", sums, err, want)
	}
	for _, key := range []string{"much", "too much"} {
		o := order(key, sandbox.Pays)
		o.Amount.Amount = 1<<63 - 1
		charge(t, p, o)
	}
	if b, err = p.Book(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Sums(); !errors.Is(err, domain.ErrOverflow) {
		t.Errorf("got %v, want overflow", err)
	}
}

// TestFile opens the book again after a crash, and twice at once.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.jsonl")
	o := sandbox.Options{Now: func() time.Time { return start }, File: path}
	one := open(t, o)
	paid := charge(t, one, order("paid", sandbox.Pays))
	waits := charge(t, one, order("waits", sandbox.Confirms))
	if err := os.WriteFile(path, append(read(t, path), `{"charge":{"ref":"torn`...), 0o600); err != nil {
		t.Fatal(err)
	}
	two := open(t, o)
	if a := charge(t, two, order("paid", sandbox.Declines)); a != paid {
		t.Errorf("after a crash: got %+v, want %+v", a, paid)
	}
	if err := two.Confirm(t.Context(), "seller", "waits"); err != nil {
		t.Error(err)
	}
	if a := charge(t, one, order("waits", "")); a.Status != domain.Paid || a.Ref != waits.Ref {
		t.Errorf("what another process confirmed: got %+v", a)
	}
	if n := strings.Count(string(read(t, path)), "\n"); n != 3 {
		t.Errorf("the file has %d lines, want 3:\n%s", n, read(t, path))
	}
	if err := os.WriteFile(path, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.Open(o); err == nil {
		t.Error("a file of something else was opened")
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestMethods(t *testing.T) {
	all := sandbox.Methods()
	slices.Sort(all)
	if n := len(slices.Compact(all)); n != 8 {
		t.Errorf("%d methods, want 8", n)
	}
	for _, m := range all {
		if !strings.HasPrefix(m, "sandbox_") {
			t.Errorf("%q could be the name of a real card", m)
		}
	}
	p := open(t, sandbox.Options{Now: func() time.Time { return start }})
	for _, d := range []domain.Decline{domain.Unreachable, "no"} {
		if err := p.Refuse(t.Context(), "seller", "key", d); !errors.Is(err, domain.ErrInvalid) {
			t.Errorf("a bank that declines with %q: got %v", d, err)
		}
	}
}
