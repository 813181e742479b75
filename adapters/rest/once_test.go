package rest

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// keyed is what is asked under an idempotency key; several are several headers.
type keyed struct {
	asked
	keys []string
}

// answered is what came back.
type answered struct {
	status   int
	replayed bool
	reason   string
	body     string
}

func (k keyed) send(t *testing.T, server string) answered {
	t.Helper()
	verb, path, _ := strings.Cut(k.what, " ")
	r, err := http.NewRequestWithContext(t.Context(), verb, server+path, strings.NewReader(k.params))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+k.token)
	for _, key := range k.keys {
		r.Header.Add("Idempotency-Key", key)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return answered{}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return answered{res.StatusCode, res.Header.Get("Idempotent-Replayed") == "true", res.Header.Get("Usher-Reason"), string(body)}
}

// watch is a store that looks, with each change, whether the key under which it was
// asked for is there.
type watch struct {
	ports.Store
	seller        domain.SellerID
	key           string
	changes, late atomic.Int64
}

func (w *watch) look() {
	w.changes.Add(1)
	if w.View(context.Background(), ports.Seller(w.seller), func(ctx context.Context, tx ports.Tx) error {
		_, err := tx.Commands.ByKey(ctx, w.key)
		return err
	}) != nil {
		w.late.Add(1)
	}
}

func (w *watch) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	err := w.Store.Update(ctx, who, fn)
	if err == nil {
		w.look()
	}
	return err
}

func (w *watch) Count(ctx context.Context, seen domain.Seen, n int) (int64, error) {
	w.look()
	return w.Store.Count(ctx, seen, n)
}

// TestOnce_eachChange sends each change twice under a key, and then others.
func TestOnce_eachChange(t *testing.T) {
	form := "product_id=" + strings.ReplaceAll(pencilID, "=", "%3D") + "&license_key=" + pencilKey
	for _, tt := range []struct{ name, what, params string }{
		{"a use taken back", "PUT /v2/licenses/decrement_uses_count", form},
		{"a key rotated", "PUT /v2/licenses/rotate", form},
		{"a key disabled", "PUT /v2/licenses/disable", form},
		{"a key enabled", "PUT /v2/licenses/enable", form},
		{"a product taken off sale", "PUT /v2/products/QMGY/disable", ""},
		{"a product put on sale", "PUT /v2/products/QMGY/enable", ""},
		{"a product deleted", "DELETE /v2/products/QMGY", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop()
			s.uses = 7
			seen := &watch{key: "k", seller: s.ana.ID}
			s.wrap = func(inner ports.Store) ports.Store { seen.Store = inner; return seen }
			server := s.open(t)
			send := func(token, params string, keys ...string) answered {
				t.Helper()
				return keyed{asked{tt.what, params, token}, keys}.send(t, server)
			}
			first, again := send(anasToken, tt.params, "k"), send(anasToken, tt.params, "k")
			if first.status != 200 || first.replayed || first.reason != "ok" || !strings.HasPrefix(first.body, `{"success":true,`) {
				t.Fatalf("the first is %+v", first)
			}
			if seen.changes.Load() == 0 || seen.late.Load() > 0 {
				t.Errorf("%d changes, %d of them without the key", seen.changes.Load(), seen.late.Load())
			}
			if first.replayed = true; again != first {
				t.Errorf("again it is %+v, want %+v", again, first)
			}
			if uses := s.stored(t).Uses; strings.Contains(tt.what, "decrement") && uses != 6 {
				t.Errorf("%d uses are left of 7", uses)
			}
			other := strings.TrimPrefix(tt.params+"&include=entitlement", "&")
			if got := send(anasToken, other, "k"); got.status != http.StatusConflict || got.reason != "key_reused" {
				t.Errorf("something else under the key is %+v", got)
			}
			for token, status := range map[string]int{viewToken: 403, endedToken: 401, bensToken: 404} {
				if got := send(token, tt.params, "k"); got.status != status && (got.status != 200 || got.replayed || strings.HasPrefix(got.body, `{"success":true`)) {
					t.Errorf("%s is answered %+v", token, got)
				}
			}
			for _, keys := range [][]string{{""}, {"a b"}, {"é"}, {strings.Repeat("k", 101)}, {"a", "b"}} {
				if got := send(anasToken, tt.params, keys...); got.status != 400 || got.reason != "invalid" {
					t.Errorf("the keys %q are answered %+v", keys, got)
				}
			}
		})
	}
}

// TestOnce_race takes one use back fifty times at once.
func TestOnce_race(t *testing.T) {
	s := newShop()
	s.uses = 60
	server := s.open(t)
	answers := make([]answered, 50)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			answers[i] = keyed{asked{"PUT /v2/licenses/decrement_uses_count", "product_id=" + strings.ReplaceAll(pencilID, "=", "%3D") + "&license_key=" + pencilKey, anasToken}, []string{"k"}}.send(t, server)
		})
	}
	all.Wait()
	firsts := 0
	for _, a := range answers {
		if a.status != 200 || a.body != answers[0].body {
			t.Errorf("answered %d %s", a.status, a.body)
		}
		if !a.replayed {
			firsts++
		}
	}
	if uses := s.stored(t).Uses; uses != 59 || firsts != 1 {
		t.Errorf("%d uses are left of 60, and %d were the first", uses, firsts)
	}
}

// TestOnce_subscription: an address that asks twice under a key is told once, and
// taken out once.
func TestOnce_subscription(t *testing.T) {
	s := newShop()
	server := s.open(t)
	send := func(what, params, key string) answered {
		t.Helper()
		return keyed{asked{what, params, viewToken}, []string{key}}.send(t, server)
	}
	const put, sale = "PUT /v2/resource_subscriptions", "resource_name=sale&post_url=https%3A%2F%2Fhooks.example.com%2Fa"
	first, again := send(put, sale, "k"), send(put, sale, "k")
	_, id, found := strings.Cut(first.body, `"id":"`)
	if first.status != 200 || first.replayed || !found {
		t.Fatalf("the first is %+v", first)
	}
	id, _, _ = strings.Cut(id, `"`)
	if first.replayed = true; again != first {
		t.Errorf("again it is %+v, want %+v", again, first)
	}
	if got := send(put, sale+"b", "k"); got.status != http.StatusConflict || got.reason != "key_reused" {
		t.Errorf("something else under the key is %+v", got)
	}
	if got := send("GET /v2/resource_subscriptions?resource_name=sale", "", "unused"); strings.Count(got.body, `"id":`) != 1 {
		t.Errorf("there are %s, want one", got.body)
	}
	gone, over := send("DELETE /v2/resource_subscriptions/"+id, "", "d"), send("DELETE /v2/resource_subscriptions/"+id, "", "d")
	if gone.status != 200 || gone.replayed || !over.replayed || over.body != gone.body {
		t.Errorf("taken out: %+v, and again %+v", gone, over)
	}
}
