package circle

import (
	"context"
	"slices"
	"strconv"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Detect finds out what a token is for: see [Client.Connect].
func (c *Client) Detect(ctx context.Context, token, only string) (dialect string, communities []ports.Choice, err error) {
	found, err := c.Connect(ctx, Token(token), Dialect(only))
	if err != nil {
		return "", nil, trouble(err)
	}
	for _, m := range found.Communities {
		communities = append(communities, ports.Choice{ID: text(m.ID), Name: m.Name})
	}
	return string(found.Dialect), communities, nil
}

// Choices are the space groups of the community.
func (c *Client) Choices(ctx context.Context, d ports.Door) ([]ports.Choice, error) {
	in, err := c.open(d)
	if err != nil {
		return nil, err
	}
	all, err := in.allGroups(ctx)
	if err != nil {
		return nil, trouble(err)
	}
	var choices []ports.Choice
	for _, g := range all {
		choices = append(choices, ports.Choice{ID: text(g.ID), Name: g.Name})
	}
	return choices, nil
}

// Check asks who the token is for, and for the space groups if there are any to
// be given. What its seller has to mend is a problem, not an error: so is a
// token that is for another community now.
func (c *Client) Check(ctx context.Context, d ports.Door, what ports.CheckUp) (ports.CheckedUp, error) {
	in, err := c.open(d)
	if err != nil {
		return ports.CheckedUp{}, err
	}
	all, err := in.Communities(ctx)
	if is(err, TokenInvalid) || is(err, PlanTooLow) {
		return ports.CheckedUp{Problems: []ports.Problem{{Cause: meaning[causeOf(err)].cause}}}, nil
	}
	if err != nil {
		return ports.CheckedUp{}, trouble(err)
	}
	i := slices.IndexFunc(all, func(m Community) bool { return m.ID == in.community })
	if i < 0 {
		return ports.CheckedUp{Problems: []ports.Problem{{Cause: domain.CauseTokenInvalid}}}, nil
	}
	up := ports.CheckedUp{Name: all[i].Name}
	if what.Targets == "" {
		return up, nil
	}
	groups, err := in.allGroups(ctx)
	if err != nil {
		return ports.CheckedUp{}, trouble(err)
	}
	for t := range what.Targets.All() {
		if !slices.ContainsFunc(groups, func(g SpaceGroup) bool { return text(g.ID) == string(t) }) {
			up.Problems = append(up.Problems, ports.Problem{Cause: domain.CauseTargetMissing, Target: t})
		}
	}
	return up, nil
}

// Members lists those who are in or invited. Circle does not say who is in which
// space group. The cursor is the number of the page.
func (c *Client) Members(ctx context.Context, d ports.Door, cursor string) (page []ports.MemberSeen, next string, err error) {
	in, err := c.open(d)
	if err != nil {
		return nil, "", err
	}
	n := 1
	if cursor != "" {
		if n, err = strconv.Atoi(cursor); err != nil || n < 1 {
			return nil, "", refused("the cursor is of another list")
		}
	}
	all, more, err := in.API.Members(ctx, n)
	if err != nil {
		return nil, "", trouble(err)
	}
	for _, m := range all {
		page = append(page, ports.MemberSeen{Subject: subject(m), MemberID: text(m.ID), Name: m.Name})
	}
	if more {
		next = strconv.Itoa(n + 1)
	}
	return page, next, nil
}
