package rpc

import (
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// open are the procedures that need no token.
var open = map[string]bool{
	"/usher.v1.LicenseService/Verify": true,
}

// TestStrangers asks each procedure for nothing in particular: without a token, with
// one that nobody has, one that is revoked and one that has none of the scopes.
// Who forgets to ask who it is would answer, or complain about the form first.
func TestStrangers(t *testing.T) {
	w := newWorld(t)
	const profile = "ana-views-profile"
	fixture.Fill(t, w.store, token(seller("ana"), profile, domain.ViewProfile))
	all := procedures()
	for procedure := range open {
		if _, known := all[procedure]; !known {
			t.Errorf("%s is not there", procedure)
		}
	}
	for procedure, method := range all {
		if open[procedure] {
			continue
		}
		t.Run(procedure, func(t *testing.T) {
			body, media := "{}", "application/json"
			if method.IsStreamingServer() {
				body, media = "\x00\x00\x00\x00\x02{}", "application/connect+json"
			}
			for _, secret := range []string{"", nobodys, anaEnded, profile} {
				headers := []string{}
				if secret != "" {
					headers = append(headers, "Authorization", "Bearer "+secret)
				}
				status, text := post(t, w.url+procedure, media, strings.NewReader(body), headers...)
				refusedAtTheDoor := strings.Contains(text, `"unauthenticated"`) || strings.Contains(text, `"not_found"`) || strings.Contains(text, `"permission_denied"`)
				if !refusedAtTheDoor || status == http.StatusOK && !method.IsStreamingServer() {
					t.Errorf("with %q it answers %d %s", secret, status, text)
				}
			}
		})
	}
}

func TestProduct_who(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		name, token, product string
		code                 connect.Code
		detail               string
	}{
		{"no token", "", penID, connect.CodeNotFound, "product_not_found"},
		{"a token that nobody has", nobodys, penID, connect.CodeNotFound, "product_not_found"},
		{"a revoked token", anaEnded, penID, connect.CodeNotFound, "product_not_found"},
		{"another seller", benAll, penID, connect.CodeNotFound, "product_not_found"},
		{"another seller, by permalink", benAll, "pen", connect.CodeNotFound, "product_not_found"},
		{"a token without the scope", anaGives, penID, connect.CodePermissionDenied, "forbidden"},
		{"a token without the scope, for what is not there", anaGives, "nothing", connect.CodeNotFound, "product_not_found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.catalog().GetProduct(w.as(tt.token), &usherv1.GetProductRequest{Product: tt.product})
			refused(t, err, tt.code, tt.detail, "")
			_, err = w.catalog().DeleteProduct(w.as(tt.token), &usherv1.DeleteProductRequest{Product: tt.product})
			refused(t, err, tt.code, tt.detail, "")
		})
	}
	_, err := w.catalog().DeleteProduct(w.as(anaSees), &usherv1.DeleteProductRequest{Product: penID})
	refused(t, err, connect.CodePermissionDenied, "forbidden", "")
	if _, err := w.catalog().GetProduct(w.as(anaSees), &usherv1.GetProductRequest{Product: penID}); err != nil {
		t.Error(err)
	}
}

func TestLicense_who(t *testing.T) {
	w := newWorld(t)
	key := string(w.sold("bo@example.com").License.Key)
	disable := func(token string) error {
		_, err := w.licenses().Disable(w.as(token), &usherv1.DisableRequest{Key: key, Product: penID})
		return err
	}
	refused(t, disable(""), connect.CodeUnauthenticated, "unauthenticated", "")
	refused(t, disable(anaSees), connect.CodePermissionDenied, "forbidden", "")
	refused(t, disable(benAll), connect.CodeNotFound, "license_not_found", "")
	_, err := w.licenses().Show(w.as(benAll), &usherv1.ShowRequest{Key: key})
	refused(t, err, connect.CodeNotFound, "license_not_found", "")
	if err := disable(anaEdits); err != nil {
		t.Error(err)
	}
}
