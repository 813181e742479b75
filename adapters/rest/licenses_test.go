package rest

import (
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
)

func TestManage(t *testing.T) {
	disabled := func(s *shop) { s.key.DisabledAt = noon.AddDate(0, 0, -3) }
	enabled := time.Time{}
	for _, tt := range []struct {
		name     string
		shop     func(*shop)
		action   string
		uses     int64
		disabled time.Time // of the stored licence afterwards
		key      domain.LicenseKey
	}{
		{"enable", disabled, "enable", 7, enabled, pencilKey},
		{"enable what is enabled", nil, "enable", 7, enabled, pencilKey},
		{"disable", nil, "disable", 7, noon, pencilKey},
		{"disable again moves the time", disabled, "disable", 7, noon, pencilKey},
		{"decrement", nil, "decrement_uses_count", 6, enabled, pencilKey},
		{"decrement what is disabled", disabled, "decrement_uses_count", 6, noon.AddDate(0, 0, -3), pencilKey},
		{"decrement at 0", func(s *shop) { s.uses = 0 }, "decrement_uses_count", 0, enabled, pencilKey},
		{"rotate", nil, "rotate", 7, enabled, "00112233-44554677-8899AABB-CCDDEEFF"},
		{"rotate what is disabled", disabled, "rotate", 7, noon.AddDate(0, 0, -3), "00112233-44554677-8899AABB-CCDDEEFF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop()
			s.uses = 7
			if tt.shop != nil {
				tt.shop(s)
			}
			status, header, body := asked{"PUT /v2/licenses/" + tt.action, verifyPencil, anasToken}.send(t, s.open(t))
			if status != 200 || header.Get("Usher-Reason") != "ok" || !strings.Contains(body, `"license_key":"`+string(tt.key)+`"`) {
				t.Fatalf("answered %d %q %s", status, header.Get("Usher-Reason"), body)
			}
			if !strings.HasPrefix(body, `{"success":true,"uses":`+string(rune('0'+tt.uses))+`,`) {
				t.Errorf("the uses are wrong in %s", body)
			}
			got := s.stored(t)
			if got.Uses != tt.uses || !got.License.DisabledAt.Equal(tt.disabled) || got.License.Key != tt.key {
				t.Errorf("stored are %+v, want %d uses, disabled at %v, key %s", got, tt.uses, tt.disabled, tt.key)
			}
		})
	}
}

// TestManage_refused: the token is looked at first, then which licence is
// meant, then whose it is. Nothing changes.
func TestManage_refused(t *testing.T) {
	const (
		revokedBody  = `{"success":false,"message":"Access to the purchase associated with this license has expired."}`
		requiredBody = `{"success":false,"message":"The 'product_id' parameter is required to verify the license for this product. Please set 'product_id' to '32-nPAicqbLj8B_WswVlMw==' in the request."}`
		notOwner     = `{"success":false,"error":"Not found"}`
	)
	taken := func(s *shop) { s.sale.RevokedAt = noon }
	for _, tt := range []struct {
		name   string
		shop   func(*shop)
		params string
		token  string
		status int
		reason string
		body   string
	}{
		{"no token", nil, verifyPencil, "", 401, "unauthenticated", ""},
		{"no token and an unknown key", nil, "license_key=x", "", 401, "unauthenticated", ""},
		{"no token and no string", nil, "license_key[a]=b", "", 401, "unauthenticated", ""},
		{"an unknown token", nil, verifyPencil, "x", 401, "unauthenticated", ""},
		{"a revoked token", nil, verifyPencil, endedToken, 401, "unauthenticated", ""},
		{"a token that may not", nil, verifyPencil, viewToken, 403, "forbidden", ""},
		{"a token that may not, and an unknown key", nil, "license_key=x", viewToken, 403, "forbidden", ""},
		{"a key that is no string", nil, "license_key[a]=b", anasToken, 400, "invalid", `{"success":false,"message":"The 'license_key' parameter must be a string."}`},
		{"an unknown key", nil, "license_key=x&product_id=" + pencilID, anasToken, 404, "license_not_found", unknownBody},
		{"an unknown key and another seller's token", nil, "license_key=x&product_id=" + pencilID, bensToken, 404, "license_not_found", unknownBody},
		{"a new product without its id, for anybody", nil, "license_key=" + pencilKey, bensToken, 500, "product_id_required", requiredBody},
		{"access taken away, for anybody", taken, verifyPencil, bensToken, 404, "access_revoked", revokedBody},
		{"access taken away, for its seller", taken, verifyPencil, anasToken, 404, "access_revoked", revokedBody},
		{"another seller's token", nil, verifyPencil, bensToken, 404, "not_owner", notOwner},
		{"the older names of a permalink are for verify only", func(s *shop) { s.pencil.CreatedAt = s.ana.CreatedAt }, "license_key=" + pencilKey + "&id=QMGY&link_id=QMGY", anasToken, 404, "license_not_found", unknownBody},
	} {
		for _, action := range []string{"enable", "disable", "decrement_uses_count", "rotate"} {
			t.Run(action+": "+tt.name, func(t *testing.T) {
				s := newShop()
				s.uses = 7
				s.key.DisabledAt = noon.AddDate(0, 0, -3)
				if tt.shop != nil {
					tt.shop(s)
				}
				server := s.open(t)
				before := s.stored(t)
				status, header, body := asked{"PUT /v2/licenses/" + action, tt.params, tt.token}.send(t, server)
				if status != tt.status || header.Get("Usher-Reason") != tt.reason || body != tt.body {
					t.Errorf("answered %d %q %s\nwant %d %q %s", status, header.Get("Usher-Reason"), body, tt.status, tt.reason, tt.body)
				}
				challenge := ""
				if tt.status == 401 {
					challenge = `Bearer realm="Doorkeeper", error="invalid_token", error_description="The access token is invalid"`
				}
				if got := header.Get("WWW-Authenticate"); got != challenge {
					t.Errorf("WWW-Authenticate is %q, want %q", got, challenge)
				}
				if got := s.stored(t); got != before {
					t.Errorf("stored is %+v, was %+v", got, before)
				}
			})
		}
	}
}

// TestManage_tokens: a token comes in three ways, and one for the account may
// do everything.
func TestManage_tokens(t *testing.T) {
	for _, tt := range []struct{ name, params, token string }{
		{"in the header", verifyPencil, anasToken},
		{"as access_token", verifyPencil + "&access_token=" + anasToken, ""},
		{"as bearer_token", verifyPencil + "&bearer_token=" + anasToken, ""},
		{"for the account", verifyPencil, allToken},
		{"older names that are no strings are not read", verifyPencil + "&id[a]=b&link_id[]=c", anasToken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, _, body := asked{"PUT /v2/licenses/disable", tt.params, tt.token}.send(t, newShop().open(t))
			if status != 200 {
				t.Errorf("answered %d %s", status, body)
			}
		})
	}
}

// TestRotate_oldKey: the old key is unknown at once.
func TestRotate_oldKey(t *testing.T) {
	server := newShop().open(t)
	asked{"PUT /v2/licenses/rotate", verifyPencil, anasToken}.send(t, server)
	if status, _, body := (asked{"POST /v2/licenses/verify", verifyPencil, ""}).send(t, server); status != 404 || body != unknownBody {
		t.Errorf("the old key answered %d %s", status, body)
	}
}
