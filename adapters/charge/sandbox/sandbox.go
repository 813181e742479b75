package sandbox

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/usherhq/usher/adapters/charge/internal/lines"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	forgets = 24 * time.Hour // after this a key is as new
	keyLife = 23 * time.Hour // what callers may count on
)

// Options are what a sandbox is made with.
type Options struct {
	Now   func() time.Time          // its clock; required
	File  string                    // where the book is kept; empty: in memory only
	Least map[domain.Currency]int64 // the least that is collected at once; else 0
}

// Processor is a processor in test mode.
type Processor struct {
	now   func() time.Time
	least map[domain.Currency]int64
	file  *lines.File // nil: in memory only

	alone sync.Mutex // of mem, if there is no file whose turn it is
	mem   *memory

	mu   sync.Mutex // of next
	next []string
}

var _ ports.Charger = (*Processor)(nil)

// Open makes a processor, with the book that the file has.
func Open(o Options) (*Processor, error) {
	p := &Processor{now: o.Now, least: o.Least, mem: newMemory()}
	if o.File == "" {
		return p, nil
	}
	f, err := lines.Open(o.File)
	if err != nil {
		return nil, err
	}
	p.file = f
	if err := f.Read(p.mem.learn); err != nil { // a file that is none is refused now
		f.Close()
		return nil, err
	}
	return p, nil
}

// Close closes the book's file.
func (p *Processor) Close() error {
	if p.file == nil {
		return nil
	}
	return p.file.Close()
}

// turn runs decide alone, on the book as it is. The line that decide returns,
// if it returns one, is in the book when turn returns nil.
func (p *Processor) turn(ctx context.Context, decide func() (*line, error)) error {
	write := func() ([]byte, error) {
		l, err := decide()
		if l == nil || err != nil {
			return nil, err
		}
		return json.Marshal(l)
	}
	if p.file != nil {
		return p.file.Turn(ctx, p.mem.learn, write)
	}
	p.alone.Lock()
	defer p.alone.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	text, err := write()
	if text == nil || err != nil {
		return err
	}
	return p.mem.learn(text)
}

// Charge takes the amount, as the order's card has it.
func (p *Processor) Charge(ctx context.Context, o ports.Order) (a domain.Answer, err error) {
	if err := o.Check(); err != nil {
		return domain.Answer{}, err
	}
	lost := false
	err = p.turn(ctx, func() (_ *line, err error) {
		n, now := nameOf(o), domain.Instant(p.now())
		if c, ok := p.mem.remembered(n, now); ok {
			if c.money() != o.Amount {
				return nil, domain.ErrKeyReused
			}
			a, err = c.answer()
			return nil, err
		}
		c := p.newCharge(o, now)
		c.Method = p.card(o.Method)
		var answered bool
		c.Status, c.Decline, answered = outcome(c.Method)
		if c.Status == "" {
			return nil, errNoAnswer
		}
		if o.Amount.Amount < p.LeastCharge(o.Amount.Currency) {
			c.Status, c.Decline, answered = domain.NotPaid, domain.HardDecline, true
		}
		if c.Status == domain.Paid {
			c.PaidAt = now
		}
		if lost = !answered; !lost {
			a, err = c.answer()
		}
		return &line{Charge: &c}, err
	})
	if err == nil && lost {
		err = errNoAnswer
	}
	if err != nil {
		return domain.Answer{}, err
	}
	return a, nil
}

// Find says what became of an order.
func (p *Processor) Find(ctx context.Context, o ports.Order) (a domain.Answer, seen bool, err error) {
	if err := o.Check(); err != nil {
		return domain.Answer{}, false, err
	}
	err = p.turn(ctx, func() (_ *line, err error) {
		c, ok := p.mem.found(nameOf(o))
		switch {
		case !ok:
			return nil, nil
		case c.money() != o.Amount:
			return nil, domain.ErrKeyReused
		}
		a, err = c.answer()
		seen = err == nil
		return nil, err
	})
	return a, seen, err
}

// Void gives up an order that waits for its customer.
func (p *Processor) Void(ctx context.Context, o ports.Order) (a domain.Answer, err error) {
	if err := o.Check(); err != nil {
		return domain.Answer{}, err
	}
	err = p.turn(ctx, func() (_ *line, err error) {
		c, ok := p.mem.found(nameOf(o))
		switch {
		case !ok:
			c = p.newCharge(o, domain.Instant(p.now()))
			c.Status, c.Decline, c.Voided = domain.NotPaid, domain.Unreachable, true
		case c.money() != o.Amount:
			return nil, domain.ErrKeyReused
		case c.Status == domain.NeedsAction:
			c.Status, c.Decline, c.Voided = domain.NotPaid, domain.SoftDecline, true
		default:
			a, err = c.answer()
			return nil, err
		}
		a, err = c.answer()
		return &line{Charge: &c}, err
	})
	if err != nil {
		return domain.Answer{}, err
	}
	return a, nil
}

// KeyLife is shorter than what keys have, so that clocks may differ.
func (p *Processor) KeyLife() time.Duration { return keyLife }

// LeastCharge is what the processor was made with.
func (p *Processor) LeastCharge(c domain.Currency) int64 { return p.least[c] }

// Book returns what was asked for and what came of it.
func (p *Processor) Book(ctx context.Context) (b Book, err error) {
	err = p.turn(ctx, func() (*line, error) {
		b = p.mem.copy()
		return nil, nil
	})
	return b, err
}

func nameOf(o ports.Order) name { return name{o.SellerID, o.Key} }

func (p *Processor) newCharge(o ports.Order, now time.Time) Charge {
	n := nameOf(o)
	return Charge{
		Ref: ref("sandbox_ch_", n, len(p.mem.byKey[n])), SellerID: o.SellerID, PaymentID: o.Payment, Key: o.Key,
		Amount: o.Amount.Amount, Currency: o.Amount.Currency, AskedAt: now,
	}
}
