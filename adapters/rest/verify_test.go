package rest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
)

// TestVerify asks about a pencil that is older than the cutoff, so that its
// permalinks QMGY and max count.
func TestVerify(t *testing.T) {
	const key = "license_key=" + pencilKey
	const notString = `{"success":false,"message":"The '%' parameter must be a string."}`
	for _, tt := range []struct {
		name   string
		params string
		status int
		want   string // the whole body, or what it begins with
	}{
		{"by the unique permalink", key + "&product_permalink=QMGY", 200, `{"success":true,"uses":3,`},
		{"by the custom permalink", key + "&product_permalink=max", 200, ""},
		{"by either in another letter case", key + "&product_permalink=MAX", 200, ""},
		{"a permalink with blanks around it", key + "&product_permalink= max", 404, unknownBody},
		{"no permalink and no id", key, 404, unknownBody},
		{"by id", key + "&product_id=" + pencilID, 200, ""},
		{"an id wins over a wrong permalink", key + "&product_permalink=x&id=x&product_id=" + pencilID, 200, ""},
		{"a blank id counts as missing", key + "&product_permalink=max&product_id= \t", 200, ""},
		{"an unknown id wins over the right permalink", key + "&product_permalink=max&product_id=x", 404, unknownBody},
		{"the id of another product", key + "&product_id=SDGgCnivv6gTTHfVRfUBxQ==", 404, unknownBody},
		{"the older name id wins", key + "&id=QMGY&link_id=x&product_permalink=x", 200, ""},
		{"then link_id", key + "&link_id=QMGY&product_permalink=x", 200, ""},
		{"a wrong id hides the right permalink", key + "&id=x&product_permalink=QMGY", 404, unknownBody},
		{"blank ones fall through", key + "&id=&link_id= &product_permalink=QMGY", 200, ""},
		{"no key", "product_id=" + pencilID, 404, unknownBody},
		{"a blank key", "license_key= &product_id=" + pencilID, 404, unknownBody},
		{"a key in lower case shows the real one", "license_key=" + strings.ToLower(pencilKey) + "&product_id=" + pencilID, 200, ""},
		{"a key with a blank behind it", key + " &product_id=" + pencilID, 200, ""},
		{"a key with a blank in front of it", "license_key= " + pencilKey + "&product_id=" + pencilID, 404, unknownBody},
		{"a key with a NUL", key + "\x00&product_id=" + pencilID, 404, unknownBody},
		{"an id with a NUL", key + "&product_id=" + pencilID + "\x00", 404, unknownBody},
		{"a permalink with a NUL", key + "&product_permalink=max\x00", 404, unknownBody},
		{"an extra parameter is ignored", verifyPencil + "&color=red", 200, ""},
		{"a token is ignored", verifyPencil + "&access_token=bogus", 200, ""},
		{"include without a known name is ignored", verifyPencil + "&include=everything", 200, ""},

		{"a key that is no string", "license_key[a]=b", 400, strings.Replace(notString, "%", "license_key", 1)},
		{"an id that is no string", key + "&product_id[]=b", 400, strings.Replace(notString, "%", "product_id", 1)},
		{"a permalink that is no string, beside an id", verifyPencil + "&product_permalink[a]=b", 400, strings.Replace(notString, "%", "product_permalink", 1)},
		{"an older name that is no string", verifyPencil + "&id[a]=b", 400, strings.Replace(notString, "%", "id", 1)},
		{"the other older name", verifyPencil + "&link_id[a]=b", 400, strings.Replace(notString, "%", "link_id", 1)},
		{"of several the first is named", "link_id[]=b&id[]=b&product_permalink[]=b&product_id[]=b&license_key=x", 400, strings.Replace(notString, "%", "product_id", 1)},
		{"the key before all others", "link_id[]=b&id[]=b&product_permalink[]=b&product_id[]=b&license_key[]=x", 400, strings.Replace(notString, "%", "license_key", 1)},
		{"id before link_id", "link_id[]=b&id[]=b", 400, strings.Replace(notString, "%", "id", 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop()
			s.uses = 2
			s.pencil.CreatedAt = s.ana.CreatedAt
			s.pencil.CustomPermalink = "max"
			status, _, body := asked{"POST /v2/licenses/verify", tt.params, ""}.send(t, s.open(t))
			if status != tt.status || !strings.HasPrefix(body, tt.want) || status != 200 && body != tt.want {
				t.Errorf("answered %d %s\nwant %d %s", status, body, tt.status, tt.want)
			}
			if strings.Contains(body, "entitlement") {
				t.Errorf("nobody asked for the entitlement in %s", body)
			}
			if shows := strings.Contains(body, `"license_key":"`+pencilKey+`"`); shows != (status == 200) {
				t.Errorf("the key is wrong in %s", body)
			}
			uses := int64(2)
			if tt.status == 200 {
				uses++
			}
			if got := s.stored(t).Uses; got != uses {
				t.Errorf("%d uses are stored, want %d", got, uses)
			}
		})
	}
}

