package discord

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// refused is a limiter at work on answers that a test makes up.
type refused struct {
	*Limiter
	t     *testing.T
	start time.Time
	now   time.Time
	n     int
}

func newRefused(t *testing.T) *refused {
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	r := &refused{t: t, start: at, now: at}
	r.Limiter = NewLimiter(func() time.Time { return r.now })
	return r
}

// ask asks for one more call, of another person each time, and has it answered.
func (r *refused) ask(a answer, unhurried bool) *hold {
	r.n++
	q := request{op: opMe, by: person, token: AccessToken(fmt.Sprint(r.n)), unhurried: unhurried}
	b, held := r.enter(&q)
	if held == nil {
		r.left(&q, b, &a)
	}
	return held
}

// fill has so many calls answered, at a pace that nothing else objects to.
func (r *refused) fill(n int, a answer) {
	r.t.Helper()
	for i := range n {
		if i%budget == 0 && i > 0 {
			r.now = r.now.Add(time.Second)
		}
		if held := r.ask(a, false); held != nil {
			r.t.Fatalf("the %dth call is held: %+v", i, held)
		}
	}
	r.now = r.now.Add(time.Second)
}

func TestLimiter_refusals(t *testing.T) {
	bucket := answer{status: http.StatusTooManyRequests, retryAfter: time.Millisecond, bucket: "b", limit: 1}
	shared, user := bucket, bucket
	shared.scope, user.scope = "shared", "user"
	for _, row := range []struct {
		name   string
		answer answer
		counts bool
	}{
		{"403", answer{status: http.StatusForbidden}, true},
		{"401 of a person", answer{status: http.StatusUnauthorized}, true},
		{"404", answer{status: http.StatusNotFound}, false},
		{"429", user, true},
		{"429 that is shared", shared, false},
		{"500", answer{status: http.StatusInternalServerError}, false},
	} {
		t.Run("a thousand of "+row.name, func(t *testing.T) {
			r := newRefused(t)
			r.fill(badSlow-1, row.answer)
			if held := r.ask(row.answer, true); held != nil {
				t.Fatalf("a sweep is held before the thousandth: %+v", held)
			}
			if held := r.ask(row.answer, false); held != nil {
				t.Errorf("what is urgent is held: %+v", held)
			}
			held := r.ask(answer{status: 200}, true)
			if (held != nil) != row.counts {
				t.Fatalf("a sweep is held: %+v, want %t", held, row.counts)
			}
			if !row.counts {
				return
			}
			r.now = r.start.Add(badWindow - 1)
			if held := r.ask(answer{status: 200}, true); held == nil || held.cause != domain.CauseRateLimited || held.wait != 1 {
				t.Errorf("before ten minutes are over a sweep is held: %+v", held)
			}
			r.now = r.start.Add(badWindow)
			if held := r.ask(answer{status: 200}, true); held != nil {
				t.Errorf("after ten minutes a sweep is held: %+v", held)
			}
		})
	}
	t.Run("five thousand stop everything", func(t *testing.T) {
		r := newRefused(t)
		r.fill(badStop, answer{status: http.StatusForbidden})
		if held := r.ask(answer{status: 200}, false); held == nil || held.wait != r.start.Add(badWindow).Sub(r.now) {
			t.Errorf("a call is held: %+v", held)
		}
		if _, held := r.enter(&request{op: opSelf, by: bot, probe: true}); held == nil {
			t.Error("a question for the token is let through")
		}
		r.now = r.start.Add(badWindow)
		if held := r.ask(answer{status: 200}, false); held != nil {
			t.Errorf("after ten minutes a call is held: %+v", held)
		}
	})
}

// TestSweep has so much refused that a sweep gives way, and nothing else does.
func TestSweep(t *testing.T) {
	r := newRefused(t)
	r.fill(badSlow, answer{status: http.StatusForbidden})
	nobody := roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("nobody there") })
	client, err := New(Config{ClientID: "5", ClientSecret: "s", BotToken: "b", Limiter: r.Limiter, HTTP: &http.Client{Transport: nobody}})
	if err != nil {
		t.Fatal(err)
	}
	business := r.start.Add(1000 * time.Hour)
	c := NewCommunity(client, func() time.Time { return business })
	for _, row := range []struct {
		door ports.Door
		want domain.Trouble
	}{
		{ports.Door{RemoteID: "9", Sweep: true}, domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseRateLimited, TryAt: business.Add(r.start.Add(badWindow).Sub(r.now)), Detail: "not sent"}},
		{ports.Door{RemoteID: "9"}, domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Detail: "no answer", Lost: true}},
	} {
		_, err := c.Look(t.Context(), row.door, "8")
		if got, ok := errors.AsType[*domain.Trouble](err); !ok || *got != row.want {
			t.Errorf("sweep %t: %+v, want %+v", row.door.Sweep, err, row.want)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
