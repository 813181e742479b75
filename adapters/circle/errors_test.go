package circle_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/circle/circletest"
)

// causes are the answers that are no success, and what they mean.
var causes = []struct {
	name    string
	dialect circle.Dialect
	before  func(*world)
	do      func(circle.API) error
	want    circle.Cause
}{
	{"V1-1 200 that says unauthorized", circle.V1, revoke, add(bob), circle.TokenInvalid},
	{"V1-1 unauthorized where a list should be", circle.V1, revoke, list, circle.TokenInvalid},
	{"V1-1 unauthorized where a member should be is not nobody", circle.V1, revoke, find(bob), circle.TokenInvalid},
	{"V1-7 a 401 about the address", circle.V1, nil, add("invalid_email"), circle.EmailInvalid},
	{"V1-8 could not be invited", circle.V1, full, add(bob), circle.Refused},
	{"V1-11 success that is none: nobody is there", circle.V1, nil, remove(bob, 0), circle.Refused},
	{"V1-11 success that is none: still there", circle.V1, pays, remove(ana, 0), circle.Refused},
	{"V1-13 no such space group", circle.V1, nil, addTo(ana, 1), circle.Refused},
	{"V1-13 no such person", circle.V1, nil, takeFrom(bob, paid), circle.Refused},
	{"V1-14 a fault of the server", circle.V1, fail(circletest.ServerError()), add(bob), circle.Unavailable},
	{"V1-14 200 that is no JSON", circle.V1, fail(circletest.BrokenJSON()), add(bob), circle.Unreadable},
	{"v1: 401 without a word about the address", circle.V1, says(401, `{"message":"Unauthorized"}`), add(bob), circle.TokenInvalid},
	{"v1: errors in a list", circle.V1, says(401, `{"success":false,"errors":["Name is blank","Email is invalid"]}`), add(bob), circle.EmailInvalid},
	{"v1: errors by field", circle.V1, says(422, `{"success":false,"errors":{"email":["Email is invalid"]}}`), add(bob), circle.EmailInvalid},
	{"v1: errors that nobody knows", circle.V1, says(200, `{"success":true,"errors":"Something else"}`), add(bob), circle.Unexpected},
	{"v1: could not be, also with success", circle.V1, says(200, `{"success":true,"message":"This user could not be invited."}`), add(bob), circle.Refused},
	{"v1: no success and no reason", circle.V1, says(200, `{"success":false,"message":"No."}`), add(bob), circle.Unexpected},
	{"v1: nothing that says success", circle.V1, says(200, `{}`), add(bob), circle.Unreadable},
	{"v1: an object where a list should be", circle.V1, says(200, `{"id":1}`), list, circle.Unreadable},
	{"v1: null where a list should be", circle.V1, says(200, `null`), list, circle.Unreadable},
	{"v1: no such path", circle.V1, says(404, `{"status":404,"error":"Not Found"}`), list, circle.Unexpected},
	{"v1: somebody else is found", circle.V1, says(200, `{"id":5,"email":"eve@example.com"}`), find(bob), circle.Unreadable},
	{"v1: a community that the token does not see", circle.V1, says(200, `{"success":false,"message":"Could not find Community record"}`), list, circle.Unexpected},

	{"V2-2 an unknown token", circle.V2, revoke, add(bob), circle.TokenInvalid},
	{"V2-3 403: the plan is too low", circle.V2, lowPlan, add(bob), circle.PlanTooLow},
	{"V2-10 a wrong address", circle.V2, nil, add("bad@x"), circle.EmailInvalid},
	{"V2-11 403: the day is full", circle.V2, says(403, `{"success":false,"errors":"Daily member limit exceeded."}`), add(bob), circle.DailyLimit},
	{"V2-12 403: the plan is full", circle.V2, full, add(bob), circle.MemberLimit},
	{"V2-13 422: refused, perhaps as known", circle.V2, known, add(ana), circle.Refused},
	{"V2-15 422: removal refused", circle.V2, pays, remove(ana, anaID), circle.Refused},
	{"V2-17 not in the community", circle.V2, func(w *world) { w.RemoveMember(gumroad, ana) }, addTo(ana, paid), circle.NotMember},
	{"V2-18b an unknown person", circle.V2, nil, addTo(bob, paid), circle.NotMember},
	{"V2-18b a space group that is gone", circle.V2, nil, addTo(ana, 1), circle.TargetMissing},
	{"V2-18b out of a space group that is gone", circle.V2, nil, takeFrom(ana, 1), circle.TargetMissing},
	{"V2-18c refused", circle.V2, locked, takeFrom(ana, paid), circle.Refused},
	{"V2-20 too many", circle.V2, fail(circletest.TooMany()), add(bob), circle.RateLimited},
	{"v2: too many, as a page", circle.V2, fail(circletest.TooManyPage()), add(bob), circle.RateLimited},
	{"v2: a gateway", circle.V2, fail(circletest.BadGateway()), find(bob), circle.Unavailable},
	{"v2: no answer", circle.V2, fail(circletest.NotReached()), add(bob), circle.Unavailable},
	{"v2: the answer is lost", circle.V2, fail(circletest.ReplyLost()), add(bob), circle.Unavailable},
	{"v2: a request that came in too slowly", circle.V2, says(408, ``), add(bob), circle.Unavailable},
	{"v2: 403 that nobody knows", circle.V2, says(403, `{"success":false,"message":"Nope."}`), add(bob), circle.Unexpected},
	{"v2: 403 as a page", circle.V2, says(403, `<html>`), add(bob), circle.Unreadable},
	{"v2: 200 that says no", circle.V2, says(200, `{"success":false,"message":"Nope."}`), remove(ana, anaID), circle.Unexpected},
	{"v2: 404 that is not about a person is not nobody", circle.V2, says(404, `{"status":404,"error":"Not Found"}`), find(bob), circle.Unexpected},
	{"v2: 404 of a page is not nobody", circle.V2, says(404, `<html>`), find(bob), circle.Unreadable},
	{"v2: 404 of a page is no removal", circle.V2, says(404, `<html>`), remove(ana, anaID), circle.Unreadable},
	{"v2: 404 that is not about a person is no removal", circle.V2, says(404, `{"error":"Not Found"}`), remove(ana, anaID), circle.Unexpected},
	{"v2: 200 with broken JSON", circle.V2, fail(circletest.BrokenJSON()), add(bob), circle.Unreadable},
	{"v2: added, but who", circle.V2, says(201, `{"message":"This user has been invited"}`), add(bob), circle.Unreadable},
	{"v2: somebody else is found", circle.V2, says(200, `{"id":5,"email":"eve@example.com"}`), find(bob), circle.Unreadable},
	{"v2: a list without records", circle.V2, says(200, `{"page":1}`), list, circle.Unreadable},
	{"v2: into a space group, without success", circle.V2, says(200, `{}`), addTo(ana, paid), circle.Unreadable},
	{"v2: out of a space group, without success", circle.V2, says(200, `{}`), takeFrom(ana, paid), circle.Unreadable},
	{"a redirect", circle.V2, func(w *world) {
		w.Fail(1, circletest.Reply{Status: 307, Header: map[string]string{"Location": "/api/admin/v2/community"}, Body: "{}"})
	}, add(bob), circle.Unreadable},
	{"an answer without end", circle.V2, says(200, `{"records":[]}`+strings.Repeat(" ", 4<<20)), list, circle.Unreadable},
}

