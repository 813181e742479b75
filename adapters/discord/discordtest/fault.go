package discordtest

import (
	"net/http"
	"slices"
	"time"
)

// Kind is a way in which calls go wrong.
type Kind string

// The kinds.
const (
	ServerError     Kind = "server_error"     // 500, and nothing was done
	BadGateway      Kind = "bad_gateway"      // 502 with HTML
	Overloaded      Kind = "overloaded"       // 503 with code 130000
	Limited         Kind = "limited"          // 429 of the call's bucket
	LimitedShared   Kind = "limited_shared"   // 429 of a limit that others use up, too
	LimitedGlobally Kind = "limited_globally" // 429 of the bot, without a bucket
	LimitedHTML     Kind = "limited_html"     // 429 of Cloudflare: HTML
	Closed          Kind = "closed"           // the connection ends before anything was done
	Lost            Kind = "lost"             // it is done, and then the connection ends
	Slow            Kind = "slow"             // it is done, and the answer waits
	BrokenJSON      Kind = "broken_json"      // it is done, and the answer is 200 with broken JSON
	Unauthorized    Kind = "unauthorized"     // 401, as of a revoked token
)

// Always is the number of times that never ends.
const Always = -1

// Fault makes calls go wrong.
type Fault struct {
	Kind       Kind
	Op         Op            // empty: whichever call comes
	Times      int           // how many calls; 0: one; Always: from now on
	RetryAfter time.Duration // of a limit; 0: 1.337 s, and 64.57 s of the bot's
	Delay      time.Duration // of Slow; 0: an hour
}

// Fail adds faults. Each call has the first that fits it; a call that nobody is
// known to have made has none.
func (d *Discord) Fail(faults ...Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range faults {
		if f.Times == 0 {
			f.Times = 1
		}
		d.faults = append(d.faults, &f)
	}
}

// Mend ends all faults.
func (d *Discord) Mend() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = nil
}

// fault takes the fault that a call has.
func (d *Discord) fault(op Op) (Fault, bool) {
	at := slices.IndexFunc(d.faults, func(f *Fault) bool { return f.Op == "" || f.Op == op })
	if at < 0 {
		return Fault{}, false
	}
	f := *d.faults[at]
	if f.Times > 0 {
		if d.faults[at].Times--; d.faults[at].Times == 0 {
			d.faults = slices.Delete(d.faults, at, at+1)
		}
	}
	return f, true
}

// apply answers a call that has a fault. do is what the call does otherwise.
func (d *Discord) apply(f Fault, c *Call, do func() Reply) Reply {
	wait := f.RetryAfter
	if wait == 0 {
		wait = 1337 * time.Millisecond
	}
	switch f.Kind {
	case ServerError:
		return refuse(500, 0, "500: Internal Server Error")
	case BadGateway:
		return page(http.StatusBadGateway, "<html><head><title>502 Bad Gateway</title></head></html>")
	case Overloaded:
		return overloaded
	case Limited:
		return d.limited(c, wait, "user")
	case LimitedShared:
		return d.limited(c, wait, "shared")
	case LimitedGlobally:
		if f.RetryAfter == 0 {
			wait = 64570 * time.Millisecond
		}
		return globally(wait)
	case LimitedHTML:
		p := page(http.StatusTooManyRequests, "<html><head><title>Access denied</title></head></html>")
		return p.with(http.Header{"Retry-After": {whole(wait)}})
	case Closed:
		return Reply{Closed: true}
	case Lost:
		do()
		return Reply{Closed: true}
	case Slow:
		p := do()
		if p.Delay = f.Delay; p.Delay == 0 {
			p.Delay = time.Hour
		}
		return p
	case BrokenJSON:
		do()
		return Reply{Status: http.StatusOK, Body: `{"id":`}
	case Unauthorized:
		return unauthorized
	}
	panic("discordtest: no such fault: " + string(f.Kind))
}

func page(status int, html string) Reply {
	return Reply{Status: status, Body: html, Header: http.Header{"Content-Type": {"text/html; charset=UTF-8"}}}
}
