package domain_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/usherhq/usher/domain"
)

// site is a community with one person of interest. It knows nothing of the
// rules: it does what it is asked, and remembers who had what.
type site struct {
	kind   string // discord, circle v2, circle v1 or deaf, which has no way to look
	in     bool
	has    map[domain.TargetID]bool
	before bool                     // was in before usher, or came in without it
	theirs map[domain.TargetID]bool // had before usher
}

func (s *site) invites() bool { return s.kind != "discord" }
func (s *site) blind() bool   { return s.kind == "v1" || s.kind == "deaf" }

func (s *site) put(all domain.Targets) {
	for t := range all.All() {
		s.has[t] = true
	}
}

func (s *site) targets() domain.Targets {
	return domain.MakeTargets(slices.Collect(maps.Keys(s.has))...)
}

func (s *site) look() domain.Presence {
	switch {
	case s.kind == "deaf":
		return domain.Presence{Seen: domain.CannotTell}
	case !s.in:
		return domain.Presence{Seen: domain.Absent}
	case s.kind == "discord":
		return domain.Presence{Seen: domain.Present, Targets: s.targets()}
	}
	return domain.Presence{Seen: domain.Present, MemberID: "7"}
}

// do carries a step out and returns how its answer is recorded.
func (s *site) do(step domain.Step) (func(*domain.Grant), *domain.Trouble) {
	switch step.Kind {
	case domain.StepAdmit:
		a := domain.Admission{Added: !s.in, Given: step.Targets}
		if s.in && s.kind == "v2" { // says no more than that they are in
			return func(g *domain.Grant) { g.Admitted(domain.Admission{}) }, nil
		}
		s.in = true
		s.put(step.Targets)
		return func(g *domain.Grant) { g.Admitted(a) }, nil
	case domain.StepGive:
		if !s.in {
			return nil, &domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseLeft}
		}
		already := s.kind == "v2" && step.Targets.Without(s.targets()) == ""
		s.put(step.Targets)
		return func(g *domain.Grant) { g.Gave(step.Targets, already) }, nil
	case domain.StepTake:
		for t := range step.Targets.All() {
			delete(s.has, t)
		}
		return func(g *domain.Grant) { g.Took(step.Targets) }, nil
	}
	s.in, s.before = false, false
	clear(s.has)
	clear(s.theirs)
	return func(g *domain.Grant) { g.Removed() }, nil
}

// company is a site, usher's record of the person, and the claims on them.
type company struct {
	*rapid.T
	site   site
	conn   domain.Connection
	grant  *domain.Grant
	claims []domain.Claim
	at     time.Time
	known  bool                     // usher has seen them in
	vague  bool                     // how they came in has no answer, and cannot be found out
	doubt  map[domain.TargetID]bool // whose it is cannot be found out
	said   []string
}

func (c *company) tell(format string, args ...any) {
	c.said = append(c.said, fmt.Sprintf(format, args...))
	c.Log(c.said[len(c.said)-1])
}

// wanted is what the live claims come to.
func (c *company) wanted() (in bool, all map[domain.TargetID]bool) {
	all = map[domain.TargetID]bool{}
	for _, claim := range c.claims {
		if claim.EndedAt.IsZero() {
			in = true
			for t := range claim.Targets.All() {
				all[t] = true
			}
		}
	}
	return in, all
}

// guard fails if the step breaks a promise.
func (c *company) guard(step domain.Step, took bool) {
	in, wanted := c.wanted()
	switch step.Kind {
	case domain.StepRemove:
		if in {
			c.Fatalf("somebody is removed while a live claim wants them in")
		}
		if c.site.before && !c.conn.MembersOnly {
			c.Fatalf("somebody is removed who was there before usher")
		}
	case domain.StepTake:
		for t := range step.Targets.All() {
			if wanted[t] {
				c.Fatalf("%s is taken while a live claim gives it", t)
			}
			if c.site.theirs[t] {
				c.Fatalf("%s is taken, which was theirs before usher", t)
			}
		}
	case domain.StepAdmit, domain.StepGive:
		if took {
			c.Fatalf("something is given after something was taken")
		}
		if !in {
			c.Fatalf("something is given that nobody wants")
		}
	}
}

// The ways in which a call may go.
const (
	well = iota
	lostDone
	lostUndone
	diedDone
	diedUndone
	unreachable
	sellerActs
	waitActs
	nobodyCan
	roleRefused
	customerActs
	lookFails
	faults
)

