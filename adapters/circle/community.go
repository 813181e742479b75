package circle

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

var (
	_ ports.Community   = (*Client)(nil)
	_ ports.CircleSetup = (*Client)(nil)
)

// door is an open one: the API as its connection speaks it.
type door struct {
	API
	dialect   Dialect
	community int64
}

func (c *Client) open(d ports.Door) (door, error) {
	id, err := strconv.ParseInt(d.RemoteID, 10, 64)
	if err != nil {
		return door{}, refused("the connection has no community")
	}
	a := Account{Dialect: Dialect(d.Dialect), Token: Token(d.Secret), Community: id, Sweep: d.Sweep, Counted: d.Counted}
	return door{c.As(a), a.Dialect, id}, nil
}

func refused(detail string) error {
	return &domain.Trouble{Party: domain.NobodyCan, Cause: domain.CauseRefused, Detail: detail}
}

// Look searches for the address.
func (c *Client) Look(ctx context.Context, d ports.Door, who domain.Subject) (domain.Presence, error) {
	in, err := c.open(d)
	if err != nil {
		return domain.Presence{}, err
	}
	m, ok, err := in.Find(ctx, string(who))
	switch {
	case err != nil:
		return domain.Presence{}, trouble(err)
	case !ok:
		return domain.Presence{Seen: domain.Absent}, nil
	}
	return domain.Presence{Seen: domain.Present, MemberID: text(m.ID)}, nil
}

// Admit invites by e-mail; Circle wants no proof. Somebody who turns out to be
// in already is given nothing here by v2, which tells target by target what was
// theirs; v1 never tells, and what it says it added is taken for given.
func (c *Client) Admit(ctx context.Context, d ports.Door, who domain.Subject, what domain.Targets, _ ports.Proof) (domain.Admission, error) {
	in, err := c.open(d)
	if err != nil {
		return domain.Admission{}, err
	}
	groups, err := groupsOf(what)
	if err != nil {
		return domain.Admission{}, err
	}
	added, err := in.Add(ctx, string(who), groups)
	if is(err, Refused) { // perhaps because the person is in
		m, ok, lookErr := in.Find(ctx, string(who))
		switch {
		case lookErr != nil:
			return domain.Admission{}, trouble(lookErr)
		case ok:
			return domain.Admission{MemberID: text(m.ID)}, nil
		}
	}
	if err != nil {
		return domain.Admission{}, trouble(err)
	}
	a := domain.Admission{Added: !added.Known, Given: what, MemberID: text(added.MemberID)}
	if added.Known && in.dialect != V1 {
		a.Given = ""
	}
	return a, nil
}

// Give puts somebody into a space group.
func (c *Client) Give(ctx context.Context, d ports.Door, who ports.Member, what domain.TargetID) (already bool, err error) {
	in, group, err := c.openTo(d, what)
	if err != nil {
		return false, err
	}
	added, err := in.AddToGroup(ctx, string(who.Subject), group)
	if is(err, Refused) {
		cause, lookErr := in.why(ctx, who.Subject, group)
		switch {
		case lookErr != nil:
			return false, trouble(lookErr)
		case cause != domain.CauseNone:
			return false, because(err, cause)
		}
	}
	return err == nil && !added, trouble(err)
}

// Take takes somebody out of a space group. From one that is gone nobody needs
// to be taken, but its seller wants to know.
func (c *Client) Take(ctx context.Context, d ports.Door, who ports.Member, what domain.TargetID) error {
	in, group, err := c.openTo(d, what)
	if err != nil {
		return err
	}
	err = in.RemoveFromGroup(ctx, string(who.Subject), group)
	cause := domain.CauseNone
	switch {
	case is(err, TargetMissing):
		cause = domain.CauseTargetMissing
	case !is(err, Refused):
		return trouble(err)
	case in.dialect == V1:
		var lookErr error
		if cause, lookErr = in.why(ctx, who.Subject, group); lookErr != nil {
			return trouble(lookErr)
		}
	}
	switch cause {
	case domain.CauseLeft:
		return nil
	case domain.CauseTargetMissing:
		t := because(err, cause)
		t.Done = true
		return t
	}
	return because(err, domain.CauseRemovalRefused)
}

// Remove takes somebody out of the community.
func (c *Client) Remove(ctx context.Context, d ports.Door, who ports.Member) error {
	in, err := c.open(d)
	if err != nil {
		return err
	}
	m := Member{Email: string(who.Subject)}
	if m.ID, err = strconv.ParseInt(who.ID, 10, 64); err != nil && in.dialect != V1 {
		var ok bool
		if m, ok, err = in.Find(ctx, m.Email); err != nil || !ok {
			return trouble(err)
		}
	}
	err = in.API.Remove(ctx, m)
	if !is(err, Refused) {
		return trouble(err)
	}
	if in.dialect == V1 { // perhaps because nobody is there
		if _, ok, lookErr := in.Find(ctx, m.Email); lookErr != nil || !ok {
			return trouble(lookErr)
		}
	}
	return because(err, domain.CauseRemovalRefused)
}

// Leave has nothing to leave.
func (c *Client) Leave(context.Context, ports.Door) error { return nil }

// openTo opens a door to one space group.
func (c *Client) openTo(d ports.Door, what domain.TargetID) (door, int64, error) {
	in, err := c.open(d)
	if err != nil {
		return door{}, 0, err
	}
	groups, err := groupsOf(domain.MakeTargets(what))
	if err != nil {
		return door{}, 0, err
	}
	return in, groups[0], nil
}

// why looks up what v1 does not tell of a space group that it refused.
func (in door) why(ctx context.Context, who domain.Subject, group int64) (domain.Cause, error) {
	_, ok, err := in.Find(ctx, string(who))
	if err != nil {
		return "", err
	}
	if !ok {
		return domain.CauseLeft, nil
	}
	all, err := in.allGroups(ctx)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(all, func(g SpaceGroup) bool { return g.ID == group }) {
		return domain.CauseTargetMissing, nil
	}
	return domain.CauseNone, nil
}

// maxPages is more than any community has: a list that never ends is none.
const maxPages = 100

func (in door) allGroups(ctx context.Context) (all []SpaceGroup, err error) {
	for page := 1; page <= maxPages; page++ {
		part, more, err := in.SpaceGroups(ctx, page)
		if err != nil {
			return nil, err
		}
		if all = append(all, part...); !more {
			return all, nil
		}
	}
	return nil, &Error{Call: "read space groups", Cause: Unreadable, Text: "the list has no end"}
}

func groupsOf(what domain.Targets) (all []int64, err error) {
	for t := range what.All() {
		id, err := strconv.ParseInt(string(t), 10, 64)
		if err != nil {
			return nil, refused("a target is no space group")
		}
		all = append(all, id)
	}
	return all, nil
}

// text is an id as usher keeps it; empty: not known.
func text(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// subject is how usher knows a member.
func subject(m Member) domain.Subject { return domain.Subject(strings.ToLower(m.Email)) }
