package rest

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

var update = flag.Bool("update", false, "write the bodies of testdata anew")

const verifyPencil = "license_key=" + pencilKey + "&product_id=" + pencilID

// golden is one request for each shape of a body. The body is the file of that
// name in testdata, to the last byte.
type golden struct {
	name   string
	file   string
	shop   func(s *shop)
	ask    asked
	status int
	reason string
}

var goldens = slices.Concat(licenseGoldens, productGoldens, saleGoldens, subscriberGoldens)

var licenseGoldens = []golden{
	{"a one-time purchase of a guest", "one_time.json", nil,
		asked{"POST /v2/licenses/verify", verifyPencil, ""}, 200, "ok"},
	{"everything that a purchase may say", "everything.json", everything,
		asked{"POST /v2/licenses/verify", verifyPencil, ""}, 200, "ok"},
	{"texts are escaped as Rails does", "escaped.json", func(s *shop) {
		s.pencil.Name = "<Pencil> & \"Co\"\u2028\\ é 鉛筆"
		s.sale.Email = "o'hara&<i>@example.com"
	}, asked{"POST /v2/licenses/verify", verifyPencil, ""}, 200, "ok"},
	{"custom fields are keys of their own", "custom_fields.json", func(s *shop) {
		s.sale.CustomFields = domain.MakeCustomFields(
			domain.CustomField{Name: "Company", Value: "Acme"},
			domain.CustomField{Name: "email", Value: "alt@example.com"},
			domain.CustomField{Name: "license_key", Value: "not the key"},
			domain.CustomField{Name: "Company", Value: "Acme & Co"},
			domain.CustomField{Name: "custom_fields", Value: "not the list"},
			domain.CustomField{Name: "empty"},
		)
	}, asked{"POST /v2/licenses/verify", verifyPencil, ""}, 200, "ok"},
	{"a membership", "membership.json", nil,
		asked{"POST /v2/licenses/verify", "license_key=" + clubKey + "&product_id=SDGgCnivv6gTTHfVRfUBxQ==", ""}, 200, "ok"},
	{"a membership that was cancelled, failed and ended", "membership_ended.json", func(s *shop) {
		s.membership.CancelledAt = noon.AddDate(0, 0, 10).Add(time.Second - time.Microsecond)
		s.membership.FailedAt = noon.AddDate(0, 0, -1)
		s.membership.EndedAt = noon
	}, asked{"POST /v2/licenses/verify", "license_key=" + clubKey + "&product_id=SDGgCnivv6gTTHfVRfUBxQ==", ""}, 200, "ok"},
	{"a membership with more seats and fewer to come", "membership_seats.json", func(s *shop) {
		s.became = func(m *domain.MembershipState) {
			m.Seats, m.Complimentary, m.Pending = 5, 1, domain.PendingChange{Seats: 2, Change: 2}
		}
	}, asked{"POST /v2/licenses/verify", "license_key=" + clubKey + "&product_id=SDGgCnivv6gTTHfVRfUBxQ==&include=entitlement", ""}, 200, "ok"},
	{"a membership that stayed unpaid, which nobody has written down", "membership_unpaid.json", func(s *shop) {
		s.became = func(m *domain.MembershipState) {
			m.Elsewhere = false // else whoever charges it says when it ends
			m.Status, m.Outstanding = domain.PastDue, domain.Outstanding{
				Amount: 1500, Attempts: 2, DueAt: noon.AddDate(0, 0, -6), GraceEndsAt: noon.AddDate(0, 0, -1), RetryAt: noon.AddDate(0, 0, -2),
			}
		}
	}, asked{"POST /v2/licenses/verify", "license_key=" + clubKey + "&product_id=SDGgCnivv6gTTHfVRfUBxQ==&include=entitlement", ""}, 200, "ok"},
	{"a membership whose scheduled end has passed", "membership_over.json", func(s *shop) {
		s.membership.CancelledAt = noon.Add(-time.Second)
	}, asked{"POST /v2/licenses/verify", "license_key=" + clubKey + "&product_id=SDGgCnivv6gTTHfVRfUBxQ==&include=entitlement", ""}, 200, "ok"},
	{"instalments of a one-time product", "instalments.json", func(s *shop) {
		s.membership.ID, s.membership.ProductID, s.membership.PurchaseID = "plan", s.pencil.ID, s.sale.ID
		s.membership.Installments, s.membership.CancelledAt = true, noon
		s.sale.MembershipID = "plan"
		s.joined.MembershipID = ""
	}, asked{"POST /v2/licenses/verify", verifyPencil, ""}, 200, "ok"},
	{"a received gift", "gift.json", func(s *shop) {
		given := s.sale
		given.ID, given.OrderNumber, given.GiftGiven, given.Email = "given", 18, true, "giver@example.com"
		s.more = append(s.more, given)
		s.sale.GiftOf, s.sale.Status, s.sale.Email = given.ID, domain.GiftReceived, "receiver@example.com"
		s.sale.Price.Amount, s.sale.Fee = 0, 0
	}, asked{"POST /v2/licenses/verify", verifyPencil, ""}, 200, "ok"},
	{"an imported customer", "imported_customer.json", func(s *shop) {
		s.sale.Status, s.sale.CreatedAt = domain.Imported, noon.AddDate(0, 0, -2)
	}, asked{"POST /v2/licenses/verify", verifyPencil, ""}, 200, "ok"},
	{"a product that has no keys any more", "unlicensed.json", func(s *shop) { s.pencil.Licensed = false },
		asked{"POST /v2/licenses/verify", verifyPencil, ""}, 200, "ok"},
	{"usher's own verdict, if it is asked for", "entitlement.json", nil,
		asked{"POST /v2/licenses/verify", verifyPencil + "&include=seats, entitlement", ""}, 200, "ok"},
	{"usher's own verdict on a membership that will end", "entitlement_ending.json", func(s *shop) {
		s.membership.CancelledAt = noon.AddDate(0, 0, 10)
	}, asked{"POST /v2/licenses/verify", "license_key=" + clubKey + "&product_id=SDGgCnivv6gTTHfVRfUBxQ==&include=entitlement", ""}, 200, "ok"},
	{"usher's own verdict on a key that was just disabled", "entitlement_disabled.json", nil,
		asked{"PUT /v2/licenses/disable", verifyPencil + "&include=entitlement", anasToken}, 200, "ok"},
	{"a rotation shows the new key", "rotated.json", nil,
		asked{"PUT /v2/licenses/rotate", verifyPencil, anasToken}, 200, "ok"},

	{"an unknown key", "license_not_found.json", nil,
		asked{"POST /v2/licenses/verify", "license_key=x&product_id=" + pencilID, ""}, 404, "license_not_found"},
	{"a disabled key", "license_disabled.json", func(s *shop) { s.key.DisabledAt = noon },
		asked{"POST /v2/licenses/verify", verifyPencil, ""}, 404, "license_disabled"},
	{"access that was taken away", "access_revoked.json", func(s *shop) { s.sale.RevokedAt = noon },
		asked{"POST /v2/licenses/verify", verifyPencil, ""}, 404, "access_revoked"},
	{"a new product without its id", "product_id_required.json", nil,
		asked{"POST /v2/licenses/verify", "license_key=" + pencilKey + "&product_permalink=QMGY", ""}, 500, "product_id_required"},
	{"another seller's token", "not_owner.json", nil,
		asked{"PUT /v2/licenses/disable", verifyPencil, bensToken}, 404, "not_owner"},
	{"a parameter that is no string", "not_a_string.json", nil,
		asked{"POST /v2/licenses/verify", "license_key[a]=b", ""}, 400, "invalid"},
	{"no token", "empty", nil,
		asked{"PUT /v2/licenses/disable", verifyPencil, ""}, 401, "unauthenticated"},
	{"a token that may not", "empty", nil,
		asked{"PUT /v2/licenses/disable", verifyPencil, viewToken}, 403, "forbidden"},
	{"a path that leads nowhere", "empty", nil,
		asked{"POST /v2/licenses/frobnicate", verifyPencil, ""}, 404, "not_routed"},
	{"a store that is overloaded", "unavailable.json", func(s *shop) { s.wrap = failing(domain.ErrUnavailable) },
		asked{"POST /v2/licenses/verify", verifyPencil, ""}, 503, "unavailable"},
	{"a store that is broken", "internal.json", func(s *shop) { s.wrap = failing(domain.ErrScope) },
		asked{"POST /v2/licenses/verify", verifyPencil, ""}, 500, "internal"},
}

