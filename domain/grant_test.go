package domain

import (
	"testing"
	"time"
)

func granted(mod func(*GrantState)) *Grant {
	g := NewGrant("g", Connection{ID: "k", SellerID: "ana"}, "zoe", t0).State()
	mod(&g)
	return RestoreGrant(g)
}

func TestGrantOrigin(t *testing.T) {
	one, two := MakeTargets("1"), MakeTargets("1", "2")
	admit := Step{StepAdmit, one}
	lose := func(g *Grant) {
		g.Refused(admit, Trouble{Party: NobodyActs, Cause: CauseUnreachable, Lost: true}, 0, t0)
	}
	for _, tt := range []struct {
		name   string
		do     func(*Grant)
		origin Origin
		given  Targets
		held   Targets
	}{
		{"added", func(g *Grant) { g.Begin(admit); g.Admitted(Admission{Added: true, Given: one}) }, AddedByUs, one, ""},
		{"was in, as the look said", func(g *Grant) { g.Looked(Presence{Seen: Present, Targets: two}, one) }, WasAlreadyThere, "", one},
		{"was in, as the service said", func(g *Grant) { g.Begin(admit); g.Admitted(Admission{}) }, WasAlreadyThere, "", ""},
		{"came in between the look and the admission", func(g *Grant) {
			g.Looked(Presence{Seen: Absent}, one)
			g.Begin(admit)
			g.Admitted(Admission{Given: one})
		}, WasAlreadyThere, one, ""},
		{"an answer was lost after they were seen not to be in", func(g *Grant) {
			g.Looked(Presence{Seen: Absent}, one)
			g.Begin(admit)
			lose(g)
			g.Looked(Presence{Seen: Present, Targets: two}, two)
		}, AddedByUs, one, MakeTargets("2")},
		{"a run died after they were seen not to be in", func(g *Grant) {
			g.Looked(Presence{Seen: Absent}, one)
			g.Begin(admit)
			g.Looked(Presence{Seen: Present, Targets: one}, one)
		}, AddedByUs, one, ""},
		{"an answer was lost, and nobody had looked", func(g *Grant) {
			g.Begin(admit)
			lose(g)
			g.Begin(admit)
			g.Admitted(Admission{})
		}, OriginUnknown, "", ""},
		{"a run died, and nobody had looked", func(g *Grant) { g.Begin(admit); g.Begin(admit); g.Admitted(Admission{}) }, OriginUnknown, "", ""},
		{"an answer was lost, and the service says that it was now", func(g *Grant) {
			g.Begin(admit)
			lose(g)
			g.Begin(admit)
			g.Admitted(Admission{Added: true, Given: one})
		}, AddedByUs, one, ""},
		{"it was refused, and they came in by themselves", func(g *Grant) {
			g.Looked(Presence{Seen: Absent}, one)
			g.Begin(admit)
			g.Refused(admit, Trouble{Party: CustomerActs, Cause: CauseServerFull}, 0, t0)
			g.Looked(Presence{Seen: Present, Targets: one}, one)
		}, WasAlreadyThere, "", one},
		{"admitted once more while they were in", func(g *Grant) {
			g.Admitted(Admission{Added: true, Given: one})
			g.Begin(admit)
			g.Admitted(Admission{})
		}, AddedByUs, one, ""},
		{"seen in again", func(g *Grant) {
			g.Admitted(Admission{Added: true, Given: one})
			g.Looked(Presence{Seen: Present, Targets: two}, two)
		}, AddedByUs, one, MakeTargets("2")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := granted(func(*GrantState) {})
			tt.do(g)
			s := g.State()
			same(t, "in", s.In, true)
			same(t, "origin", s.Origin, tt.origin)
			same(t, "given", s.Given, tt.given)
			same(t, "held", s.Held, tt.held)
			wantError(t, s.Check(), "", "")
		})
	}
}

