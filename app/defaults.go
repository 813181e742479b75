package app

import (
	"crypto/rand"
	"time"

	"github.com/usherhq/usher/domain"
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
