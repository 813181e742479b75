package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"

	"github.com/usherhq/usher/adapters/rest"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// embed is a program with usher in it. The README shows these lines; a test of
// cmd/usher compares them.
func embed(ctx context.Context, mux *http.ServeMux, serve func(http.Handler) error) error {
	store, err := sqlitestore.Open(ctx, "usher.db", nil) // beside it usher.secrets, which seals the keys
	if err != nil {
		return err
	}
	defer store.Close()
	u, err := app.New(app.Config{Store: store})
	if err != nil {
		return err
	}
	go u.Worker.Run(ctx)                     // keys for past sales, and whatever else is due
	mux.Handle("/v2/", rest.Handler(u, nil)) // the licence API, in your server
	mux.Handle("POST /paid", whenPaid(u))    // yours: u.Sales.Record gives each sale its key
	return serve(mux)
}

// whenPaid records a sale that was charged elsewhere and answers its key. An
// order that comes twice is recorded once.
func whenPaid(u *app.Usher) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seller, product, err := shop(r.Context(), u)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		sale, err := u.Sales.Record(r.Context(), seller, r.FormValue("order"),
			domain.PurchaseState{ProductID: product, Email: r.FormValue("email")})
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, "%s %s", product, sale.License.Key)
	})
}

// shop is a seller and a licensed product.
func shop(ctx context.Context, u *app.Usher) (domain.SellerID, domain.ProductID, error) {
	seller, err := u.Sellers.Add(ctx, domain.Seller{Name: "Ana Press", Email: "ana@example.com"})
	if err != nil {
		return "", "", err
	}
	product, err := u.Catalog.AddProduct(ctx, seller.ID, domain.Product{
		Name: "Inkwell", Price: domain.Money{Amount: 2900, Currency: "usd"}, Licensed: true,
	})
	return seller.ID, product.ID, err
}

// A program of your own sells, and the same program answers the licence API.
func Example_embed() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	dir, err := os.MkdirTemp("", "usher-example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	here, _ := os.Getwd()
	_ = os.Chdir(dir)
	defer os.Chdir(here)

	err = embed(ctx, http.NewServeMux(), func(h http.Handler) error {
		server := httptest.NewServer(h)
		defer server.Close()
		post := func(path string, form url.Values) string {
			res, err := http.PostForm(server.URL+path, form)
			if err != nil {
				return err.Error()
			}
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			return string(body)
		}
		product, key, _ := strings.Cut(post("/paid", url.Values{"order": {"1001"}, "email": {"bo@example.com"}}), " ")
		answer := post("/v2/licenses/verify", url.Values{"product_id": {product}, "license_key": {key}})
		fmt.Println(answer[:len(`{"success":true,"uses":1`)])
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: {"success":true,"uses":1
}
