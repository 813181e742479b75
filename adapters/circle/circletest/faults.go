package circletest

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Reply is what a call gets instead of Circle's own answer. The zero Reply is
// status 200 with an empty body, and nothing done.
type Reply struct {
	Status int // 0 = 200
	Header map[string]string
	Body   string
	Effect bool // the call is carried out before
	Closed bool // the connection ends without an answer
	Held   bool // no answer until the caller gives up or the Circle closes
}

// ServerError is a fault of Circle's: 500 and nothing else (V1-14).
func ServerError() Reply { return Reply{Status: http.StatusInternalServerError} }

// BadGateway is a fault in front of Circle: 502 and a page.
func BadGateway() Reply {
	return Reply{
		Status: http.StatusBadGateway, Header: map[string]string{"Content-Type": "text/html"},
		Body: "<html><body><h1>502 Bad Gateway</h1></body></html>",
	}
}

// TooMany is 429 as Circle says it: without a word on when to come back, which
// means 60 seconds (V2-20).
func TooMany() Reply { return Reply{Status: http.StatusTooManyRequests} }

// TooManyFor is 429 with a Retry-After of whole seconds, rounded up.
func TooManyFor(d time.Duration) Reply {
	seconds := int64((d + time.Second - 1) / time.Second)
	return Reply{
		Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": strconv.FormatInt(seconds, 10)},
		Body: `{"success":false,"message":"Too many requests."}`,
	}
}

// TooManyPage is 429 from what stands in front of Circle: a page. It means all
// tokens of the caller.
func TooManyPage() Reply {
	return Reply{
		Status: http.StatusTooManyRequests, Header: map[string]string{"Content-Type": "text/html"},
		Body: "<html><body><h1>Error 1015: you are being rate limited</h1></body></html>",
	}
}

// NotReached ends the connection before anything is done.
func NotReached() Reply { return Reply{Closed: true} }

// ReplyLost does what was asked and ends the connection without an answer.
func ReplyLost() Reply { return Reply{Effect: true, Closed: true} }

// Slow does what was asked and keeps the answer until the caller gives up.
func Slow() Reply { return Reply{Effect: true, Held: true} }

// BrokenJSON does what was asked and answers 200 with what is no JSON (V1-14).
func BrokenJSON() Reply {
	return Reply{Header: map[string]string{"Content-Type": "text/html"}, Body: "<html>oops</html>", Effect: true}
}

type fault struct {
	left  int
	reply Reply
	of    []Operation // none = all
}

// Fail has the next n calls of these operations answered with r; no operation
// means all. What was stated before comes first. For a token that is refused
// from now on see [Circle.RevokeToken].
func (c *Circle) Fail(n int, r Reply, of ...Operation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &fault{left: n, reply: r, of: of})
}

// Heal forgets all that Fail said.
func (c *Circle) Heal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

// Script asks f about each call, before what Fail said counts; nil means that
// this call is answered as without a script. f is called for one call at a time
// and must not call methods of the Circle. Script(nil) ends it.
func (c *Circle) Script(f func(Call) *Reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.script = f
}

// instead is the reply that somebody asked for in place of the true one.
func (c *Circle) instead(call Call) *Reply {
	if c.script != nil {
		if r := c.script(call); r != nil {
			return r
		}
	}
	for _, f := range c.faults {
		if f.left > 0 && (len(f.of) == 0 || slices.Contains(f.of, call.Operation)) {
			f.left--
			return &f.reply
		}
	}
	return nil
}