func everything(s *shop) {
	s.options = &Options{}
	s.ana.Address = ""
	s.pencil.CustomPermalink = "max"
	large := domain.Variant{ID: "v1", SellerID: s.ana.ID, ProductID: s.pencil.ID, Category: "Size", Name: "Large", CreatedAt: noon}
	red := domain.Variant{ID: "v2", SellerID: s.ana.ID, ProductID: s.pencil.ID, Category: "Color", Name: "Red", CreatedAt: noon}
	s.more = append(s.more, large, red)
	p := &s.sale
	p.Status, p.PurchaserID, p.FullName = domain.Test, s.ana.UserID, "Ana O'Hara"
	p.Quantity, p.Price.Amount, p.DiscoverFee, p.CanContact, p.Referrer = 2, 1000, true, false, ""
	p.Variants = domain.ChosenVariants(large.ID, red.ID)
	p.Card = domain.Card{Visual: "**** **** **** 4242", Type: "visa", ExpiryMonth: 11, ExpiryYear: 2030}
	p.OfferCode = domain.OfferCode{Code: "HALF", Percent: 50}
	p.Affiliate = domain.Affiliate{Email: "friend@example.com", Credit: 100}
	p.Country = "United States"
	p.CustomFields = domain.MakeCustomFields(domain.CustomField{Name: "Company", Value: "Acme"})
	p.Refunded, p.RefundedAt, p.DisputedAt = 1000, noon, noon
}

