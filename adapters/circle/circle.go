package circle

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Client speaks to Circle for any number of accounts. It may be used by many
// at once.
type Client struct {
	base    string
	http    *http.Client
	now     func() time.Time
	machine func() time.Time
	timeout time.Duration
	pace    *pace
}

// Options are what can be had otherwise. The zero Options are Circle itself.
type Options struct {
	BaseURL string           // scheme and host, to which /api is added; "" = https://app.circle.so
	HTTP    *http.Client     // nil = one that uses the proxy of the environment; its redirects and timeout do not count
	Now     func() time.Time // business time; nil = the machine's
	Machine func() time.Time // machine time; nil = the machine's
	Timeout time.Duration    // of a request with its answer, machine time; 0 = 10 s
	Hurry   bool             // send as fast as it comes, for a Circle of one's own
}

// New makes a client. Nil options are the zero Options.
func New(o *Options) *Client {
	if o == nil {
		o = &Options{}
	}
	c := &Client{
		base: strings.TrimSuffix(o.BaseURL, "/"), http: &http.Client{},
		now: o.Now, machine: o.Machine, timeout: o.Timeout, pace: newPace(o.Hurry),
	}
	if c.base == "" {
		c.base = "https://app.circle.so"
	}
	if o.HTTP != nil {
		*c.http = *o.HTTP
	}
	c.http.Timeout = 0 // the context has it, so that what went wrong can be told
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.now == nil {
		c.now = time.Now
	}
	if c.machine == nil {
		c.machine = time.Now
	}
	if c.timeout == 0 {
		c.timeout = 10 * time.Second
	}
	return c
}

// Dialect is one of Circle's two Admin APIs.
type Dialect string

// The dialects.
const (
	V1 Dialect = "v1"
	V2 Dialect = "v2"
)

// Account is who a call is made as.
type Account struct {
	Dialect   Dialect
	Token     Token
	Community int64 // v1 names it in every call; a v2 token has only one
	Sweep     bool  // gives way to other calls

	Counted func() `json:"-"` // is called for each request that Circle counts: all but those that it failed; may be nil
}

// Token is a secret of a seller. It is not shown by fmt, log/slog or
// encoding/json.
type Token string

const hidden = "(token)"

// Format writes that there is a token, whatever the verb.
func (Token) Format(f fmt.State, _ rune) { fmt.Fprint(f, hidden) }

// MarshalText is what encoders and log/slog write.
func (Token) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Community is one that a token can see.
type Community struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Slug string `json:"slug"`
}

// SpaceGroup is what people can be let into.
type SpaceGroup struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Member is somebody who is in a community, or invited.
type Member struct {
	ID    int64  `json:"id"`
	Email string `json:"email"` // as Circle writes it: lower case
	Name  string `json:"name"`
}

// Added is what came of adding somebody.
type Added struct {
	MemberID int64
	Known    bool // was in already
}