func TestGrantTargets(t *testing.T) {
	one := MakeTargets("1")
	give, take := Step{StepGive, one}, Step{StepTake, one}
	lost := Trouble{Party: NobodyActs, Cause: CauseUnreachable, Lost: true}
	by := func(o Origin, given Targets) func(*GrantState) {
		return func(g *GrantState) { g.In, g.Origin, g.Given = true, o, given }
	}
	for _, tt := range []struct {
		name                       string
		mod                        func(*GrantState)
		do                         func(*Grant)
		given, held, missing, open Targets
	}{
		{"given", by(AddedByUs, ""), func(g *Grant) { g.Begin(give); g.Gave(one, false) }, one, "", "", ""},
		{"they had it before", by(WasAlreadyThere, ""), func(g *Grant) { g.Begin(give); g.Gave(one, true) }, "", one, "", ""},
		{"taken", by(AddedByUs, one), func(g *Grant) { g.Begin(take); g.Took(one) }, "", "", "", ""},
		{"a giving has no answer", by(AddedByUs, ""), func(g *Grant) { g.Begin(give); g.Refused(give, lost, 0, t0) }, "", "", "", one},
		{"and is repeated: it was ours", by(AddedByUs, ""), func(g *Grant) { g.Begin(give); g.Begin(give); g.Gave(one, true) }, one, "", "", ""},
		{"and is repeated for somebody who was there before: taken for theirs", by(WasAlreadyThere, ""), func(g *Grant) { g.Begin(give); g.Begin(give); g.Gave(one, true) }, "", one, "", ""},
		{"and is seen to be done", by(WasAlreadyThere, ""), func(g *Grant) { g.Begin(give); g.Looked(Presence{Seen: Present, Targets: one}, one) }, one, "", "", ""},
		{"and something else is begun: it stays open", by(AddedByUs, ""), func(g *Grant) {
			g.Begin(give)
			g.Begin(Step{StepGive, MakeTargets("2")})
			g.Gave(MakeTargets("2"), false)
		}, MakeTargets("2"), "", "", one},
		{"a taking has no answer, and it is given again", by(AddedByUs, one), func(g *Grant) { g.Begin(take); g.Begin(give); g.Gave(one, true) }, one, "", "", ""},
		{"a giving is refused: nothing is open", by(AddedByUs, ""), func(g *Grant) {
			g.Begin(give)
			g.Refused(give, Trouble{Party: SellerActs, Cause: CauseMissingPermission}, 0, t0)
		}, "", "", "", ""},
		{"a role is refused", by(AddedByUs, ""), func(g *Grant) {
			g.Begin(give)
			g.Refused(give, Trouble{Party: SellerActs, Cause: CauseRoleRefused}, 0, t0)
		}, "", "", one, ""},
		{"they came in without a role", func(*GrantState) {}, func(g *Grant) { g.Admitted(Admission{Added: true, Missing: one}) }, "", "", one, ""},
		{"it is mended", by(AddedByUs, ""), func(g *Grant) {
			g.Refused(give, Trouble{Party: SellerActs, Cause: CauseRoleRefused}, 0, t0)
			g.Mended()
		}, "", "", "", ""},
		{"forgotten, to be given again", by(AddedByUs, one), func(g *Grant) { g.Ungave() }, "", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := granted(tt.mod)
			tt.do(g)
			s := g.State()
			same(t, "given", s.Given, tt.given)
			same(t, "held", s.Held, tt.held)
			same(t, "missing", s.Missing, tt.missing)
			same(t, "open", s.open(), tt.open)
		})
	}
	for name, do := range map[string]func(*Grant){
		"removed": func(g *Grant) { g.Begin(Step{Kind: StepRemove}); g.Removed() },
		"gone":    func(g *Grant) { g.Gone() },
		"left":    func(g *Grant) { g.Refused(give, Trouble{Party: CustomerActs, Cause: CauseLeft}, 0, t0) },
		"absent":  func(g *Grant) { g.Looked(Presence{Seen: Absent}, one) },
	} {
		g := granted(by(WasAlreadyThere, one))
		g.Begin(take)
		do(g)
		s := g.State()
		same(t, name+": in", s.In, false)
		same(t, name+": given", s.Given.With(s.Held).With(s.Missing).With(s.open()), "")
		same(t, name+": asked for", s.Intent, Step{})
		wantError(t, s.Check(), "", "")
	}
}

func TestGrantRefused(t *testing.T) {
	remove := Step{Kind: StepRemove}
	for _, tt := range []struct {
		name  string
		t     Trouble
		party Party
		stuck bool
		tries int
		tryAt time.Time
	}{
		{"nobody's to mend", Trouble{Party: NobodyActs, Cause: CauseUnreachable}, NobodyActs, false, 1, t0.Add(5 * time.Second)},
		{"a wait is no try", Trouble{Party: WaitActs, TryAt: t0.Add(time.Minute)}, "", false, 0, t0.Add(time.Minute)},
		{"a wait that is spread", Trouble{Party: WaitActs, TryAt: t0.Add(time.Minute), Spread: time.Hour}, "", false, 0, t0.Add(61 * time.Minute)},
		{"a wait until what is past", Trouble{Party: WaitActs, TryAt: t0.Add(-time.Minute)}, "", false, 0, t0},
		{"the operator's to mend", Trouble{Party: OperatorActs}, "", false, 0, t0.Add(15 * time.Minute)},
		{"the seller's to mend", Trouble{Party: SellerActs, Cause: CauseRoleOrder, Blocker: "9"}, SellerActs, true, 0, time.Time{}},
		{"the customer's to mend", Trouble{Party: CustomerActs, Cause: CauseServerFull}, CustomerActs, true, 0, time.Time{}},
		{"nobody can", Trouble{Party: NobodyCan, Cause: CauseOwner}, NobodyCan, true, 0, time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := granted(func(g *GrantState) { g.In, g.Origin = true, AddedByUs })
			g.Begin(remove)
			g.Refused(remove, tt.t, 1, t0)
			s := g.State()
			same(t, "party", s.Party, tt.party)
			same(t, "stuck", s.stuck(StepRemove), tt.stuck)
			same(t, "tries", s.Tries, tt.tries)
			same(t, "try at", s.TryAt.Equal(Instant(tt.tryAt)) || s.TryAt.Equal(tt.tryAt), true)
			same(t, "blocker", s.Blocker, tt.t.Blocker)
			same(t, "nothing else is stuck", s.stuck(StepGive, StepTake, StepAdmit, StepLook), false)
			same(t, "asked for", s.Intent, Step{})
			g.Mended()
			same(t, "mended", g.State().stuck(StepRemove) || !g.State().TryAt.IsZero(), false)
		})
	}
}

