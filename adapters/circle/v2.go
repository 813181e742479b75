package circle

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// v2 is the current API. Its statuses say more than v1's, but not all: 403 and
// 404 have to be read.
type v2 struct {
	*Client
	Account
}

func (a *v2) ask(ctx context.Context, q call) (*said, error) {
	q.path = "/admin/v2" + q.path
	s, err := a.do(ctx, "Bearer", a.Account, q)
	if err != nil {
		return nil, err
	}
	if e := a.refusal(s); e != nil {
		return nil, e
	}
	return s, nil
}

func (a *v2) refusal(s *said) *Error {
	switch known := s.byText(a.now()); {
	case s.status < 300 && s.Success != no:
		return nil
	case s.status == http.StatusUnauthorized:
		return s.fail(TokenInvalid, nil)
	case known != nil:
		return known
	case s.status == http.StatusNotFound && s.says("missing record: space group"):
		return s.fail(TargetMissing, nil)
	case s.status == http.StatusNotFound && s.says("missing record: user", "missing record: community member"),
		s.says("not a member of community"):
		return s.fail(NotMember, nil)
	case s.status == http.StatusUnprocessableEntity:
		return s.fail(Refused, nil)
	}
	return s.fail(Unexpected, nil)
}

// Communities are one: the token's own.
func (a *v2) Communities(ctx context.Context) ([]Community, error) {
	s, err := a.ask(ctx, call{name: "read community", method: http.MethodGet, path: "/community"})
	if err != nil {
		return nil, err
	}
	m, err := read[Community](s)
	if err == nil && m.ID <= 0 {
		err = s.fail(Unreadable, errOtherShape)
	}
	if err != nil {
		return nil, err
	}
	return []Community{m}, nil
}

// records reads a page of a list.
func records[T any](ctx context.Context, a *v2, name, path string, page int, query url.Values) ([]T, bool, error) {
	if query == nil {
		query = url.Values{}
	}
	query.Set("page", strconv.Itoa(page))
	query.Set("per_page", strconv.Itoa(perPage))
	s, err := a.ask(ctx, call{name: name, method: http.MethodGet, path: path, query: query})
	if err != nil {
		return nil, false, err
	}
	p, err := read[struct {
		More    bool `json:"has_next_page"`
		Records []T  `json:"records"`
	}](s)
	if err == nil && p.Records == nil {
		err = s.fail(Unreadable, errOtherShape)
	}
	if err != nil {
		return nil, false, err
	}
	return p.Records, p.More && len(p.Records) > 0, nil
}

// SpaceGroups is one page of them.
func (a *v2) SpaceGroups(ctx context.Context, page int) ([]SpaceGroup, bool, error) {
	return records[SpaceGroup](ctx, a, "read space groups", "/space_groups", page, nil)
}

// Members asks for every status: who was invited is not active yet.
func (a *v2) Members(ctx context.Context, page int) ([]Member, bool, error) {
	return records[Member](ctx, a, "read members", "/community_members", page, url.Values{"status": {"all"}})
}

// Find takes nothing but the 404 of a missing member for nobody.
func (a *v2) Find(ctx context.Context, email string) (Member, bool, error) {
	s, err := a.ask(ctx, call{name: "find member", method: http.MethodGet, path: "/community_members/search", query: url.Values{"email": {email}}})
	if is(err, NotMember) {
		return Member{}, false, nil
	}
	if err != nil {
		return Member{}, false, err
	}
	return found(s, email)
}

type newMember struct {
	Email  string  `json:"email"`
	Groups []int64 `json:"space_group_ids,omitempty"`
}

// Add tells who was in by status and by text, as reports of both differ.
func (a *v2) Add(ctx context.Context, email string, groups []int64) (Added, error) {
	s, err := a.ask(ctx, call{name: "add member", method: http.MethodPost, path: "/community_members", body: newMember{email, groups}})
	if err != nil {
		return Added{}, err
	}
	m, err := read[struct {
		Member Member `json:"community_member"`
	}](s)
	if err == nil && m.Member.ID <= 0 {
		err = s.fail(Unreadable, errOtherShape)
	}
	if err != nil {
		return Added{}, err
	}
	return Added{MemberID: m.Member.ID, Known: s.status != http.StatusCreated || s.says("already a member")}, nil
}

// Remove goes by id.
func (a *v2) Remove(ctx context.Context, m Member) error {
	_, err := a.ask(ctx, call{name: "remove member", method: http.MethodDelete, path: "/community_members/" + strconv.FormatInt(m.ID, 10)})
	return unlessGone(err)
}

// unlessGone takes a person who is not there for one who was taken out.
func unlessGone(err error) error {
	if is(err, NotMember) {
		return nil
	}
	return err
}

type newPlace struct {
	Group int64  `json:"space_group_id"`
	Email string `json:"email"`
}

// AddToGroup tells who was in it by the text.
func (a *v2) AddToGroup(ctx context.Context, email string, group int64) (bool, error) {
	s, err := a.ask(ctx, call{name: "add to space group", method: http.MethodPost, path: "/space_group_members", body: newPlace{group, email}})
	if err != nil {
		return false, err
	}
	if s.Success != yes {
		return false, s.fail(Unreadable, errOtherShape)
	}
	return !strings.Contains(strings.ToLower(string(s.Message)), "already added"), nil
}

// RemoveFromGroup takes a member out of a space group.
func (a *v2) RemoveFromGroup(ctx context.Context, email string, group int64) error {
	s, err := a.ask(ctx, call{name: "remove from space group", method: http.MethodDelete, path: "/space_group_members",
		query: url.Values{"email": {email}, "space_group_id": {strconv.FormatInt(group, 10)}}})
	if err == nil && s.Success != yes {
		return s.fail(Unreadable, errOtherShape)
	}
	return unlessGone(err)
}
