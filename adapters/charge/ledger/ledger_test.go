package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/ledger"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/chargertest"
)

// filed is a ledger whose file can be read.
type filed struct {
	ports.Charger
	path string
}

// look reads the file as somebody's billing would.
func look(t *testing.T, c ports.Charger, o ports.Order) (e chargertest.Entry) {
	t.Helper()
	ref := ""
	for _, l := range lines(t, c.(filed).path) {
		switch {
		case l.Kind == "charge" && l.Seller == o.SellerID && l.Key == o.Key:
			ref = l.Ref
			e.Charges++
			e.Taken += l.Amount
		case l.Kind == "refund" && l.Ref == ref:
			e.Returned += l.Amount
		}
	}
	return e
}

type line struct {
	Kind   string
	Seller domain.SellerID
	Key    string
	Ref    string
	Amount int64
}

func lines(t *testing.T, path string) (all []line) {
	t.Helper()
	for text := range bytes.Lines(read(t, path)) {
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func open(t *testing.T, path string, now func() time.Time) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(path, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestLedger(t *testing.T) {
	chargertest.Run(t, func(t *testing.T, now func() time.Time) ports.Charger {
		path := filepath.Join(t.TempDir(), "due.jsonl")
		return filed{open(t, path, now), path}
	}, chargertest.Book(look))
}

// TestReopened has a new process for each call.
func TestReopened(t *testing.T) {
	chargertest.Run(t, func(t *testing.T, now func() time.Time) ports.Charger {
		path := filepath.Join(t.TempDir(), "due.jsonl")
		return filed{reopened{t, path, now}, path}
	}, chargertest.Book(look))
}

// reopened opens its file for each call and closes it afterwards.
type reopened struct {
	t    *testing.T
	path string
	now  func() time.Time
}

func with[A any](r reopened, do func(*ledger.Ledger) (A, error)) (none A, err error) {
	l, err := ledger.Open(r.path, r.now)
	if err != nil {
		r.t.Error(err)
		return none, err
	}
	defer l.Close()
	return do(l)
}

func (r reopened) Charge(ctx context.Context, o ports.Order) (domain.Answer, error) {
	return with(r, func(l *ledger.Ledger) (domain.Answer, error) { return l.Charge(ctx, o) })
}

func (r reopened) Find(ctx context.Context, o ports.Order) (domain.Answer, bool, error) {
	seen := false
	a, err := with(r, func(l *ledger.Ledger) (a domain.Answer, err error) {
		a, seen, err = l.Find(ctx, o)
		return a, err
	})
	return a, seen, err
}

func (r reopened) Void(ctx context.Context, o ports.Order) (domain.Answer, error) {
	return with(r, func(l *ledger.Ledger) (domain.Answer, error) { return l.Void(ctx, o) })
}

func (r reopened) Refund(ctx context.Context, o ports.RefundOrder) (ports.RefundAnswer, error) {
	return with(r, func(l *ledger.Ledger) (ports.RefundAnswer, error) { return l.Refund(ctx, o) })
}

func (reopened) KeyLife() time.Duration              { return (*ledger.Ledger)(nil).KeyLife() }
func (reopened) LeastCharge(c domain.Currency) int64 { return (*ledger.Ledger)(nil).LeastCharge(c) }

var start = time.Date(2026, 3, 14, 9, 26, 53, 589793000, time.UTC)

func order(key string) ports.Order {
	return ports.Order{
		Payment: domain.PaymentID("payment-" + key), SellerID: "seller", Key: key,
		Amount: domain.Money{Amount: 1250, Currency: "usd"}, Method: "card", CreatedAt: start.Add(-time.Minute),
	}
}

// TestLines pins what somebody's billing reads.
func TestLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "due.jsonl")
	l := open(t, path, func() time.Time { return start })
	a, err := l.Charge(t.Context(), order("a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Void(t.Context(), order("b")); err != nil {
		t.Fatal(err)
	}
	refund(t, l, "too much", a.Ref, 1251)
	refund(t, l, "r", a.Ref, 250)
	const want = `{"kind":"charge","at":"2026-03-14T09:26:53.589793Z","seller":"seller","key":"a","payment":"payment-a","ref":"ledger_4226ce3db6bd5b2a2dd11e70","amount":1250,"currency":"usd","method":"card","intended_at":"2026-03-14T09:25:53.589793Z"}
{"kind":"void","at":"2026-03-14T09:26:53.589793Z","seller":"seller","key":"b","payment":"payment-b","ref":"ledger_9f13890acd40ebe9809f0c3e","amount":1250,"currency":"usd","method":"card","intended_at":"2026-03-14T09:25:53.589793Z"}
{"kind":"refund_refused","at":"2026-03-14T09:26:53.589793Z","seller":"seller","key":"too much","refund":"refund-too much","ref":"ledger_4226ce3db6bd5b2a2dd11e70","amount":1251,"currency":"usd"}
{"kind":"refund","at":"2026-03-14T09:26:53.589793Z","seller":"seller","key":"r","refund":"refund-r","ref":"ledger_4226ce3db6bd5b2a2dd11e70","refund_ref":"ledger_re_86a64dcb6e11065b55c723bd","amount":250,"currency":"usd"}
`
	if got := string(read(t, path)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func refund(t *testing.T, l *ledger.Ledger, key, ref string, amount int64) {
	t.Helper()
	_, err := l.Refund(t.Context(), ports.RefundOrder{
		Refund: domain.RefundID("refund-" + key), SellerID: "seller", Key: key, Ref: ref,
		Amount: domain.Money{Amount: amount, Currency: "usd"},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCrash leaves a line half written. It was never answered, so its caller
// asks again, and nothing may be due twice.
func TestCrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "due.jsonl")
	now := func() time.Time { return start }
	l := open(t, path, now)
	for _, key := range []string{"a", "b"} {
		if _, err := l.Charge(t.Context(), order(key)); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	whole := read(t, path)
	first := bytes.IndexByte(whole, '\n') + 1
	for cut := first; cut < len(whole); cut += max(1, min(17, len(whole)-3-cut)) { // at last byte by byte
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		l := open(t, path, now)
		_, seen, err := l.Find(t.Context(), order("b"))
		if all := cut == len(whole)-1; err != nil || seen != all { // all but the newline is all that was said
			t.Fatalf("cut after %d of %d: seen is %v, %v", cut, len(whole), seen, err)
		}
		for _, key := range []string{"a", "b"} {
			if a, err := l.Charge(t.Context(), order(key)); err != nil || a.Status != domain.Paid {
				t.Fatalf("cut after %d of %d: got %+v, %v", cut, len(whole), a, err)
			}
		}
		l.Close()
		if got := read(t, path); !bytes.Equal(got, whole) {
			t.Fatalf("cut after %d of %d: the file is\n%s", cut, len(whole), got)
		}
	}
}

// TestNotALedger refuses files that say what no ledger says, and leaves them.
func TestNotALedger(t *testing.T) {
	const a = `{"kind":"charge","seller":"s","key":"a","ref":"r","amount":1250,"currency":"usd"}` + "\n"
	const r = `{"kind":"refund","seller":"s","key":"x","ref":"r","amount":500,"currency":"usd"}` + "\n"
	for name, text := range map[string]string{
		"a sandbox's book":           `{"charge":{"ref":"r"}}` + "\n",
		"no JSON in the middle":      a + "{\n" + r,
		"a line twice":               a + a,
		"one key charged twice":      a + `{"kind":"charge","seller":"s","key":"a","ref":"q","amount":1250,"currency":"usd"}` + "\n",
		"a kind of later days":       a + `{"kind":"dispute","seller":"s","key":"d","ref":"r","amount":1250,"currency":"usd"}` + "\n",
		"one key, and another's ref": a + `{"kind":"charge","seller":"s","key":"b","ref":"r","amount":1250,"currency":"usd"}` + "\n",
		"one refund twice":           a + r + r,
		"more refunded than due":     a + r + `{"kind":"refund","seller":"s","key":"y","ref":"r","amount":1000,"currency":"usd"}` + "\n",
		"a refund of nothing":        r,
		"a charge of nothing":        `{"kind":"charge","seller":"s","key":"a","ref":"r","amount":0,"currency":"usd"}` + "\n",
	} {
		path := filepath.Join(t.TempDir(), "due.jsonl")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if l, err := ledger.Open(path, time.Now); err == nil {
			l.Close()
			t.Errorf("%s: opened", name)
		}
		if got := string(read(t, path)); got != text {
			t.Errorf("%s: became\n%s", name, got)
		}
	}
}
