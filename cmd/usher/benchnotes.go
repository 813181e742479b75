package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// notes are what clients saw between open and close.
type notes struct {
	began time.Time
	given atomic.Int64 // requests that have their time

	mu    sync.Mutex
	noted bool
	waits []time.Duration
	errs  int
	err   error // the first
}

// next gives the next request its time.
func (n *notes) next(rate float64) time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.began.IsZero() {
		n.began = time.Now()
	}
	return n.began.Add(time.Duration(float64(n.given.Add(1)) / rate * float64(time.Second)))
}

func (n *notes) open()  { n.mu.Lock(); n.noted = true; n.mu.Unlock() }
func (n *notes) close() { n.mu.Lock(); n.noted = false; n.mu.Unlock() }

func (n *notes) add(wait time.Duration, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case !n.noted:
	case err != nil:
		n.errs++
		if n.err == nil {
			n.err = err
		}
	default:
		n.waits = append(n.waits, wait)
	}
}

// into adds what was seen in one round to its figure.
func (n *notes) into(f *figure, spent time.Duration, before, after used) error {
	if len(n.waits) == 0 && n.err != nil {
		return cannotOpen("the server that is measured does not answer: "+n.err.Error(), "")
	}
	f.waits, f.rates = append(f.waits, n.waits...), append(f.rates, float64(len(n.waits))/spent.Seconds())
	f.spent += spent
	f.Errors += n.errs
	f.Commits += after.Commits - before.Commits
	if before.CPU == nil || after.CPU == nil {
		f.cpu = -1
	} else {
		f.cpu += *after.CPU - *before.CPU
	}
	return nil
}
