package domain

import (
	"slices"
	"time"
)

// Origin is how somebody came into a community.
type Origin string

// The origins.
const (
	AddedByUs       Origin = "added_by_us"
	WasAlreadyThere Origin = "was_already_there" // before usher asked
	OriginUnknown   Origin = "unknown"           // an answer was lost; taken for already there
)

// Grant is what usher gave one person in one community, what it asked for and
// has no answer to, and what is in the way.
type Grant struct{ s GrantState }

// GrantState is a Grant at rest.
type GrantState struct {
	ID           GrantID
	SellerID     SellerID
	ConnectionID ConnectionID
	Subject      Subject
	Version      int64  // +1 each time it is written; a late answer to an older one is refused
	Name         string // what the service calls the person
	MemberID     string // the service's id of the member; empty: not known
	In           bool   // the person is in, as far as is known
	Origin       Origin // of somebody who is in
	Given        Targets
	Held         Targets // wanted, but theirs before
	Missing      Targets // wanted, and refused
	Intent       Step    // asked for, and not answered yet
	Absent       bool    // seen not to be in before the admission that has no answer
	Unanswered   bool    // an admission may have been done
	Asked        Targets // what that admission was to give

	Party     Party // who has to do something; empty: nobody
	Cause     Cause
	Stuck     StepKind // what cannot be done until then
	Blocker   TargetID // of [CauseRoleOrder]
	Detail    string   // of the last refusal, for operators
	Tries     int      // of what was asked last, waits not counted
	TriedAt   time.Time
	TryAt     time.Time // nothing is asked before; zero: at once
	End       EndAction // what somebody left with who was moved or asked to go
	EndAt     time.Time
	CreatedAt time.Time
}

// NewGrant returns the grant of somebody whom usher has not let in yet.
func NewGrant(id GrantID, c Connection, who Subject, at time.Time) *Grant {
	return &Grant{GrantState{ID: id, SellerID: c.SellerID, ConnectionID: c.ID, Subject: who, CreatedAt: Instant(at)}}
}

// RestoreGrant returns the Grant that s describes.
func RestoreGrant(s GrantState) *Grant { return &Grant{s} }

// State returns g at rest.
func (g *Grant) State() GrantState { return g.s }

// unsure reports whether somebody who is not known to be in may be in all the
// same: an admission has no answer.
func (g GrantState) unsure() bool {
	return !g.In && (g.Unanswered || g.Intent.Kind == StepAdmit)
}

// stuck reports whether none of the kinds can be asked for until somebody has
// done something.
func (g GrantState) stuck(kinds ...StepKind) bool {
	return g.Party != "" && g.Party != NobodyActs && g.Party != WaitActs && slices.Contains(kinds, g.Stuck)
}

// Begin writes down what is about to be asked for.
func (g *Grant) Begin(s Step) {
	g.s.Version++
	if s.Kind == StepAdmit {
		g.s.Asked = g.s.Asked.With(s.Targets)
		g.s.Unanswered = g.s.Unanswered || g.s.Intent.Kind == StepAdmit // of a run that died
	}
	g.s.Intent = s
}

// Looked records what a look found. Somebody whom an admission without an answer
// was for, and who was seen not to be in before it, was let in by it.
func (g *Grant) Looked(p Presence, wanted Targets) {
	g.s.Version++
	lost := g.s.unsure()
	g.s.settle(StepLook)
	if p.Seen != CannotTell {
		g.s.Intent = Step{}
	}
	switch p.Seen {
	case Absent:
		g.s.out()
		g.s.Absent = true
	case Present:
		if p.MemberID != "" {
			g.s.MemberID = p.MemberID
		}
		if !g.s.In {
			g.s.In, g.s.Origin = true, WasAlreadyThere
			switch {
			case lost && g.s.Absent:
				g.s.Origin = AddedByUs
				g.s.Given = g.s.Given.With(p.Targets.Both(g.s.Asked))
			case lost:
				g.s.Origin = OriginUnknown
			}
			g.s.Absent, g.s.Unanswered = false, false
		}
		g.s.Held = g.s.Held.With(p.Targets.Both(wanted).Without(g.s.Given))
	}
}

// Admission is how somebody came in.
type Admission struct {
	Added    bool // and was not in before
	Given    Targets
	Missing  Targets // refused; the person came in without them
	MemberID string
	Name     string
	Pending  bool // and has to accept the server's rules first
}

