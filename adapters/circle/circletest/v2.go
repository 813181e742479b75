package circletest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// saidV2 is an answer of one sentence.
func saidV2(status int, message string) answer {
	said := object{"success": status < 300, "message": message}
	if status >= 300 {
		said["error_details"] = object{}
	}
	return answer{status, said}
}

// missingV2 says in one small field what it is that is missing.
func missingV2(what string) answer {
	return answer{http.StatusNotFound, object{
		"success": false, "message": "Oops! Missing record. Please try again later.",
		"error_details": object{"message": "Missing record: " + what},
	}}
}

// atLimitV2 is the 403 that keeps its text in errors.
func atLimitV2(text string) answer {
	return answer{http.StatusForbidden, object{"success": false, "errors": text}}
}

// carryOutV2 looks at the token and the plan first.
func (c *Circle) carryOutV2(q *request) answer {
	if q.scheme == "" {
		return answer{http.StatusUnauthorized, object{"success": false, "message": "API token not found."}}
	}
	t := c.token(q)
	switch {
	case t == nil:
		return saidV2(http.StatusUnauthorized, "The API token is invalid.")
	case !t.Plan.allows(V2):
		return answer{http.StatusForbidden, object{"success": false, "message": "The community is not eligible for admin API v2 access."}}
	}
	if q.from = c.find(t.Communities[0]); q.from == nil {
		return missingV2("community")
	}
	if q.bodyErr != nil {
		return saidV2(http.StatusBadRequest, "The request body is not valid JSON.")
	}
	return q.route.do(c, q)
}

func (c *Circle) communityV2(q *request) answer {
	return answer{http.StatusOK, object{"id": q.from.ID, "name": q.from.Name, "slug": q.from.Slug}}
}

// listOf answers a page of a list.
func listOf[T any](q *request, all []T, json func(T) object) answer {
	part, number, size, pages := page(q, all, 60)
	records := []object{}
	for _, one := range part {
		records = append(records, json(one))
	}
	return answer{http.StatusOK, object{
		"page": number, "per_page": size, "has_next_page": number < pages,
		"count": len(all), "page_count": pages, "records": records,
	}}
}

func (c *Circle) spaceGroupsV2(q *request) answer {
	return listOf(q, q.from.groups, func(g SpaceGroup) object {
		return object{"id": g.ID, "name": g.Name, "slug": strconv.FormatInt(g.ID, 10), "community_id": q.from.ID}
	})
}

func (c *Circle) accessGroupsV2(q *request) answer {
	return listOf(q, q.from.access, func(g AccessGroup) object { return object{"id": g.ID, "name": g.Name} })
}

func (c *Circle) listV2(q *request) answer {
	return listOf(q, q.from.withStatus(q.query.Get("status")), (*Member).json)
}

// withStatus returns the people of a status: all, inactive, or else active.
func (m *community) withStatus(status string) []*Member {
	return slices.DeleteFunc(slices.Clone(m.members), func(p *Member) bool {
		return status != "all" && p.Active == (status == "inactive")
	})
}

// json is a member as both dialects show one.
func (p *Member) json() object {
	since := ""
	if p.Active {
		since = "2026-01-01T00:00:00.000Z"
	}
	return object{"id": p.ID, "user_id": p.UserID, "email": p.Email, "active": p.Active, "accepted_invitation": since}
}

func (c *Circle) findV2(q *request) answer {
	if p := q.from.member(q.email()); p != nil {
		return answer{http.StatusOK, p.json()}
	}
	return missingV2("community member")
}

func (c *Circle) addV2(q *request) answer {
	if q.from.RefusesKnown && q.from.member(q.email()) != nil {
		return saidV2(http.StatusUnprocessableEntity, "This user is already a member of this community.")
	}
	p, known, refused := c.add(q.from, q.email(), q.body.SpaceGroupIDs)
	switch refused {
	case badAddress, blockedDomain:
		return saidV2(http.StatusUnprocessableEntity, "Invalid email address.")
	case dayIsFull:
		return atLimitV2("Daily member limit exceeded.")
	case communityIsFull:
		return atLimitV2("Your community has reached the maximum limit of members supported by your plan.")
	}
	text := "This user has been invited to the community"
	status := http.StatusCreated
	if known {
		text, status = "This user is already a member of this community", http.StatusOK
	}
	var names []string
	for _, id := range q.body.SpaceGroupIDs {
		if g := q.from.group(id); g != nil {
			names = append(names, g.Name)
		}
	}
	if len(names) > 0 {
		text += " and has been added to following space groups: " + strings.Join(names, ", ")
	}
	person := p.json()
	person["profile_confirmed_at"] = nil
	return answer{status, object{"message": text, "community_member": person}}
}

func (c *Circle) removeV2(q *request) answer {
	p := q.from.memberByID(q.id)
	switch {
	case p == nil:
		return missingV2("community member")
	case p.Paying:
		return saidV2(http.StatusUnprocessableEntity, "The subscription of this member could not be canceled.")
	}
	q.from.remove(p.Email)
	return answer{http.StatusOK, object{"message": "The community member has been removed from the community."}}
}

func (c *Circle) addToGroupV2(q *request) answer {
	p, g := q.from.member(q.email()), q.from.group(q.body.SpaceGroupID)
	switch {
	case p == nil && c.users[q.email()] == 0:
		return missingV2("user")
	case g == nil:
		return missingV2("space group")
	case p == nil:
		return saidV2(http.StatusUnprocessableEntity, "User is not a member of community")
	case slices.Contains(p.SpaceGroups, g.ID):
		return saidV2(http.StatusOK, "User is already added to the space group.")
	}
	p.SpaceGroups = with(p.SpaceGroups, g.ID)
	return saidV2(http.StatusOK, "User has been added to the space group.")
}

func (c *Circle) removeFromGroupV2(q *request) answer {
	p, g := q.place(q.query.Get("space_group_id"))
	switch {
	case p == nil:
		return missingV2("user")
	case g == nil:
		return missingV2("space group")
	case g.Locked:
		return saidV2(http.StatusUnprocessableEntity, "User cannot be removed from this space group")
	}
	p.SpaceGroups = without(p.SpaceGroups, g.ID)
	return saidV2(http.StatusOK, "User removed from the space group and its spaces")
}

func (c *Circle) addToAccessV2(q *request) answer {
	p, g := q.from.member(q.email()), q.from.accessGroup(q.id)
	if g == nil {
		return missingV2("access group")
	}
	if p == nil {
		return missingV2("community member")
	}
	p.AccessGroups = with(p.AccessGroups, g.ID)
	return answer{http.StatusCreated, object{"message": "Member has been added to '" + g.Name + "' access group."}}
}

func (c *Circle) removeFromAccessV2(q *request) answer {
	p, g := q.from.member(q.email()), q.from.accessGroup(q.id)
	if g == nil {
		return missingV2("access group")
	}
	if p == nil {
		return missingV2("community member")
	}
	p.AccessGroups = without(p.AccessGroups, g.ID)
	return answer{http.StatusOK, object{"message": "Member has been removed from '" + g.Name + "' access group."}}
}
