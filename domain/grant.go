package domain

import (
	"slices"
	"strings"
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
	Asked        Targets // what that admission, or a giving or taking without an answer, was about

	Party     Party // who has to do something; empty: nobody
	Cause     Cause
	Stuck     StepKind // what cannot be done until then; several, apart by one blank
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
	return g.Party != "" && g.Party != NobodyActs && g.Party != WaitActs &&
		slices.ContainsFunc(strings.Fields(string(g.Stuck)), func(k string) bool { return slices.Contains(kinds, StepKind(k)) })
}

// open returns the targets that were to be given or taken, and nobody knows
// whether they were.
func (g GrantState) open() Targets {
	if g.Intent.Kind == StepGive || g.Intent.Kind == StepTake {
		return g.Asked.With(g.Intent.Targets)
	}
	return g.Asked
}

// Begin writes down what is about to be asked for.
func (g *Grant) Begin(s Step) {
	g.s.Version++
	g.s.Asked = g.s.open() // of a run that died
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
	lost, open := g.s.unsure(), g.s.open()
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
			case lost:
				g.s.Origin, open = OriginUnknown, ""
			default:
				open = ""
			}
			g.s.Absent, g.s.Unanswered = false, false
		}
		g.s.Given = g.s.Given.With(p.Targets.Both(open).Without(g.s.Held))
		g.s.Asked = open.Without(p.Targets)
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
	lost, absent, was := g.s.Unanswered, g.s.Absent, g.s.In
	g.s.settle(StepAdmit)
	g.s.In, g.s.Missing = true, g.s.Missing.With(a.Missing)
	g.s.Given = g.s.Given.With(a.Given)
	if a.MemberID != "" {
		g.s.MemberID = a.MemberID
	}
	switch {
	case a.Added, lost && absent:
		g.s.Origin = AddedByUs
	case was:
	case lost:
		g.s.Origin = OriginUnknown
	default:
		g.s.Origin = WasAlreadyThere
	}
	g.s.Absent, g.s.Unanswered, g.s.Asked = false, false, ""
}

// Gave records that the person has the target; already says that they had it
// before. What we let somebody in with, or gave them, without an answer is ours.
func (g *Grant) Gave(t Targets, already bool) {
	g.s.Version++
	g.s.settle(StepGive)
	ours := t.Without(g.s.Given) == "" || g.s.Origin == AddedByUs && t.Without(g.s.Asked) == ""
	g.s.Asked = g.s.Asked.Without(t)
	if already && !ours {
		g.s.Held = g.s.Held.With(t)
		return
	}
	g.s.Given = g.s.Given.With(t)
}

// Took records that the person has the target no more.
func (g *Grant) Took(t Targets) {
	g.s.Version++
	g.s.settle(StepTake)
	g.s.Given, g.s.Asked = g.s.Given.Without(t), g.s.Asked.Without(t)
}

// Removed records that the person is not in any more.
func (g *Grant) Removed() {
	g.s.Version++
	g.s.settle(StepRemove)
	g.s.out()
	g.s.clear()
	g.s.Tries = 1
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
	g.s.clear()
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
