package cases

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
)

// seatsOpener opens a world in which what is given holds, for one test.
type seatsOpener func(*testing.T, seatsGiven) (seatsWorld, error)

// readySeats is a kind of world. What ready prepares is for all cases and lasts
// as long as its test.
type readySeats struct {
	name  string
	ready func(*testing.T) seatsOpener
}

// seatsWorlds are what every case of seats is played against: the domain alone,
// and an usher on every store.
func seatsWorlds() []readySeats {
	all := []readySeats{{"domain", func(*testing.T) seatsOpener {
		return func(_ *testing.T, g seatsGiven) (seatsWorld, error) { return openDomain(g) }
	}}}
	for _, store := range stores {
		all = append(all, readySeats{store.name, openApp(store.ready)})
	}
	return all
}

// seatsWorld is one membership with its processor.
type seatsWorld interface {
	// work does what the clock alone brings about; no boundary of a period.
	work(at time.Time) error
	// happen carries an event out. An error that is not the domain's fails the case.
	happen(e seatsEvent) (seatsAnswer, error)
	// stored is the membership at rest.
	stored() domain.MembershipState
	// books are the processor's.
	books() *books
	// least is what the processor does not collect less than.
	least() int64
	// sound names what is stored and breaks a rule of form.
	sound() error
}

// seatsAnswer is what an event came to.
type seatsAnswer struct {
	result   domain.Result
	replayed bool
	skipped  int
	credit   int64
	quote    domain.Quote
}

// TestSeats plays every case of seats.jsonl.
func TestSeats(t *testing.T) { playSeats(t, readLines(t, "seats.jsonl", parseSeats)) }

func parseSeats(data []byte) lineOf[seatsCase] { return parseLine(data, checkSeats) }

func playSeats(t *testing.T, cases []lineOf[seatsCase]) {
	for _, world := range seatsWorlds() {
		t.Run(world.name, func(t *testing.T) {
			open := world.ready(t)
			for _, c := range cases {
				t.Run(c.id, func(t *testing.T) {
					t.Parallel()
					if len(c.faults) > 0 {
						t.Fatalf("the case says what is not known:\n\t%s", strings.Join(c.faults, "\n\t"))
					}
					w, err := open(t, c.says.Given)
					if err != nil {
						t.Fatalf("given: %v", err)
					}
					for _, wrong := range c.says.play(w) {
						t.Error(wrong)
					}
				})
			}
		})
	}
}

// play returns what came otherwise than expected, of the first event where
// anything did: what follows would only fail after it.
func (c *seatsCase) play(w seatsWorld) []string {
	for i, e := range c.Events {
		var wants []seatsExpect
		for _, x := range c.Expect {
			if x.AfterEvent == i {
				wants = append(wants, x)
			}
		}
		if wrong := seatsStep(w, e, wants); len(wrong) > 0 {
			for j := range wrong {
				wrong[j] = fmt.Sprintf("events[%d] %s: %s", i, e.Do, wrong[j])
			}
			return wrong
		}
	}
	return nil
}

// seatsStep carries out one event and returns what came otherwise than
// expected.
func seatsStep(w seatsWorld, e seatsEvent, wants []seatsExpect) (wrong []string) {
	if err := w.work(e.At.Time); err != nil {
		return []string{err.Error()}
	}
	before := w.stored()
	w.books().mark()
	got, err := w.happen(e)
	var refusal *domain.Error
	switch {
	case err == nil:
	case !errors.As(err, &refusal) || refusal.Kind == domain.Internal:
		return []string{fmt.Sprintf("failed: %v", err)}
	case !expectsError(wants):
		return []string{fmt.Sprintf("was refused: %v (%s)", err, refusal.Code)}
	default:
		if refusal.Code == domain.ErrPaymentDeclined.Code {
			before.InFlight = domain.InFlight{} // it has its answer
		}
		if after := w.stored(); after != before && !caughtUp(before, after, e.At.Time) {
			wrong = append(wrong, fmt.Sprintf("was refused, and changed what is stored: got %+v, want %+v", after, before))
		}
	}
	if err := w.sound(); err != nil {
		wrong = append(wrong, err.Error())
	}
	for _, want := range wants {
		wrong = append(wrong, want.compare(w, e.At.Time, got, refusal)...)
	}
	return wrong
}

// caughtUp reports whether a refused command did no more than to pass the
// boundaries that were due anyway.
func caughtUp(before, after domain.MembershipState, at time.Time) bool {
	before = before.CaughtUp(at)
	before.Version, before.LastAt = after.Version, after.LastAt
	return after.LastAt.Equal(at) && after == before
}

func expectsError(wants []seatsExpect) bool {
	for _, w := range wants {
		if w.Error != nil {
			return true
		}
	}
	return false
}
