package cases

import (
	"fmt"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
)

// TestLicense plays every case of license.jsonl against every store.
func TestLicense(t *testing.T) { playLicense(t, read(t, "license.jsonl")) }

// TestLicense_ownCases plays the cases of testdata: words that no other case of
// the project says, and rules that none shows.
func TestLicense_ownCases(t *testing.T) {
	playLicense(t, readFile(t, "testdata/license.jsonl", parseCase))
}

func playLicense(t *testing.T, cases []lineOf[scenario]) {
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			open := store.ready(t)
			for _, c := range cases {
				t.Run(c.id, func(t *testing.T) {
					t.Parallel()
					play(t, c, open)
				})
			}
		})
	}
}

// read returns the cases of license.jsonl or one like it, see [readLines].
func read(t *testing.T, file string) []lineOf[scenario] {
	t.Helper()
	return readLines(t, file, parseCase)
}

func parseCase(data []byte) lineOf[scenario] { return parseLine(data, check) }

// play plays one case.
func play(t *testing.T, c lineOf[scenario], open opener) {
	if len(c.faults) > 0 {
		t.Fatalf("the case says what is not known:\n\t%s", strings.Join(c.faults, "\n\t"))
	}
	if word, step, waits := c.says.later(); waits {
		t.Skipf("%s waits for %s", word, step)
	}
	s := newStage(t, &c.says, open)
	for i, step := range c.says.When {
		for _, wrong := range s.step(step, c.says.Then[i]) {
			t.Errorf("then[%d] %s", i, wrong)
		}
		if t.Failed() {
			return // what follows would only fail after it
		}
	}
}

// step carries out one step and returns what came otherwise than expected.
func (s *stage) step(step step, want result) (wrong []string) {
	s.Helper()
	s.listens(step)
	then, arrived := s.clock.named, func() {}
	if step.At != nil {
		then = step.At.Time
	}
	if step.Event != nil {
		s.expects(step)
		arrived = func() { s.meets(step) }
	}
	s.moveTo(then, arrived)
	if step.Event != nil {
		wrong = s.event(step, want)
	} else {
		answers := s.call(step)
		for _, e := range step.Save {
			v, ok := at(answers[0].json, e.is)
			text, isText := v.(string)
			if !ok || !isText {
				return []string{fmt.Sprintf("save %s: the answer has no text at %s: %s", e.name, e.is, answers[0].body)}
			}
			s.saved[e.name] = text
		}
		for _, a := range answers {
			wrong = append(wrong, s.compare(want, a)...)
		}
	}
	s.drain()
	if bool(step.RunJobs) || want.Webhooks != nil {
		s.runJobs()
	}
	wrong = append(wrong, s.told(want)...)
	return append(wrong, s.states(want.State)...)
}

// event carries out an event, which must be accepted unless the case says that
// it is refused.
func (s *stage) event(step step, want result) []string {
	err := s.happen(step)
	switch refused := err != nil; {
	case refused && domain.KindOf(err) == domain.Internal:
		return []string{fmt.Sprintf("%s failed: %v", *step.Event, err)}
	case refused && !bool(want.Refused) && *step.Event != "seller_sets_quantity":
		return []string{fmt.Sprintf("%s was refused: %v", *step.Event, err)}
	case !refused && bool(want.Refused):
		return []string{fmt.Sprintf("%s was accepted", *step.Event)}
	}
	return nil
}

// compare compares an answer with what is expected of it.
func (s *stage) compare(want result, got answer) (wrong []string) {
	r := s.resolver()
	if want.Status != nil && got.status != *want.Status {
		wrong = append(wrong, fmt.Sprintf("status: got %d, want %d", got.status, *want.Status))
	}
	if want.JSONExact != nil {
		wrong = append(wrong, r.differences("", want.JSONExact, got.json, true)...)
	}
	if want.JSONSubset != nil {
		wrong = append(wrong, r.differences("", want.JSONSubset, got.json, false)...)
	}
	for _, path := range want.Absent {
		if v, there := at(got.json, path); there {
			wrong = append(wrong, fmt.Sprintf("%s: got %s, want it absent", path, show(v)))
		}
	}
	for _, set := range want.KeysExact {
		v, _ := at(got.json, set.path)
		wrong = append(wrong, differentKeys(set.path, set.keys, v)...)
	}
	if want.BodyEmpty && len(got.body) > 0 {
		wrong = append(wrong, "the body is not empty")
	}
	for _, m := range want.Headers {
		var value any // null: there is no such header
		if values := got.header.Values(m.key); len(values) > 0 {
			value = strings.Join(values, ", ")
		}
		wrong = append(wrong, r.differences("the header "+m.key, m.value, value, true)...)
	}
	if len(wrong) > 0 {
		wrong = append(wrong, fmt.Sprintf("the answer was %d %s", got.status, got.body))
	}
	return wrong
}
