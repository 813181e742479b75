package circle_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

func TestDetect(t *testing.T) {
	both(t, func(t *testing.T, w *world, _ circle.API, d circle.Dialect) {
		dialect, all, err := w.client.Detect(t.Context(), string(account(d).Token), "")
		none(t, err)
		if dialect != string(d) || !slices.Equal(all, []ports.Choice{{ID: "3512", Name: "Gumroad"}}) {
			t.Errorf("got %s with %+v", dialect, all)
		}
	})
	w := newWorld(t)
	_, _, err := w.client.Detect(t.Context(), "wrong", "")
	troubled(t, err, badToken)
	lowPlan(w)
	_, _, err = w.client.Detect(t.Context(), tokenV2, "")
	troubled(t, err, domain.Trouble{Party: domain.SellerActs, Cause: domain.CausePlan})
}

func TestChoices(t *testing.T) {
	both(t, func(t *testing.T, w *world, _ circle.API, d circle.Dialect) {
		all, err := w.client.Choices(t.Context(), doorOf(d))
		none(t, err)
		if !slices.Equal(all, []ports.Choice{{ID: "8015", Name: "Community"}, {ID: "43576", Name: "Paid"}}) {
			t.Errorf("got %+v", all)
		}
		w.Fail(1, circletest.BrokenJSON())
		_, err = w.client.Choices(t.Context(), doorOf(d))
		troubled(t, err, unreachable)
	})
}

func TestChoices_ofManyPages(t *testing.T) {
	both(t, func(t *testing.T, w *world, _ circle.API, d circle.Dialect) {
		for i := range 200 {
			w.SetSpaceGroup(gumroad, circletest.SpaceGroup{ID: int64(100000 + i), Name: "More"})
		}
		all, err := w.client.Choices(t.Context(), doorOf(d))
		none(t, err)
		if len(all) != 202 {
			t.Errorf("got %d space groups, want 202", len(all))
		}
	})
}

// TestChoices_withoutEnd is a list whose every page promises another.
func TestChoices_withoutEnd(t *testing.T) {
	w := newWorld(t)
	w.Fail(1000, circletest.Reply{Body: `{"has_next_page":true,"records":[{"id":1,"name":"Again"}]}`})
	_, err := w.client.Choices(t.Context(), doorOf(circle.V2))
	troubled(t, err, domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable})
	if n := len(w.Journal()); n != 100 {
		t.Errorf("asked for %d pages, want 100", n)
	}
}

func TestCheck(t *testing.T) {
	twoSet := domain.MakeTargets("43576", "8015")
	missing := ports.Problem{Cause: domain.CauseTargetMissing, Target: "43576"}
	for name, row := range map[string]struct {
		before  func(*world)
		what    ports.CheckUp
		want    string
		problem ports.Problem
	}{
		"all is well":                            {nil, ports.CheckUp{Targets: twoSet}, "Gumroad", ports.Problem{}},
		"nothing is given":                       {nil, ports.CheckUp{}, "Gumroad", ports.Problem{}},
		"a space group is gone":                  {func(w *world) { w.RemoveSpaceGroup(gumroad, paid) }, ports.CheckUp{Targets: twoSet}, "Gumroad", missing},
		"the token is wrong":                     {revoke, ports.CheckUp{}, "", ports.Problem{Cause: domain.CauseTokenInvalid}},
		"the token is for another community now": {elsewhere, ports.CheckUp{Targets: paidSet}, "", ports.Problem{Cause: domain.CauseTokenInvalid}},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(t *testing.T, w *world, _ circle.API, d circle.Dialect) {
				if row.before != nil {
					row.before(w)
				}
				got, err := w.client.Check(t.Context(), doorOf(d), row.what)
				none(t, err)
				want := ports.CheckedUp{Name: row.want}
				if row.problem != (ports.Problem{}) {
					want.Problems = []ports.Problem{row.problem}
				}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("found %+v, want %+v", got, want)
				}
			})
		})
	}
	t.Run("the plan has no API any more", func(t *testing.T) {
		w := newWorld(t)
		lowPlan(w)
		got, err := w.client.Check(t.Context(), doorOf(circle.V2), ports.CheckUp{})
		none(t, err)
		if len(got.Problems) != 1 || got.Problems[0].Cause != domain.CausePlan {
			t.Errorf("found %+v, want the plan", got)
		}
	})
	t.Run("Circle has a fault, which is no problem of the connection", func(t *testing.T) {
		both(t, func(t *testing.T, w *world, _ circle.API, d circle.Dialect) {
			w.Fail(1, circletest.ServerError())
			_, err := w.client.Check(t.Context(), doorOf(d), ports.CheckUp{})
			troubled(t, err, unreachable)
			w.Fail(1, circletest.ServerError(), circletest.ReadSpaceGroups)
			_, err = w.client.Check(t.Context(), doorOf(d), ports.CheckUp{Targets: paidSet})
			troubled(t, err, unreachable)
		})
	})
}

// elsewhere moves both tokens to another community.
func elsewhere(w *world) {
	w.SetCommunity(circletest.Community{ID: 4000, Name: "Second"})
	w.SetToken(circletest.Token{Secret: tokenV1, Kind: circletest.V1, Communities: []int64{4000}})
	w.SetToken(circletest.Token{Secret: tokenV2, Kind: circletest.V2, Communities: []int64{4000}})
}

func TestMembers(t *testing.T) {
	both(t, func(t *testing.T, w *world, _ circle.API, d circle.Dialect) {
		for i := range 100 {
			w.SetMember(gumroad, circletest.Member{Email: fmt.Sprintf("m%d@example.com", i)})
		}
		first, next, err := w.client.Members(t.Context(), doorOf(d), "")
		none(t, err)
		rest, end, err := w.client.Members(t.Context(), doorOf(d), next)
		none(t, err)
		if len(first) != 100 || len(rest) != 1 || end != "" {
			t.Errorf("got %d and %d members, and then %q", len(first), len(rest), end)
		}
		if first[0] != (ports.MemberSeen{Subject: ana, MemberID: "1719764"}) {
			t.Errorf("the first is %+v, want ana", first[0])
		}
		for _, cursor := range []string{"0", "x", "-1"} {
			_, _, err = w.client.Members(t.Context(), doorOf(d), cursor)
			troubled(t, err, mistake)
		}
		w.RevokeToken(string(account(d).Token))
		_, _, err = w.client.Members(t.Context(), doorOf(d), "")
		troubled(t, err, badToken)
	})
}
