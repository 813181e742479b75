package domain

import (
	"slices"
	"strings"
	"time"
)

// Refused records that a service refused a step, and who has to do something.
// What is nobody's to mend is tried again, later each time; after three days it
// is given up. share is chance's, from 0 to 1: see [Trouble].
func (g *Grant) Refused(s Step, t Trouble, share float64, at time.Time) {
	at = Instant(at)
	g.s.Version++
	g.s.Detail = t.Detail
	if s.Kind == StepAdmit && t.Lost {
		g.s.Unanswered = true
	}
	if !t.Lost && g.s.Intent.Kind == s.Kind {
		g.s.Intent = Step{}
	}
	switch t.Party {
	case WaitActs:
		if t.TryAt.IsZero() {
			t.TryAt = at.Add(shortWait)
		}
		g.s.TryAt = Later(at, t.TryAt).Add(time.Duration(float64(t.Spread) * share))
		return
	case OperatorActs:
		g.s.TryAt = Later(at.Add(longWait), t.TryAt)
		return
	case NobodyActs:
		if g.s.TriedAt.IsZero() {
			g.s.Tries, g.s.TriedAt = 0, at
		}
		g.s.Tries++
		next, more := retryAt(g.s.Tries, g.s.TriedAt, at, share)
		if more {
			g.s.TryAt = next
			if !g.s.stuck(allSteps...) { // else what stands in the way stays said
				g.s.Party, g.s.Cause, g.s.Stuck = NobodyActs, t.Cause, s.Kind
			}
			return
		}
		t.Party, t.Cause = NobodyCan, CauseGaveUp
	}
	switch t.Cause {
	case CauseLeft:
		g.s.out()
		g.s.clear()
		return
	case CauseRoleRefused: // of this target alone
		g.s.Missing = g.s.Missing.With(s.Targets)
		g.s.settle(s.Kind)
		return
	}
	stuck := s.Kind
	if g.s.stuck(allSteps...) && !g.s.stuck(s.Kind) {
		stuck = g.s.Stuck + " " + s.Kind
	}
	g.s.Party, g.s.Cause, g.s.Stuck, g.s.Blocker = t.Party, t.Cause, stuck, t.Blocker
	g.s.Tries, g.s.TriedAt, g.s.TryAt = 0, time.Time{}, time.Time{}
}

// settle ends what was asked for with an answer.
func (g *GrantState) settle(k StepKind) {
	if g.Intent.Kind == k {
		g.Intent = Step{}
	}
	if k == StepLook && g.Stuck != StepLook {
		return
	}
	tries := 1
	if !g.TriedAt.IsZero() && k != StepLook {
		tries = g.Tries + 1
	}
	if left := g.stuckWithout(k); left != "" { // what stands in the way of something else stays there
		g.Stuck, g.TriedAt, g.TryAt = left, time.Time{}, time.Time{}
	} else {
		g.clear()
	}
	g.Tries = tries
}

// stuckWithout returns what else is stuck.
func (g GrantState) stuckWithout(k StepKind) StepKind {
	if !g.stuck(allSteps...) {
		return ""
	}
	left := slices.DeleteFunc(strings.Fields(string(g.Stuck)), func(s string) bool { return s == string(k) })
	return StepKind(strings.Join(left, " "))
}

func (g *GrantState) clear() {
	g.Party, g.Cause, g.Stuck, g.Blocker, g.Detail, g.Tries = "", "", "", "", "", 0
	g.TriedAt, g.TryAt = time.Time{}, time.Time{}
}
