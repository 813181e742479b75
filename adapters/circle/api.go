package circle

import "context"

// API is what usher asks of Circle, the same in both dialects. Each method is
// one request that is sent once, and each may be called again: what is done
// already is answered as such. All errors are an [*Error].
type API interface {
	// Communities are those that the token can see: one for v2.
	Communities(context.Context) ([]Community, error)

	// SpaceGroups is one page of those of the community, pages begin at 1.
	SpaceGroups(ctx context.Context, page int) (all []SpaceGroup, more bool, err error)

	// Members is one page of those who are in or invited, pages begin at 1.
	Members(ctx context.Context, page int) (all []Member, more bool, err error)

	// Find looks somebody up by e-mail.
	Find(ctx context.Context, email string) (m Member, ok bool, err error)

	// Add invites somebody and puts them into space groups. Whoever is in
	// already is Known; v2 may refuse them as [Refused] instead, and v1 may
	// refuse anybody so: then only Find says who is in.
	Add(ctx context.Context, email string, groups []int64) (Added, error)

	// Remove takes somebody out of the community: v1 by e-mail, v2 by id. That
	// they are out already is no error for v2. For v1 it may be [Refused]: then
	// only Find says who is in.
	Remove(ctx context.Context, m Member) error

	// AddToGroup puts a member into a space group. It reports false if they
	// were in it before, which v1 does not tell. Somebody who is not in the
	// community is [NotMember]; v1 says [Refused] to that and to a space group
	// that is gone.
	AddToGroup(ctx context.Context, email string, group int64) (added bool, err error)

	// RemoveFromGroup takes a member out of a space group. That they are not in
	// the community is no error for v2; v1 says [Refused] to that and to a
	// space group that is gone.
	RemoveFromGroup(ctx context.Context, email string, group int64) error
}

// As speaks for an account, in v1 or else in v2.
func (c *Client) As(a Account) API {
	if a.Dialect == V1 {
		return &v1{c, a}
	}
	return &v2{c, a}
}
