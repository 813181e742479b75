package api

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// getClock shows business time.
func getClock(c *call) (answer, error) {
	if _, err := c.seller(domain.ViewSales); err != nil {
		return answer{}, err
	}
	now, test, err := c.usher.Clock.Now(c.r.Context())
	if err != nil {
		return answer{}, err
	}
	return answer{body: clockBody{Now: now.UTC(), TestClock: test}}, nil
}

// advanceClock moves the test clock, and tells of each stop in a line of its
// own, the last one with "done". Once the first line has left, a failure is a
// line as well. What is remembered under a key is where it goes, so a repeat goes
// on to there and no further.
func advanceClock(c *call) (answer, error) {
	seller, err := c.seller(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var by *string
	var to *time.Time
	if err := c.read(fields{"by": &by, "to": &to}); err != nil {
		return answer{}, err
	}
	now, test, err := c.usher.Clock.Now(c.r.Context())
	switch {
	case err != nil:
		return answer{}, err
	case (by == nil) == (to == nil):
		return answer{}, malformed(`must say how far: "by", such as "31d", or "to", a time`)
	case by != nil:
		there, err := app.Ahead(now, *by)
		if err != nil {
			return answer{}, err
		}
		to = &there
	}
	if most, _ := app.Ahead(now, "100y"); to.After(most) {
		return answer{}, domain.InvalidField("to", "must be at most 100 years ahead")
	}
	if !test {
		return answer{}, domain.ErrNoTestClock
	}
	there, err := c.onceOrAgain(seller, func() (answer, error) { return answer{body: to.UTC()}, nil })
	if err != nil {
		return answer{}, err
	}
	if there.replayed {
		c.w.Header().Set("Idempotent-Replayed", "true")
		if err := json.Unmarshal(there.body.(json.RawMessage), to); err != nil {
			return answer{}, err
		}
	}
	s := stream{c: c}
	last, err := c.usher.Clock.Advance(c.r.Context(), *to, func(at app.Step) { s.line(stepBody{At: at.At.UTC(), Jobs: at.Jobs, Waits: at.Waits}) })
	switch {
	case err != nil && !s.begun:
		return answer{}, err
	case err != nil:
		_, _, p := problemOf(err)
		c.log.ErrorContext(c.r.Context(), "the clock stopped on its way", "error", err)
		s.line(p)
	default:
		s.line(stepBody{At: last.At.UTC(), Jobs: last.Jobs, Done: true})
	}
	return answer{written: true}, nil
}

// stream writes lines of JSON, each as soon as it is there.
type stream struct {
	c     *call
	begun bool
}

func (s *stream) line(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs
	}
	to := http.NewResponseController(s.c.w)
	if !s.begun {
		s.begun = true
		_ = to.SetWriteDeadline(time.Time{}) // years of renewals take their time; a server without deadlines needs none lifted
		s.c.w.Header().Set("Content-Type", "application/jsonl")
	}
	_, _ = s.c.w.Write(append(text, '\n')) // a client that has gone ends the request's context
	_ = to.Flush()
}
