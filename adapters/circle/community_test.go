package circle_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// doorOf is the door of a connection to the community.
func doorOf(d circle.Dialect) ports.Door {
	return ports.Door{Connection: "c1", SellerID: "s1", Dialect: string(d), RemoteID: "3512", Secret: string(account(d).Token)}
}

// troubled checks that an error is a trouble like want, except for its detail.
func troubled(t *testing.T, err error, want domain.Trouble) {
	t.Helper()
	got, ok := errors.AsType[*domain.Trouble](err)
	if !ok {
		t.Fatalf("got error %v, want %+v", err, want)
	}
	if got.Detail == "" {
		t.Error("there is nothing for operators")
	}
	discreet(t, err)
	is := *got
	is.Detail = ""
	if is != want {
		t.Errorf("got %+v, want %+v", is, want)
	}
}

var paidSet = domain.MakeTargets("43576")

var (
	unreachable   = domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Lost: true}
	left          = domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseLeft}
	noTarget      = domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseTargetMissing}
	cannotRemove  = domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseRemovalRefused}
	badToken      = domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseTokenInvalid}
	mistake       = domain.Trouble{Party: domain.NobodyCan, Cause: domain.CauseRefused}
	noTargetToGo  = domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseTargetMissing, Done: true}
	tomorrow      = domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseRateLimited, TryAt: time.Date(2026, 3, 2, 0, 5, 0, 0, time.UTC), Spread: 20 * time.Minute}
	inAMinute     = domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseRateLimited, TryAt: time.Date(2026, 3, 1, 10, 1, 0, 0, time.UTC)}
	noSuchAddress = domain.Trouble{Party: domain.NobodyCan, Cause: domain.CauseEmailInvalid}
)

