package api

import (
	"testing"

	"github.com/usherhq/usher/test/openapitest"
)

// TestRoutes_described: what is routed is what the description of the API has.
func TestRoutes_described(t *testing.T) {
	var all []string
	for path, does := range routes() {
		for method := range does {
			all = append(all, method+" "+path)
		}
	}
	openapitest.Routes(t, "/api/", all)
}
