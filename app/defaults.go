package app

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"sync/atomic"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// These are the only clock and the only chance in the core.

// clockWaits is how long a store is asked for business time, in real time.
const clockWaits = 5 * time.Second

func machineClock() time.Time { return domain.Instant(time.Now()) }

// TestClock returns the business clock of a store: its test clock, asked each
// time, or the machine's if it was made without one. What the store answered
// last holds while it does not answer. It must not be read inside View or
// Update.
func TestClock(s ports.Store) ports.Clock { return newStanding(s).now }

// standing is the test clock of a store, if it has one.
type standing struct {
	store ports.Store
	none  atomic.Bool // the store was made without: so it stays
	last  atomic.Pointer[time.Time]
}

func newStanding(s ports.Store) *standing { return &standing{store: s} }

// read is [ports.Store.TestClock], which asks a store without one only once.
func (c *standing) read(ctx context.Context) (at time.Time, test bool, err error) {
	if c.none.Load() {
		return time.Time{}, false, nil
	}
	at, test, err = c.store.TestClock(ctx)
	switch {
	case err != nil:
	case test:
		c.last.Store(&at)
	default:
		c.none.Store(true)
	}
	return at, test, err
}

func (c *standing) now() time.Time {
	if c.none.Load() {
		return machineClock()
	}
	ctx, cancel := context.WithTimeout(context.Background(), clockWaits)
	defer cancel()
	at, test, err := c.read(ctx)
	if last := c.last.Load(); err != nil && last != nil {
		return *last
	}
	if !test {
		return machineClock()
	}
	return at
}

func machineRandom(b []byte) { rand.Read(b) } // never fails: it ends the program instead

// ticker is how long is waited between looks at the store, in real time.
func ticker(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTicker(d)
	return t.C, t.Stop
}

// after returns a function that reports whether d of real time has gone by.
func after(d time.Duration) func() bool {
	end := time.Now().Add(d)
	return func() bool { return time.Now().After(end) }
}

// noCharger is what takes money where nobody was configured to: nothing leaves.
// A payment is declined, and of those that another process made it knows nothing.
type noCharger struct{}

func (noCharger) Charge(context.Context, ports.Order) (domain.Answer, error) {
	return domain.Answer{}, domain.ErrUnavailable
}

func (noCharger) Find(context.Context, ports.Order) (domain.Answer, bool, error) {
	return domain.Answer{}, false, domain.ErrUnavailable
}

func (noCharger) Void(context.Context, ports.Order) (domain.Answer, error) {
	return domain.Answer{}, domain.ErrUnavailable
}

func (noCharger) Refund(context.Context, ports.RefundOrder) (ports.RefundAnswer, error) {
	return ports.RefundAnswer{}, domain.ErrUnavailable
}

func (noCharger) KeyLife() time.Duration { return 0 }

func (noCharger) LeastCharge(domain.Currency) int64 { return 0 }

// ownSealer seals with a secret that this process drew, and nobody else has.
type ownSealer struct{ cipher.AEAD }

func newSealer(random ports.Random) ownSealer {
	var key [32]byte
	random(key[:])
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return ownSealer{aead}
}

func (s ownSealer) Seal(aad, plaintext []byte) ([]byte, int) {
	return s.AEAD.Seal(nil, nil, plaintext, aad), 0
}

func (s ownSealer) Open(_ int, aad, sealed []byte) ([]byte, error) {
	return s.AEAD.Open(nil, nil, sealed, aad)
}
