package circle_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/domain"
)

func TestConnect(t *testing.T) {
	second := func(w *world) {
		w.SetCommunity(circletest.Community{ID: 4000, Name: "Second"})
		w.SetToken(circletest.Token{Secret: tokenV1, Kind: circletest.V1, Communities: []int64{gumroad, 4000}})
	}
	for name, row := range map[string]struct {
		token  circle.Token
		only   circle.Dialect
		before func(*world)
		want   circle.Dialect
		ids    []int64
		cause  circle.Cause
		asked  int
	}{
		"V2-4 a v2 token":                              {token: tokenV2, want: circle.V2, ids: []int64{gumroad}, asked: 1},
		"blanks around it do not count":                {token: " \t" + tokenV2 + "\n", want: circle.V2, ids: []int64{gumroad}, asked: 1},
		"V2-2 a v1 token is refused by v2":             {token: tokenV1, want: circle.V1, ids: []int64{gumroad}, asked: 2},
		"a v1 token that sees two communities":         {token: tokenV1, before: second, want: circle.V1, ids: []int64{gumroad, 4000}, asked: 2},
		"V1-1 neither takes it":                        {token: "wrong", cause: circle.TokenInvalid, asked: 2},
		"V2-3 the plan is too low, and v1 is no way":   {token: tokenV2, before: lowPlan, cause: circle.PlanTooLow, asked: 2},
		"v2 does not answer: v1 is not asked":          {token: tokenV2, before: fail(circletest.ServerError()), cause: circle.Unavailable, asked: 1},
		"v2 has enough: v1 is not asked":               {token: tokenV2, before: fail(circletest.TooMany()), cause: circle.RateLimited, asked: 1},
		"v2 answers a page: v1 is not asked":           {token: tokenV2, before: fail(circletest.BrokenJSON()), cause: circle.Unreadable, asked: 1},
		"v1 does not answer: that is what counts":      {token: tokenV1, before: thenBroken, cause: circle.Unavailable, asked: 2},
		"v1 does not answer after v2 spoke of a plan":  {token: tokenV2, before: func(w *world) { lowPlan(w); thenBroken(w) }, cause: circle.Unavailable, asked: 2},
		"only v2 is asked":                             {token: tokenV1, only: circle.V2, cause: circle.TokenInvalid, asked: 1},
		"only v1 is asked":                             {token: tokenV1, only: circle.V1, want: circle.V1, ids: []int64{gumroad}, asked: 1},
		"a token with a line break cannot be sent":     {token: "a\r\nX: b", cause: circle.TokenInvalid},
		"v2 answers without a community":               {token: tokenV2, before: says(200, `{}`), cause: circle.Unreadable, asked: 1},
		"V1-1 a revoked v1 token is wrong, not absent": {token: tokenV1, before: revoke, cause: circle.TokenInvalid, asked: 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if row.before != nil {
				row.before(w)
			}
			found, err := w.client.Connect(t.Context(), row.token, row.only)
			if row.cause != "" {
				failed(t, err, row.cause)
				discreet(t, err)
			} else {
				none(t, err)
			}
			var ids []int64
			for _, c := range found.Communities {
				ids = append(ids, c.ID)
			}
			if found.Dialect != row.want || !slices.Equal(ids, row.ids) {
				t.Errorf("found %+v, want %s with %v", found, row.want, row.ids)
			}
			if n := len(w.Journal()); n != row.asked {
				t.Errorf("%d calls, want %d", n, row.asked)
			}
		})
	}
}

// thenBroken breaks v1 only.
func thenBroken(w *world) {
	w.Script(func(c circletest.Call) *circletest.Reply {
		if c.Dialect == circletest.V1 {
			return new(circletest.ServerError())
		}
		return nil
	})
}

func TestConnect_blankTokenMakesNoCall(t *testing.T) {
	w := newWorld(t)
	_, err := w.client.Connect(t.Context(), "  ", "")
	if e, ok := errors.AsType[*domain.Error](err); !ok || e.Field != "token" || e.Msg != "Enter an API token" || !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("got %v, want the field and the sentence", err)
	}
	if n := len(w.Journal()); n != 0 {
		t.Errorf("%d calls were made", n)
	}
}
