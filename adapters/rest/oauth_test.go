package rest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
)

const (
	clientID     = "AZWCDsvRcH2J1x_8yMFIXw=="
	clientSecret = "secret-of-the-program"
	otherClient  = "another-program"
)

// programmed has two programs of ana's: one that may see sales and edit products.
func programmed(s *shop) {
	s.more = append(s.more, domain.Application{
		ID: clientID, SellerID: s.ana.ID, Name: "Books", Digest: domain.DigestOf(clientSecret), Scopes: "edit_products view_sales", CreatedAt: noon.AddDate(0, -1, 0),
	}, domain.Application{
		ID: otherClient, SellerID: s.ana.ID, Name: "Parcels", Digest: domain.DigestOf("x"), Scopes: "mark_sales_as_shipped", CreatedAt: noon.AddDate(0, -1, 0),
	})
}

// post sends a form to /oauth, with an Authorization header unless it is empty.
func post(t *testing.T, to, form, authorization string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, to, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", formType)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return do(t, r)
}

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

var inForm = "&client_id=" + url.QueryEscape(clientID) + "&client_secret=" + clientSecret

func TestOAuthToken(t *testing.T) {
	for _, tt := range []struct{ name, form, authorization, scope string }{
		{"by a form", "grant_type=client_credentials" + inForm, "", "edit_products view_sales"},
		{"by Basic", "grant_type=client_credentials", basic(clientID, clientSecret), "edit_products view_sales"},
		{"by Basic, encoded as it should be", "grant_type=client_credentials", basic(url.QueryEscape(clientID), clientSecret), "edit_products view_sales"},
		{"by Basic, and the id again", "grant_type=client_credentials&client_id=" + url.QueryEscape(clientID), basic(clientID, clientSecret), "edit_products view_sales"},
		{"for less", "grant_type=client_credentials&scope=view_sales" + inForm, "", "view_sales"},
		{"for all, in another order", "grant_type=client_credentials&scope=view_sales%20edit_products" + inForm, "", "edit_products view_sales"},
		{"for nothing in particular", "grant_type=client_credentials&scope=" + inForm, "", "edit_products view_sales"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop()
			programmed(s)
			server := s.open(t)
			status, header, body := post(t, server+"/oauth/token", tt.form, tt.authorization)
			var got struct {
				Token   string `json:"access_token"`
				Type    string `json:"token_type"`
				Scope   string
				Created int64 `json:"created_at"`
			}
			if err := json.Unmarshal([]byte(body), &got); status != 200 || err != nil {
				t.Fatalf("answered %d %s", status, body)
			}
			if len(got.Token) != 43 || got.Type != "bearer" || got.Scope != tt.scope || got.Created != noon.Unix() || header.Get("Usher-Reason") != "ok" {
				t.Errorf("answered %s because %q", body, header.Get("Usher-Reason"))
			}
			if header.Get("Cache-Control") != "no-store" || header.Get("Content-Type") != "application/json; charset=utf-8" {
				t.Errorf("the headers are %v", header)
			}
			sees, edits := 200, 403
			if strings.Contains(tt.scope, "edit_products") {
				edits = 200
			}
			if status, _, _ := (asked{"GET /v2/sales", "", got.Token}).send(t, server); status != sees {
				t.Errorf("the token sees sales with %d", status)
			}
			if status, _, _ := (asked{"PUT /v2/products/QMGY/disable", "", got.Token}).send(t, server); status != edits {
				t.Errorf("the token edits with %d, want %d", status, edits)
			}
		})
	}
}