// steps are one call each of the port, on a community where ana is in, in no
// space group: what is asked of Circle for it, and what comes of it.
var steps = []struct {
	name    string
	dialect circle.Dialect
	before  func(*world)
	do      func(*circle.Client, ports.Door) (any, error)
	asked   []circletest.Operation
	want    any
	trouble domain.Trouble
	after   func(*testing.T, *world)
}{
	{"V2-7 looked: in", circle.V2, nil, look(ana), []circletest.Operation{circletest.FindMember}, domain.Presence{Seen: domain.Present, MemberID: "1719764"}, domain.Trouble{}, nil},
	{"V2-8 looked: absent", circle.V2, nil, look(bob), []circletest.Operation{circletest.FindMember}, domain.Presence{Seen: domain.Absent}, domain.Trouble{}, nil},

	{"V1-5 admitted", circle.V1, nil, admit(bob), []circletest.Operation{circletest.AddMember}, domain.Admission{Added: true, Given: paidSet, MemberID: "1719765"}, domain.Trouble{}, in(bob, paid)},
	{"V1-6 admitted, who was in", circle.V1, nil, admit(ana), []circletest.Operation{circletest.AddMember}, domain.Admission{Given: paidSet, MemberID: "1719764"}, domain.Trouble{}, in(ana, paid)},
	{"V1-7 the address is refused with 401", circle.V1, nil, admit("invalid_email"), []circletest.Operation{circletest.AddMember}, nil, noSuchAddress, nil},
	{"V1-8 refused, and is not in", circle.V1, full, admit(bob), []circletest.Operation{circletest.AddMember, circletest.FindMember}, nil, mistake, out(bob)},
	{"V1-8 refused, and is in", circle.V1, says(200, `{"success":false,"message":"This user could not be invited."}`), admit(ana), []circletest.Operation{circletest.AddMember, circletest.FindMember}, domain.Admission{MemberID: "1719764"}, domain.Trouble{}, nil},
	{"V1-8 refused, and nobody answers why", circle.V1, refusedThenDown, admit(ana), []circletest.Operation{circletest.AddMember, circletest.FindMember}, nil, unreachable, nil},
	{"V2-9 admitted", circle.V2, nil, admit(bob), []circletest.Operation{circletest.AddMember}, domain.Admission{Added: true, Given: paidSet, MemberID: "1719765"}, domain.Trouble{}, in(bob, paid)},
	{"V2-10 the address is refused", circle.V2, nil, admit("bad@x"), []circletest.Operation{circletest.AddMember}, nil, noSuchAddress, nil},
	{"V2-11 the day is full", circle.V2, says(403, `{"success":false,"errors":"Daily member limit exceeded."}`), admit(bob), []circletest.Operation{circletest.AddMember}, nil, tomorrow, nil},
	{"V2-12 the plan is full", circle.V2, full, admit(bob), []circletest.Operation{circletest.AddMember}, nil, domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseMemberLimit}, nil},
	{"V2-3 the plan has no API", circle.V2, lowPlan, admit(bob), []circletest.Operation{circletest.AddMember}, nil, domain.Trouble{Party: domain.SellerActs, Cause: domain.CausePlan}, nil},
	{"V2-13 admitted, who was in: what was theirs is told later", circle.V2, nil, admit(ana), []circletest.Operation{circletest.AddMember}, domain.Admission{MemberID: "1719764"}, domain.Trouble{}, nil},
	{"V2-13 refused, who was in", circle.V2, known, admit(ana), []circletest.Operation{circletest.AddMember, circletest.FindMember}, domain.Admission{MemberID: "1719764"}, domain.Trouble{}, nil},
	{"v2: refused, and is not in", circle.V2, says(422, `{"success":false,"message":"Nope."}`), admit(bob), []circletest.Operation{circletest.AddMember, circletest.FindMember}, nil, mistake, nil},

	{"V1-13 given", circle.V1, nil, give(ana, "43576"), []circletest.Operation{circletest.AddToSpaceGroup}, false, domain.Trouble{}, in(ana, paid)},
	{"V1-13 given to nobody", circle.V1, nil, give(bob, "43576"), []circletest.Operation{circletest.AddToSpaceGroup, circletest.FindMember}, nil, left, nil},
	{"V1-13 a space group that is gone", circle.V1, nil, give(ana, "1"), []circletest.Operation{circletest.AddToSpaceGroup, circletest.FindMember, circletest.ReadSpaceGroups}, nil, noTarget, nil},
	{"V1-13 refused for no reason", circle.V1, says(200, `{"success":false,"message":"This user could not be added."}`), give(ana, "43576"), []circletest.Operation{circletest.AddToSpaceGroup, circletest.FindMember, circletest.ReadSpaceGroups}, nil, mistake, nil},
	{"V2-16 given", circle.V2, nil, give(ana, "43576"), []circletest.Operation{circletest.AddToSpaceGroup}, false, domain.Trouble{}, in(ana, paid)},
	{"V2-16 given, what was theirs", circle.V2, sits(ana, paid), give(ana, "43576"), []circletest.Operation{circletest.AddToSpaceGroup}, true, domain.Trouble{}, in(ana, paid)},
	{"V2-17 given to somebody who left", circle.V2, func(w *world) { w.RemoveMember(gumroad, ana) }, give(ana, "43576"), []circletest.Operation{circletest.AddToSpaceGroup}, nil, left, nil},
	{"V2-18b given to nobody", circle.V2, nil, give(bob, "43576"), []circletest.Operation{circletest.AddToSpaceGroup}, nil, left, nil},
	{"V2-18b a space group that is gone", circle.V2, nil, give(ana, "1"), []circletest.Operation{circletest.AddToSpaceGroup}, nil, noTarget, nil},

	{"V1-13 taken", circle.V1, sits(ana, paid), take(ana, "43576"), []circletest.Operation{circletest.RemoveFromSpaceGroup}, nil, domain.Trouble{}, in(ana)},
	{"V1-13 taken from nobody", circle.V1, nil, take(bob, "43576"), []circletest.Operation{circletest.RemoveFromSpaceGroup, circletest.FindMember}, nil, domain.Trouble{}, nil},
	{"V1-13 taken, what is gone", circle.V1, nil, take(ana, "1"), []circletest.Operation{circletest.RemoveFromSpaceGroup, circletest.FindMember, circletest.ReadSpaceGroups}, nil, noTargetToGo, nil},
	{"V1-13 taking is refused", circle.V1, func(w *world) { sits(ana, paid)(w); locked(w) }, take(ana, "43576"), []circletest.Operation{circletest.RemoveFromSpaceGroup, circletest.FindMember, circletest.ReadSpaceGroups}, nil, cannotRemove, in(ana, paid)},
	{"V1-13 taking is refused, and nobody answers why", circle.V1, refusedThenDown, take(ana, "43576"), []circletest.Operation{circletest.RemoveFromSpaceGroup, circletest.FindMember}, nil, unreachable, nil},
	{"V2-18 taken", circle.V2, sits(ana, paid), take(ana, "43576"), []circletest.Operation{circletest.RemoveFromSpaceGroup}, nil, domain.Trouble{}, in(ana)},
	{"V2-18b taken from nobody", circle.V2, nil, take(bob, "43576"), []circletest.Operation{circletest.RemoveFromSpaceGroup}, nil, domain.Trouble{}, nil},
	{"V2-18b taken, what is gone", circle.V2, nil, take(ana, "1"), []circletest.Operation{circletest.RemoveFromSpaceGroup}, nil, noTargetToGo, nil},
	{"V2-18c taking is refused", circle.V2, func(w *world) { sits(ana, paid)(w); locked(w) }, take(ana, "43576"), []circletest.Operation{circletest.RemoveFromSpaceGroup}, nil, cannotRemove, in(ana, paid)},

	{"V1-10 removed", circle.V1, nil, expel(ana, ""), []circletest.Operation{circletest.RemoveMember}, nil, domain.Trouble{}, out(ana)},
	{"V1-11 removed, who was not in", circle.V1, nil, expel(bob, ""), []circletest.Operation{circletest.RemoveMember, circletest.FindMember}, nil, domain.Trouble{}, nil},
	{"V1-11 removal is refused", circle.V1, pays, expel(ana, ""), []circletest.Operation{circletest.RemoveMember, circletest.FindMember}, nil, cannotRemove, in(ana)},
	{"V1-11 removal is refused, and nobody answers why", circle.V1, refusedThenDown, expel(ana, ""), []circletest.Operation{circletest.RemoveMember, circletest.FindMember}, nil, unreachable, in(ana)},
	{"V2-14 removed", circle.V2, nil, expel(ana, "1719764"), []circletest.Operation{circletest.RemoveMember}, nil, domain.Trouble{}, out(ana)},
	{"V2-14 removed, by e-mail", circle.V2, nil, expel(ana, ""), []circletest.Operation{circletest.FindMember, circletest.RemoveMember}, nil, domain.Trouble{}, out(ana)},
	{"V2-15 removed, who was not in", circle.V2, nil, expel(bob, "5"), []circletest.Operation{circletest.RemoveMember}, nil, domain.Trouble{}, nil},
	{"V2-8 removed, by e-mail, who was not in", circle.V2, nil, expel(bob, ""), []circletest.Operation{circletest.FindMember}, nil, domain.Trouble{}, nil},
	{"V2-15 removal is refused", circle.V2, pays, expel(ana, "1719764"), []circletest.Operation{circletest.RemoveMember}, nil, cannotRemove, in(ana)},

	{"nothing to leave", circle.V2, nil, func(c *circle.Client, d ports.Door) (any, error) { return nil, c.Leave(context.Background(), d) }, nil, nil, domain.Trouble{}, nil},
	{"a connection without a community", circle.V1, nil, func(c *circle.Client, d ports.Door) (any, error) { d.RemoteID = ""; return admit(bob)(c, d) }, nil, nil, mistake, nil},
	{"a target that is no space group", circle.V2, nil, give(ana, "gold"), nil, nil, mistake, nil},
	{"an admission to what is no space group", circle.V2, nil, func(c *circle.Client, d ports.Door) (any, error) {
		return c.Admit(context.Background(), d, ana, domain.MakeTargets("gold"), "")
	}, nil, nil, mistake, nil},
}