func TestCauses(t *testing.T) {
	for _, row := range causes {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			if row.before != nil {
				row.before(w)
			}
			e := failed(t, row.do(w.client.As(account(row.dialect))), row.want)
			if lost := row.want == circle.Unavailable || row.want == circle.Unreadable; e.Lost != lost {
				t.Errorf("may have been done: %t, want %t", e.Lost, lost)
			}
			if (e.Status == 0) != (e.RequestID == "") {
				t.Errorf("status %d with request %q", e.Status, e.RequestID)
			}
			discreet(t, e)
			for _, c := range w.Journal()[1:] {
				t.Errorf("one call was asked for, and there was a %s too", c.Operation)
			}
		})
	}
}

// discreet checks that an error tells nothing that a log must not have.
func discreet(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, secret := range []string{tokenV1, tokenV2, "example.com", "bad@x", "invalid_email", "/api/"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("an error shows %q: %v", secret, err)
			}
		}
	}
}

func TestError_whenToTryAgain(t *testing.T) {
	day := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for name, row := range map[string]struct {
		reply circletest.Reply
		want  time.Time
	}{
		"429 without a time: a minute":          {circletest.TooMany(), day.Add(time.Minute)},
		"429 as a page: a minute":               {circletest.TooManyPage(), day.Add(time.Minute)},
		"429 with seconds":                      {circletest.TooManyFor(90 * time.Second), day.Add(90 * time.Second)},
		"429 with a date":                       {after(429, "Sun, 01 Mar 2026 10:05:00 GMT"), day.Add(5 * time.Minute)},
		"429 with a date that has passed":       {after(429, "Sun, 01 Mar 2026 09:00:00 GMT"), day},
		"429 with what is no time":              {after(429, "soon"), day.Add(time.Minute)},
		"429 with less than nothing":            {after(429, "-5"), day.Add(time.Minute)},
		"429 with a year: a day":                {after(429, "31536000"), day.Add(24 * time.Hour)},
		"429 with more than a number can hold":  {after(429, "99999999999999999999"), day.Add(time.Minute)},
		"500: at will":                          {circletest.ServerError(), time.Time{}},
		"V2-11 the day is full: the next, 0:05": {circletest.Reply{Status: 403, Body: `{"errors":"Daily member limit exceeded."}`}, time.Date(2026, 3, 2, 0, 5, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Fail(1, row.reply)
			err := add(bob)(w.client.As(account(circle.V2)))
			e, ok := errors.AsType[*circle.Error](err)
			if !ok || !e.NotBefore.Equal(row.want) {
				t.Errorf("try again at %v (%v), want %v", e.NotBefore, err, row.want)
			}
		})
	}
}

