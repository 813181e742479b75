package domain

import (
	"fmt"
	"testing"
	"time"
)

func TestWantFor(t *testing.T) {
	one, two := MakeTargets("1"), MakeTargets("2")
	live := func(who, old Subject, gives Targets) Claim {
		return Claim{Subject: who, OldSubject: old, Targets: gives, EndAction: EndKick, State: ClaimActive}
	}
	over := func(who, old Subject, end EndAction, hours int) Claim {
		return Claim{Subject: who, OldSubject: old, EndAction: end, State: ClaimRemoving, EndedAt: t0.Add(time.Duration(hours) * time.Hour)}
	}
	out := GrantState{Subject: "a"}
	in, unsure, leaving := out, out, out
	in.In, in.Origin = true, AddedByUs
	unsure.Unanswered = true
	leaving.End, leaving.EndAt = EndRoles, t0.Add(2*time.Hour)
	removed := live("a", "", one)
	removed.Cause = CauseRemovedOutside
	for _, tt := range []struct {
		name   string
		g      GrantState
		claims []Claim
		in     bool
		gives  Targets
		end    EndAction
	}{
		{"no claims", out, nil, false, "", ""},
		{"one", out, []Claim{live("a", "", one)}, true, one, ""},
		{"two come to what both give", out, []Claim{live("a", "", one), live("a", "", two)}, true, one.With(two), ""},
		{"one of two is over", out, []Claim{live("a", "", one), over("a", "", EndKick, 1)}, true, one, EndKick},
		{"all are over: the last decides", in, []Claim{over("a", "", EndKick, 2), over("a", "", EndNone, 1)}, false, "", EndKick},
		{"all are over: in whatever order they are read", in, []Claim{over("a", "", EndNone, 1), over("a", "", EndKick, 2)}, false, "", EndKick},
		{"they left after the last was over", leaving, []Claim{over("a", "", EndNone, 1)}, false, "", EndRoles},
		{"the last was over after they had left", leaving, []Claim{over("a", "", EndNone, 3)}, false, "", EndNone},
		{"taken out by hand", out, []Claim{removed}, false, "", ""},
		{"in until another takes their place", in, []Claim{live("b", "a", one)}, true, one, ""},
		{"perhaps in, until another takes their place", unsure, []Claim{live("b", "a", one)}, true, one, ""},
		{"not in: nobody is let in to be replaced", out, []Claim{live("b", "a", one)}, false, "", ""},
		{"it was over before another took their place", in, []Claim{over("b", "a", EndKick, 1)}, false, "", EndKick},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := WantFor(Connection{Service: Discord}, tt.g, tt.claims)
			same(t, "want", w, Want{In: tt.in, Targets: tt.gives, End: tt.end})
		})
	}
	same(t, "the account that connected the server", WantFor(Connection{Service: Discord, AccountID: "a"}, in, nil), Want{Never: true})
	same(t, "nobody connected it", WantFor(Connection{Service: Discord}, GrantState{}, nil), Want{})
	same(t, "Circle", WantFor(Connection{Service: Circle, Dialect: "v2", MembersOnly: true}, in, nil), Want{Invites: true, Whole: true})
	same(t, "the older Circle says itself who was in", WantFor(Connection{Service: Circle, Dialect: "v1"}, in, nil), Want{Invites: true, Blind: true})
}

