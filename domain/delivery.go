package domain

import (
	"cmp"
	"time"
)

// DeliveryStatus is how far a delivery is.
type DeliveryStatus string

// The statuses. Only what waits is tried.
const (
	DeliveryWaiting   DeliveryStatus = "waiting"
	DeliveryDelivered DeliveryStatus = "delivered"
	DeliveryFailed    DeliveryStatus = "failed"  // given up
	DeliverySkipped   DeliveryStatus = "skipped" // there was nothing to tell, or nobody any more
)

// Delivery is one thing to tell one webhook. It names ids and holds no address
// and no key: what is sent is written when it is sent.
type Delivery struct {
	ID        DeliveryID
	SellerID  SellerID
	WebhookID WebhookID
	EventID   EventID // what receivers know it by: of one event a webhook is told once
	Subject   string  // of one subject a webhook is told in order, one at a time
	Seq       int64   // its place in that order
	Event     string  // the event's name
	Topic     Topic   // what the webhook is told
	Payload   string  // the event's fields, as JSON
	At        time.Time

	Status     DeliveryStatus
	FirstDueAt time.Time // from when on it is tried
	Tries      int64
	DueAt      time.Time // not tried before that
	TriedAt    time.Time // the last time; zero: never
	Answered   int64     // the last HTTP status; 0: there was none
	Why        string    // the code of the last failure; empty: there was none
	DoneAt     time.Time // when it stopped waiting; zero: it waits

	CreatedAt time.Time
}

// Post is what a try of a delivery came to.
type Post struct {
	Status     int           // of HTTP; 0: nobody answered
	RetryAfter time.Duration // as it asked for; 0: it did not
	Why        string        // the code of what kept it from answering: refused, timeout, forbidden_address, ...
}

// OK reports whether it was taken: any 2xx.
func (p Post) OK() bool { return p.Status >= 200 && p.Status < 300 }

// goneStatus says that a receiver wants nothing any more, ever.
const goneStatus = 410

// giveUpAfter is how long a durable delivery is tried, and durableWaits after how
// long again: Standard Webhooks' schedule, which ends after three days.
const giveUpAfter = 3 * 24 * time.Hour

var durableWaits = []time.Duration{
	5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour,
}

// pingWaits are those of the API that usher is compatible with; what is not
// answered, or with another status than these, is not tried again.
var (
	pingWaits    = []time.Duration{time.Minute, 3 * time.Minute, 10 * time.Minute}
	pingStatuses = map[int]bool{499: true, 500: true, 502: true, 503: true, 504: true}
)

// Admit reports whether a webhook may be tried now, and marks the try. While it
// is known to be dead one try at a time finds out whether it still is; the others
// wait until then.
func (w *Webhook) Admit(at time.Time) (until time.Time, ok bool) {
	if w.Failures < failuresToOpen {
		return time.Time{}, true
	}
	if at.Before(w.RetryAt) {
		return w.RetryAt, false
	}
	w.RetryAt = at.Add(probeFor)
	return time.Time{}, true
}

// Posted notes what a try came to, with the webhook and the delivery. A webhook
// that took it is alive; one that is gone is stopped.
func (w *Webhook) Posted(d *Delivery, p Post, at time.Time) {
	d.Tries++
	d.TriedAt, d.Answered, d.Why = at, int64(p.Status), cmp.Or(p.Why, "bad_status")
	switch {
	case p.OK():
		w.Failures, w.RetryAt = 0, time.Time{}
		d.Why = ""
		d.done(DeliveryDelivered, at)
		return
	case w.Durable && p.Status == goneStatus:
		w.Stop(StoppedGone, at)
		d.done(DeliveryFailed, at)
		return
	case !w.Durable:
		again := d.Tries <= int64(len(pingWaits)) && pingStatuses[p.Status]
		if !again {
			d.done(DeliveryFailed, at)
			return
		}
		d.DueAt = at.Add(pingWaits[d.Tries-1])
		return
	}
	w.Failures++
	if w.Failures >= failuresToOpen {
		w.RetryAt = at.Add(min(longestBreak, time.Minute<<min(w.Failures-failuresToOpen, 6)))
	}
	if p.RetryAfter > 0 {
		w.RetryAt = Later(w.RetryAt, at.Add(min(p.RetryAfter, 24*time.Hour)))
		w.Failures = max(w.Failures, failuresToOpen)
	}
	wait := durableWaits[min(d.Tries, int64(len(durableWaits)))-1]
	d.DueAt = Later(at.Add(wait), at.Add(min(p.RetryAfter, 24*time.Hour)))
	if d.DueAt.After(d.FirstDueAt.Add(giveUpAfter)) {
		d.done(DeliveryFailed, at)
	}
}

// Skip ends a delivery of which there is nothing to tell, or nobody to tell it to.
func (d *Delivery) Skip(why string, at time.Time) {
	d.Why = why
	d.done(DeliverySkipped, at)
}

func (d *Delivery) done(as DeliveryStatus, at time.Time) { d.Status, d.DoneAt = as, at }

// Again has a delivery made once more, as if it were new: its receiver knows by
// its event's id whether it had it. One that waits is tried at once.
func (d *Delivery) Again(at time.Time) {
	d.Status, d.FirstDueAt, d.DueAt, d.DoneAt, d.Tries = DeliveryWaiting, at, at, time.Time{}, 0
}