// TestOAuth_refused: first how, then who, then what.
func TestOAuth_refused(t *testing.T) {
	for _, tt := range []struct {
		name, path, form, authorization string
		status                          int
		code                            string
		challenge                       string
	}{
		{"no grant", "/oauth/token", inForm, "", 400, "invalid_request", ""},
		{"another grant", "/oauth/token", "grant_type=password" + inForm, "", 400, "unsupported_grant_type", ""},
		{"nobody", "/oauth/token", "grant_type=client_credentials", "", 401, "invalid_client", ""},
		{"an unknown program", "/oauth/token", "grant_type=client_credentials&client_id=x&client_secret=" + clientSecret, "", 401, "invalid_client", ""},
		{"another program's secret", "/oauth/token", "grant_type=client_credentials&client_id=" + otherClient + "&client_secret=" + clientSecret, "", 401, "invalid_client", ""},
		{"no secret", "/oauth/token", "grant_type=client_credentials&client_id=" + otherClient, "", 401, "invalid_client", ""},
		{"a wrong secret by Basic", "/oauth/token", "grant_type=client_credentials", basic(clientID, "x"), 401, "invalid_client", `Basic realm="usher"`},
		{"a token for a secret", "/oauth/token", "grant_type=client_credentials", "Bearer " + allToken, 401, "invalid_client", `Basic realm="usher"`},
		{"two ways", "/oauth/token", "grant_type=client_credentials" + inForm, basic(clientID, clientSecret), 400, "invalid_request", ""},
		{"two programs", "/oauth/token", "grant_type=client_credentials&client_id=x", basic(clientID, clientSecret), 401, "invalid_client", `Basic realm="usher"`},
		{"more than it may", "/oauth/token", "grant_type=client_credentials&scope=view_sales+refund_sales" + inForm, "", 400, "invalid_scope", ""},
		{"everything", "/oauth/token", "grant_type=client_credentials&scope=account" + inForm, "", 400, "invalid_scope", ""},
		{"a scope that nobody knows", "/oauth/token", "grant_type=client_credentials&scope=x" + inForm, "", 400, "invalid_scope", ""},
		{"a scope that is no string", "/oauth/token", "grant_type=client_credentials&scope[]=view_sales" + inForm, "", 400, "invalid_scope", ""},
		{"what stands in the address", "/oauth/token?grant_type=client_credentials" + inForm, "", "", 400, "invalid_request", ""},
		{"a secret that stands in the address", "/oauth/token?client_secret=" + clientSecret, "grant_type=client_credentials&client_id=" + url.QueryEscape(clientID), "", 401, "invalid_client", ""},
		{"nobody ends a token", "/oauth/revoke", "token=" + anasToken, "", 401, "invalid_client", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop()
			programmed(s)
			status, header, body := post(t, s.open(t)+tt.path, tt.form, tt.authorization)
			if status != tt.status || header.Get("Usher-Reason") != tt.code || !strings.HasPrefix(body, `{"error":"`+tt.code+`","error_description":"`) {
				t.Errorf("answered %d %q %s", status, header.Get("Usher-Reason"), body)
			}
			if got := header.Get("WWW-Authenticate"); got != tt.challenge || header.Get("Cache-Control") != "no-store" {
				t.Errorf("the headers are %v", header)
			}
		})
	}
}

// TestOAuthRevoke: a program ends its own tokens, and no other's; the answer does
// not tell which it was.
func TestOAuthRevoke(t *testing.T) {
	s := newShop()
	programmed(s)
	server := s.open(t)
	token := func() (got struct {
		Token string `json:"access_token"`
	}) {
		t.Helper()
		_, _, body := post(t, server+"/oauth/token", "grant_type=client_credentials"+inForm, "")
		if err := json.Unmarshal([]byte(body), &got); err != nil || got.Token == "" {
			t.Fatalf("answered %s", body)
		}
		return got
	}
	own := token().Token
	for _, tt := range []struct {
		name, token, by string
		lives           bool // afterwards, if it ever did
	}{
		{"a token of the seller's", anasToken, inForm, true},
		{"another program's", own, "&client_id=" + otherClient + "&client_secret=x", true},
		{"its own", own, inForm, false},
		{"its own again", own, inForm, false},
		{"what is none", "x", inForm, false},
		{"none", "", inForm, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if status, _, body := post(t, server+"/oauth/revoke", "token="+tt.token+tt.by, ""); status != 200 || body != "{}" {
				t.Errorf("answered %d %s", status, body)
			}
			want := 401
			if tt.lives {
				want = 200
			}
			if status, _, _ := (asked{"GET /v2/user", "", tt.token}).send(t, server); status != want {
				t.Errorf("then the token is answered %d, want %d", status, want)
			}
		})
	}
}

// TestOAuth_routes: POST alone, and nothing below.
func TestOAuth_routes(t *testing.T) {
	server := newShop().open(t)
	for _, ask := range []string{"GET /oauth/token", "PUT /oauth/revoke", "POST /oauth/token/info", "POST /oauth/authorize", "POST /oauth", "POST /v2/oauth/token"} {
		if status, header, body := (asked{ask, "", ""}).send(t, server); status != 404 || body != "" || header.Get("Usher-Reason") != "not_routed" {
			t.Errorf("%s answered %d %s", ask, status, body)
		}
	}
}