func TestPlan(t *testing.T) {
	one, two, both := MakeTargets("1"), MakeTargets("2"), MakeTargets("1", "2")
	circle, discord := Want{In: true, Targets: one, Invites: true}, Want{In: true, Targets: one}
	joins, v1 := discord, circle
	joins.Proof, v1.Blind = true, true
	end := func(a EndAction) Want { return Want{End: a} }
	only := func(a EndAction) Want { return Want{End: a, Whole: true} }
	ours := GrantState{In: true, Origin: AddedByUs, Given: one}
	theirs := GrantState{In: true, Origin: WasAlreadyThere, Given: one, Held: two}
	with := func(g GrantState, mod func(*GrantState)) GrantState { mod(&g); return g }
	stuck := func(g GrantState, kinds StepKind) GrantState {
		g.Party, g.Stuck = SellerActs, kinds
		return g
	}
	intent := func(g GrantState, s Step) GrantState { g.Intent = s; return g }
	look, removed := Step{Kind: StepLook}, Step{Kind: StepRemove}
	present, absent, deaf := Presence{Seen: Present}, Presence{Seen: Absent}, Presence{Seen: CannotTell}
	invites := func(w Want) Want { w.Invites = true; return w }
	for _, tt := range []struct {
		name string
		want Want
		have GrantState
		seen Presence
		plan []Step
	}{
		{"nothing is wanted, nothing is there", Want{}, GrantState{}, Presence{}, nil},
		{"all is as it is to be", discord, ours, Presence{}, nil},
		{"nobody is admitted unseen", circle, GrantState{}, Presence{}, []Step{look, {StepAdmit, one}}},
		{"once seen not to be in, admitted", circle, GrantState{}, absent, []Step{{StepAdmit, one}}},
		{"admitted unseen where the service says itself who was in", v1, GrantState{}, Presence{}, []Step{{StepAdmit, one}}},
		{"admitted where there is no way to look", circle, GrantState{}, deaf, []Step{{StepAdmit, one}}},
		{"who joins by themselves is waited for", discord, GrantState{}, Presence{}, nil},
		{"who has consented is looked up first", joins, GrantState{}, Presence{}, []Step{look, {StepAdmit, one}}},
		{"who has consented and is not in comes in", joins, GrantState{}, absent, []Step{{StepAdmit, one}}},
		{"who has consented and is in is given what is missing, without an admission", joins, with(ours, func(g *GrantState) { g.Given = "" }), present, []Step{{StepGive, one}}},
		{"who has consented and is thought to be in is looked up", joins, ours, Presence{}, []Step{look}},
		{"an admission without an answer, and no consent any more: looked at", discord, GrantState{Unanswered: true}, Presence{}, []Step{look}},
		{"a run died in an admission, and no consent any more: looked at", discord, intent(GrantState{}, Step{StepAdmit, one}), Presence{}, []Step{look}},

		{"grants before revokes", Want{In: true, Targets: two}, ours, Presence{}, []Step{{StepGive, two}, {StepTake, one}}},
		{"one of two is not wanted any more", discord, with(ours, func(g *GrantState) { g.Given = both }), Presence{}, []Step{{StepTake, two}}},
		{"theirs before is not given", Want{In: true, Targets: both}, theirs, Presence{}, nil},
		{"what was refused is not given", Want{In: true, Targets: both}, with(ours, func(g *GrantState) { g.Missing = two }), Presence{}, nil},
		{"who was there before is looked up before something new is given, where a giving does not say that they had it", Want{In: true, Targets: MakeTargets("1", "3")}, theirs, Presence{}, []Step{look, {StepGive, MakeTargets("3")}}},
		{"and given it when that was seen", Want{In: true, Targets: MakeTargets("1", "3")}, theirs, present, []Step{{StepGive, MakeTargets("3")}}},
		{"and not given it while nobody can look", Want{In: true, Targets: MakeTargets("1", "3")}, stuck(theirs, StepLook), Presence{}, nil},
		{"where a giving says so nobody looks", invites(Want{In: true, Targets: MakeTargets("1", "3")}), theirs, Presence{}, []Step{{StepGive, MakeTargets("3")}}},

		{"a giving without an answer is repeated", discord, intent(with(ours, func(g *GrantState) { g.Given = "" }), Step{StepGive, one}), Presence{}, []Step{{StepGive, one}}},
		{"a giving without an answer that is not wanted any more is taken back", Want{In: true}, intent(with(ours, func(g *GrantState) { g.Given = "" }), Step{StepGive, one}), Presence{}, []Step{{StepTake, one}}},
		{"but not what may have been theirs before", invites(Want{In: true}), intent(GrantState{In: true, Origin: WasAlreadyThere}, Step{StepGive, one}), Presence{}, nil},
		{"a taking without an answer that is wanted again is undone", discord, intent(ours, Step{StepTake, one}), Presence{}, []Step{{StepGive, one}}},
		{"a taking without an answer is repeated", end(EndRoles), intent(ours, Step{StepTake, one}), Presence{}, []Step{{StepTake, one}}},
		{"a removal without an answer, and they are wanted again: looked at", discord, intent(ours, removed), Presence{}, []Step{look}},
		{"and admitted again where there is no way to look", circle, intent(ours, removed), deaf, []Step{{StepAdmit, one}}},
		{"a removal without an answer is repeated", end(EndKick), intent(ours, removed), Presence{}, []Step{removed}},
		{"a removal without an answer, and now only roles are to go: looked at", end(EndRoles), intent(ours, removed), Presence{}, []Step{look}},
		{"an admission without an answer, and it is over: looked at", end(EndKick), GrantState{Unanswered: true}, Presence{}, []Step{look}},
		{"and when nobody can tell, nothing", end(EndKick), GrantState{Unanswered: true}, deaf, nil},

		{"over: taken out", end(EndKick), ours, Presence{}, []Step{removed}},
		{"over, of Circle: taken out", invites(end(EndCommunity)), ours, Presence{}, []Step{removed}},
		{"over: only what usher gave is taken", end(EndRoles), with(ours, func(g *GrantState) { g.Held = two }), Presence{}, []Step{{StepTake, one}}},
		{"over: kept with all", end(EndNone), ours, Presence{}, nil},
		{"over: who was there before loses what usher gave", end(EndKick), theirs, Presence{}, []Step{{StepTake, one}}},
		{"over: and so does who may have been", end(EndKick), with(theirs, func(g *GrantState) { g.Origin = OriginUnknown }), Presence{}, []Step{{StepTake, one}}},
		{"over, for members only: taken out", only(EndKick), theirs, Presence{}, []Step{removed}},
		{"over, for members only, roles only", only(EndRoles), theirs, Presence{}, []Step{{StepTake, one}}},
		{"over, for members only, kept", only(EndNone), theirs, Presence{}, nil},
		{"over: the account that connected the server stays", Want{End: EndKick, Whole: true, Never: true}, theirs, Presence{}, []Step{{StepTake, one}}},
		{"over, and not in", end(EndKick), GrantState{}, Presence{}, nil},

		{"an admission that is stuck", circle, stuck(GrantState{}, StepAdmit), Presence{}, nil},
		{"a look that is stuck", circle, stuck(GrantState{}, StepLook), Presence{}, nil},
		{"a look that is stuck, of somebody who may be out", discord, stuck(intent(ours, removed), StepLook), Presence{}, nil},
		{"a look that is stuck, when it is over", end(EndKick), stuck(GrantState{Unanswered: true}, StepLook), Presence{}, nil},
		{"what is tried again is not stuck", circle, GrantState{Party: NobodyActs, Stuck: StepAdmit}, absent, []Step{{StepAdmit, one}}},
		{"a giving that is stuck: the rest goes on", Want{In: true, Targets: two}, stuck(ours, StepGive), Presence{}, []Step{{StepTake, one}}},
		{"a taking that is stuck: the rest goes on", Want{In: true, Targets: two}, stuck(ours, StepTake), Presence{}, []Step{{StepGive, two}}},
		{"a removal that is stuck: what was given is taken", end(EndKick), stuck(ours, StepRemove), Presence{}, []Step{{StepTake, one}}},
		{"a removal and a taking that are stuck", end(EndKick), stuck(ours, "remove take"), Presence{}, nil},
		{"a giving and a taking that are stuck", Want{In: true, Targets: two}, stuck(ours, "give take"), Presence{}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			same(t, "plan", fmt.Sprint(Plan(tt.want, tt.have, tt.seen)), fmt.Sprint(tt.plan))
		})
	}
}
