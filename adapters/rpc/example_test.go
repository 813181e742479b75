package rpc_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"connectrpc.com/connect"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/rpc"
	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// A program that embeds usher mounts the API on its own server, and speaks gRPC
// without encryption if that server allows HTTP/2 so.
func Example_embed() {
	ctx := context.Background()
	usher, err := app.New(app.Config{Store: memstore.New(nil)})
	if err != nil {
		panic(err)
	}
	seller, err := usher.Sellers.Add(ctx, domain.Seller{Name: "Ana", Email: "ana@example.com"})
	if err != nil {
		panic(err)
	}
	scopes, err := domain.MakeScopes(domain.EditProducts)
	if err != nil {
		panic(err)
	}
	secret, _, err := usher.Tokens.Create(ctx, seller.ID, "my shop", scopes)
	if err != nil {
		panic(err)
	}

	pages, calls := http.NewServeMux(), rpc.Handler(usher, nil) // the host has pages of its own
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rpc.Owns(r.URL.Path) {
			calls.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	}))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetHTTP1(true)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	defer server.Close()

	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	catalog := usherv1connect.NewCatalogServiceClient(&http.Client{Transport: transport}, server.URL, connect.WithGRPC())
	ctx, call := connect.NewClientContext(ctx)
	call.RequestHeader().Set("Authorization", "Bearer "+secret)
	call.RequestHeader().Set("Idempotency-Key", "the-first-pen")
	made, err := catalog.AddProduct(ctx, &usherv1.AddProductRequest{Name: "Pen", Price: 1200, Licensed: true})
	if err != nil {
		panic(err)
	}
	fmt.Println(made.Product.Name, made.Product.Kind, made.Product.Price.Amount, made.Product.Price.Currency)
	// Output: Pen PRODUCT_KIND_ONE_TIME 1200 usd
}