func TestError_text(t *testing.T) {
	w := newWorld(t)
	w.Fail(1, circletest.Reply{Status: 409, Body: `{"message":"No room for BOB@example.com,\nbob%40example.com or ` + tokenV2 + ` here ` + strings.Repeat("a", 500) + `"}`})
	e := failed(t, add(bob)(w.client.As(account(circle.V2))), circle.Unexpected)
	want := "circle: add member: unexpected, status 409, request 00000000-0000-4000-8000-000000000001: No room for (hidden) (hidden) or (hidden) here "
	if got := e.Error(); !strings.HasPrefix(got, want) || len(got) > len(want)+200 {
		t.Errorf("the error is %q, want it to begin with %q and to be short", got, want)
	}
}

func after(status int, when string) circletest.Reply {
	return circletest.Reply{Status: status, Header: map[string]string{"Retry-After": when}}
}

func fail(r circletest.Reply) func(*world) { return func(w *world) { w.Fail(1, r) } }

func says(status int, body string) func(*world) {
	return fail(circletest.Reply{Status: status, Body: body})
}

func revoke(w *world) { w.RevokeToken(tokenV1); w.RevokeToken(tokenV2) }
func full(w *world)   { w.SetCommunity(circletest.Community{ID: gumroad, MemberLimit: 1}) }
func known(w *world)  { w.SetCommunity(circletest.Community{ID: gumroad, RefusesKnown: true}) }
func pays(w *world)   { w.SetMember(gumroad, circletest.Member{Email: ana, Paying: true}) }
func locked(w *world) { w.SetSpaceGroup(gumroad, circletest.SpaceGroup{ID: paid, Locked: true}) }

func lowPlan(w *world) {
	w.SetToken(circletest.Token{Secret: tokenV2, Kind: circletest.V2, Plan: circletest.Professional, Communities: []int64{gumroad}})
}
