package rest

import (
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
)

const clubID = "SDGgCnivv6gTTHfVRfUBxQ=="

// ofTiers gives the club two tiers with prices of their own, and the pencil a
// size and a colour, one of which is gone.
func ofTiers(s *shop) {
	s.club.Prices = domain.Prices{}.With(domain.Monthly, 500).With(domain.Yearly, 5000)
	s.pencil.CustomPermalink = "max"
	of := func(p domain.Product, id, category, name string, position int) domain.Variant {
		return domain.Variant{ID: domain.VariantID(id), SellerID: s.ana.ID, ProductID: p.ID, Category: category, Name: name, Position: position, CreatedAt: noon}
	}
	basic, pro := of(s.club, "basic", domain.TierCategory, "Basic", 0), of(s.club, "pro", domain.TierCategory, "Pro", 1)
	pro.Prices, pro.MostSeats = domain.Prices{}.With(domain.Monthly, 1550), 40
	large, red, gone := of(s.pencil, "large", "Size", "Large", 0), of(s.pencil, "red", "Color", "Red", 1), of(s.pencil, "gone", "Size", "Gone", 2)
	large.Price, gone.DeletedAt = 250, noon
	s.more = append(s.more, basic, pro, large, red, gone)
}

var productGoldens = []golden{
	{"who a token is of", "user.json", nil, asked{"GET /v2/user", "", anasToken}, 200, "ok"},
	{"who a token is of, for who may see the profile", "user_profile.json", nil, asked{"GET /v2/user", "", allToken}, 200, "ok"},
	{"who a token is of, for who may see little", "user_public.json", nil, asked{"GET /v2/user", "", publicToken}, 200, "ok"},
	{"all products, newest first", "products.json", ofTiers, asked{"GET /v2/products", "", publicToken}, 200, "ok"},
	{"a product", "product.json", ofTiers, asked{"GET /v2/products/" + pencilID, "", anasToken}, 200, "ok"},
	{"a product with its sales", "product_sales.json", ofTiers, asked{"GET /v2/products/club", "", viewToken}, 200, "ok"},
	{"a product that goes off sale", "product_disabled.json", nil, asked{"PUT /v2/products/QMGY/disable", "", anasToken}, 200, "ok"},
	{"a product that is deleted", "product_deleted.json", nil, asked{"DELETE /v2/products/" + pencilID, "", anasToken}, 200, "ok"},
	{"what is to be chosen", "variant_categories.json", ofTiers, asked{"GET /v2/products/QMGY/variant_categories", "", publicToken}, 200, "ok"},
	{"one thing to be chosen", "variant_category.json", ofTiers, asked{"GET /v2/products/QMGY/variant_categories/" + categoryID(pencilID, "Size"), "", publicToken}, 200, "ok"},
	{"what can be chosen", "variants.json", ofTiers, asked{"GET /v2/products/QMGY/variant_categories/" + categoryID(pencilID, "Size") + "/variants", "", publicToken}, 200, "ok"},
	{"one tier", "variant_tier.json", ofTiers, asked{"GET /v2/products/club/variant_categories/" + categoryID(clubID, "Tier") + "/variants/pro", "", publicToken}, 200, "ok"},
	{"no offer codes", "offer_codes.json", nil, asked{"GET /v2/products/QMGY/offer_codes", "", publicToken}, 200, "ok"},
	{"no custom fields", "no_custom_fields.json", nil, asked{"GET /v2/products/QMGY/custom_fields", "", publicToken}, 200, "ok"},
	{"an unknown product", "product_not_found.json", nil, asked{"GET /v2/products/x", "", anasToken}, 200, "product_not_found"},
}

// said is the body of a refusal that comes with 200.
func said(message string) string { return `{"success":false,"message":"` + message + `"}` }

