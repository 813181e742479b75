package openapitest

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// methods are the keys of a path that are operations.
var methods = []string{"get", "put", "post", "delete", "patch", "head", "options", "trace"}

// ids are what a path has for an id.
var ids = regexp.MustCompile(`\{\w+\}`)

// Operations returns every operation of the description as a pattern of
// http.ServeMux, such as "GET /api/sales/{purchase}", in order.
func Operations() []string {
	var all []string
	for path, ops := range Doc()["paths"].(map[string]any) {
		for method := range ops.(map[string]any) {
			if slices.Contains(methods, method) {
				all = append(all, strings.ToUpper(method)+" "+path)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Routes fails if the operations below prefix are not these routes, each a method
// and a path apart by a blank. What an id in a path is called does not count.
func Routes(t *testing.T, prefix string, routes []string) {
	t.Helper()
	has := map[string]bool{}
	for _, route := range routes {
		has[ids.ReplaceAllString(route, "*")] = true
	}
	for _, op := range Operations() {
		_, path, _ := strings.Cut(op, " ")
		route := ids.ReplaceAllString(op, "*")
		switch {
		case has[route]:
			delete(has, route)
		case strings.HasPrefix(path, prefix):
			t.Errorf("%s is described, and not routed", op)
		}
	}
	for _, route := range slices.Sorted(maps.Keys(has)) {
		t.Errorf("%s is routed, and not described in adapters/openapi/source", route)
	}
}
