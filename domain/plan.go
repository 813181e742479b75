package domain

// Want is what all claims to one community come to for one person.
type Want struct {
	In      bool    // some live claim lets the person in
	Targets Targets // what those give
	End     EndAction
	Whole   bool // who was there before usher is taken out too
	Never   bool // the person was there first and is never taken out: the account that connected the server
	Invites bool // the service lets people in without their doing
	Proof   bool // else: the person has just consented
	Blind   bool // the service says itself, when it admits somebody, whether they were in: no look is needed
}

// WantFor returns what the claims on a connection ask for s; claims are those
// that touch s. If none wants s in, the one that ended last decides what happens
// to s, or what s left with, if that was later.
func WantFor(c Connection, g GrantState, claims []Claim) Want {
	w := Want{End: g.End, Whole: c.MembersOnly, Never: c.AccountID != "" && c.AccountID == g.Subject, Invites: c.Service.Invites(), Blind: c.Dialect == "v1"}
	last := g.EndAt
	for _, claim := range claims {
		switch {
		case claim.wants(g.Subject):
			if claim.Subject == g.Subject || g.In || g.unsure() { // nobody is let in to be replaced
				w.In, w.Targets = true, w.Targets.With(claim.Targets)
			}
		case !claim.Live() && (claim.Subject == g.Subject || claim.OldSubject == g.Subject) && !claim.EndedAt.Before(last):
			w.End, last = claim.EndAction, claim.EndedAt
		}
	}
	return w
}

// Presence is what a service says of somebody. The zero value is that nobody
// has looked.
type Presence struct {
	Seen     Sight
	MemberID string  // the service's id of the member, where it differs from the subject
	Targets  Targets // those that the service tells of
}

// Sight is what a look found.
type Sight uint8

// The findings.
const (
	NotLooked Sight = iota
	Present
	Absent
	CannotTell // the service has no way to look; it says when it is asked to admit
)

// StepKind is one thing that a service is asked for.
type StepKind string

// The kinds of step. Each is safe to repeat.
const (
	StepNone   StepKind = ""
	StepLook   StepKind = "look"
	StepAdmit  StepKind = "admit"  // with Targets, all at once
	StepGive   StepKind = "give"   // one target to somebody who is in
	StepTake   StepKind = "take"   // one target from somebody who is in
	StepRemove StepKind = "remove" // out of the community
)

var allSteps = []StepKind{StepLook, StepAdmit, StepGive, StepTake, StepRemove}

// Step is one call to a service about one person.
type Step struct {
	Kind    StepKind
	Targets Targets
}

// Plan returns the smallest steps that bring somebody from have to want, grants
// before revokes; none if nothing is to be done, or nothing can be now. Each
// answer is recorded in the grant and the rest planned anew. seen is what was
// seen since the run began.
//
// Nobody is admitted unseen where the service lets us look, so that who was
// there before is known. What was begun before and never answered is not
// trusted: it is done again if it is still wanted, else looked at first. Only
// what usher gave is taken back; somebody who was there before usher loses no
// more than that, unless the community is for members only.
func Plan(want Want, have GrantState, seen Presence) []Step {
	if want.In {
		return planIn(want, have, seen)
	}
	return planOut(want, have, seen)
}

func planIn(want Want, have GrantState, seen Presence) []Step {
	if have.stuck(StepLook, StepAdmit) && !have.In {
		return nil
	}
	removing := have.Intent.Kind == StepRemove
	if seen.Seen == NotLooked && removing && !have.stuck(StepLook) {
		return []Step{{Kind: StepLook}}
	}
	if removing && seen.Seen == CannotTell && want.Invites && !have.stuck(StepAdmit) {
		return []Step{{StepAdmit, want.Targets}} // in again, if the removal was done
	}
	if !have.In {
		switch {
		case !want.Invites && !want.Proof && have.unsure() && seen.Seen == NotLooked:
			return []Step{{Kind: StepLook}}
		case !want.Invites && !want.Proof:
			return nil // who is not in has to come and join
		case seen.Seen == NotLooked && !want.Blind:
			return []Step{{Kind: StepLook}, {StepAdmit, want.Targets}}
		}
		return []Step{{StepAdmit, want.Targets}}
	}
	steps := planTargets(want, have)
	unseen := seen.Seen == NotLooked && have.Origin != AddedByUs && !want.Invites && len(steps) > 0 && steps[0].Kind == StepGive
	switch {
	case unseen && have.stuck(StepLook): // such a service does not say that they had it
		return planTakes(want, have)
	case unseen, seen.Seen == NotLooked && want.Proof && !have.stuck(StepLook):
		return append([]Step{{Kind: StepLook}}, steps...)
	}
	return steps
}

// planTargets gives somebody who is in what is wanted and takes what is not.
func planTargets(want Want, have GrantState) []Step {
	var steps []Step
	if !have.stuck(StepGive) {
		for t := range want.Targets.Without(have.Given.Without(have.open())).Without(have.Held).Without(have.Missing).All() {
			steps = append(steps, Step{StepGive, MakeTargets(t)})
		}
	}
	return append(steps, planTakes(want, have)...)
}

// planTakes takes back what usher gave, and what it may have given: of somebody
// who was there before, only if the service says itself what they had.
func planTakes(want Want, have GrantState) []Step {
	if have.stuck(StepTake) {
		return nil
	}
	take := have.Given
	if have.Origin == AddedByUs || !want.Invites {
		take = take.With(have.open().Without(have.Held))
	}
	var steps []Step
	for t := range take.Without(want.Targets).All() {
		steps = append(steps, Step{StepTake, MakeTargets(t)})
	}
	return steps
}

func planOut(want Want, have GrantState, seen Presence) []Step {
	switch {
	case have.unsure() && seen.Seen == NotLooked && !have.stuck(StepLook):
		return []Step{{Kind: StepLook}}
	case !have.In, want.End == EndNone:
		return nil
	case have.Intent.Kind == StepRemove && seen.Seen == NotLooked && !want.End.Whole() && !have.stuck(StepLook):
		return []Step{{Kind: StepLook}}
	case want.End.Whole() && (have.Origin == AddedByUs || want.Whole && !want.Never):
		if have.stuck(StepRemove) {
			return planTakes(want, have)
		}
		return []Step{{Kind: StepRemove}}
	}
	return planTakes(want, have)
}