func TestCommunity(t *testing.T) {
	for _, row := range steps {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			if row.before != nil {
				row.before(w)
			}
			door, counted := doorOf(row.dialect), 0
			door.Counted = func() { counted++ }
			got, err := row.do(w.client, door)
			failed := 0
			for _, c := range w.Journal() {
				if c.Status >= 500 {
					failed++
				}
			}
			if counted != len(row.asked)-failed {
				t.Errorf("counted %d requests of %d, of which Circle failed %d", counted, len(row.asked), failed)
			}
			if row.trouble != (domain.Trouble{}) {
				troubled(t, err, row.trouble)
			} else if err != nil {
				t.Fatal(err)
			} else if got != row.want {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
			if asked := w.asked(); !slices.Equal(asked, row.asked) {
				t.Errorf("asked %v, want %v", asked, row.asked)
			}
			if row.after != nil {
				row.after(t, w)
			}
		})
	}
}

func look(email string) func(*circle.Client, ports.Door) (any, error) {
	return func(c *circle.Client, d ports.Door) (any, error) {
		return c.Look(context.Background(), d, domain.Subject(email))
	}
}

func admit(email string) func(*circle.Client, ports.Door) (any, error) {
	return func(c *circle.Client, d ports.Door) (any, error) {
		return c.Admit(context.Background(), d, domain.Subject(email), paidSet, "")
	}
}

func give(email string, what domain.TargetID) func(*circle.Client, ports.Door) (any, error) {
	return func(c *circle.Client, d ports.Door) (any, error) {
		return c.Give(context.Background(), d, ports.Member{Subject: domain.Subject(email)}, what)
	}
}

func take(email string, what domain.TargetID) func(*circle.Client, ports.Door) (any, error) {
	return func(c *circle.Client, d ports.Door) (any, error) {
		return nil, c.Take(context.Background(), d, ports.Member{Subject: domain.Subject(email)}, what)
	}
}

func expel(email, id string) func(*circle.Client, ports.Door) (any, error) {
	return func(c *circle.Client, d ports.Door) (any, error) {
		return nil, c.Remove(context.Background(), d, ports.Member{Subject: domain.Subject(email), ID: id})
	}
}

func in(email string, groups ...int64) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		t.Helper()
		if p, ok := w.Member(gumroad, email); !ok || !slices.Equal(p.SpaceGroups, groups) {
			t.Errorf("%s is in: %t, in space groups %v, want %v", email, ok, p.SpaceGroups, groups)
		}
	}
}

func out(email string) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		t.Helper()
		if p, ok := w.Member(gumroad, email); ok {
			t.Errorf("%s is in: %+v", email, p)
		}
	}
}

func sits(email string, groups ...int64) func(*world) {
	return func(w *world) { w.SetMember(gumroad, circletest.Member{Email: email, SpaceGroups: groups}) }
}

// refusedThenDown refuses a call of v1 and answers no other.
func refusedThenDown(w *world) {
	w.Fail(1, circletest.Reply{Body: `{"success":true,"message":"This user could not be helped."}`})
	w.Fail(1, circletest.ServerError())
}
