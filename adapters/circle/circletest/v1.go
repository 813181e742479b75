package circletest

import (
	"net/http"
	"strconv"
)

var (
	unauthorizedV1 = answer{http.StatusOK, object{"status": "unauthorized", "message": "Your account could not be authenticated."}}
	notInvitedV1   = saidV1(false, "This user could not be invited. Please ensure that the user and community specified exists, and that the user is not already a member of the community.")
	notRemovedV1   = saidV1(true, "This user could not be removed. Please ensure that the user and community specified exists, and that the user is a member of the community.")
)

// saidV1 is an answer of one sentence; v1 says everything with 200.
func saidV1(success bool, message string) answer {
	return answer{http.StatusOK, object{"success": success, "message": message}}
}

// carryOutV1 looks at the token first: v1 refuses it with 200.
func (c *Circle) carryOutV1(q *request) answer {
	t := c.token(q)
	if t == nil || !t.Plan.allows(V1) {
		return unauthorizedV1
	}
	if id, err := strconv.ParseInt(q.query.Get("community_id"), 10, 64); err == nil {
		for _, m := range t.Communities {
			if m == id {
				q.from = c.find(id)
			}
		}
	}
	return q.route.do(c, q)
}

func (c *Circle) meV1(*request) answer {
	return answer{http.StatusOK, object{"id": 1, "email": "owner@circletest.example", "first_name": "Owner", "last_name": "of the token"}}
}

func (c *Circle) communitiesV1(q *request) answer {
	all := []object{}
	for _, id := range c.token(q).Communities {
		if m := c.find(id); m != nil {
			all = append(all, object{
				"id": m.ID, "name": m.Name, "slug": m.Slug, "icon_url": nil, "logo_url": nil,
				"owner_id": 1, "is_private": false, "space_ids": []int64{}, "root_url": m.Slug + ".circle.so", "prefs": object{},
			})
		}
	}
	return answer{http.StatusOK, all}
}

func (c *Circle) spaceGroupsV1(q *request) answer {
	if q.from == nil {
		return saidV1(false, "Could not find Community record")
	}
	all := []object{}
	for _, g := range q.from.groups {
		all = append(all, object{
			"id": g.ID, "name": g.Name, "slug": strconv.FormatInt(g.ID, 10), "community_id": q.from.ID,
			"is_hidden_from_non_members": false, "space_order_array": []int64{}, "created_at": "2021-08-01T00:00:00.000Z",
		})
	}
	return answer{http.StatusOK, all}
}

func (c *Circle) listV1(q *request) answer {
	if q.from == nil {
		return saidV1(false, "Could not find Community record")
	}
	part, _, _, _ := page(q, q.from.withStatus(q.query.Get("status")), 10)
	all := []object{}
	for _, p := range part {
		all = append(all, p.json())
	}
	return answer{http.StatusOK, all}
}

func (c *Circle) findV1(q *request) answer {
	if q.from == nil || q.from.member(q.email()) == nil {
		return saidV1(false, "Could not find CommunityMember record")
	}
	return answer{http.StatusOK, q.from.member(q.email()).json()}
}

func (c *Circle) addV1(q *request) answer {
	if q.from == nil {
		return notInvitedV1
	}
	var groups []int64
	for _, s := range q.query["space_group_ids[]"] {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			groups = append(groups, id)
		}
	}
	p, known, refused := c.add(q.from, q.email(), groups)
	text := "This user has been added to the community and has been added to the spaces / space groups specified."
	switch {
	case refused == badAddress:
		return answer{http.StatusUnauthorized, object{"success": false, "errors": "Email is invalid"}}
	case refused != accepted:
		return notInvitedV1
	case known:
		text = "This user is already a member of this community and has been added to the spaces / space groups specified."
	case len(groups) == 0:
		text = "This user has been invited to the community."
	}
	return answer{http.StatusOK, object{
		"success": true, "message": text,
		"user": object{"id": p.UserID, "email": p.Email, "community_member_id": p.ID},
	}}
}

func (c *Circle) removeV1(q *request) answer {
	if q.from == nil || q.from.member(q.email()) == nil || q.from.member(q.email()).Paying {
		return notRemovedV1
	}
	q.from.remove(q.email())
	return saidV1(true, "This user has been removed from the community.")
}

// place finds the person and the space group that a call is about.
func (q *request) place(group string) (*Member, *SpaceGroup) {
	id, err := strconv.ParseInt(group, 10, 64)
	if q.from == nil || err != nil {
		return nil, nil
	}
	return q.from.member(q.email()), q.from.group(id)
}

func (c *Circle) addToGroupV1(q *request) answer {
	p, g := q.place(q.query.Get("space_group_id"))
	if p == nil || g == nil {
		return saidV1(false, "This user could not be added to the space group. Please ensure that the user, community and space group specified exist.")
	}
	p.SpaceGroups = with(p.SpaceGroups, g.ID)
	return saidV1(true, "This user has been added to the space group.")
}

func (c *Circle) removeFromGroupV1(q *request) answer {
	p, g := q.place(q.query.Get("space_group_id"))
	if p == nil || g == nil || g.Locked {
		return saidV1(false, "This user could not be removed from the space group. Please ensure that the user, community and space group specified exist.")
	}
	p.SpaceGroups = without(p.SpaceGroups, g.ID)
	return saidV1(true, "This user has been removed from the space group.")
}
