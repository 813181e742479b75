package app

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// These are the only clock and the only chance in the core.

func machineClock() time.Time { return domain.Instant(time.Now()) }

func machineRandom(b []byte) { rand.Read(b) } // never fails: it ends the program instead

// ticker is how long the worker waits between looks at the store, in real time.
func ticker(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTicker(d)
	return t.C, t.Stop
}

// after returns a function that reports whether d of real time has gone by.
func after(d time.Duration) func() bool {
	end := time.Now().Add(d)
	return func() bool { return time.Now().After(end) }
}

// noCharger is what takes money where nobody was configured to: nothing leaves,
// and every payment is declined.
type noCharger struct{}

func (noCharger) Charge(context.Context, ports.Order) (domain.Answer, error) {
	return domain.Answer{Status: domain.NotPaid, Decline: domain.HardDecline}, nil
}

func (c noCharger) Find(ctx context.Context, o ports.Order) (domain.Answer, bool, error) {
	a, err := c.Charge(ctx, o)
	return a, true, err
}

func (c noCharger) Void(ctx context.Context, o ports.Order) (domain.Answer, error) {
	return c.Charge(ctx, o)
}

func (noCharger) Refund(context.Context, ports.RefundOrder) (ports.RefundAnswer, error) {
	return ports.RefundAnswer{}, nil
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
