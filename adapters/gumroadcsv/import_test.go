package gumroadcsv_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/gumroadcsv"
	"github.com/usherhq/usher/adapters/jsonl"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/rest"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// moved is the day after the file of testdata was written.
var moved = time.Date(2025, 4, 1, 12, 0, 0, 0, time.UTC)

// world is an usher on an empty store, with ana.
type world struct{ *app.Usher }

func newWorld(t testing.TB, s ports.Store) world {
	t.Helper()
	fixture.Fill(t, s, fixture.Seller("ana", func(s *domain.Seller) { s.ID = "ana" }))
	return world{usherOn(t, s)}
}

// onStores runs a test on each sort of store.
func onStores(t *testing.T, test func(t *testing.T, w world)) {
	t.Run("memory", func(t *testing.T) { test(t, newWorld(t, memstore.New(nil))) })
	t.Run("sqlite", func(t *testing.T) {
		s, err := sqlitestore.Open(t.Context(), filepath.Join(t.TempDir(), "usher.db"), &sqlitestore.Options{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		test(t, newWorld(t, s))
	})
}

// bring imports a file for ana.
func (w world) bring(t testing.TB, text string, o gumroadcsv.Options) (app.Imported, error) {
	t.Helper()
	src, _, err := gumroadcsv.Source(strings.NewReader(text), o)
	if err != nil {
		return app.Imported{}, err
	}
	return w.Transfer.Import(t.Context(), src, false)
}

// exported is all that a store has, but for the seller.
func (w world) exported(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	if _, err := jsonl.Write(&b, w.Transfer.Export(context.Background()), jsonl.Options{WithKeys: true}); err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(b.String(), "\n")
	return lines[0] + strings.Join(lines[2:], "")
}

// verify asks as an app does that has the product's id built in.
func (w world) verify(product domain.ProductID, key string) (int, string) {
	form := url.Values{"product_id": {string(product)}, "license_key": {key}}
	r := httptest.NewRequest(http.MethodPost, "/v2/licenses/verify", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a := httptest.NewRecorder()
	rest.Handler(w.Usher, nil).ServeHTTP(a, r)
	return a.Code, a.Body.String()
}

func TestImport_bringsEverySaleAlong(t *testing.T) {
	onStores(t, func(t *testing.T, w world) {
		got, err := w.bring(t, sales(t), options())
		if err != nil || got.New != got.Records || got.Records == 0 {
			t.Fatalf("got %+v, %v", got, err)
		}
		for _, ask := range []struct {
			name, product, key string
			status             int
			says               []string
		}{
			{"a sale", "QMGY", "85DB5601", 200, []string{`"success":true`, `"uses":4`, `"id":"FO8TXN-dbxYaBdahG97Y-Q=="`, `"sale_id":"FO8TXN-dbxYaBdahG97Y-Q=="`,
				`"order_number":524459907`, `"price":2900`, `"gumroad_fee":290`, `"full_name":"Ana Buyer"`, `"referrer":"direct"`, `"Company":"Quill \u0026 Co"`, `"code":"LAUNCH10"`,
				`"sale_timestamp":"2025-01-05T19:38:56Z"`, `"short_product_id":"QMGY"`}},
			{"an id that is protected from spreadsheets", "QMGY", "85DB5602", 200, []string{`"id":"-aVnq0_3eC5JtG2kQb1XZA=="`, `"can_contact":false`, `"custom_fields":["Company: First line,\n\"quoted\" and second"]`}},
			{"a gift, of which the receiver has the key", "QMGY", "85DB5603", 200, []string{`"email":"dee@example.com"`, `"price":0`, `"is_gift_receiver_purchase":true`, `"gift_price":2900`, `"gifter_email":"cy@example.com"`}},
			{"a key that is disabled", "QMGY", "85DB5604", 404, []string{`"success":false`}},
			{"a part that was refunded", "QMGY", "85DB5605", 200, []string{`"refunded":false`}},
			{"a dispute that was won", "QMGY", "85DB5606", 200, []string{`"disputed":true`, `"dispute_won":true`, `"chargebacked":false`}},
			{"a dispute", "QMGY", "85DB5607", 200, []string{`"disputed":true`, `"dispute_won":false`, `"chargebacked":true`}},
			{"access that was revoked", "QMGY", "85DB5608", 404, []string{`"success":false`}},
			{"a membership, at what is in force", "club", "85DB5614", 200, []string{`"id":"m1Zk2mW7QeC0pYb6s3Jx9A=="`, `"price":1000`, `"variants":"(Publishers)"`, `"recurrence":"monthly"`,
				`"sale_timestamp":"2025-01-31T12:00:00Z"`, `"subscription_ended_at":null`, `"subscription_cancelled_at":null`, `"subscription_failed_at":null`}},
			{"one that will end", "club", "85DB5615", 200, []string{`"subscription_ended_at":null`, `"subscription_cancelled_at":"2026-02-01T09:00:00Z"`}},
			{"one that was cancelled", "club", "85DB5616", 200, []string{`"subscription_ended_at":null`, `"subscription_cancelled_at":"2025-03-02T09:00:00Z"`}},
			{"one that ended", "club", "85DB5617", 200, []string{`"subscription_ended_at":"2025-03-08T23:59:59Z"`, `"subscription_cancelled_at":null`}},
			{"a trial", "club", "85DB5618", 200, []string{`"success":true`, `"subscription_ended_at":null`}},
			{"three seats", "club", "85DB5619", 200, []string{`"quantity":3`, `"is_multiseat_license":true`}},
			{"the key of another product", "club", "85DB5601", 404, []string{`"success":false`}},
		} {
			status, body := w.verify(anas[ask.product], ask.key+"-0A1B4C2D-8E3F4A5B-6C7D8E9F")
			if status != ask.status {
				t.Errorf("%s: answered %d %s", ask.name, status, body)
			}
			for _, part := range ask.says {
				if !strings.Contains(body, part) {
					t.Errorf("%s: the answer lacks %s: %s", ask.name, part, body)
				}
			}
		}
		before := w.exported(t)
		if got, err := w.bring(t, sales(t), options()); err != nil || !got.Before || w.exported(t) != before {
			t.Errorf("a second time: %+v, %v", got, err)
		}
	})
}

// A file is read in the same order of things by an import as it is exported in
// another, so what is kept is what the golden file says.
func TestImport_keepsWhatTheFileSays(t *testing.T) {
	w := newWorld(t, memstore.New(nil))
	if _, err := w.bring(t, sales(t), options()); err != nil {
		t.Fatal(err)
	}
	src, _, err := gumroadcsv.Source(strings.NewReader(sales(t)), options())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if _, err := jsonl.Write(&b, values(src.Records), jsonl.Options{WithKeys: true}); err != nil {
		t.Fatal(err)
	}
	kept := map[string]bool{}
	for line := range strings.Lines(w.exported(t)) {
		kept[line] = true
	}
	for line := range strings.Lines(b.String()) {
		if !kept[line] {
			t.Errorf("not kept: %s", line)
		}
		delete(kept, line)
	}
	for line := range kept {
		t.Errorf("kept, and not in the file: %s", line)
	}
}

// What a crash cuts short goes on, although the products are there by then.
func TestImport_goesOnAfterACrash(t *testing.T) {
	killed := errors.New("the process was killed")
	whole := newWorld(t, memstore.New(nil))
	if _, err := whole.bring(t, sales(t), options()); err != nil {
		t.Fatal(err)
	}
	want := whole.exported(t)
	for n := 1; ; n++ {
		s := memstore.New(nil)
		w := newWorld(t, s)
		w.Usher = usherOn(t, &dying{Store: s, left: n, err: killed})
		_, err := w.bring(t, sales(t), options())
		if err == nil {
			if n < 4 {
				t.Errorf("an import makes %d updates", n-1)
			}
			return
		}
		if !errors.Is(err, killed) {
			t.Fatalf("killed at Update %d: %v", n, err)
		}
		w.Usher = usherOn(t, s)
		o := options()
		o.Stored = w.stored(t)
		if _, err := w.bring(t, sales(t), o); err != nil || w.exported(t) != want {
			t.Errorf("killed at Update %d, with %d products there, it does not go on: %v", n, len(o.Stored), err)
		}
	}
}

// stored are the products that ana has.
func (w world) stored(t testing.TB) (all []gumroadcsv.Stored) {
	t.Helper()
	products, err := w.Catalog.Products(t.Context(), "ana", ports.Cursor{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range products {
		variants, err := w.Catalog.Variants(t.Context(), "ana", p.ID)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, gumroadcsv.Stored{Product: p, Variants: variants})
	}
	return all
}

func usherOn(t testing.TB, s ports.Store) *app.Usher {
	t.Helper()
	u, err := app.New(app.Config{Store: s, Clock: func() time.Time { return moved }, Cutoff: domain.NoCutoff})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// dying is a store whose process is killed at one of its Updates.
type dying struct {
	ports.Store
	left int
	err  error
}

func (d *dying) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	if d.left--; d.left <= 0 {
		return d.err
	}
	return d.Store.Update(ctx, who, fn)
}
