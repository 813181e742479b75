package circletest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/circle/circletest"
)

const (
	members1 = "/api/v1/community_members"
	members2 = "/api/admin/v2/community_members"
	groups2  = "/api/admin/v2/space_group_members"
	absent   = `{"success":false,"message":"Oops! Missing record. Please try again later.","error_details":{"message":"Missing record: community member"}}`
	noUser   = `{"success":false,"message":"Oops! Missing record. Please try again later.","error_details":{"message":"Missing record: user"}}`
	noGroup  = `{"success":false,"message":"Oops! Missing record. Please try again later.","error_details":{"message":"Missing record: space group"}}`
	gone     = `{"success":true,"message":"This user could not be removed. Please ensure that the user and community specified exists, and that the user is a member of the community."}`
	refused1 = `{"success":false,"message":"This user could not be invited. Please ensure that the user and community specified exists, and that the user is not already a member of the community."}`
	unauth1  = `{"status":"unauthorized","message":"Your account could not be authenticated."}`
	invalid2 = `{"success":false,"message":"The API token is invalid.","error_details":{}}`
)

// rows are the documented exchanges: one call each, and what is answered.
var rows = []struct {
	name         string
	before       func(*world)
	method, path string
	auth         string // "" = as it should be, "none" = no header
	body         string
	status       int
	want         string
	after        func(*testing.T, *world)
}{
	{name: "V1-1 a wrong key is told with 200", method: "GET", path: "/api/v1/communities", auth: "Token wrong", status: 200, want: unauth1},
	{name: "V1-1 a missing key is told with 200", method: "GET", path: "/api/v1/me", auth: "none", status: 200, want: unauth1, after: forgive},
	{name: "V1-1 a bare key is a wrong one", method: "GET", path: "/api/v1/me", auth: tokenV1, status: 200, want: unauth1, after: forgive},
	{name: "V1-1 a key after another word is a wrong one", method: "GET", path: "/api/v1/me", auth: "Basic " + tokenV1, status: 200, want: unauth1, after: forgive},
	{name: "V1-1 a v2 token is a wrong key", method: "GET", path: "/api/v1/communities", auth: "Token " + tokenV2, status: 200, want: unauth1},
	{name: "V1-1 a revoked key is told with 200", before: func(w *world) { w.RevokeToken(tokenV1) }, method: "GET", path: "/api/v1/communities", status: 200, want: unauth1},
	{name: "V1-1 a plan without API is told with 200", before: plan(tokenV1, circletest.V1, circletest.Basic), method: "GET", path: "/api/v1/communities", status: 200, want: unauth1},
	{name: "V1-2 communities are an array", method: "GET", path: "/api/v1/communities", status: 200, want: `[{"id":3512,"name":"Gumroad","slug":"gumroad"}]`},
	{name: "V1-2 Bearer works too", method: "GET", path: "/api/v1/communities", auth: "Bearer " + tokenV1, status: 200, want: `[{"id":3512}]`, after: forgive},
	{name: "V1-3 space groups are an array", method: "GET", path: "/api/v1/space_groups?community_id=3512", status: 200, want: `[{"id":8015,"name":"Community","community_id":3512,"is_hidden_from_non_members":false},{"id":43576,"name":"Paid"}]`},
	{name: "V1-3 of a community that the token does not see", method: "GET", path: "/api/v1/space_groups?community_id=1", status: 200, want: `{"success":false}`},
	{name: "V1-4 me is a user", method: "GET", path: "/api/v1/me", status: 200, want: `{"id":1}`},
	{name: "V1-5 a new person is added", method: "POST", path: members1 + "?community_id=3512&email=bob%40example.com&space_group_ids%5B%5D=43576", status: 200,
		want:  `{"success":true,"message":"This user has been added to the community and has been added to the spaces / space groups specified.","user":{"id":2,"email":"bob@example.com","community_member_id":1719765}}`,
		after: in(bob, 43576)},
	{name: "V1-5 parameters in the body are not read", method: "POST", path: members1, body: `{"community_id":3512,"email":"bob@example.com"}`, status: 200, want: refused1, after: out(bob)},
	{name: "V1-6 a member is told apart by the text", method: "POST", path: members1 + "?community_id=3512&email=Ana%40Example.com&space_group_ids%5B%5D=43576", status: 200,
		want:  `{"success":true,"message":"This user is already a member of this community and has been added to the spaces / space groups specified.","user":{"email":"ana@example.com","community_member_id":1719764}}`,
		after: in(ana, 43576)},
	{name: "V1-7 a wrong address is a 401", method: "POST", path: members1 + "?community_id=3512&email=invalid_email&space_group_ids%5B%5D=43576", status: 401, want: `{"success":false,"errors":"Email is invalid"}`},
	{name: "V1-8 an unknown community", method: "POST", path: members1 + "?community_id=1&email=bob%40example.com", status: 200, want: refused1},
	{name: "V1-8 a full community", before: func(w *world) { w.SetCommunity(circletest.Community{ID: 3512, MemberLimit: 1}) }, method: "POST", path: members1 + "?community_id=3512&email=bob%40example.com", status: 200, want: refused1, after: out(bob)},
	{name: "V1-9 without space groups the text is another", method: "POST", path: members1 + "?community_id=3512&email=bob%40example.com", status: 200, want: `{"success":true,"message":"This user has been invited to the community."}`, after: in(bob)},
	{name: "V1-10 a member is removed", method: "DELETE", path: members1 + "?community_id=3512&email=ana%40example.com", status: 200, want: `{"success":true,"message":"This user has been removed from the community."}`, after: out(ana)},
	{name: "V1-11 no member: success that is none", method: "DELETE", path: members1 + "?community_id=3512&email=bob%40example.com", status: 200, want: gone},
	{name: "V1-11 wrong address: success that is none", method: "DELETE", path: members1 + "?community_id=3512&email=invalid", status: 200, want: gone},
	{name: "V1-11 wrong community: success that is none", method: "DELETE", path: members1 + "?community_id=1&email=ana%40example.com", status: 200, want: gone, after: in(ana)},
	{name: "V1-11 a member who pays Circle stays: success that is none", before: pays(ana), method: "DELETE", path: members1 + "?community_id=3512&email=ana%40example.com", status: 200, want: gone, after: in(ana)},
	{name: "V1-12 a member is found", method: "GET", path: members1 + "/search?community_id=3512&email=ana%40example.com", status: 200, want: `{"id":1719764,"email":"ana@example.com","active":true}`},
	{name: "V1-12 nobody is found", method: "GET", path: members1 + "/search?community_id=3512&email=bob%40example.com", status: 200, want: `{"success":false}`},
	{name: "V1-13 into a space group", method: "POST", path: "/api/v1/space_group_members?email=ana%40example.com&space_group_id=43576&community_id=3512", status: 200, want: `{"success":true}`, after: in(ana, 43576)},
	{name: "V1-13 out of a space group", before: sits(ana, 8015, 43576), method: "DELETE", path: "/api/v1/space_group_members?email=ana%40example.com&space_group_id=43576&community_id=3512", status: 200, want: `{"success":true}`, after: in(ana, 8015)},
	{name: "V1-13 into one that does not exist", method: "POST", path: "/api/v1/space_group_members?email=ana%40example.com&space_group_id=1&community_id=3512", status: 200, want: `{"success":false}`, after: in(ana)},
	{name: "V1 members are an array, page by page", before: func(w *world) { w.SetMember(3512, circletest.Member{Email: bob, Active: true}) }, method: "GET", path: members1 + "?community_id=3512&page=2&per_page=1", status: 200, want: `[{"email":"bob@example.com"}]`},

	{name: "V2-1 no header", method: "GET", path: "/api/admin/v2/community", auth: "none", status: 401, want: `{"success":false,"message":"API token not found."}`, after: forgive},
	{name: "V2-1 a bare token", method: "GET", path: "/api/admin/v2/community", auth: tokenV2, status: 401, want: `{"success":false,"message":"API token not found."}`, after: forgive},
	{name: "V2-2 an unknown token", method: "GET", path: "/api/admin/v2/community", auth: "Bearer wrong", status: 401, want: invalid2},
	{name: "V2-2 a v1 token", method: "GET", path: "/api/admin/v2/community", auth: "Bearer " + tokenV1, status: 401, want: invalid2},
	{name: "V2-2 a revoked token", before: func(w *world) { w.RevokeToken(tokenV2) }, method: "GET", path: "/api/admin/v2/community", status: 401, want: invalid2},
	{name: "V2-2 the word Token is accepted", method: "GET", path: "/api/admin/v2/community", auth: "Token " + tokenV2, status: 200, want: `{"id":3512}`, after: forgive},
	{name: "V2-3 the plan is too low", before: plan(tokenV2, circletest.V2, circletest.Professional), method: "GET", path: "/api/admin/v2/community", status: 403, want: `{"success":false,"message":"The community is not eligible for admin API v2 access."}`},
	{name: "V2-4 who am I", method: "GET", path: "/api/admin/v2/community", status: 200, want: `{"id":3512,"name":"Gumroad","slug":"gumroad"}`},
	{name: "V2-5 space groups by pages of 60", method: "GET", path: "/api/admin/v2/space_groups", status: 200, want: `{"page":1,"per_page":60,"has_next_page":false,"count":2,"page_count":1,"records":[{"id":8015,"name":"Community"},{"id":43576,"name":"Paid"}]}`},
	{name: "V2-5 space groups page by page", method: "GET", path: "/api/admin/v2/space_groups?page=1&per_page=1", status: 200, want: `{"page":1,"per_page":1,"has_next_page":true,"count":2,"page_count":2,"records":[{"id":8015}]}`},
	{name: "V2-5 a page after the last is empty", method: "GET", path: "/api/admin/v2/space_groups?page=4&per_page=1", status: 200, want: `{"page":4,"has_next_page":false,"records":[]}`},
	{name: "V2-6 access groups", method: "GET", path: "/api/admin/v2/access_groups?status=active", status: 200, want: `{"records":[{"id":77,"name":"Gold"}]}`},
	{name: "V2-7 a member is found, in whatever letters", method: "GET", path: members2 + "/search?email=ANA%40example.com", status: 200, want: `{"id":1719764,"user_id":1,"email":"ana@example.com","active":true}`},
	{name: "V2-8 nobody is found", method: "GET", path: members2 + "/search?email=bob%40example.com", status: 404, want: absent},
	{name: "V2-9 a new person is invited", method: "POST", path: members2, body: `{"email":"Bob@example.com","space_group_ids":[43576]}`, status: 201,
		want:  `{"message":"This user has been invited to the community and has been added to following space groups: Paid","community_member":{"id":1719765,"user_id":2,"email":"bob@example.com","accepted_invitation":"","profile_confirmed_at":null,"active":false}}`,
		after: in(bob, 43576)},
	{name: "V2-9 a space group that does not exist is left out in silence", method: "POST", path: members2, body: `{"email":"bob@example.com","space_group_ids":[1]}`, status: 201, want: `{"message":"This user has been invited to the community"}`, after: in(bob)},
	{name: "V2-10 a blocked domain", before: func(w *world) {
		w.SetCommunity(circletest.Community{ID: 3512, BlockedDomains: []string{"example.com"}})
	}, method: "POST", path: members2, body: `{"email":"bob@example.com"}`, status: 422, want: `{"success":false,"message":"Invalid email address.","error_details":{}}`, after: out(bob)},
	{name: "V2-10 a malformed address", method: "POST", path: members2, body: `{"email":"bad@x"}`, status: 422, want: `{"success":false,"message":"Invalid email address.","error_details":{}}`},
	{name: "V2-11 the day is full", before: fullDay, method: "POST", path: members2, body: `{"email":"eve@example.com"}`, status: 403, want: `{"success":false,"errors":"Daily member limit exceeded."}`, after: out("eve@example.com")},
	{name: "V2-11 the next day has room", before: func(w *world) { fullDay(w); w.now = w.now.AddDate(0, 0, 1) }, method: "POST", path: members2, body: `{"email":"eve@example.com"}`, status: 201, want: `{}`, after: in("eve@example.com")},
	{name: "V2-12 the plan is full", before: func(w *world) { w.SetCommunity(circletest.Community{ID: 3512, MemberLimit: 1}) }, method: "POST", path: members2, body: `{"email":"bob@example.com"}`, status: 403, want: `{"success":false,"errors":"Your community has reached the maximum limit of members supported by your plan."}`, after: out(bob)},
	{name: "V2-13 a member once more, let pass", method: "POST", path: members2, body: `{"email":"ana@example.com","space_group_ids":[43576]}`, status: 200, want: `{"community_member":{"id":1719764}}`, after: in(ana, 43576)},
	{name: "V2-13 a member once more, refused", before: func(w *world) { w.SetCommunity(circletest.Community{ID: 3512, RefusesKnown: true}) }, method: "POST", path: members2, body: `{"email":"ana@example.com","space_group_ids":[43576]}`, status: 422, want: `{"success":false}`, after: in(ana)},
	{name: "V2-14 a member is removed", method: "DELETE", path: members2 + "/1719764", status: 200, want: `{"message":"The community member has been removed from the community."}`, after: out(ana)},
	{name: "V2-15 an unknown member id", method: "DELETE", path: members2 + "/5", status: 404, want: absent},
	{name: "V2-15 a member who pays Circle", before: pays(ana), method: "DELETE", path: members2 + "/1719764", status: 422, want: `{"success":false}`, after: in(ana)},
	{name: "V2-16 into a space group", method: "POST", path: groups2, body: `{"space_group_id":43576,"email":"ana@example.com"}`, status: 200, want: `{"success":true,"message":"User has been added to the space group."}`, after: in(ana, 43576)},
	{name: "V2-16 already in it", before: sits(ana, 43576), method: "POST", path: groups2, body: `{"space_group_id":43576,"email":"ana@example.com"}`, status: 200, want: `{"success":true,"message":"User is already added to the space group."}`, after: in(ana, 43576)},
	{name: "V2-17 a person who left the community", before: func(w *world) { w.RemoveMember(3512, ana) }, method: "POST", path: groups2, body: `{"space_group_id":43576,"email":"ana@example.com"}`, status: 422, want: `{"success":false,"message":"User is not a member of community"}`},
	{name: "V2-18 out of a space group", before: sits(ana, 8015, 43576), method: "DELETE", path: groups2 + "?email=ana%40example.com&space_group_id=43576", status: 200, want: `{"success":true,"message":"User removed from the space group and its spaces"}`, after: in(ana, 8015)},
	{name: "V2-18b into: unknown person", method: "POST", path: groups2, body: `{"space_group_id":43576,"email":"bob@example.com"}`, status: 404, want: noUser},
	{name: "V2-18b into: unknown space group", method: "POST", path: groups2, body: `{"space_group_id":1,"email":"ana@example.com"}`, status: 404, want: noGroup},
	{name: "V2-18b out of: unknown person", method: "DELETE", path: groups2 + "?email=bob%40example.com&space_group_id=43576", status: 404, want: noUser},
	{name: "V2-18b out of: a space group that was deleted", before: func(w *world) { sits(ana, 43576)(w); w.RemoveSpaceGroup(3512, 43576) }, method: "DELETE", path: groups2 + "?email=ana%40example.com&space_group_id=43576", status: 404, want: noGroup, after: in(ana)},
	{name: "V2-18c out of: refused", before: func(w *world) {
		w.SetSpaceGroup(3512, circletest.SpaceGroup{ID: 43576, Locked: true})
		sits(ana, 43576)(w)
	}, method: "DELETE", path: groups2 + "?email=ana%40example.com&space_group_id=43576", status: 422, want: `{"success":false,"message":"User cannot be removed from this space group","error_details":{}}`, after: in(ana, 43576)},
	{name: "V2-19 into an access group", method: "POST", path: "/api/admin/v2/access_groups/77/community_members", body: `{"email":"ana@example.com"}`, status: 201, want: `{"message":"Member has been added to 'Gold' access group."}`},
	{name: "V2-19 out of an access group", method: "DELETE", path: "/api/admin/v2/access_groups/77/community_members?email=ana%40example.com", status: 200, want: `{"message":"Member has been removed from 'Gold' access group."}`},
	{name: "V2 members of every status, page by page", before: func(w *world) { w.SetMember(3512, circletest.Member{Email: bob}) }, method: "GET", path: members2 + "?page=1&per_page=100&status=all", status: 200, want: `{"count":2,"records":[{"email":"ana@example.com"},{"email":"bob@example.com","active":false}]}`},
	{name: "V2 members without a status are the active ones", before: func(w *world) { w.SetMember(3512, circletest.Member{Email: bob}) }, method: "GET", path: members2, status: 200, want: `{"records":[{"email":"ana@example.com"}]}`},
	{name: "V2 a body that is no JSON", method: "POST", path: members2, body: `email=bob`, status: 400, want: `{"success":false}`},
}

