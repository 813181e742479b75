package rest

import "testing"

// TestRoute: whatever a caller writes, a pattern says nothing of it.
func TestRoute(t *testing.T) {
	for path, want := range map[string]string{
		"/v2/licenses/verify":           "/v2/licenses/verify",
		"/api//v2/licenses/verify.json": "/v2/licenses/verify",
		"/v2/products/QMGY/enable/":     "/v2/products/*/enable",
		"/v2/products/%2e%2e":           "/v2/products/*",
		"/v2/licenses/QMGY":             "",
		"/v2/products":                  "/v2/products",
		"/v2/licenses/verify/QMGY":      "",
		"/api/sales":                    "",
		"":                              "",
	} {
		if got := Route(path); got != want {
			t.Errorf("%s has the route %q, want %q", path, got, want)
		}
	}
}