// Admitted records that the person is in.
func (g *Grant) Admitted(a Admission) {
	g.s.Version++
	lost, absent := g.s.Unanswered, g.s.Absent
	g.s.settle(StepAdmit)
	g.s.In, g.s.Missing = true, g.s.Missing.With(a.Missing)
	g.s.Given = g.s.Given.With(a.Given)
	if a.MemberID != "" {
		g.s.MemberID = a.MemberID
	}
	switch {
	case a.Added, lost && absent:
		g.s.Origin = AddedByUs
	case lost:
		g.s.Origin = OriginUnknown
	default:
		g.s.Origin = WasAlreadyThere
	}
	g.s.Absent, g.s.Unanswered, g.s.Asked = false, false, ""
}

// Gave records that the person has the target; already says that they had it
// before. What an admission without an answer was to give came with it.
func (g *Grant) Gave(t Targets, already bool) {
	g.s.Version++
	g.s.settle(StepGive)
	if already && t.Without(g.s.Asked) != "" {
		g.s.Held = g.s.Held.With(t)
		return
	}
	g.s.Given = g.s.Given.With(t)
}

// Took records that the person has the target no more.
func (g *Grant) Took(t Targets) {
	g.s.Version++
	g.s.settle(StepTake)
	g.s.Given = g.s.Given.Without(t)
}

// Removed records that the person is not in any more.
func (g *Grant) Removed() {
	g.s.Version++
	g.s.settle(StepRemove)
	g.s.out()
}

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
		g.s.TryAt = Later(at, t.TryAt).Add(time.Duration(float64(t.Spread) * share))
		return
	case OperatorActs:
		g.s.TryAt = Later(at.Add(longWait), t.TryAt)
		return
	case NobodyActs:
		if g.s.Party != NobodyActs {
			g.s.Tries, g.s.TriedAt = 0, at
		}
		g.s.Tries++
		next, more := retryAt(g.s.Tries, g.s.TriedAt, at, share)
		if more {
			g.s.Party, g.s.Cause, g.s.Stuck, g.s.TryAt = NobodyActs, t.Cause, s.Kind, next
			return
		}
		t.Party, t.Cause = NobodyCan, CauseGaveUp
	}
	g.s.Party, g.s.Cause, g.s.Stuck, g.s.Blocker, g.s.TryAt = t.Party, t.Cause, s.Kind, t.Blocker, time.Time{}
	if t.Cause == CauseLeft {
		g.s.out()
		g.s.clear()
	}
	if t.Cause == CauseRoleRefused {
		g.s.Missing = g.s.Missing.With(s.Targets)
		g.s.clear()
	}
}

// Leave records that the person is to go by that action: they asked to, or
// another account or address of theirs took their place.
func (g *Grant) Leave(by EndAction, at time.Time) {
	g.s.Version++
	g.s.End, g.s.EndAt = by, Instant(at)
}

// Called records what the service calls the person.
func (g *Grant) Called(name string) {
	g.s.Version++
	g.s.Name = name
}

// Gone records that a comparison with the community did not find the person.
func (g *Grant) Gone() {
	g.s.Version++
	g.s.out()
}

// Ungave forgets what was given, held and refused, so that it is given again.
func (g *Grant) Ungave() {
	g.s.Version++
	g.s.Given, g.s.Held, g.s.Missing = "", "", ""
	g.s.clear()
}

// Mended lets what was stuck be tried again at once: the seller, customer or
// operator has done something, or it looks like it.
func (g *Grant) Mended() {
	g.s.Version++
	g.s.clear()
	g.s.Missing = ""
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
	if g.Party == NobodyActs && k != StepLook {
		tries = g.Tries + 1
	}
	g.clear()
	g.Tries = tries
}

func (g *GrantState) clear() {
	g.Party, g.Cause, g.Stuck, g.Blocker, g.Detail, g.Tries = "", "", "", "", "", 0
	g.TriedAt, g.TryAt = time.Time{}, time.Time{}
}

func (g *GrantState) out() {
	g.In, g.Origin, g.Given, g.Held, g.Missing = false, "", "", "", ""
	g.Unanswered, g.Asked, g.Absent = false, "", false
	g.Intent = Step{}
}

// Check refuses a grant whose fields break a rule of form, naming the field.
func (g GrantState) Check() error {
	err := first(checkID("id", string(g.ID)), checkID("seller", string(g.SellerID)), checkID("connection", string(g.ConnectionID)), checkID("subject", string(g.Subject)),
		checkText("name", g.Name, 500), checkText("member", g.MemberID, maxIDInBytes))
	switch {
	case err != nil:
		return err
	case g.In != (g.Origin != ""):
		return InvalidField("origin", "belongs to somebody who is in, and to nobody else")
	case g.CreatedAt.IsZero():
		return InvalidField("created_at", "is missing")
	}
	return first(g.Given.check("given"), g.Held.check("held"), g.Missing.check("missing"))
}