func TestRows(t *testing.T) {
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			if row.before != nil {
				row.before(w)
			}
			header := row.auth
			switch header {
			case "":
				header = auth(row.path)
			case "none":
				header = ""
			}
			w.ask(t, row.method, row.path, header, row.body).shows(t, row.status, row.want)
			if row.after != nil {
				row.after(t, w)
			}
		})
	}
}

// V1-14 and V2-20 are faults: see TestFail.

func forgive(_ *testing.T, w *world) { w.TakeComplaints() }

func in(email string, groups ...int64) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		t.Helper()
		p, ok := w.Member(3512, email)
		if !ok || !slices.Equal(p.SpaceGroups, groups) {
			t.Errorf("%s is in: %t, in space groups %v, want %v", email, ok, p.SpaceGroups, groups)
		}
	}
}

func out(email string) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		t.Helper()
		if p, ok := w.Member(3512, email); ok {
			t.Errorf("%s is in: %+v", email, p)
		}
	}
}

func plan(secret string, kind circletest.Dialect, p circletest.Plan) func(*world) {
	return func(w *world) {
		w.SetToken(circletest.Token{Secret: secret, Kind: kind, Plan: p, Communities: []int64{3512}})
	}
}

func pays(email string) func(*world) {
	return func(w *world) { w.SetMember(3512, circletest.Member{Email: email, Active: true, Paying: true}) }
}

func sits(email string, groups ...int64) func(*world) {
	return func(w *world) {
		w.SetMember(3512, circletest.Member{Email: email, Active: true, SpaceGroups: groups})
	}
}

// fullDay adds the one person that this day has room for.
func fullDay(w *world) {
	w.SetCommunity(circletest.Community{ID: 3512, DailyLimit: 1})
	req, err := http.NewRequest("POST", w.URL+members2, strings.NewReader(`{"email":"bob@example.com"}`))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Authorization", "Bearer "+tokenV2)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		panic(err)
	}
	res.Body.Close()
}
