package domain

import (
	"errors"
	"testing"
)

func TestClaimJoin(t *testing.T) {
	free := Claim{Service: Discord, State: ClaimWaiting, Cause: CauseServerFull, Missing: MakeTargets("1")}
	bound := Claim{Service: Discord, Subject: "1", Name: "zoe", State: ClaimActive}
	moving := Claim{Service: Discord, Subject: "2", OldSubject: "1", State: ClaimPending}
	over := bound
	over.EndedAt = t0
	for _, tt := range []struct {
		name        string
		claim       Claim
		who         Subject
		another, in bool
		old         Subject
		err         error
	}{
		{"nobody has it", free, "1", false, false, "", nil},
		{"another has it, and is in", bound, "2", false, true, "", ErrAccountBound},
		{"another account is asked for: the first stays in until then", bound, "2", true, true, "1", nil},
		{"another had it, and is not known to be in: looked after all the same", bound, "2", false, false, "1", nil},
		{"a third, while the second is on the way: else nobody would know of the second", moving, "3", true, true, "", ErrAccountBound},
		{"a third, once the second is in", Claim{Service: Discord, Subject: "2", State: ClaimActive}, "3", true, true, "2", nil},
		{"the first again, while the second is on the way", moving, "1", true, true, "2", nil},
		{"it is over", over, "1", false, true, "", ErrNoAccess},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.claim.Join(tt.who, "new", tt.another, tt.in)
			if !errors.Is(err, tt.err) {
				t.Fatal(err)
			}
			if err != nil {
				same(t, "claim", got, tt.claim)
				return
			}
			same(t, "claim", got, Claim{Service: Discord, Subject: tt.who, OldSubject: tt.old, Name: "new", State: ClaimPending})
		})
	}
	again, err := bound.Join("1", "zoe2", false, true)
	same(t, "error", err, nil)
	bound.Name = "zoe2"
	same(t, "who has it already", again, bound)
}

func TestClaimNotJoined(t *testing.T) {
	free := Claim{State: ClaimWaiting}
	bound := Claim{Subject: "1", Name: "zoe", State: ClaimActive, Targets: MakeTargets("a")}
	try := func(before Claim, mod func(*Claim)) Claim {
		c, err := before.Join("2", "new", true, before.State == ClaimActive)
		if err != nil {
			t.Fatal(err)
		}
		mod(&c)
		return c
	}
	nothing := func(*Claim) {}
	over := bound
	over.EndedAt, over.State = t0, ClaimRemoving
	more := bound
	more.Targets = MakeTargets("a", "b")
	for _, tt := range []struct {
		name   string
		before Claim
		mean   func(*Claim)
		want   Claim
	}{
		{"nobody had it", free, nothing, free},
		{"another has it again", bound, nothing, bound},
		{"what the customer can do is still said", free, func(c *Claim) { c.State, c.Cause = ClaimNeedsCustomer, CauseTooManyServers }, Claim{State: ClaimNeedsCustomer, Cause: CauseTooManyServers}},
		{"it gives more meanwhile", bound, func(c *Claim) { c.Targets = more.Targets }, more},
		{"it ended meanwhile, and stays over", bound, func(c *Claim) { *c = c.ends(EndNone, t0); c.State, c.EndAction = ClaimRemoving, "" }, over},
		{"it ended meanwhile, and nobody was in", free, func(c *Claim) { *c = c.ends(EndKick, t0) }, Claim{State: ClaimRemoved, EndedAt: t0, EndAction: EndKick}},
	} {
		t.Run(tt.name, func(t *testing.T) { same(t, "claim", try(tt.before, tt.mean).NotJoined(tt.before), tt.want) })
	}
}

func TestClaimTakenOutAndLeft(t *testing.T) {
	circle := Claim{Service: Circle, Subject: "a", State: ClaimActive}
	discord := Claim{Service: Discord, Subject: "a", State: ClaimActive}
	same(t, "who joins may join again", discord.TakenOut("a").State, ClaimWaiting)
	out := circle.TakenOut("a")
	same(t, "who is invited is not invited by itself", out.State, ClaimNeedsSeller)
	same(t, "because they were taken out", out.Cause, CauseRemovedOutside)
	same(t, "somebody else was", circle.TakenOut("b"), circle)
	pending := Claim{Service: Circle, Subject: "a", State: ClaimPending}
	same(t, "who was never in was not taken out", pending.TakenOut("a"), pending)
	same(t, "the seller chooses", len(out.Choices()), 2)
	same(t, "of others there is nothing to choose", len(circle.Choices()), 0)
	same(t, "invited again", out.InviteAgain(), Claim{Service: Circle, Subject: "a", State: ClaimPending})
	same(t, "of others nothing changes", circle.InviteAgain(), circle)
	out.EndedAt = t0
	same(t, "nor of one that is over", len(out.Choices()), 0)

	discord.OldSubject, discord.Name, discord.Missing = "b", "zoe", MakeTargets("1")
	same(t, "left", discord.Left(), Claim{Service: Discord, State: ClaimWaiting})
	discord.EndedAt, discord.State = t0, ClaimKept
	same(t, "left when it was over", discord.Left(), Claim{Service: Discord, State: ClaimRemoved, EndedAt: t0})
}

