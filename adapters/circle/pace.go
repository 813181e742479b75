package circle

import (
	"crypto/sha256"
	"errors"
	"sync"
	"time"
)

var errNotYet = errors.New("not sent: it is too early")

// What Circle bears, with room to spare: it takes 2,000 requests in 5 minutes
// from one address. A sweep leaves half of it to calls that people wait for.
const (
	perToken   = 5
	perAddress = 300
)

// pace says what may be sent now. Nobody waits in it.
type pace struct {
	hurry bool

	mu    sync.Mutex
	all   window
	each  map[key]*window   // by token
	until map[key]time.Time // by token, or the zero key for all: what a 429 said, in business time
}

// key stands for a token, so that no map is full of secrets.
type key [sha256.Size]byte

func newPace(hurry bool) *pace {
	return &pace{hurry: hurry, all: window{n: perAddress, long: time.Minute}, each: map[key]*window{}, until: map[key]time.Time{}}
}

// ask takes leave to send one request. If there is none, at is when to ask
// again, in business time; zero: soon.
func (p *pace) ask(a Account, now, machine time.Time) (at time.Time, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := key(sha256.Sum256([]byte(a.Token)))
	for _, who := range []key{k, {}} {
		if at, early := p.until[who]; early {
			if now.Before(at) {
				return at, false
			}
			delete(p.until, who)
		}
	}
	if p.hurry {
		return time.Time{}, true
	}
	w := p.each[k]
	if w == nil {
		for other, o := range p.each {
			if o.idle(machine) {
				delete(p.each, other)
			}
		}
		w = &window{n: perToken, long: time.Second}
		p.each[k] = w
	}
	if !w.room(machine, a.Sweep) || !p.all.room(machine, a.Sweep) {
		return time.Time{}, false
	}
	w.take(machine)
	p.all.take(machine)
	return time.Time{}, true
}

// wait keeps a token, or all, from sending until then.
func (p *pace) wait(a Account, until time.Time, all bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var who key
	if !all {
		who = sha256.Sum256([]byte(a.Token))
	}
	if until.After(p.until[who]) {
		p.until[who] = until
	}
}

// window allows n in any stretch of time that is so long.
type window struct {
	n    int
	long time.Duration
	sent []time.Time
}

func (w *window) room(now time.Time, sweep bool) bool {
	w.forget(now)
	most := w.n
	if sweep {
		most = w.n / 2
	}
	return len(w.sent) < most
}

func (w *window) take(now time.Time) { w.sent = append(w.sent, now) }

func (w *window) idle(now time.Time) bool { w.forget(now); return len(w.sent) == 0 }

// forget drops what is too long ago to count.
func (w *window) forget(now time.Time) {
	i := 0
	for i < len(w.sent) && now.Sub(w.sent[i]) >= w.long {
		i++
	}
	w.sent = append(w.sent[:0], w.sent[i:]...)
}