// run brings the person along until nothing is left that can be done now, as a
// worker does; fault says how each call goes.
func (c *company) run(proof bool, fault func(domain.StepKind) int) {
	c.at = domain.Later(c.at, c.grant.State().TryAt)
	var seen domain.Presence
	took := false
	for n := 0; ; n++ {
		c.known = c.known || c.grant.State().In
		want := domain.WantFor(c.conn, c.grant.State(), c.claims)
		want.Proof = proof
		steps := domain.Plan(want, c.grant.State(), seen)
		if len(steps) == 0 || c.at.Before(c.grant.State().TryAt) {
			return
		}
		if n > 40 {
			c.Fatalf("it does not end: %+v", steps)
		}
		step, how := steps[0], fault(steps[0].Kind)
		c.tell("  %s %s: %d", step.Kind, step.Targets, how)
		c.guard(step, took)
		took = took || step.Kind == domain.StepTake || step.Kind == domain.StepRemove
		if step.Kind == domain.StepLook {
			if how == lostDone || how == unreachable || how == lookFails || how == nobodyCan {
				t := domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Lost: how == lostDone}
				if how == lookFails {
					t = domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseMissingPermission}
				} else if how == nobodyCan {
					t = domain.Trouble{Party: domain.NobodyCan, Cause: domain.CauseRefused}
				}
				c.grant.Refused(step, t, 1, c.at)
				if t.Party == domain.NobodyActs {
					return
				}
				continue
			}
			seen = c.site.look()
			c.grant.Looked(seen, want.Targets)
			continue
		}
		c.grant.Begin(step)
		trouble := domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable}
		var record func(*domain.Grant)
		var refused *domain.Trouble
		switch how {
		case lostDone, lostUndone, diedDone, diedUndone:
			c.lost(step)
			if how == lostDone || how == diedDone {
				c.site.do(step)
			}
			if how == diedDone || how == diedUndone {
				return
			}
			trouble.Lost = true
		case unreachable:
		case sellerActs, lookFails:
			trouble = domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseRoleOrder}
		case waitActs:
			trouble = domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseRateLimited, TryAt: c.at.Add(time.Minute)}
		case nobodyCan:
			trouble = domain.Trouble{Party: domain.NobodyCan, Cause: domain.CauseRefused}
		case customerActs:
			trouble = domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseServerFull}
		case roleRefused:
			trouble = domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseRoleOrder}
			if step.Kind == domain.StepGive {
				trouble.Cause = domain.CauseRoleRefused
			}
		default:
			record, refused = c.site.do(step)
		}
		switch {
		case record != nil:
			record(c.grant)
		case refused != nil:
			c.grant.Refused(step, *refused, 1, c.at)
		default:
			c.grant.Refused(step, trouble, 1, c.at)
			if trouble.Party == domain.NobodyActs {
				return
			}
		}
		if err := c.grant.State().Check(); err != nil {
			c.Fatal(err)
		}
	}
}

// lost notes what nobody can find out after an answer was lost.
func (c *company) lost(step domain.Step) {
	switch step.Kind {
	case domain.StepAdmit:
		c.vague = c.vague || c.site.blind()
	case domain.StepRemove:
		c.vague = c.vague || c.site.kind == "deaf"
	case domain.StepGive:
		if c.site.invites() && (c.site.before || c.vague) {
			c.doubt[domain.TargetID(slices.Collect(step.Targets.All())[0])] = true
		}
	}
	if c.vague {
		for t := range step.Targets.All() {
			c.doubt[t] = true
		}
	}
}

// settled fails unless everybody is where the claims want them.
func (c *company) settled() {
	in, wanted := c.wanted()
	var last domain.Claim
	for _, claim := range c.claims {
		if claim.EndedAt.After(last.EndedAt) {
			last = claim
		}
	}
	s := &c.site
	extra := func() bool { // what is neither wanted nor theirs
		for t := range s.has {
			if !wanted[t] && !s.theirs[t] && !c.doubt[t] {
				return true
			}
		}
		return false
	}
	for t := range s.theirs {
		if !s.has[t] {
			c.Fatalf("they lost %s, which was theirs before usher", t)
		}
	}
	whole := last.EndAction == domain.EndKick || last.EndAction == domain.EndCommunity
	switch {
	case in:
		if !s.in {
			c.Fatalf("they are not in, and a claim wants them in: %+v", c.grant.State())
		}
		for t := range wanted {
			if !s.has[t] {
				c.Fatalf("they lack %s: %+v", t, c.grant.State())
			}
		}
		if extra() {
			c.Fatalf("they have %v and are to have %v: %+v", s.has, wanted, c.grant.State())
		}
	case last.EndedAt.IsZero() || last.EndAction == domain.EndNone:
	case extra():
		c.Fatalf("it is over, and they still have %v: %+v", s.has, c.grant.State())
	case whole && s.in && (!s.before || c.conn.MembersOnly && c.known) && !c.vague:
		c.Fatalf("it is over, and they are still in: %+v", c.grant.State())
	}
}

