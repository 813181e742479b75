package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// What a verification is refused with.
const (
	disabled = "This license key has been disabled."
	expired  = "Access to the purchase associated with this license has expired."
	unknown  = "That license does not exist for the provided product."
)

// TestBesideTheServer changes things with the command line, in a process of its
// own, while the server runs: its very next answer shows each change.
func TestBesideTheServer(t *testing.T) { onEach(t, besideTheServer) }

func besideTheServer(t *testing.T, at place) {
	f := newShop(t, at)
	product := f.product("Inkwell", "--licensed")
	l := f.sale(product)
	s := f.serve()
	uses := 0.0
	for _, step := range []struct {
		name    string
		command string // PURCHASE and PRODUCT stand for their ids; the key is in the environment
		refusal string // empty: it verifies
		is      func(purchase answer) bool
	}{
		{"as it was sold", "", "", func(p answer) bool { return p.at("refunded") == false && p.text("license_key") == l.Key }},
		{"disabled", "licenses disable", disabled, nil},
		{"enabled", "licenses enable", "", nil},
		{"its access taken", "purchases revoke PURCHASE", expired, nil},
		{"its access given back", "purchases unrevoke PURCHASE", "", nil},
		{"disputed", "purchases dispute PURCHASE", "", func(p answer) bool { return p.at("disputed") == true && p.at("chargebacked") == true }},
		{"its dispute won", "purchases dispute-won PURCHASE", "", func(p answer) bool { return p.at("dispute_won") == true && p.at("chargebacked") == false }},
		{"refunded in part", "purchases refund PURCHASE --amount 100 --yes", "", func(p answer) bool { return p.at("refunded") == false }},
		{"refunded", "purchases refund PURCHASE --yes", "", func(p answer) bool { return p.at("refunded") == true }},
		{"its product called otherwise", "products edit PRODUCT --name Paper", "", func(p answer) bool { return p.text("product_name") == "Paper" }},
		{"its product without keys", "products edit PRODUCT --no-licensed", "", func(p answer) bool { return p.at("license_key") == nil }},
		{"its product with keys again", "products edit PRODUCT --licensed", "", func(p answer) bool { return p.text("license_key") == l.Key }},
	} {
		if step.command != "" {
			args := strings.Fields(strings.NewReplacer("PURCHASE", l.Purchase, "PRODUCT", product).Replace(step.command))
			f.run([]string{"USHER_LICENSE_KEY=" + l.Key}, args...)
		}
		status, got := s.verify(l, true)
		switch {
		case step.refusal != "":
			if status != http.StatusNotFound || got.text("message") != step.refusal {
				t.Errorf("%s: got %d %v, want %q", step.name, status, got, step.refusal)
			}
			continue
		case status != http.StatusOK:
			t.Fatalf("%s: got %d %v", step.name, status, got)
		}
		if uses++; got["uses"] != uses {
			t.Errorf("%s: got %v uses, want %v", step.name, got["uses"], uses)
		}
		if purchase, _ := got["purchase"].(map[string]any); step.is != nil && !step.is(purchase) {
			t.Errorf("%s: the purchase is %v", step.name, purchase)
		}
	}
	rotated := l
	rotated.Key = f.run([]string{"USHER_LICENSE_KEY=" + l.Key}, "licenses", "rotate", "--yes").text("license", "key")
	if status, got := s.verify(l, true); status != http.StatusNotFound || got.text("message") != unknown {
		t.Errorf("the old key answers %d %v", status, got)
	}
	if status, got := s.verify(rotated, true); status != http.StatusOK || got["uses"] != uses+1 {
		t.Errorf("the new key answers %d %v, want %v uses", status, got, uses+1)
	}
	if got := f.run([]string{"USHER_LICENSE_KEY=" + rotated.Key}, "licenses", "verify"); got["uses"] != uses+2 {
		t.Errorf("the command line counts %v, want %v", got["uses"], uses+2)
	}
	if got := s.uses(rotated); float64(got) != uses+2 {
		t.Errorf("then the server knows of %d uses, want %v", got, uses+2)
	}
	s.stop()
	wantWhole(t, at)
}

// TestPastSales switches licensing on for a product with many sales, in another
// process, while the server goes on counting uses of another product's key:
// every one is answered, with the next number.
func TestPastSales(t *testing.T) { onEach(t, pastSales) }

func pastSales(t *testing.T, at place) {
	const sales = 2000
	f := newShop(t, at)
	key := f.sale(f.product("Inkwell", "--licensed"))
	product := f.product("Paper")
	f.sell(domain.ProductID(product), sales)
	s := f.serve()
	over := make(chan struct{})
	go func() {
		defer close(over)
		if out, err := f.command(nil, "products", "edit", product, "--licensed").CombinedOutput(); err != nil {
			t.Errorf("products edit: %v\n%s", err, out)
		}
	}()
	defer func() { <-over }() // a failure below must not leave it behind
	answered, done := int64(0), false
	for !done {
		select {
		case <-over:
			done = true
		default:
		}
		status, got := s.verify(key, true)
		if answered++; status != http.StatusOK || got["uses"] != float64(answered) {
			t.Fatalf("verify answers %d %v, want %d uses", status, got, answered)
		}
	}
	t.Logf("%d uses were counted while %d keys were made", answered, sales)
	s.stop()
	f.inside(func(ctx context.Context, _ ports.Store, u *app.Usher, seller domain.SellerID) {
		if _, err := u.Worker.Tick(ctx); err != nil { // what the other process left
			t.Fatal(err)
		}
		task, err := u.Catalog.PastSales(ctx, seller, domain.ProductID(product))
		if err != nil || task.Done != sales || task.Total != sales || task.FinishedAt.IsZero() {
			t.Errorf("the progress is %+v, %v", task, err)
		}
	})
	wantWhole(t, at)
}

// sell puts unlicensed sales of a product into the shop.
func (f *shop) sell(product domain.ProductID, n int) {
	f.Helper()
	f.inside(func(ctx context.Context, store ports.Store, u *app.Usher, seller domain.SellerID) {
		of, err := u.Catalog.Product(ctx, seller, string(product))
		if err != nil {
			f.Fatal(err)
		}
		things := make([]any, n)
		for i := range things {
			things[i] = fixture.Purchase(of)
		}
		fixture.Fill(f.T, store, things...)
	})
}

// inside opens the shop in this process, for its one seller.
func (f *shop) inside(fn func(context.Context, ports.Store, *app.Usher, domain.SellerID)) {
	f.Helper()
	store, _, err := f.place.open(f.Context(), opening{})
	if err != nil {
		f.Fatal(err)
	}
	defer store.Close()
	u, err := app.New(app.Config{Store: store})
	if err != nil {
		f.Fatal(err)
	}
	seller, err := onlySeller(f.Context(), u)
	if err != nil {
		f.Fatal(err)
	}
	fn(f.Context(), store, u, seller)
}

func onlySeller(ctx context.Context, u *app.Usher) (domain.SellerID, error) {
	sellers, err := u.Sellers.List(ctx, ports.Cursor{}, 2)
	if err != nil || len(sellers) != 1 {
		return "", fmt.Errorf("the shop has %d sellers, %v", len(sellers), err)
	}
	return sellers[0].ID, nil
}

// seller returns whose shop it is.
func (f *shop) seller() (is domain.SellerID) {
	f.Helper()
	f.inside(func(_ context.Context, _ ports.Store, _ *app.Usher, seller domain.SellerID) { is = seller })
	return is
}
