package sandbox_test

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/chargertest"
)

var cards = []chargertest.Trait{
	chargertest.Book(look),
	chargertest.Pays(sandbox.Pays),
	chargertest.Declines(sandbox.Declines, domain.SoftDecline),
	chargertest.Declines(sandbox.DeclinesHard, domain.HardDecline),
	chargertest.Declines("a card that does not exist", domain.HardDecline),
	chargertest.Declines("", domain.HardDecline),
	chargertest.Confirms(sandbox.Confirms),
	chargertest.ConfirmsLate(sandbox.ConfirmsLate),
	chargertest.LosesAnswer(sandbox.LosesAnswer),
	chargertest.AnswersLater(sandbox.AnswersLater),
	chargertest.NeverArrives(sandbox.NeverArrives),
}

// booked is whoever can show a sandbox's book.
type booked interface {
	Book(context.Context) (sandbox.Book, error)
}

func look(t *testing.T, c ports.Charger, o ports.Order) (e chargertest.Entry) {
	t.Helper()
	b, err := c.(booked).Book(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.Charges {
		if c.SellerID != o.SellerID || c.Key != o.Key || c.Status != domain.Paid {
			continue
		}
		e.Charges++
		e.Taken += c.Amount
		back := int64(0)
		for _, r := range b.Refunds {
			if r.ChargeRef == c.Ref && r.Done {
				back += r.Amount
			}
		}
		if back != c.Refunded {
			t.Errorf("%s: %d went back, and its refunds are %d", c.Ref, c.Refunded, back)
		}
		e.Returned += back
	}
	return e
}

func open(t *testing.T, o sandbox.Options) *sandbox.Processor {
	t.Helper()
	p, err := sandbox.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// serve puts a processor behind HTTP and returns a client of it.
func serve(t *testing.T, p *sandbox.Processor) *sandbox.Client {
	t.Helper()
	s := httptest.NewServer(sandbox.Handler(p))
	t.Cleanup(s.Close)
	c, err := sandbox.Dial(t.Context(), s.URL, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestInMemory(t *testing.T) {
	chargertest.Run(t, func(t *testing.T, now func() time.Time) ports.Charger {
		return open(t, sandbox.Options{Now: now})
	}, cards...)
}

func TestOverHTTP(t *testing.T) {
	chargertest.Run(t, func(t *testing.T, now func() time.Time) ports.Charger {
		return serve(t, open(t, sandbox.Options{Now: now, Least: map[domain.Currency]int64{"usd": 50}}))
	}, cards...)
}

// TestReopened has a file, and a new process for each call.
func TestReopened(t *testing.T) {
	chargertest.Run(t, func(t *testing.T, now func() time.Time) ports.Charger {
		return reopened{t, sandbox.Options{Now: now, File: filepath.Join(t.TempDir(), "book.jsonl")}}
	}, cards...)
}

// reopened opens its file for each call and closes it afterwards.
type reopened struct {
	t *testing.T
	o sandbox.Options
}

func with[A any](r reopened, do func(*sandbox.Processor) (A, error)) (none A, err error) {
	p, err := sandbox.Open(r.o)
	if err != nil {
		r.t.Error(err)
		return none, err
	}
	defer p.Close()
	return do(p)
}

func (r reopened) Charge(ctx context.Context, o ports.Order) (domain.Answer, error) {
	return with(r, func(p *sandbox.Processor) (domain.Answer, error) { return p.Charge(ctx, o) })
}

func (r reopened) Find(ctx context.Context, o ports.Order) (domain.Answer, bool, error) {
	seen := false
	a, err := with(r, func(p *sandbox.Processor) (a domain.Answer, err error) {
		a, seen, err = p.Find(ctx, o)
		return a, err
	})
	return a, seen, err
}

func (r reopened) Void(ctx context.Context, o ports.Order) (domain.Answer, error) {
	return with(r, func(p *sandbox.Processor) (domain.Answer, error) { return p.Void(ctx, o) })
}

func (r reopened) Refund(ctx context.Context, o ports.RefundOrder) (ports.RefundAnswer, error) {
	return with(r, func(p *sandbox.Processor) (ports.RefundAnswer, error) { return p.Refund(ctx, o) })
}

func (r reopened) Book(ctx context.Context) (sandbox.Book, error) {
	return with(r, func(p *sandbox.Processor) (sandbox.Book, error) { return p.Book(ctx) })
}

func (r reopened) Confirm(ctx context.Context, seller domain.SellerID, key string) error {
	_, err := with(r, func(p *sandbox.Processor) (int, error) { return 0, p.Confirm(ctx, seller, key) })
	return err
}

func (r reopened) Refuse(ctx context.Context, seller domain.SellerID, key string, d domain.Decline) error {
	_, err := with(r, func(p *sandbox.Processor) (int, error) { return 0, p.Refuse(ctx, seller, key, d) })
	return err
}

func (r reopened) KeyLife() time.Duration {
	d, _ := with(r, func(p *sandbox.Processor) (time.Duration, error) { return p.KeyLife(), nil })
	return d
}

func (r reopened) LeastCharge(c domain.Currency) int64 {
	n, _ := with(r, func(p *sandbox.Processor) (int64, error) { return p.LeastCharge(c), nil })
	return n
}