func targets(t *rapid.T, label string) domain.Targets {
	return domain.MakeTargets(rapid.SliceOfNDistinct(rapid.SampledFrom([]domain.TargetID{"a", "b", "c"}), 0, 3, rapid.ID).Draw(t, label)...)
}

// What is lost, refused or cut short on the way changes nothing about where it
// ends: once faults stop, somebody is in, with the targets that their claims
// give, or out. The expectation is worked out from the claims alone.
func TestCommunityConverges(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := company{T: r, at: time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC), doubt: map[domain.TargetID]bool{}}
		c.site = site{kind: rapid.SampledFrom([]string{"discord", "v2", "v1", "deaf"}).Draw(r, "site"), has: map[domain.TargetID]bool{}, theirs: map[domain.TargetID]bool{}}
		c.conn = domain.Connection{ID: "k", SellerID: "ana", Service: domain.Circle, Dialect: "v2", MembersOnly: rapid.Bool().Draw(r, "members only"), CreatedAt: c.at}
		ends := []domain.EndAction{domain.EndNone, domain.EndSpaceGroup, domain.EndCommunity}
		switch {
		case !c.site.invites():
			c.conn.Service, c.conn.Dialect = domain.Discord, ""
			ends = []domain.EndAction{domain.EndNone, domain.EndRoles, domain.EndKick}
		case c.site.blind():
			c.conn.Dialect = "v1"
		}
		if rapid.Bool().Draw(r, "was there before") {
			c.site.in, c.site.before = true, true
			if !c.site.blind() { // such a one never tells what somebody had
				c.site.put(targets(r, "had before"))
				maps.Copy(c.site.theirs, c.site.has)
			}
		}
		c.grant = domain.NewGrant("g", c.conn, "zoe", c.at)
		for i := range 3 {
			c.claims = append(c.claims, domain.Claim{ID: domain.ClaimID(fmt.Sprint(i)), Service: c.conn.Service, Subject: "zoe", State: domain.ClaimRemoved, EndedAt: c.at, EndAction: domain.EndNone})
		}
		// who was there before usher knew them is known from the first look
		fault := func(domain.StepKind) int {
			return rapid.SampledFrom([]int{well, well, well, well, lostDone, lostUndone, diedDone, diedUndone, unreachable, sellerActs, waitActs, nobodyCan, roleRefused, customerActs, lookFails}).Draw(r, "call")
		}
		for range rapid.IntRange(1, 12).Draw(r, "acts") {
			c.at = c.at.Add(time.Minute)
			claim := &c.claims[rapid.IntRange(0, 2).Draw(r, "claim")]
			act := rapid.SampledFrom([]string{"begin", "begin", "end", "move", "run", "run", "run", "join", "join", "mended", "all refused"}).Draw(r, "act")
			c.tell("%s %s", act, claim.ID)
			switch act {
			case "begin":
				claim.EndedAt, claim.Targets, claim.EndAction = time.Time{}, targets(r, "gives"), rapid.SampledFrom(ends).Draw(r, "end action")
			case "end":
				if claim.EndedAt.IsZero() {
					claim.EndedAt = c.at
				}
			case "move":
				claim.Targets = targets(r, "gives")
			case "run", "join":
				c.run(act == "join", fault)
			case "mended":
				c.grant.Mended()
			case "all refused": // by each party in turn: nobody asks for ever
				by := rapid.SampledFrom([]int{sellerActs, nobodyCan, customerActs, roleRefused}).Draw(r, "by")
				c.run(rapid.Bool().Draw(r, "joins"), func(domain.StepKind) int { return by })
			}
		}
		c.tell("faults stop")
		in, _ := c.wanted()
		for range 3 { // a claim that is over needs nobody's click
			c.grant.Mended()
			c.run(in, func(domain.StepKind) int { return well })
		}
		c.settled()
		in, all := c.site.in, c.site.targets()
		c.run(in, func(k domain.StepKind) int {
			if k != domain.StepLook {
				c.Fatalf("it is not at rest: %s", k)
			}
			return well
		})
		if c.site.in != in || c.site.targets() != all {
			c.Fatal("it was not at rest")
		}
	})
}