func TestGrantGivesUp(t *testing.T) {
	give := Step{StepGive, MakeTargets("1")}
	g := granted(func(g *GrantState) { g.In, g.Origin = true, AddedByUs })
	at, tries := t0, 0
	for ; g.State().Party != NobodyCan; tries++ {
		if tries > 100 {
			t.Fatal("it never gives up")
		}
		g.Refused(give, Trouble{Party: WaitActs, TryAt: at}, 0, at) // which costs nothing
		g.Refused(give, Trouble{Party: NobodyActs, Cause: CauseUnreachable, Lost: true}, 1, at)
		at = Later(at, g.State().TryAt)
	}
	same(t, "cause", g.State().Cause, CauseGaveUp)
	same(t, "stuck", g.State().stuck(StepGive), true)
	if took := at.Sub(t0); took > 72*time.Hour || took < 66*time.Hour {
		t.Errorf("it gave up after %v", took)
	}
	g = granted(func(g *GrantState) { g.In, g.Origin = true, AddedByUs })
	for range 3 {
		g.Refused(give, Trouble{Party: NobodyActs}, 1, t0)
	}
	g.Gave(give.Targets, false)
	same(t, "tries, with the one that went well", g.State().Tries, 4)
	g.Refused(give, Trouble{Party: NobodyActs}, 1, t0)
	same(t, "and from the beginning", g.State().Tries, 1)
}

func TestGrantStuckOnSeveral(t *testing.T) {
	remove, take := Step{Kind: StepRemove}, Step{StepTake, MakeTargets("1")}
	order := Trouble{Party: SellerActs, Cause: CauseRoleOrder}
	g := granted(func(g *GrantState) { g.In, g.Origin, g.Given = true, AddedByUs, MakeTargets("1", "2") })
	g.Refused(remove, order, 0, t0)
	g.Refused(take, order, 0, t0)
	same(t, "the one", g.State().stuck(StepRemove), true)
	same(t, "and the other", g.State().stuck(StepTake), true)
	g.Took(take.Targets)
	same(t, "what went well is not stuck", g.State().stuck(StepTake), false)
	same(t, "what did not stays so", g.State().stuck(StepRemove), true)
	same(t, "and so does why", g.State().Cause, CauseRoleOrder)
	g.Refused(take, Trouble{Party: NobodyActs, Cause: CauseUnreachable}, 1, t0)
	same(t, "also while something is tried again", g.State().stuck(StepRemove), true)
	same(t, "which has its time", g.State().TryAt, Instant(t0).Add(5*time.Second))
	g.Removed()
	same(t, "once out nothing is", g.State().Party, Party(""))
}

func TestGrantVersion(t *testing.T) {
	g := granted(func(*GrantState) {})
	for i, do := range []func(){
		func() { g.Begin(Step{Kind: StepAdmit}) }, func() { g.Looked(Presence{}, "") }, func() { g.Admitted(Admission{}) }, func() { g.Gave("", false) },
		func() { g.Took("") }, func() { g.Removed() }, func() { g.Refused(Step{}, Trouble{}, 0, t0) }, func() { g.Leave(EndKick, t0) },
		func() { g.Called("zoe") }, func() { g.Gone() }, func() { g.Ungave() }, func() { g.Mended() },
	} {
		do()
		same(t, "version, by which a late answer is known", g.State().Version, int64(i+1))
	}
	same(t, "name", g.State().Name, "zoe")
	same(t, "end", g.State().End, EndKick)
	wantError(t, GrantState{ID: "g", SellerID: "ana", ConnectionID: "k", Subject: "zoe", In: true, CreatedAt: t0}.Check(), "invalid", "origin")
	wantError(t, GrantState{ID: "g", SellerID: "ana", ConnectionID: "k", Subject: "zoe", Origin: AddedByUs, CreatedAt: t0}.Check(), "invalid", "origin")
	wantError(t, GrantState{ID: "g", SellerID: "ana", ConnectionID: "k", CreatedAt: t0}.Check(), "invalid", "subject")
}
