package circle

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

var errOtherShape = errors.New("the answer has another shape")

// v1 is the frozen API. All parameters are in the query, and the status of an
// answer says little.
type v1 struct {
	*Client
	Account
}

func (a *v1) ask(ctx context.Context, name, method, path string, query url.Values) (*said, error) {
	s, err := a.do(ctx, "Token", a.Account, call{name: name, method: method, path: "/v1" + path, query: query})
	if err != nil {
		return nil, err
	}
	if e := a.refusal(s); e != nil {
		return nil, e
	}
	return s, nil
}

// refusal reads an answer in the order that v1 needs: who is unauthorized is
// told with 200, a 401 is about an address, and "could not be" is a refusal
// also where it says success.
func (a *v1) refusal(s *said) *Error {
	switch {
	case s.State == "unauthorized", s.says("could not be authenticated"):
		return s.fail(TokenInvalid, nil)
	case s.Errors != "":
		if e := s.byText(a.now()); e != nil {
			return e
		}
		return s.fail(Unexpected, nil)
	case s.says("could not be"):
		return s.fail(Refused, nil)
	case s.status == http.StatusUnauthorized, s.status == http.StatusForbidden:
		if e := s.byText(a.now()); e != nil {
			return e
		}
		return s.fail(TokenInvalid, nil)
	case s.status >= 400:
		return s.fail(Unexpected, nil)
	}
	return nil
}

// done makes sure of a success: one that is not said is none.
func (a *v1) done(s *said) error {
	switch s.Success {
	case yes:
		return nil
	case no:
		if e := s.byText(a.now()); e != nil {
			return e
		}
		return s.fail(Unexpected, nil)
	}
	return s.fail(Unreadable, errOtherShape)
}

// list reads an answer that is an array. An object that says no is a refusal.
func list[T any](a *v1, s *said) ([]T, error) {
	if s.Success == no {
		return nil, a.done(s)
	}
	all, err := read[[]T](s)
	if err == nil && all == nil { // null
		return nil, s.fail(Unreadable, errOtherShape)
	}
	return all, err
}

// of is a query about the community.
func (a *v1) of(pairs ...string) url.Values {
	q := url.Values{"community_id": {strconv.FormatInt(a.Community, 10)}}
	for i := 0; i < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return q
}

// Communities are those that the token can see.
func (a *v1) Communities(ctx context.Context) ([]Community, error) {
	s, err := a.ask(ctx, "read communities", http.MethodGet, "/communities", nil)
	if err != nil {
		return nil, err
	}
	return list[Community](a, s)
}

// SpaceGroups are all on one page.
func (a *v1) SpaceGroups(ctx context.Context, page int) ([]SpaceGroup, bool, error) {
	if page > 1 {
		return nil, false, nil
	}
	s, err := a.ask(ctx, "read space groups", http.MethodGet, "/space_groups", a.of())
	if err != nil {
		return nil, false, err
	}
	all, err := list[SpaceGroup](a, s)
	return all, false, err
}

// Members has no word for the last page: it is the first that is not full.
func (a *v1) Members(ctx context.Context, page int) ([]Member, bool, error) {
	s, err := a.ask(ctx, "read members", http.MethodGet, "/community_members",
		a.of("page", strconv.Itoa(page), "per_page", strconv.Itoa(perPage), "status", "all"))
	if err != nil {
		return nil, false, err
	}
	all, err := list[Member](a, s)
	return all, len(all) == perPage, err
}

// Find takes any plain "no" for nobody.
func (a *v1) Find(ctx context.Context, email string) (Member, bool, error) {
	s, err := a.ask(ctx, "find member", http.MethodGet, "/community_members/search", a.of("email", email))
	if err != nil || s.Success == no {
		return Member{}, false, err
	}
	return found(s, email)
}

// found reads the member that was looked for.
func found(s *said, email string) (Member, bool, error) {
	m, err := read[Member](s)
	if err == nil && (m.ID <= 0 || !strings.EqualFold(m.Email, email)) {
		err = s.fail(Unreadable, errors.New("the answer is about somebody else"))
	}
	if err != nil {
		return Member{}, false, err
	}
	return m, true, nil
}

// Add tells by its text who was in already.
func (a *v1) Add(ctx context.Context, email string, groups []int64) (Added, error) {
	q := a.of("email", email)
	for _, id := range groups {
		q.Add("space_group_ids[]", strconv.FormatInt(id, 10))
	}
	s, err := a.ask(ctx, "add member", http.MethodPost, "/community_members", q)
	if err == nil {
		err = a.done(s)
	}
	if err != nil {
		return Added{}, err
	}
	m, err := read[struct {
		User struct {
			MemberID int64 `json:"community_member_id"`
		} `json:"user"`
	}](s)
	return Added{MemberID: m.User.MemberID, Known: s.says("already a member")}, err
}

// Remove goes by e-mail.
func (a *v1) Remove(ctx context.Context, m Member) error {
	return a.tell(ctx, "remove member", http.MethodDelete, "/community_members", a.of("email", m.Email))
}

// AddToGroup cannot tell who was in the space group.
func (a *v1) AddToGroup(ctx context.Context, email string, group int64) (bool, error) {
	err := a.tell(ctx, "add to space group", http.MethodPost, "/space_group_members",
		a.of("email", email, "space_group_id", strconv.FormatInt(group, 10)))
	return err == nil, err
}

// RemoveFromGroup takes a member out of a space group.
func (a *v1) RemoveFromGroup(ctx context.Context, email string, group int64) error {
	return a.tell(ctx, "remove from space group", http.MethodDelete, "/space_group_members",
		a.of("email", email, "space_group_id", strconv.FormatInt(group, 10)))
}

// tell asks for something whose answer is a sentence.
func (a *v1) tell(ctx context.Context, name, method, path string, query url.Values) error {
	s, err := a.ask(ctx, name, method, path, query)
	if err != nil {
		return err
	}
	return a.done(s)
}
