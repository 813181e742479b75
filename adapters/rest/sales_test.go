package rest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
)

const (
	saleID   = "FO8TXN-dbxYaBdahG97Y-Q=="
	joinedID = "b3k0u2Yk8g3p9vYl4n8z6g=="
)

// renewed has the club renewed a month before noon, for five seats, in part given
// back, and a bank ask for the rest, in vain.
func renewed(s *shop) {
	s.joined.CreatedAt = noon.AddDate(0, -2, 0)
	s.membership.StartedAt, s.membership.CreatedAt = s.joined.CreatedAt, s.joined.CreatedAt
	s.joined.Original = domain.Money{Amount: 900, Currency: "usd"} // more seats came later
	paid := domain.PaymentState{
		ID: "renewal-1", SellerID: s.ana.ID, PurchaseID: s.joined.ID, MembershipID: s.membership.ID, Kind: domain.RenewalPayment,
		Cycle: 2, Attempt: 1, Key: "k", Amount: domain.Money{Amount: 2500, Currency: "usd"}, Target: domain.Target{Seats: 5, Recurrence: domain.Monthly, Unit: 500},
		Elsewhere: true, Status: domain.Paid, PaidAt: noon.AddDate(0, -1, 0), CreatedAt: noon.AddDate(0, -1, 0), Refunded: 500,
	}
	s.later = append(s.later, paid, domain.Dispute{
		ID: "d1", SellerID: s.ana.ID, PaymentID: paid.ID, Amount: 2000, ProcessorRef: "dp", OpenedAt: noon.AddDate(0, 0, -20), WonAt: noon.AddDate(0, 0, -10),
	})
}

// gifted has the pencil given to somebody else, who has the key.
func gifted(s *shop) {
	received := s.sale
	received.ID, received.OrderNumber, received.GiftOf, received.Status, received.Email = "received", 19, s.sale.ID, domain.GiftReceived, "receiver@example.com"
	received.Price.Amount, received.Fee = 0, 0
	s.sale.GiftGiven = true
	s.key.PurchaseID = received.ID
	s.more = append(s.more, received)
}

// decked has the pencil sold with everything that may be said of a sale.
func decked(s *shop) {
	everything(s)
	s.options = nil
	s.sale.Status, s.sale.GiftGiven = domain.Successful, false
	s.sale.Refunded = 400
	s.sale.ShippedAt, s.sale.TrackingURL = noon, "https://post.example.com/17"
}

var saleGoldens = []golden{
	{"sales and renewals, newest first", "sales.json", renewed, asked{"GET /v2/sales", "", viewToken}, 200, "ok"},
	{"no sales", "no_sales.json", nil, asked{"GET /v2/sales", "", bensSales}, 200, "ok"},
	{"a sale", "sale.json", nil, asked{"GET /v2/sales/" + saleID, "", viewToken}, 200, "ok"},
	{"everything that a sale may say", "sale_everything.json", decked, asked{"GET /v2/sales/" + saleID, "", viewToken}, 200, "ok"},
	{"the sale of a membership that was cancelled", "sale_membership.json", func(s *shop) {
		s.membership.CancelledAt = noon.AddDate(0, 0, 10)
		s.membership.FreeTrialEndsAt = s.joined.CreatedAt.AddDate(0, 0, 7)
		s.joined.Status = domain.Trial
	}, asked{"GET /v2/sales/" + joinedID, "", viewToken}, 200, "ok"},
	{"a renewal", "sale_renewal.json", renewed, asked{"GET /v2/sales/renewal-1", "", viewToken}, 200, "ok"},
	{"a gift that was given", "sale_given.json", gifted, asked{"GET /v2/sales/" + saleID, "", viewToken}, 200, "ok"},
	{"a gift that was received", "sale_received.json", gifted, asked{"GET /v2/sales/received", "", viewToken}, 200, "ok"},
	{"a sale that is given back", "sale_refunded.json", nil, asked{"PUT /v2/sales/" + saleID + "/refund", "", moneyToken}, 200, "ok"},
	{"a sale that is shipped", "sale_shipped.json", nil, asked{"PUT /v2/sales/" + saleID + "/mark_as_shipped", "tracking_url=https://post.example.com/17", parcelToken}, 200, "ok"},
	{"a date that is none", "sales_date.json", nil, asked{"GET /v2/sales?after=394293", "", viewToken}, 400, "invalid"},
	{"an unknown sale", "sale_not_found.json", nil, asked{"GET /v2/sales/x", "", viewToken}, 200, "purchase_not_found"},
}

