package circletest

import (
	"net/http"
	"strconv"
	"strings"
)

// route is one call that Circle knows. {id} in a path is a number.
type route struct {
	method, path string
	operation    Operation
	do           func(*Circle, *request) answer
}

var notFound = answer{http.StatusNotFound, object{"status": 404, "error": "Not Found"}}

const (
	baseV1 = "/api/v1"
	baseV2 = "/api/admin/v2"
)

var routes = map[Dialect][]route{
	V1: {
		{"GET", "/me", ReadMe, (*Circle).meV1},
		{"GET", "/communities", ReadCommunities, (*Circle).communitiesV1},
		{"GET", "/space_groups", ReadSpaceGroups, (*Circle).spaceGroupsV1},
		{"GET", "/community_members", ListMembers, (*Circle).listV1},
		{"GET", "/community_members/search", FindMember, (*Circle).findV1},
		{"POST", "/community_members", AddMember, (*Circle).addV1},
		{"DELETE", "/community_members", RemoveMember, (*Circle).removeV1},
		{"POST", "/space_group_members", AddToSpaceGroup, (*Circle).addToGroupV1},
		{"DELETE", "/space_group_members", RemoveFromSpaceGroup, (*Circle).removeFromGroupV1},
		{"PUT", "/community_members/{id}", Forbidden, (*Circle).forbidden},
	},
	V2: {
		{"GET", "/community", ReadCommunities, (*Circle).communityV2},
		{"GET", "/space_groups", ReadSpaceGroups, (*Circle).spaceGroupsV2},
		{"GET", "/access_groups", ReadAccessGroups, (*Circle).accessGroupsV2},
		{"GET", "/community_members", ListMembers, (*Circle).listV2},
		{"GET", "/community_members/search", FindMember, (*Circle).findV2},
		{"POST", "/community_members", AddMember, (*Circle).addV2},
		{"DELETE", "/community_members/{id}", RemoveMember, (*Circle).removeV2},
		{"POST", "/space_group_members", AddToSpaceGroup, (*Circle).addToGroupV2},
		{"DELETE", "/space_group_members", RemoveFromSpaceGroup, (*Circle).removeFromGroupV2},
		{"POST", "/access_groups/{id}/community_members", AddToAccessGroup, (*Circle).addToAccessV2},
		{"DELETE", "/access_groups/{id}/community_members", RemoveFromAccess, (*Circle).removeFromAccessV2},
		{"PUT", "/community_members/{id}", Forbidden, (*Circle).forbidden},
		{"PUT", "/community_members/{id}/delete_member", Forbidden, (*Circle).forbidden},
		{"PUT", "/community_members/{id}/ban_member", Forbidden, (*Circle).forbidden},
	},
}

// match finds the route of a path.
func match(method, path string) (Dialect, route, int64) {
	for dialect, base := range map[Dialect]string{V1: baseV1, V2: baseV2} {
		rest, ok := strings.CutPrefix(path, base+"/")
		if !ok {
			continue
		}
		for _, r := range routes[dialect] {
			if id, ok := fits(r.path, "/"+rest); ok && r.method == method {
				return dialect, r, id
			}
		}
		return dialect, unrouted, 0
	}
	return "", unrouted, 0
}

var unrouted = route{operation: Unknown, do: func(*Circle, *request) answer { return notFound }}

// fits reports whether a path is of a pattern, and the number in it.
func fits(pattern, path string) (id int64, ok bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return 0, false
	}
	for i, w := range want {
		if w != "{id}" {
			if w != have[i] {
				return 0, false
			}
			continue
		}
		n, err := strconv.ParseInt(have[i], 10, 64)
		if err != nil {
			return 0, false
		}
		id = n
	}
	return id, true
}

// forbidden does nothing: what it would do cannot be undone.
func (c *Circle) forbidden(*request) answer {
	return answer{http.StatusForbidden, object{"success": false, "message": "circletest: this call destroys what cannot be brought back"}}
}

// page cuts what was asked for out of a list.
func page[T any](q *request, all []T, perPage int) (part []T, number, size, pages int) {
	number, _ = strconv.Atoi(q.query.Get("page"))
	size, _ = strconv.Atoi(q.query.Get("per_page"))
	number = max(number, 1)
	if size <= 0 {
		size = perPage
	}
	size = min(size, 100)
	pages = (len(all) + size - 1) / size
	if number > pages {
		return nil, number, size, pages
	}
	from := (number - 1) * size
	return all[from:min(from+size, len(all))], number, size, pages
}
