package domain

import (
	"net/url"
	"slices"
	"time"
)

// Format is what a webhook is sent.
type Format string

// The formats.
const (
	EventFormat Format = "event" // usher's own events, as JSON, signed as Standard Webhooks says (standardwebhooks.com)
	PingFormat  Format = "ping"  // the pings of the API that usher is compatible with, unsigned
)

// Why nothing is sent to a webhook any more.
const (
	StoppedGone     = "gone"      // it answered 410: it does not want any more (Standard Webhooks)
	StoppedBySeller = "by_seller" // paused
)

// What a webhook is: how long its address is, how long a rotated secret still
// signs, and when a dead one is left alone for a while.
const (
	maxURLInBytes     = 2000
	bothSecretsSign   = 24 * time.Hour
	failuresToOpen    = 5 // in a row
	longestBreak      = time.Hour
	probeFor          = time.Minute
	maxWebhookNameLen = 200
)

// Webhook is an address at which a seller's program is told what happens. Its
// secret is kept apart, sealed.
type Webhook struct {
	ID            WebhookID
	SellerID      SellerID
	ApplicationID ApplicationID // through which it was asked for; empty: by a token of the seller's own, or here
	Name          string        // what the seller calls it; may be empty
	URL           string
	Format        Format
	Topics        Topics // of events; empty: all
	Ping          Topic  // of pings: the one that it gets
	Durable       bool   // tried again for three days after every failure; events always are

	SecretSetAt time.Time // when its secret was made; zero: nothing is signed
	RotatedAt   time.Time // when the secret before it was replaced; zero: there was none

	Failures  int64     // tries in a row that failed
	RetryAt   time.Time // nobody tries before that; zero: all may
	StoppedAt time.Time // zero: it is sent to
	Stopped   string    // why
	CreatedAt time.Time
	DeletedAt time.Time // zero: it is there
}

// Check refuses a webhook whose fields break a rule of form, naming the field.
func (w Webhook) Check() error {
	if err := first(checkID("id", string(w.ID)), checkID("seller", string(w.SellerID)), checkText("name", w.Name, maxWebhookNameLen), CheckWebhookURL(w.URL)); err != nil {
		return err
	}
	switch w.Format {
	case EventFormat:
		made, err := MakeTopics(w.Topics.All()...)
		switch {
		case err != nil:
			return err
		case made != w.Topics:
			return InvalidField("topics", "must be in alphabetical order, each once")
		case w.Ping != "":
			return InvalidField("ping", "belongs to the format ping")
		case !w.Durable:
			return InvalidField("durable", "must be true: events are tried again for three days")
		}
	case PingFormat:
		switch {
		case !slices.Contains(pings, w.Ping):
			return InvalidField("ping", "must be one of "+listed(pings))
		case w.Topics != "":
			return InvalidField("topics", "belong to the format event")
		}
	default:
		return InvalidField("format", "must be event or ping")
	}
	if w.CreatedAt.IsZero() {
		return InvalidField("created_at", "is missing")
	}
	return nil
}

// CheckWebhookURL refuses what is no address that can be posted to. Whether it
// leads into a network of one's own is only known when it is called.
func CheckWebhookURL(address string) error {
	if err := checkText("url", address, maxURLInBytes); err != nil {
		return err
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return InvalidField("url", "must be a web address such as https://example.com/hooks")
	case u.User != nil:
		return InvalidField("url", "must hold no password: it would be shown in lists")
	case u.Fragment != "":
		return InvalidField("url", "must have no part behind a #: it is never sent")
	}
	return nil
}

// Live reports whether it is sent to.
func (w Webhook) Live() bool { return w.DeletedAt.IsZero() && w.StoppedAt.IsZero() }

// Tells returns what the webhook is told when this happens, and false if nothing.
// What happened before it was made it is not told.
func (w Webhook) Tells(event string, at time.Time) (Topic, bool) {
	if !w.Live() || at.Before(w.CreatedAt) {
		return "", false
	}
	if w.Format == PingFormat {
		return w.Ping, slices.Contains(pingsOf[event], w.Ping)
	}
	return Topic(event), w.Topics.has(Topic(event))
}

// pingsOf says which pings an event may be. Whether it is one also hangs on what
// it happened to, and that is looked at when it is sent: [News.AsPing].
var pingsOf = map[string][]Topic{
	PurchaseCompleted{}.EventName():  {PingSale},
	PurchasePreordered{}.EventName(): {PingSale},
	PaymentPaid{}.EventName():        {PingSale},
	PurchaseRefunded{}.EventName():   {PingRefund},
	PaymentRefunded{}.EventName():    {PingRefund},
	PurchaseDisputed{}.EventName():   {PingDispute},
	PaymentDisputed{}.EventName():    {PingDispute},
	DisputeWon{}.EventName():         {PingDisputeWon},
	DisputeClosed{}.EventName():      {PingDisputeWon},

	MembershipCancelled{}.EventName(): {PingCancellation},
	MembershipEnded{}.EventName():     {PingMembershipEnded, PingCancellation},
	MembershipRestarted{}.EventName(): {PingMembershipRestarted},
	MembershipResumed{}.EventName():   {PingMembershipRestarted},
	MembershipChanged{}.EventName():   {PingMembershipUpdated},
	ChangeScheduled{}.EventName():     {PingMembershipUpdated},
}

// BothSign reports whether the secret of before still signs, beside the one that
// replaced it: for a day, in which receivers learn the new one.
func (w Webhook) BothSign(at time.Time) bool {
	return !w.RotatedAt.IsZero() && at.Before(w.RotatedAt.Add(bothSecretsSign))
}

// Stop ends sending. Twice is once.
func (w *Webhook) Stop(why string, at time.Time) {
	if w.StoppedAt.IsZero() {
		w.StoppedAt, w.Stopped = at, why
	}
}

// Resume has it sent to again, from what happens next. Twice is once.
func (w *Webhook) Resume() {
	w.StoppedAt, w.Stopped, w.Failures, w.RetryAt = time.Time{}, "", 0, time.Time{}
}
