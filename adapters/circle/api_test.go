package circle_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/circle/circletest"
)

func TestCommunities(t *testing.T) {
	both(t, func(t *testing.T, w *world, a circle.API, _ circle.Dialect) {
		all, err := a.Communities(t.Context())
		none(t, err)
		if !slices.Equal(all, []circle.Community{{ID: gumroad, Name: "Gumroad", Slug: "gumroad"}}) {
			t.Errorf("got %+v", all)
		}
	})
}

func TestSpaceGroups(t *testing.T) {
	both(t, func(t *testing.T, w *world, a circle.API, _ circle.Dialect) {
		all, more, err := a.SpaceGroups(t.Context(), 1)
		none(t, err)
		if more || !slices.Equal(all, []circle.SpaceGroup{{ID: 8015, Name: "Community"}, {ID: paid, Name: "Paid"}}) {
			t.Errorf("got %+v, more %t", all, more)
		}
	})
}

func TestMembers_pageByPage(t *testing.T) {
	both(t, func(t *testing.T, w *world, a circle.API, d circle.Dialect) {
		for i := range 104 {
			w.SetMember(gumroad, circletest.Member{Email: fmt.Sprintf("m%d@example.com", i)}) // invited, not active
		}
		var got []circle.Member
		for page, more := 1, true; more; page++ {
			all, again, err := a.Members(t.Context(), page)
			none(t, err)
			got, more = append(got, all...), again
		}
		want := w.Members(gumroad)
		if len(got) != len(want) || got[0] != (circle.Member{ID: anaID, Email: ana}) || got[104].Email != "m103@example.com" {
			t.Errorf("got %d members, want %d", len(got), len(want))
		}
		if n := len(w.Journal()); n != 2 {
			t.Errorf("asked %d times for 105 members, want 2", n)
		}
	})
}

func TestFind(t *testing.T) {
	both(t, func(t *testing.T, w *world, a circle.API, _ circle.Dialect) {
		m, ok, err := a.Find(t.Context(), "Ana@example.com")
		none(t, err)
		if !ok || m != (circle.Member{ID: anaID, Email: ana}) {
			t.Errorf("found %+v, %t", m, ok)
		}
		m, ok, err = a.Find(t.Context(), bob)
		none(t, err)
		if ok || m != (circle.Member{}) {
			t.Errorf("found %+v, %t, want nobody", m, ok)
		}
	})
}

func TestAdd(t *testing.T) {
	both(t, func(t *testing.T, w *world, a circle.API, _ circle.Dialect) {
		const plus = "bob+shop@example.com"
		got, err := a.Add(t.Context(), plus, []int64{paid, 8015})
		none(t, err)
		p, in := w.Member(gumroad, plus)
		if !in || got != (circle.Added{MemberID: p.ID}) || !slices.Equal(p.SpaceGroups, []int64{paid, 8015}) {
			t.Errorf("got %+v, and %+v is in: %t", got, p, in)
		}
		got, err = a.Add(t.Context(), plus, []int64{paid})
		none(t, err)
		if got != (circle.Added{MemberID: p.ID, Known: true}) {
			t.Errorf("twice: got %+v, want the same member, known", got)
		}
	})
}

// TestAdd_known is a v2 that lets somebody pass who is in: with the status of
// a new one, or with the text of one.
func TestAdd_known(t *testing.T) {
	w := newWorld(t)
	w.Fail(1, circletest.Reply{Status: 201, Body: `{"message":"This user is already a member of this community.","community_member":{"id":5}}`})
	w.Fail(1, circletest.Reply{Status: 200, Body: `{"message":"This user has been invited.","community_member":{"id":5}}`})
	for range 2 {
		got, err := w.client.As(account(circle.V2)).Add(t.Context(), ana, nil)
		none(t, err)
		if got != (circle.Added{MemberID: 5, Known: true}) {
			t.Errorf("got %+v, want known", got)
		}
	}
}

func TestRemove(t *testing.T) {
	both(t, func(t *testing.T, w *world, a circle.API, d circle.Dialect) {
		m := circle.Member{ID: anaID, Email: ana}
		none(t, a.Remove(t.Context(), m))
		if _, in := w.Member(gumroad, ana); in {
			t.Error("still in")
		}
		err := a.Remove(t.Context(), m)
		if d == circle.V2 {
			none(t, err)
		} else {
			failed(t, err, circle.Refused)
		}
	})
}

