package cases

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// TestIntegrations plays every case of integrations.jsonl against every store.
func TestIntegrations(t *testing.T) {
	playOutside(t, readLines(t, "integrations.jsonl", parsePlayed), os.Getenv("USHER_CASES") == "")
}

// TestIntegrations_ownCases plays the cases of testdata: words that no other case
// of the project says, and rules that none shows.
func TestIntegrations_ownCases(t *testing.T) {
	playOutside(t, readFile(t, "testdata/integrations.jsonl", parsePlayed), false)
}

func parseOutside(data []byte) lineOf[outsideCase] { return parseLine(data, checkOutside) }

// playOutside plays cases on every store. Of the whole of the project's, each place
// that may hold a secret must hold one.
func playOutside(t *testing.T, cases []lineOf[outsideCase], whole bool) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			open := store.ready(t)
			var needs usedPlaces
			t.Cleanup(func() { needs.all(t, len(cases), whole) })
			for _, c := range cases {
				t.Run(c.id, func(t *testing.T) {
					t.Parallel()
					if len(c.faults) > 0 {
						t.Fatalf("the case says what is not known:\n\t%s", strings.Join(c.faults, "\n\t"))
					}
					s := newScene(t, &c.says, open)
					s.others = others(cases, c.id)
					for _, wrong := range s.play() {
						t.Error(wrong)
					}
					needs.judge(t, s.leavings())
				})
			}
		})
	}
}

// others are the cases that run_all_cases runs.
func others(cases []lineOf[outsideCase], id string) (all []lineOf[outsideCase]) {
	for _, c := range cases {
		runsAll := slices.ContainsFunc(c.says.Events, func(e happening) bool { return e.Type == "run_all_cases" })
		if c.id != id && !runsAll && len(c.faults) == 0 {
			all = append(all, c)
		}
	}
	return all
}

// play returns what came otherwise than expected.
func (s *scene) play() (wrong []string) {
	if s.c.CallsOf != "" {
		s.out.foreign = s.foreign
	}
	if s.c.Given.Parallel {
		wrong = s.allAtOnce()
	} else {
		for i, e := range s.c.Events {
			if err := s.step(e); err != nil {
				return append(wrong, fmt.Sprintf("events[%d] %s: %v", i, e.Type, err))
			}
			s.callsAfter = append(s.callsAfter, s.out.made())
			if s.Failed() {
				return wrong
			}
		}
	}
	if d := time.Duration(s.c.DoneWithin); d > 0 {
		s.moveTo(s.clock.now().Add(d))
	}
	wrong = append(wrong, s.out.left()...)
	wrong = append(wrong, s.compare()...)
	if len(wrong) > 0 {
		for name, p := range s.procs {
			s.Logf("log of %s:\n%s", name, p.log)
		}
	}
	return wrong
}

func (o *theOutside) made() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.calls
}

// step carries out one event and the work that is due then. What usher refuses
// is the answer of the event; any other error fails the case.
func (s *scene) step(e happening) error {
	s.mu.Lock()
	s.said = lastAnswer{}
	s.mu.Unlock()
	err := s.happens(e)
	if err != nil {
		refused, ok := errors.AsType[*domain.Error](err)
		if !ok || refused.Kind == domain.Internal {
			return err
		}
		s.Logf("%s was refused: %v", e.Type, err)
		s.said.err = err
	}
	if e.Fault != "" {
		s.workWithFault(e.Fault)
		return nil
	}
	s.work()
	return nil
}

// allAtOnce carries all events out at the same time.
func (s *scene) allAtOnce() []string {
	var wg sync.WaitGroup
	errs := make([]error, len(s.c.Events))
	for i, e := range s.c.Events {
		wg.Go(func() { errs[i] = s.happens(e) })
	}
	wg.Wait()
	for i, err := range errs {
		if refused, ok := errors.AsType[*domain.Error](err); err != nil && (!ok || refused.Kind == domain.Internal) {
			return []string{fmt.Sprintf("events[%d]: %v", i, err)}
		}
	}
	s.work()
	s.callsAfter = append(s.callsAfter, s.out.made())
	return nil
}

// foreign reports whether a request is of another connection than the one whose
// calls are compared.
func (s *scene) foreign(r *http.Request) bool {
	c := s.conns[s.c.CallsOf]
	if c.Service == domain.Discord {
		return !strings.Contains(r.URL.Path, "/guilds/"+c.RemoteID)
	}
	return !strings.HasSuffix(r.Header.Get("Authorization"), " "+s.tokenOf(s.c.CallsOf))
}

// everything is all that is stored, as text.
func (s *scene) everything() string {
	text := s.dump()
	for _, seller := range s.sellers {
		s.view(ports.Seller(seller.ID), func(ctx context.Context, tx ports.Tx) error {
			tokens, err := tx.Tokens.List(ctx, ports.Cursor{}, 1000)
			if err != nil {
				return err
			}
			seats, err := tx.Seats.List(ctx, ports.Cursor{}, 1000)
			if err != nil {
				return err
			}
			mails, err := tx.Mails.List(ctx, ports.Cursor{}, 1000)
			text += fmt.Sprintf("%+v\n%+v\n%+v\n", tokens, seats, mails)
			return err
		})
	}
	return text + rawText(s.T, s.store)
}