// TestSales_refused: the token first, then the page, the dates, the product, the
// order, the place.
func TestSales_refused(t *testing.T) {
	const (
		dates  = `{"status":400,"error":"Invalid date format provided in field '%s'. Dates must be in the format YYYY-MM-DD."}`
		order  = `{"status":400,"error":"Invalid order ID."}`
		page   = `{"status":400,"error":"Invalid page number. Page numbers start at 1."}`
		key    = `{"status":400,"error":"Invalid page_key."}`
		goods  = `{"status":400,"error":"Invalid product ID."}`
		absent = `{"success":false,"message":"The sale was not found."}`
	)
	refund, ship := "PUT /v2/sales/"+saleID+"/refund", "PUT /v2/sales/"+saleID+"/mark_as_shipped"
	for _, tt := range []struct {
		name   string
		shop   func(*shop)
		ask    asked
		status int
		reason string
		body   string
	}{
		{"no token", nil, asked{"GET /v2/sales?page=0", "", ""}, 401, "unauthenticated", ""},
		{"a token that may not see", nil, asked{"GET /v2/sales?page=0", "", anasToken}, 403, "forbidden", ""},
		{"one sale, and a token that may not see", nil, asked{"GET /v2/sales/x", "", moneyToken}, 403, "forbidden", ""},
		{"a refund, and a token that only sees", nil, asked{refund, "", viewToken}, 403, "forbidden", ""},
		{"a parcel, and a token that only sees", nil, asked{ship, "", viewToken}, 403, "forbidden", ""},
		{"page 0", nil, asked{"GET /v2/sales?page=0&before=x", "", viewToken}, 400, "invalid", page},
		{"a page that is no number", nil, asked{"GET /v2/sales?page=x", "", viewToken}, 400, "invalid", page},
		{"an empty page", nil, asked{"GET /v2/sales?page=", "", viewToken}, 400, "invalid", page},
		{"a page that is no string", nil, asked{"GET /v2/sales?page[]=1", "", viewToken}, 400, "invalid", page},
		{"a page too far", nil, asked{"GET /v2/sales?page=10001", "", viewToken}, 400, "invalid",
			`{"status":400,"error":"The 'page' parameter is deprecated. Please use 'page_key' instead: https://gumroad.com/api#sales"}`},
		{"before what is no date", nil, asked{"GET /v2/sales?before=03-10-2025&after=x", "", viewToken}, 400, "invalid", fmt.Sprintf(dates, "before")},
		{"before nothing", nil, asked{"GET /v2/sales?before=", "", viewToken}, 400, "invalid", fmt.Sprintf(dates, "before")},
		{"after a day that is none", nil, asked{"GET /v2/sales?after=2025-02-30&product_id=x", "", viewToken}, 400, "invalid", fmt.Sprintf(dates, "after")},
		{"an unknown product", nil, asked{"GET /v2/sales?product_id=x&order_id=x", "", viewToken}, 400, "invalid", goods},
		{"a permalink for a product's id", nil, asked{"GET /v2/sales?product_id=QMGY", "", viewToken}, 400, "invalid", goods},
		{"another seller's product", nil, asked{"GET /v2/sales?product_id=" + url.QueryEscape(pencilID), "", bensSales}, 400, "invalid", goods},
		{"an order that is no number", nil, asked{"GET /v2/sales?order_id=17x&page_key=x", "", viewToken}, 400, "invalid", order},
		{"an order with zeros in front", nil, asked{"GET /v2/sales?order_id=017", "", viewToken}, 400, "invalid", order},
		{"a place that is none", nil, asked{"GET /v2/sales?page_key=x", "", viewToken}, 400, "invalid", key},
		{"a place without an id", nil, asked{"GET /v2/sales?page_key=20250310120000000000-", "", viewToken}, 400, "invalid", key},
		{"a place at no time", nil, asked{"GET /v2/sales?page_key=20251310120000000000-YQ", "", viewToken}, 400, "invalid", key},

		{"another seller's sale", nil, asked{"GET /v2/sales/" + saleID, "", bensSales}, 200, "purchase_not_found", absent},
		{"another seller's renewal", renewed, asked{"GET /v2/sales/renewal-1", "", bensSales}, 200, "purchase_not_found", absent},
		{"an imported customer", func(s *shop) { s.sale.Status = domain.Imported }, asked{"GET /v2/sales/" + saleID, "", viewToken}, 200, "purchase_not_found", absent},
		{"a payment that is no renewal", func(s *shop) {
			renewed(s)
			p := s.later[0].(domain.PaymentState)
			p.Kind = domain.ChangePayment
			s.later[0] = p
		}, asked{"GET /v2/sales/renewal-1", "", viewToken}, 200, "purchase_not_found", absent},

		{"a refund of an unknown sale", nil, asked{"PUT /v2/sales/x/refund", "amount_cents=-1", moneyToken}, 200, "purchase_not_found", absent},
		{"a refund of more than all", nil, asked{refund, "amount_cents=1001", moneyToken}, 200, "refund_too_large", said("Refund amount cannot be greater than the purchase price.")},
		{"a refund of what was given back", func(s *shop) { s.sale.Refunded, s.sale.RefundedAt = 1000, noon }, asked{refund, "amount_cents=1", moneyToken}, 200, "already_refunded", said("Purchase is already refunded.")},
		{"a refund of less than nothing", nil, asked{refund, "amount_cents=-1", moneyToken}, 200, "invalid", said("The sale was unable to be modified.")},
		{"a refund of nothing", nil, asked{refund, "amount_cents=x", moneyToken}, 200, "invalid", said("The sale was unable to be modified.")},
		{"a refund of what was never charged", func(s *shop) { s.sale.Status = domain.Test }, asked{refund, "", moneyToken}, 200, "not_charged", said("The sale was unable to be modified.")},
		{"a refund of a renewal that is too much", renewed, asked{"PUT /v2/sales/renewal-1/refund", "amount_cents=2001", moneyToken}, 200, "refund_too_large", said("Refund amount cannot be greater than the purchase price.")},

		{"a parcel of an unknown sale", nil, asked{"PUT /v2/sales/x/mark_as_shipped", "", parcelToken}, 200, "purchase_not_found", absent},
		{"a parcel of a renewal", renewed, asked{"PUT /v2/sales/renewal-1/mark_as_shipped", "", parcelToken}, 200, "purchase_not_found", absent},
		{"a parcel that cannot be followed", nil, asked{ship, "tracking_url=javascript:alert(1)", parcelToken}, 200, "invalid", said("The sale was unable to be modified.")},
		{"a parcel of a sale that failed", func(s *shop) { s.sale.Status = domain.Failed }, asked{ship, "", parcelToken}, 200, "not_charged", said("The sale was unable to be modified.")},
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

// salePage is a page of sales, as far as these tests look.
type salePage struct {
	Success bool
	Sales   []struct {
		ID        string
		Recurring bool `json:"recurring_charge"`
	}
	Key string `json:"next_page_key"`
	URL string `json:"next_page_url"`
}

func (p salePage) ids() (ids []string) {
	for _, s := range p.Sales {
		ids = append(ids, s.ID)
	}
	return ids
}

func salesAt(t *testing.T, server, path, token string) (p salePage) {
	t.Helper()
	status, _, body := asked{"GET " + path, "", token}.send(t, server)
	if err := json.Unmarshal([]byte(body), &p); status != 200 || err != nil || !p.Success {
		t.Fatalf("%s answered %d %s", path, status, body)
	}
	return p
}

// crowded has 23 sales of the pencil beside the club's and its renewal, several
// at one instant, and of other statuses some that are not listed. It returns the
// ids of those that are, newest first.
func crowded(s *shop) (want []string) {
	renewed(s)
	for i := range 23 {
		p := s.sale
		p.ID, p.OrderNumber, p.CreatedAt = domain.PurchaseID(fmt.Sprintf("sale-%02d", i)), int64(1000+i), noon.AddDate(0, 0, -(i/3)).Add(-time.Hour)
		p.Email = []string{"ann@example.com", "bo@example.com"}[i%2]
		s.later = append(s.later, p)
	}
	for i, status := range []domain.PurchaseStatus{domain.Failed, domain.Test, domain.Imported, domain.GiftReceived, domain.Preordered, domain.Pending} {
		p := s.sale
		p.ID, p.OrderNumber, p.CreatedAt, p.Status = domain.PurchaseID(fmt.Sprintf("none-%d", i)), int64(2000+i), noon, status
		s.later = append(s.later, p)
	}
	for day := range 8 {
		for i := min(3*day+2, 22); i >= 3*day; i-- {
			want = append(want, fmt.Sprintf("sale-%02d", i))
		}
	}
	return append(want, "renewal-1", joinedID, saleID)
}

// TestSales_pages walks both kinds of pages to their end.
func TestSales_pages(t *testing.T) {
	s := newShop()
	want := crowded(s)
	server := s.open(t)
	var got []string
	for path, n := "/v2/sales?x=1&access_token="+viewToken, 0; path != "" && n < 9; n++ {
		p := salesAt(t, server, path, viewToken)
		got = append(got, p.ids()...)
		if strings.Contains(p.URL, viewToken) || p.URL != "" && !strings.Contains(p.URL, "page_key="+p.Key) {
			t.Errorf("the next page is %s, of key %s", p.URL, p.Key)
		}
		if p.URL != "" && p.URL != "/v2/sales?page_key="+p.Key+"&x=1" {
			t.Errorf("the next page is at %s", p.URL)
		}
		path = p.URL
	}
	if !slices.Equal(got, want) {
		t.Errorf("by page_key\ngot  %q\nwant %q", got, want)
	}
	got = nil
	for n := 1; n < 9; n++ {
		p := salesAt(t, server, fmt.Sprintf("/v2/sales?page=%d", n), viewToken)
		if got = append(got, p.ids()...); p.Key == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("by page\ngot  %q\nwant %q", got, want)
	}
	if p := salesAt(t, server, "/v2/sales?page=5", viewToken); len(p.Sales) > 0 || p.Key != "" {
		t.Errorf("behind the last page are %q", p.ids())
	}
}

func TestSales_filters(t *testing.T) {
	s := newShop()
	all := crowded(s)
	server := s.open(t)
	for _, tt := range []struct {
		name, query string
		want        []string
	}{
		{"an order", "order_id=1004", []string{"sale-04"}},
		{"an order that nobody has", "order_id=7", nil},
		{"an order of another address", "order_id=1004&email=bo@example.com", nil},
		{"an order that is no sale", "order_id=2001", nil},
		{"an address, which is trimmed and in any letters", "email=%20Member@Example.com%20", []string{"renewal-1", joinedID}},
		{"an address that nobody has", "email=x@example.com", nil},
		{"a product", "product_id=" + url.QueryEscape(clubID), []string{"renewal-1", joinedID}},
		{"a product and an address", "product_id=" + url.QueryEscape(clubID) + "&email=ann@example.com", nil},
		{"before a day, which does not count", "before=2025-2-10", []string{joinedID, saleID}},
		{"after a day, which counts", "after=2025-03-09&before=2025-03-10", []string{"sale-05", "sale-04", "sale-03"}},
		{"before a day and a place", "before=2025-03-10&page_key=" + pageKey(placeOf(noon, "x")), all[3:13]},
		{"behind a place and after a day", "after=2025-03-08&page_key=" + pageKey(placeOf(noon.AddDate(0, 0, -1), "x")), all[3:9]},
		{"blank filters", "email=&product_id=%20&order_id=&page_key=", all[:10]},
		{"what nobody knows", "name=x", all[:10]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := salesAt(t, server, "/v2/sales?"+tt.query, viewToken).ids(); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSales_refund: a renewal is given back for itself.
func TestSales_refund(t *testing.T) {
	for _, tt := range []struct{ name, id, params, says string }{
		{"a part", saleID, "amount_cents=400", `"amount_refundable_in_currency":"6","product_id":"` + pencilID + `","product_permalink":"QMGY","refunded":false,"partially_refunded":true`},
		{"all", saleID, "amount_cents=", `"amount_refundable_in_currency":"0","product_id":"` + pencilID + `","product_permalink":"QMGY","refunded":true,"partially_refunded":false`},
		{"a part of a renewal", "renewal-1", "amount_cents=1500", `"amount_refundable_in_currency":"5",`},
		{"the rest of a renewal", "renewal-1", "", `"refunded":true,"partially_refunded":false`},
	} {
		s := newShop()
		renewed(s)
		server := s.open(t)
		status, header, body := asked{"PUT /v2/sales/" + tt.id + "/refund", tt.params, moneyToken}.send(t, server)
		if status != 200 || !strings.Contains(body, tt.says) {
			t.Errorf("%s: answered %d %q %s", tt.name, status, header.Get("Usher-Reason"), body)
		}
		if _, _, body := (asked{"GET /v2/sales/" + joinedID, "", viewToken}).send(t, server); !strings.Contains(body, `"refunded":false,"partially_refunded":false`) {
			t.Errorf("%s: the sale of what was renewed answered %s", tt.name, body)
		}
	}
}

// TestOnce: with the header a change is done once, and its repeat answered as the
// first time; another one under the key is refused.
func TestOnce(t *testing.T) {
	for _, tt := range []struct {
		name, ask, token string
		params, other    string
	}{
		{"a refund", "PUT /v2/sales/" + saleID + "/refund", moneyToken, "amount_cents=100", "amount_cents=200"},
		{"a refund of a renewal", "PUT /v2/sales/renewal-1/refund", moneyToken, "amount_cents=100", "amount_cents=200"},
		{"a parcel", "PUT /v2/sales/" + saleID + "/mark_as_shipped", parcelToken, "", "tracking_url=https://post.example.com/17"},
		{"a decrement", "PUT /v2/licenses/decrement_uses_count", anasToken, verifyPencil, verifyPencil + "&x=1"},
		{"a rotation", "PUT /v2/licenses/rotate", anasToken, verifyPencil, verifyPencil + "&x=1"},
		{"off sale", "PUT /v2/products/QMGY/disable", anasToken, "", "x=1"},
		{"a deletion", "DELETE /v2/products/QMGY", anasToken, "", "x=1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop()
			renewed(s)
			s.uses = 7
			server := s.open(t)
			send := func(params string) (int, http.Header, string) {
				t.Helper()
				verb, path, _ := strings.Cut(tt.ask, " ")
				r, err := http.NewRequest(verb, server+path+"?"+params, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Authorization", "Bearer "+tt.token)
				r.Header.Set("Idempotency-Key", "once")
				return do(t, r)
			}
			status, header, first := send(tt.params)
			if status != 200 || header.Get("Idempotent-Replayed") != "" || !strings.HasPrefix(first, `{"success":true`) {
				t.Fatalf("answered %d %s", status, first)
			}
			status, _, again := send(tt.params)
			if status != 200 || again != first {
				t.Errorf("again: answered %d %s\nwant %s", status, again, first)
			}
			if status, header, body := send(tt.other); status != 409 || header.Get("Usher-Reason") != "key_reused" {
				t.Errorf("another one: answered %d %q %s", status, header.Get("Usher-Reason"), body)
			}
		})
	}
}
