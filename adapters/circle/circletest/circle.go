package circletest

import (
	"net/http"
	"sync"
	"time"
)

// Circle is the whole service: communities, people and tokens. It is an
// http.Handler for /api/v1 and /api/admin/v2. All methods may be called at any
// time, also while it serves.
type Circle struct {
	now func() time.Time

	mu          sync.Mutex
	communities []*community
	tokens      []*Token
	users       map[string]int64 // by lower-cased e-mail, in every community the same
	lastUser    int64
	lastMember  int64
	calls       []*Call
	answers     int
	complaints  []string
	faults      []*fault
	script      func(Call) *Reply
	early       map[string]time.Time // by token, or anyToken: not to call before
	closed      chan struct{}        // held calls are let go
	closing     sync.Once
}

var _ http.Handler = (*Circle)(nil)

// New makes a Circle without any community. Its clock is now; nil is the
// machine's.
func New(now func() time.Time) *Circle {
	if now == nil {
		now = time.Now
	}
	return &Circle{
		now:        now,
		users:      map[string]int64{},
		lastMember: 1719763,
		early:      map[string]time.Time{},
		closed:     make(chan struct{}),
	}
}

// Close lets go of calls that are held, without an answer. Twice is once.
func (c *Circle) Close() { c.closing.Do(func() { close(c.closed) }) }