func TestClaimFollow(t *testing.T) {
	one := MakeTargets("1")
	live := Claim{Service: Discord, Subject: "a", Targets: one, State: ClaimPending, EndAction: EndKick}
	circle := live
	circle.Service = Circle
	over := live
	over.EndedAt, over.State = t0, ClaimRemoving
	with := func(c Claim, mod func(*Claim)) Claim { mod(&c); return c }
	in := GrantState{Subject: "a", In: true, Origin: AddedByUs, Given: one}
	but := func(mod func(*GrantState)) GrantState { g := in; mod(&g); return g }
	out := GrantState{Subject: "a"}
	stuck := func(g GrantState, p Party, c Cause, k StepKind) GrantState {
		g.Party, g.Cause, g.Stuck = p, c, k
		return g
	}
	left := []Step{{Kind: StepRemove}}
	ok, paused := Connection{Health: HealthOK}, Connection{Health: HealthBotMissing, Causes: "bot_missing"}
	for _, tt := range []struct {
		name  string
		claim Claim
		conn  Connection
		g     GrantState
		want  Want
		left  []Step
		state ClaimState
		cause Cause
	}{
		{"in, with all", live, ok, in, Want{In: true}, nil, ClaimActive, ""},
		{"in, and had it before", live, ok, but(func(g *GrantState) { g.Given, g.Held = "", one }), Want{In: true}, nil, ClaimActive, ""},
		{"in, and the service refuses the rest", live, ok, but(func(g *GrantState) { g.Given, g.Missing = "", one }), Want{In: true}, nil, ClaimActive, ""},
		{"in, with all, though something else is in the way", live, ok, stuck(in, SellerActs, CauseRoleOrder, StepTake), Want{In: true}, nil, ClaimActive, ""},
		{"in, and something is still to be given", live, ok, but(func(g *GrantState) { g.Given = "" }), Want{In: true}, left, ClaimPending, ""},
		{"not in, and nobody has clicked", live, ok, out, Want{In: true}, nil, ClaimWaiting, ""},
		{"not in, and on the way", circle, ok, out, Want{In: true}, left, ClaimPending, ""},
		{"not in, and the connection is paused", circle, paused, out, Want{In: true}, left, ClaimNeedsSeller, CauseBotMissing},
		{"not in, and the customer has to do something", live, ok, stuck(out, CustomerActs, CauseTooManyServers, StepAdmit), Want{In: true}, nil, ClaimNeedsCustomer, CauseTooManyServers},
		{"a fresh click is enough", live, ok, stuck(out, CustomerActs, CauseProofRefused, StepAdmit), Want{In: true}, nil, ClaimWaiting, ""},
		{"not in, and the seller has to do something", live, ok, stuck(out, SellerActs, CauseServerFull, StepAdmit), Want{In: true}, nil, ClaimNeedsSeller, CauseServerFull},
		{"not in, and nobody can do anything", circle, ok, stuck(out, NobodyCan, CauseEmailInvalid, StepAdmit), Want{In: true}, nil, ClaimFailed, CauseEmailInvalid},
		{"another person's grant", live, ok, GrantState{Subject: "b", In: true}, Want{In: true}, nil, ClaimPending, ""},
		{"taken out by hand stays so", with(live, func(c *Claim) { c.State, c.Cause = ClaimNeedsSeller, CauseRemovedOutside }), ok, in, Want{In: true}, nil, ClaimNeedsSeller, CauseRemovedOutside},

		{"over, and out", over, ok, out, Want{}, nil, ClaimRemoved, ""},
		{"over, and still to go", over, ok, in, Want{}, left, ClaimRemoving, ""},
		{"over, and another claim wants them in", over, ok, in, Want{In: true}, left, ClaimRemoved, ""},
		{"over, and the seller has to do something", over, ok, stuck(in, SellerActs, CauseRoleOrder, StepRemove), Want{}, nil, ClaimNeedsSeller, CauseRoleOrder},
		{"over, and what was in the way of a gift matters no more", with(over, func(c *Claim) { c.EndAction = EndRoles }), ok, stuck(in, SellerActs, CauseRoleOrder, StepGive), Want{}, nil, ClaimRemoved, ""},
		{"over, and it was given up", over, ok, stuck(in, NobodyCan, CauseGaveUp, StepRemove), Want{}, nil, ClaimFailed, CauseGaveUp},
		{"over, and they own the server", over, ok, stuck(in, NobodyCan, CauseOwner, StepRemove), Want{}, nil, ClaimKept, CauseOwner},
		{"over, and they connected the server", over, ok, but(func(g *GrantState) { g.Origin = WasAlreadyThere }), Want{Never: true}, nil, ClaimKept, CauseOwner},
		{"over, and kept", with(over, func(c *Claim) { c.State, c.EndAction = ClaimKept, EndNone }), ok, in, Want{}, nil, ClaimKept, ""},
		{"over, mended, and out at last", with(over, func(c *Claim) { c.State, c.Cause = ClaimNeedsSeller, CauseRoleOrder }), ok, out, Want{}, nil, ClaimRemoved, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			is := tt.claim.Follow(tt.conn, tt.g, tt.want, tt.left)
			same(t, "state", is.State, tt.state)
			same(t, "cause", is.Cause, tt.cause)
			wantMissing := Targets("")
			if tt.claim.Live() {
				wantMissing = tt.g.Missing
			}
			same(t, "missing", is.Missing, wantMissing)
		})
	}
}
