package openapi_test

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/api"
	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/openapi"
	"github.com/usherhq/usher/adapters/rest"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/openapitest"
)

const anasToken = "token-of-ana"

var noon = time.Date(2026, 4, 16, 12, 0, 0, 0, time.UTC)

// newServer serves the APIs and their description, of a seller who has what the
// examples name.
func newServer(t *testing.T) string {
	store := memstore.New(&memstore.Options{TestClock: noon})
	ana := domain.Seller{ID: "ana", UserID: "1", Name: "Ana", Email: "ana@example.com", CreatedAt: noon}
	pencil := domain.Product{
		ID: "32-nPAicqbLj8B_WswVlMw==", SellerID: ana.ID, Kind: domain.OneTime, Name: "Pencil", Permalink: "pencil",
		Price: domain.Money{Amount: 1000, Currency: "usd"}, Licensed: true, Published: true, CreatedAt: noon,
	}
	club := pencil
	club.ID, club.Kind, club.Name, club.Permalink, club.Multiseat = "SDGgCnivv6gTTHfVRfUBxQ==", domain.MembershipKind, "Club", "club", true
	club.Prices = domain.Prices{}.With(domain.Monthly, 1000)
	solo := domain.Variant{ID: "solo", SellerID: ana.ID, ProductID: club.ID, Category: domain.TierCategory, Name: "Solo", CreatedAt: noon}
	sale := domain.PurchaseState{
		ID: "FO8TXN-dbxYaBdahG97Y-Q==", SellerID: ana.ID, ProductID: pencil.ID, OrderNumber: 1, Status: domain.Successful, Email: "buyer@example.com",
		Quantity: 1, Price: pencil.Price, CreatedAt: noon,
	}
	key := domain.LicenseState{ID: "l1", SellerID: ana.ID, ProductID: pencil.ID, PurchaseID: sale.ID, Key: "85DB562A-C11D4B06-A2335A6B-8C079166", CreatedAt: noon}
	all := domain.TokenState{ID: "t1", SellerID: ana.ID, Digest: domain.DigestOf(anasToken), Scopes: domain.Scopes(domain.AccountScope), CreatedAt: noon}
	fixture.Fill(t, store, ana, pencil, club, solo, sale, ports.CountedLicense{License: key}, all)
	charger, err := sandbox.Open(sandbox.Options{Now: app.TestClock(store)})
	if err != nil {
		t.Fatal(err)
	}
	u, err := app.New(app.Config{Store: store, Charger: charger, NoSweeps: true, NoJitter: true})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	theirs := rest.Handler(u, nil)
	mux.Handle("/v2/", theirs)
	mux.Handle("/oauth/", theirs)
	mux.Handle("/api/", api.Handler(u, nil))
	checked := openapitest.Checked(t, mux)
	docs := openapi.Handler(nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if openapi.Owns(r.URL.Path) {
			docs.ServeHTTP(w, r)
			return
		}
		checked.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestDocs_calls pastes every call of the page: each comes to its operation, and is
// understood there.
func TestDocs_calls(t *testing.T) {
	shown := newServer(t)
	_, page := get(t, http.MethodGet, shown+"/docs", nil, "")
	calls := regexp.MustCompile(`(?s)<article id="(\w+)">.*?<pre tabindex="0"><code>(curl .*?)</code>`).FindAllStringSubmatch(page, -1)
	if len(calls) != len(openapitest.Operations()) {
		t.Errorf("the page has %d calls of %d operations", len(calls), len(openapitest.Operations()))
	}
	succeed := map[string]bool{ // of a seller who has what the examples name
		"verifyLicense": true, "rotateLicense": true, "getUser": true, "listProducts": true, "getProduct": true, "listSales": true, "findSale": true, "listSubscribers": true,
		"quoteSale": true, "buy": true, "listPeople": true, "getClock": true, "advanceClock": true, "listAttachments": true,
	}
	for _, call := range calls {
		name, text := call[1], html.UnescapeString(call[2])
		t.Run(name, func(t *testing.T) {
			at := newServer(t) // what the others did is of no account
			method, address, headers, body := curled(t, strings.ReplaceAll(text, shown, at))
			if !strings.HasPrefix(address, at+"/") {
				t.Errorf("it calls %s, and not %s", address, at)
			}
			status, answer := get(t, method, address, headers, body)
			var p struct{ Error any }
			_ = json.Unmarshal([]byte(answer), &p) // or it is no refusal
			said, _ := p.Error.(map[string]any)
			switch code, _ := said["code"].(string); {
			case status == 400 || status == 405 || status == 413 || status == 415 || status >= 500 || code == "not_routed" || status == 404 && answer == "":
				t.Errorf("it is not understood: %d %s\n%s", status, answer, text)
			case succeed[name] && (status/100 != 2 || strings.Contains(answer, `"success":false`)):
				t.Errorf("it is refused: %d %s\n%s", status, answer, text)
			}
			delete(succeed, name)
		})
	}
	if len(succeed) > 0 {
		t.Errorf("there is no call of %v", succeed)
	}
}

func get(t *testing.T, method, address string, headers []string, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	if body != "" && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded") // as curl does
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// curled reads a call as a shell and curl do.
func curled(t *testing.T, text string) (method, address string, headers []string, body string) {
	t.Helper()
	method = http.MethodGet
	words := shellWords(strings.ReplaceAll(text, "\\\n", " "))
	for i := 1; i < len(words); i++ {
		switch words[i] {
		case "-X":
			i++
			method = words[i]
		case "-H":
			i++
			headers = append(headers, words[i])
		case "-d":
			i++
			if body != "" {
				body += "&"
			}
			body += words[i]
		default:
			if address != "" {
				t.Errorf("curl does not know %q", words[i])
			}
			address = words[i]
		}
	}
	return method, address, headers, body
}

// shellWords cuts a line into words as a shell does, with TOKEN set. What is not
// quoted must need no quotes.
func shellWords(line string) (words []string) {
	for line = strings.TrimLeft(line, " "); line != ""; line = strings.TrimLeft(line, " ") {
		word := ""
		for line != "" && line[0] != ' ' {
			switch c := line[0]; c {
			case '\'', '"':
				text, rest, _ := strings.Cut(line[1:], string(c))
				if c == '"' {
					text = strings.ReplaceAll(text, "$TOKEN", anasToken)
				}
				word, line = word+text, rest
			case '\\':
				word, line = word+line[1:2], line[2:]
			default:
				if strings.IndexByte("$&;|<>*?()`#~!{}[]", c) >= 0 {
					word += "(a shell would not take this as it stands)"
				}
				word, line = word+line[:1], line[1:]
			}
		}
		words = append(words, word)
	}
	return words
}
