package ledger

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/usherhq/usher/adapters/charge/internal/lines"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Ledger writes down what is due.
type Ledger struct {
	now  func() time.Time
	file *lines.File
	mem  *memory // of the file; whoever has its turn has this
}

var _ ports.Charger = (*Ledger)(nil)

// Open opens or makes the ledger's file. now is what its lines are dated with.
func Open(path string, now func() time.Time) (*Ledger, error) {
	f, err := lines.Open(path)
	if err != nil {
		return nil, err
	}
	l := &Ledger{now: now, file: f, mem: newMemory()}
	if err := f.Read(l.mem.learn); err != nil { // a file that is none is refused now
		f.Close()
		return nil, err
	}
	return l, nil
}

// Close closes the file.
func (l *Ledger) Close() error { return l.file.Close() }

// turn runs decide alone, on what the file says, and adds the line that it
// returns, if it returns one.
func (l *Ledger) turn(ctx context.Context, decide func() *line) error {
	return l.file.Turn(ctx, l.mem.learn, func() ([]byte, error) {
		line := decide()
		if line == nil {
			return nil, nil
		}
		line.At = domain.Instant(l.now())
		return json.Marshal(line)
	})
}

// Charge writes down that the amount is due.
func (l *Ledger) Charge(ctx context.Context, o ports.Order) (domain.Answer, error) {
	a, _, err := l.order(ctx, o, kindCharge)
	return a, err
}

// Find says what is written under the order's key.
func (l *Ledger) Find(ctx context.Context, o ports.Order) (domain.Answer, bool, error) {
	return l.order(ctx, o, "")
}

// Void writes down that nothing will be due, unless something is.
func (l *Ledger) Void(ctx context.Context, o ports.Order) (domain.Answer, error) {
	a, _, err := l.order(ctx, o, kindVoid)
	return a, err
}

// order answers what is written under the order's key; if nothing is, it
// writes a line of that kind first, or none for the empty kind.
func (l *Ledger) order(ctx context.Context, o ports.Order, kind string) (a domain.Answer, seen bool, err error) {
	if err := o.Check(); err != nil {
		return domain.Answer{}, false, err
	}
	n := name{o.SellerID, o.Key}
	var e entry
	err = l.turn(ctx, func() *line {
		if e, seen = l.mem.orders[n]; seen || kind == "" {
			return nil
		}
		e, seen = entry{kind, o.Amount, ref("ledger_", n)}, true
		return &line{
			Kind: kind, SellerID: o.SellerID, Key: o.Key, PaymentID: o.Payment, Ref: e.ref,
			Amount: o.Amount.Amount, Currency: o.Amount.Currency, Method: o.Method, IntendedAt: domain.Instant(o.CreatedAt),
		}
	})
	switch {
	case err != nil || !seen:
		return domain.Answer{}, false, err
	case e.amount != o.Amount:
		return domain.Answer{}, false, domain.ErrKeyReused
	case e.kind == kindVoid:
		return domain.Answer{Status: domain.NotPaid, Decline: domain.Unreachable, Ref: e.ref}, true, nil
	}
	return domain.Answer{Status: domain.Paid, Ref: e.ref}, true, nil
}

// Refund writes down that an amount is due back.
func (l *Ledger) Refund(ctx context.Context, o ports.RefundOrder) (ports.RefundAnswer, error) {
	if err := o.Check(); err != nil {
		return ports.RefundAnswer{}, err
	}
	n := name{o.SellerID, o.Key}
	var e entry
	err := l.turn(ctx, func() *line {
		var known bool
		if e, known = l.mem.refunds[n]; known {
			return nil
		}
		e = entry{kindRefused, o.Amount, o.Ref}
		add := &line{
			Kind: kindRefused, SellerID: o.SellerID, Key: o.Key, RefundID: o.Refund, Ref: o.Ref,
			Amount: o.Amount.Amount, Currency: o.Amount.Currency,
		}
		if l.mem.charges[o.Ref].allows(o.SellerID, o.Amount) {
			e.kind, add.Kind, add.RefundRef = kindRefund, kindRefund, ref("ledger_re_", n)
		}
		return add
	})
	switch {
	case err != nil:
		return ports.RefundAnswer{}, err
	case e.amount != o.Amount || e.ref != o.Ref:
		return ports.RefundAnswer{}, domain.ErrKeyReused
	case e.kind == kindRefused:
		return ports.RefundAnswer{}, nil
	}
	return ports.RefundAnswer{Done: true, Ref: ref("ledger_re_", n)}, nil
}

// KeyLife is for ever: the file remembers.
func (l *Ledger) KeyLife() time.Duration { return math.MaxInt64 }

// LeastCharge is nothing: small amounts cost nothing to write down.
func (l *Ledger) LeastCharge(domain.Currency) int64 { return 0 }
