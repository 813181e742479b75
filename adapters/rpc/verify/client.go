package verify

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"connectrpc.com/connect"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
)

// Options are how a [Client] asks. The zero value, and nil, mean the defaults.
type Options struct {
	// Grace is how long usher's last yes counts while usher cannot be reached. The
	// default is seven days; below zero, not at all.
	Grace time.Duration
	// Tries is how often usher is asked before that; the default is 3.
	Tries int
	// TryTimeout is how long one try may take; the default is five seconds.
	TryTimeout time.Duration
	// Wait is how long the second try waits at most. Each further one waits twice as
	// long, and up to half of a wait is left to chance. The default is half a second.
	Wait time.Duration
	// File keeps the last yes of each license over restarts, readable by its owner
	// only. It holds no key, but its digest, and nobody's name or address. One
	// process writes it. Empty: answers are remembered in memory.
	File string
	// HTTPClient sends requests; the default is http.DefaultClient.
	HTTPClient connect.HTTPClient

	// Now, Sleep and Random are the machine's clock, waiting on it, and chance from 0
	// to below 1. The defaults are the real ones; tests give their own.
	Now    func() time.Time
	Sleep  func(context.Context, time.Duration) error
	Random func() float64
}

// License says which license is asked for.
type License struct {
	Key       string
	Product   string // the product's id; empty: Permalink counts
	Permalink string
}

// Client asks usher about licenses. It is safe for concurrent use.
type Client struct {
	o      Options
	usher  usherv1connect.LicenseServiceClient
	answer *answers
}

// maxAnswer is how many bytes an answer may have.
const maxAnswer = 1 << 20

// New returns a client of the server at that address, such as
// https://usher.example.com. It asks nothing yet. A file that cannot be read is as
// if empty; [Verdict.FileErr] says so.
func New(baseURL string, o *Options) (*Client, error) {
	at, err := url.Parse(baseURL)
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" || at.User != nil || at.RawQuery != "" || at.Fragment != "" {
		return nil, errors.New("verify: the address must be such as https://usher.example.com")
	}
	if o == nil {
		o = &Options{}
	}
	c := &Client{o: *o}
	c.o.Grace = cmp.Or(o.Grace, 7*24*time.Hour)
	c.o.Tries = max(1, cmp.Or(o.Tries, 3))
	c.o.TryTimeout = cmp.Or(o.TryTimeout, 5*time.Second)
	c.o.Wait = cmp.Or(o.Wait, 500*time.Millisecond)
	if c.o.HTTPClient == nil {
		c.o.HTTPClient = http.DefaultClient
	}
	if c.o.Now == nil {
		c.o.Now = time.Now
	}
	if c.o.Sleep == nil {
		c.o.Sleep = sleep
	}
	if c.o.Random == nil {
		c.o.Random = rand.Float64
	}
	c.usher = usherv1connect.NewLicenseServiceClient(c.o.HTTPClient, strings.TrimRight(baseURL, "/"), connect.WithReadMaxBytes(maxAnswer))
	c.answer = openAnswers(c.o.File)
	return c, nil
}

// Check says what is known of a license, and counts nothing. It asks usher each
// time. A context that ends ends the asking, and then the last yes counts.
func (c *Client) Check(ctx context.Context, l License) Verdict { return c.ask(ctx, l, false) }

// Count is Check, and counts a use of the license, once at most: it is not known of
// a try that got no answer, so no further one counts.
func (c *Client) Count(ctx context.Context, l License) Verdict { return c.ask(ctx, l, true) }

func (c *Client) ask(ctx context.Context, l License, count bool) Verdict {
	wait := c.o.Wait
	var err error
	for try := range c.o.Tries {
		if try > 0 {
			chance := time.Duration(c.o.Random() * float64(wait/2))
			if c.o.Sleep(ctx, wait-chance) != nil {
				break
			}
			wait *= 2
		}
		var said *usherv1.VerifyResponse
		if said, err = c.try(ctx, l, count && try == 0); err == nil {
			return c.said(l, said.GetVerification())
		}
		if code, final := refusal(err); final {
			return Verdict{State: Denied, Reason: code, AsOf: c.o.Now(), FileErr: c.answer.forget(digest(l))}
		}
	}
	v := c.remembered(l)
	v.Err = err
	return v
}

// try asks once.
func (c *Client) try(ctx context.Context, l License, count bool) (*usherv1.VerifyResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.TryTimeout)
	defer cancel()
	got, err := c.usher.Verify(ctx, &usherv1.VerifyRequest{Key: l.Key, Product: l.Product, Permalink: l.Permalink, Count: count})
	if err == nil && got.GetVerification().GetEntitlement() == nil {
		err = errors.New("verify: the answer says nothing of what the license gives")
	}
	return got, err
}

// said is what follows from usher's own answer.
func (c *Client) said(l License, a *usherv1.Verification) Verdict {
	v := Verdict{State: Valid, AsOf: c.o.Now(), Answer: a}
	if a.Entitlement.Active {
		v.FileErr = c.answer.keep(digest(l), v.AsOf, a, c.o.Grace)
		return v
	}
	v.State, v.Reason = Denied, a.Entitlement.Reason
	v.FileErr = c.answer.forget(digest(l))
	return v
}

// refusal returns the code of a refusal that is usher's own, and false if err is
// anything else: a failure, a time-out, or somebody who is not usher.
func refusal(err error) (code string, final bool) {
	e, ok := errors.AsType[*connect.Error](err)
	if !ok || !connect.IsWireError(err) {
		return "", false
	}
	switch e.Code() {
	case connect.CodeInvalidArgument, connect.CodeNotFound, connect.CodeFailedPrecondition, connect.CodeUnauthenticated, connect.CodePermissionDenied:
	default:
		return "", false
	}
	for _, d := range e.Details() {
		if v, err := d.Value(); err == nil {
			if detail, ok := v.(*usherv1.ErrorDetail); ok && detail.Code != "" {
				return detail.Code, true
			}
		}
	}
	return "", false
}

// backward is how far a clock may be set back.
const backward = time.Hour

// remembered is what the last yes still says.
func (c *Client) remembered(l License) Verdict {
	at, a := c.answer.of(digest(l))
	v := Verdict{AsOf: at, Answer: a, FileErr: c.answer.trouble()}
	now := c.o.Now()
	age := now.Sub(at)
	switch until := a.GetEntitlement().GetAccessUntil(); {
	case a == nil:
		v.Reason = NeverSeen
	case age > c.o.Grace || age < -backward:
		v.Reason = TooOld
	case until != nil && !now.Before(until.AsTime()):
		v.Reason = Ended
	default:
		v.State = Stale
	}
	return v
}

// sleep waits, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