func TestSpaceGroupOfMember(t *testing.T) {
	both(t, func(t *testing.T, w *world, a circle.API, d circle.Dialect) {
		added, err := a.AddToGroup(t.Context(), ana, paid)
		none(t, err)
		p, _ := w.Member(gumroad, ana)
		if !added || !slices.Equal(p.SpaceGroups, []int64{paid}) {
			t.Errorf("added %t, in %v", added, p.SpaceGroups)
		}
		added, err = a.AddToGroup(t.Context(), ana, paid)
		none(t, err)
		if added != (d == circle.V1) { // v1 does not tell
			t.Errorf("twice: added %t", added)
		}
		none(t, a.RemoveFromGroup(t.Context(), ana, paid))
		none(t, a.RemoveFromGroup(t.Context(), ana, paid))
		if p, _ = w.Member(gumroad, ana); len(p.SpaceGroups) != 0 {
			t.Errorf("still in %v", p.SpaceGroups)
		}
	})
}

// TestOneRequestEach counts what each method sends, and that nothing is sent
// twice whatever becomes of it.
func TestOneRequestEach(t *testing.T) {
	both(t, func(t *testing.T, w *world, a circle.API, _ circle.Dialect) {
		ctx, m := t.Context(), circle.Member{ID: anaID, Email: ana}
		for _, fault := range []*circletest.Reply{nil, new(circletest.ServerError()), new(circletest.NotReached())} {
			w.ForgetJournal()
			if fault != nil {
				w.Fail(8, *fault)
			}
			a.Communities(ctx)
			a.SpaceGroups(ctx, 1)
			a.Members(ctx, 1)
			a.Find(ctx, ana)
			a.Add(ctx, ana, nil)
			a.AddToGroup(ctx, ana, paid)
			a.RemoveFromGroup(ctx, ana, paid)
			a.Remove(ctx, m)
			want := []circletest.Operation{
				circletest.ReadCommunities, circletest.ReadSpaceGroups, circletest.ListMembers, circletest.FindMember,
				circletest.AddMember, circletest.AddToSpaceGroup, circletest.RemoveFromSpaceGroup, circletest.RemoveMember,
			}
			if got := w.asked(); !slices.Equal(got, want) {
				t.Errorf("asked %v, want %v", got, want)
			}
		}
	})
}

// TestOnTheWire is what leaves, to the byte.
func TestOnTheWire(t *testing.T) {
	w := newWorld(t)
	one, two := w.client.As(account(circle.V1)), w.client.As(account(circle.V2))
	ctx := t.Context()
	one.Add(ctx, "ana+shop@example.com", []int64{paid})
	one.Remove(ctx, circle.Member{Email: ana})
	one.SpaceGroups(ctx, 1)
	two.SpaceGroups(ctx, 1)
	two.Members(ctx, 1)
	two.Find(ctx, bob)
	two.Add(ctx, bob, []int64{paid})
	two.AddToGroup(ctx, bob, paid)
	two.RemoveFromGroup(ctx, bob, paid)
	two.Remove(ctx, circle.Member{ID: anaID})
	want := []string{
		"POST /api/v1/community_members?community_id=3512&email=ana%2Bshop%40example.com&space_group_ids%5B%5D=43576 ",
		"DELETE /api/v1/community_members?community_id=3512&email=ana%40example.com ",
		"GET /api/v1/space_groups?community_id=3512 ",
		"GET /api/admin/v2/space_groups?page=1&per_page=100 ",
		"GET /api/admin/v2/community_members?page=1&per_page=100&status=all ",
		"GET /api/admin/v2/community_members/search?email=bob%40example.com ",
		`POST /api/admin/v2/community_members {"email":"bob@example.com","space_group_ids":[43576]}`,
		`POST /api/admin/v2/space_group_members {"space_group_id":43576,"email":"bob@example.com"}`,
		"DELETE /api/admin/v2/space_group_members?email=bob%40example.com&space_group_id=43576 ",
		"DELETE /api/admin/v2/community_members/1719764 ",
	}
	var got []string
	for _, c := range w.Journal() {
		got = append(got, fmt.Sprintf("%s %s %s", c.Method, c.Path, c.Body))
	}
	if !slices.Equal(got, want) {
		t.Errorf("sent\n%q, want\n%q", got, want)
	}
}