func TestGoldens(t *testing.T) {
	asking := map[string]bool{}
	for _, tt := range goldens {
		asking[tt.file] = true
		t.Run(tt.name, func(t *testing.T) {
			s := newShop()
			s.uses = 2
			if tt.shop != nil {
				tt.shop(s)
			}
			status, header, body := tt.ask.send(t, s.open(t))
			if status != tt.status || header.Get("Usher-Reason") != tt.reason {
				t.Errorf("answered %d %q, want %d %q", status, header.Get("Usher-Reason"), tt.status, tt.reason)
			}
			if tt.file == "empty" {
				if body != "" || header.Get("Content-Type") != "" {
					t.Errorf("the body is %q of type %q, want none", body, header.Get("Content-Type"))
				}
				return
			}
			checkHeaders(t, header)
			file := filepath.Join("testdata", tt.file)
			if *update {
				if err := os.WriteFile(file, []byte(body), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if body != string(want) {
				t.Errorf("got\n%s\nwant\n%s", body, want)
			}
		})
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name := filepath.Base(file); !asking[name] && name != "article_sample.json" {
			t.Errorf("nothing asks for %s", file)
		}
	}
}

// checkHeaders checks what is the same on every answer with a body.
func checkHeaders(t *testing.T, header http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type":  "application/json; charset=utf-8",
		"Cache-Control": "private, no-store",
	} {
		if got := strings.Join(header.Values(name), "|"); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// failing makes a store whose look-ups fail.
func failing(err error) func(ports.Store) ports.Store {
	return func(s ports.Store) ports.Store { return broken{s, err} }
}