// TestVerify_count: only two values suppress the count.
func TestVerify_count(t *testing.T) {
	for _, tt := range []struct {
		name, json string
		counts     bool
	}{
		{"nothing is said", `{}`, true},
		{"true", `{"increment_uses_count":"true"}`, true},
		{"the string false", `{"increment_uses_count":"false"}`, false},
		{"the JSON false", `{"increment_uses_count":false}`, false},
		{"another letter case", `{"increment_uses_count":"False"}`, true},
		{"null", `{"increment_uses_count":null}`, true},
		{"0", `{"increment_uses_count":0}`, true},
		{"an empty string", `{"increment_uses_count":""}`, true},
		{"a list", `{"increment_uses_count":[false]}`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop()
			server := s.open(t)
			r, err := http.NewRequest(http.MethodPost, server+"/v2/licenses/verify?"+verifyPencil, strings.NewReader(tt.json))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			status, _, body := do(t, r)
			want := `{"success":true,"uses":0,`
			if tt.counts {
				want = `{"success":true,"uses":1,`
			}
			if status != 200 || !strings.HasPrefix(body, want) {
				t.Errorf("answered %d %s, want %s", status, body, want)
			}
		})
	}
}

// TestVerify_which: the first check that refuses wins.
func TestVerify_which(t *testing.T) {
	disabled := func(s *shop) { s.key.DisabledAt = noon }
	taken := func(s *shop) { s.sale.RevokedAt = noon }
	for _, tt := range []struct {
		name   string
		shop   []func(*shop)
		params string
		reason string
	}{
		{"a new product by its permalink", nil, "product_permalink=QMGY", "product_id_required"},
		{"by a wrong permalink", nil, "product_permalink=club", "product_id_required"},
		{"by nothing", nil, "", "product_id_required"},
		{"with access taken away as well", []func(*shop){disabled, taken}, "product_permalink=QMGY", "product_id_required"},
		{"a wrong key wins", []func(*shop){disabled, taken}, "license_key=x", "license_not_found"},
		{"a wrong id wins", []func(*shop){disabled, taken}, "product_id=x", "license_not_found"},
		{"access taken away wins over disabled", []func(*shop){disabled, taken}, "product_id=" + pencilID, "access_revoked"},
		{"disabled is last", []func(*shop){disabled}, "product_id=" + pencilID, "license_disabled"},
		{"a product that is exempt", []func(*shop){func(s *shop) { s.pencil.ProductIDNotNeeded = true }}, "product_permalink=QMGY", "ok"},
		{"a server without a cutoff", []func(*shop){func(s *shop) { s.cutoff = domain.NoCutoff }}, "product_permalink=QMGY", "ok"},
		{"a deleted product", []func(*shop){func(s *shop) { s.pencil.DeletedAt, s.pencil.Published = noon, false }}, "product_id=" + pencilID, "ok"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop()
			for _, set := range tt.shop {
				set(s)
			}
			_, header, body := asked{"POST /v2/licenses/verify", "license_key=" + pencilKey + "&" + tt.params, ""}.send(t, s.open(t))
			if got := header.Get("Usher-Reason"); got != tt.reason {
				t.Errorf("the reason is %q in %s, want %q", got, body, tt.reason)
			}
		})
	}
}