// TestProducts_refused: the token is looked at first, then the product, then
// what hangs on it.
func TestProducts_refused(t *testing.T) {
	size := "/v2/products/QMGY/variant_categories/" + categoryID(pencilID, "Size")
	for _, tt := range []struct {
		name   string
		shop   func(*shop)
		ask    asked
		status int
		reason string
		body   string
	}{
		{"no token", nil, asked{"GET /v2/products", "", ""}, 401, "unauthenticated", ""},
		{"no token for an account", nil, asked{"GET /v2/user", "", ""}, 401, "unauthenticated", ""},
		{"no token, and an unknown product", nil, asked{"GET /v2/products/x", "", ""}, 401, "unauthenticated", ""},
		{"a revoked token", nil, asked{"GET /v2/user", "", endedToken}, 401, "unauthenticated", ""},
		{"a token that only sees takes nothing off sale", nil, asked{"PUT /v2/products/QMGY/disable", "", viewToken}, 403, "forbidden", ""},
		{"a token that only sees deletes nothing", nil, asked{"DELETE /v2/products/x", "", viewToken}, 403, "forbidden", ""},
		{"another seller's product", nil, asked{"GET /v2/products/QMGY", "", bensToken}, 200, "product_not_found", said("The product was not found.")},
		{"another seller's product is not deleted", nil, asked{"DELETE /v2/products/" + pencilID, "", bensToken}, 200, "product_not_found", said("The product was not found.")},
		{"a custom permalink", ofTiers, asked{"GET /v2/products/max", "", anasToken}, 200, "product_not_found", said("The product was not found.")},
		{"a permalink in another letter case", nil, asked{"GET /v2/products/qmgy", "", anasToken}, 200, "product_not_found", said("The product was not found.")},
		{"a deleted product is not put on sale", func(s *shop) { s.pencil.DeletedAt, s.pencil.Published = noon, false },
			asked{"PUT /v2/products/QMGY/enable", "", anasToken}, 200, "product_deleted", said("The product was unable to be modified.")},
		{"a category of an unknown product", ofTiers, asked{"GET /v2/products/x/variant_categories", "", anasToken}, 200, "product_not_found", said("The product was not found.")},
		{"an unknown category", ofTiers, asked{"GET /v2/products/QMGY/variant_categories/x", "", anasToken}, 200, "variant_category_not_found", said("The variant_category was not found.")},
		{"a category of another product", ofTiers, asked{"GET /v2/products/club/variant_categories/" + categoryID(pencilID, "Size"), "", anasToken}, 200, "variant_category_not_found", said("The variant_category was not found.")},
		{"variants of an unknown category", ofTiers, asked{"GET /v2/products/QMGY/variant_categories/x/variants", "", anasToken}, 200, "variant_category_not_found", said("The variant_category was not found.")},
		{"a variant of another category", ofTiers, asked{"GET " + size + "/variants/red", "", anasToken}, 200, "variant_not_found", said("The variant was not found.")},
		{"a deleted variant", ofTiers, asked{"GET " + size + "/variants/gone", "", anasToken}, 200, "variant_not_found", said("The variant was not found.")},
		{"an offer code", nil, asked{"GET /v2/products/QMGY/offer_codes/x", "", anasToken}, 200, "offer_code_not_found", said("The offer_code was not found.")},
		{"products are not made here", nil, asked{"POST /v2/products", "name=x", anasToken}, 404, "not_routed", ""},
		{"nor changed", nil, asked{"PUT /v2/products/QMGY", "name=x", anasToken}, 404, "not_routed", ""},
		{"nor are their variants", nil, asked{"POST " + size + "/variants", "name=x", anasToken}, 404, "not_routed", ""},
		{"nor their offer codes", nil, asked{"POST /v2/products/QMGY/offer_codes", "name=x", anasToken}, 404, "not_routed", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop()
			if tt.shop != nil {
				tt.shop(s)
			}
			status, header, body := tt.ask.send(t, s.open(t))
			if status != tt.status || header.Get("Usher-Reason") != tt.reason || body != tt.body {
				t.Errorf("answered %d %q %s\nwant %d %q %s", status, header.Get("Usher-Reason"), body, tt.status, tt.reason, tt.body)
			}
		})
	}
}

// TestProducts_change: what is answered is also so afterwards.
func TestProducts_change(t *testing.T) {
	server := newShop().open(t)
	for _, tt := range []struct{ name, ask, see, says string }{
		{"off sale", "PUT /v2/products/QMGY/disable", "GET /v2/products/QMGY", `"published":false`},
		{"off sale, twice", "PUT /v2/products/QMGY/disable", "GET /v2/user", `"links":["club"]`},
		{"on sale again", "PUT /v2/products/QMGY/enable", "GET /v2/products/QMGY", `"published":true`},
		{"on sale again, by a form", "POST /v2/products/QMGY/enable?x=1", "GET /v2/user", `"links":["QMGY","club"]`},
		{"deleted", "DELETE /v2/products/QMGY.json", "GET /v2/products/QMGY", `"published":false,"file_info":{},"max_purchase_count":null,"deleted":true`},
		{"deleted twice", "DELETE /v2/products/QMGY", "GET /v2/user", `"links":["club"]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			params := ""
			if strings.HasPrefix(tt.ask, "POST") {
				params = "_method=put"
			}
			if status, _, body := (asked{tt.ask, params, anasToken}).send(t, server); status != 200 || !strings.HasPrefix(body, `{"success":true`) {
				t.Fatalf("answered %d %s", status, body)
			}
			if _, _, body := (asked{tt.see, "", anasToken}).send(t, server); !strings.Contains(body, tt.says) {
				t.Errorf("then %s answered %s, want %s", tt.see, body, tt.says)
			}
		})
	}
}
