package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// notes are what one round of a figure is about. Each client keeps its own
// waits, so that clients do not wait for each other.
type notes struct {
	began time.Time    // of requests that come at a rate
	given atomic.Int64 // requests that have their time, or their key
	noted atomic.Bool  // what is answered now counts
	over  atomic.Bool  // nothing more is asked

	mu    sync.Mutex
	waits []time.Duration
	errs  int
	err   error // the first
}

// next gives the next request its time.
func (n *notes) next(rate float64) time.Time {
	return n.began.Add(time.Duration(float64(n.given.Add(1)) / rate * float64(time.Second)))
}

// add takes over what one client has seen.
func (n *notes) add(waits []time.Duration, errs int, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waits = append(n.waits, waits...)
	n.errs += errs
	if n.err == nil {
		n.err = err
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
	if before.Commits != nil && after.Commits != nil {
		commits := *after.Commits - *before.Commits
		if f.Commits != nil {
			commits += *f.Commits
		}
		f.Commits = &commits
	}
	if before.CPU == nil || after.CPU == nil || f.cpu < 0 {
		f.cpu = -1
		return nil
	}
	cpu := *after.CPU - *before.CPU
	f.cpu += cpu
	f.cpus = append(f.cpus, cpu/float64(max(1, len(n.waits))))
	return nil
}
