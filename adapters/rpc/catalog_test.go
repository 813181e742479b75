package rpc

import (
	"strconv"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
)

func TestCatalog_story(t *testing.T) {
	w := newWorld(t)
	c := w.catalog()
	monthly := []*usherv1.Price{{Recurrence: usherv1.Recurrence_RECURRENCE_MONTHLY, Amount: 500}}
	asked := &usherv1.AddProductRequest{
		Name: "Club", Kind: usherv1.ProductKind_PRODUCT_KIND_MEMBERSHIP, Price: 500, Currency: "EUR", Prices: monthly, Permalink: "club",
		Licensed: true, Multiseat: true, MostSeats: 9, Published: true, FreeTrial: durationpb.New(14 * 24 * 3600 * 1e9),
	}
	made, err := c.AddProduct(w.as(anaEdits), asked)
	if err != nil {
		t.Fatal(err)
	}
	want := &usherv1.Product{
		Id: made.Product.Id, Kind: asked.Kind, Name: "Club", Permalink: "club", Price: &usherv1.Money{Amount: 500, Currency: "eur"}, Prices: monthly,
		Licensed: true, Multiseat: true, MostSeats: 9, Published: true, FreeTrial: asked.FreeTrial, CreatedAt: stamp(noon),
	}
	if !proto.Equal(made.Product, want) {
		t.Errorf("made\n%v, want\n%v", made.Product, want)
	}
	tier, err := c.AddVariant(w.as(anaEdits), &usherv1.AddVariantRequest{Product: "club", Name: "Gold", Prices: monthly, MostSeats: 3})
	if err != nil || tier.Variant.Category != "Tier" || tier.Variant.Product != made.Product.Id || tier.Variant.MostSeats != 3 {
		t.Errorf("the tier is %v, %v", tier, err)
	}
	bundle, err := c.AddProduct(w.as(anaEdits), &usherv1.AddProductRequest{Name: "All", Kind: usherv1.ProductKind_PRODUCT_KIND_BUNDLE, Includes: []*usherv1.Included{{Product: "pen"}, {Product: "club", Quantity: 2}}})
	if err != nil || len(bundle.Product.Includes) != 2 || bundle.Product.Includes[0].Product != penID || bundle.Product.Includes[0].Quantity != 1 || bundle.Product.Includes[1].Quantity != 2 {
		t.Errorf("the bundle is %v, %v", bundle, err)
	}
	edited, err := c.EditProduct(w.as(anaEdits), &usherv1.EditProductRequest{Product: "club", Licensed: proto.Bool(false), Name: proto.String("Klub")})
	if err != nil || edited.Product.Licensed || edited.Product.Multiseat || edited.Product.Name != "Klub" || edited.Product.Price.Amount != 500 {
		t.Errorf("edited, it is %v, %v", edited, err)
	}
	_, err = c.GetPastSales(w.as(anaSees), &usherv1.GetPastSalesRequest{Product: "club"})
	refused(t, err, connect.CodeNotFound, "progress_not_found", "")
	if _, err = c.EditProduct(w.as(anaEdits), &usherv1.EditProductRequest{Product: "club", Licensed: proto.Bool(true)}); err != nil {
		t.Error(err)
	}
	if past, err := c.GetPastSales(w.as(anaSees), &usherv1.GetPastSalesRequest{Product: "club"}); err != nil || past.PastSales.StartedAt == nil {
		t.Errorf("past sales are %v, %v", past, err)
	}
	deleted, err := c.DeleteProduct(w.as(anaEdits), &usherv1.DeleteProductRequest{Product: "club"})
	if err != nil || deleted.Product.DeletedAt == nil {
		t.Errorf("deleted, it is %v, %v", deleted, err)
	}
	if back, err := c.UndeleteProduct(w.as(anaEdits), &usherv1.UndeleteProductRequest{Product: "club"}); err != nil || back.Product.DeletedAt != nil {
		t.Errorf("taken back, it is %v, %v", back, err)
	}
	_, err = c.UndeleteProduct(w.as(anaEdits), &usherv1.UndeleteProductRequest{Product: "club"})
	refused(t, err, connect.CodeFailedPrecondition, "product_not_deleted", "")
	got, err := c.GetProduct(w.as(anaSees), &usherv1.GetProductRequest{Product: "club"})
	if err != nil || len(got.Variants) != 1 || got.PastSales == nil || got.Product.Id != made.Product.Id {
		t.Errorf("shown is %v, %v", got, err)
	}
	if tiers, err := c.ListVariants(w.as(anaSees), &usherv1.ListVariantsRequest{Product: teamID}); err != nil || len(tiers.Variants) != 2 || tiers.Variants[1].Id != proID || len(tiers.Variants[1].Prices) != 2 {
		t.Errorf("the tiers are %v, %v", tiers, err)
	}
}

func TestGetSold(t *testing.T) {
	w := newWorld(t)
	w.sold("bo@example.com")
	w.sold("cy@example.com")
	want := &usherv1.GetSoldResponse{Sales: 2, Amount: &usherv1.Money{Amount: 2000, Currency: "usd"}}
	if got, err := w.catalog().GetSold(w.as(anaSees), &usherv1.GetSoldRequest{Product: "pen"}); err != nil || !proto.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAddProduct_refuses(t *testing.T) {
	w := newWorld(t)
	monthly := &usherv1.Price{Recurrence: usherv1.Recurrence_RECURRENCE_MONTHLY}
	for _, tt := range []struct {
		name          string
		asked         *usherv1.AddProductRequest
		code          connect.Code
		detail, field string
	}{
		{"no name", &usherv1.AddProductRequest{}, connect.CodeInvalidArgument, "invalid", "name"},
		{"a NUL", &usherv1.AddProductRequest{Name: "a\x00"}, connect.CodeInvalidArgument, "invalid", "name"},
		{"a NUL inside", &usherv1.AddProductRequest{Name: "a", Includes: []*usherv1.Included{{}, {Product: "a\x00"}}}, connect.CodeInvalidArgument, "invalid", "product"},
		{"a kind that is none", &usherv1.AddProductRequest{Name: "a", Kind: 77}, connect.CodeInvalidArgument, "invalid", "kind"},
		{"a currency that is none", &usherv1.AddProductRequest{Name: "a", Currency: "dollars"}, connect.CodeInvalidArgument, "invalid", "currency"},
		{"a price without a recurrence", &usherv1.AddProductRequest{Name: "a", Prices: []*usherv1.Price{{}}}, connect.CodeInvalidArgument, "invalid", "prices"},
		{"a recurrence that is none", &usherv1.AddProductRequest{Name: "a", Prices: []*usherv1.Price{{Recurrence: 77}}}, connect.CodeInvalidArgument, "invalid", "prices"},
		{"a price twice", &usherv1.AddProductRequest{Name: "a", Prices: []*usherv1.Price{monthly, monthly}}, connect.CodeInvalidArgument, "invalid", "prices"},
		{"a trial of half a second", &usherv1.AddProductRequest{Name: "a", FreeTrial: durationpb.New(5e8)}, connect.CodeInvalidArgument, "invalid", "free_trial"},
		{"a trial that is no duration", &usherv1.AddProductRequest{Name: "a", FreeTrial: &durationpb.Duration{Seconds: 1, Nanos: -1}}, connect.CodeInvalidArgument, "invalid", "free_trial"},
		{"a product that is not there", &usherv1.AddProductRequest{Name: "a", Includes: []*usherv1.Included{{Product: "x"}}}, connect.CodeNotFound, "product_not_found", ""},
		{"a permalink that is taken", &usherv1.AddProductRequest{Name: "a", Permalink: "PEN"}, connect.CodeAborted, "permalink_taken", "permalink"},
		{"seats without licenses", &usherv1.AddProductRequest{Name: "a", Multiseat: true}, connect.CodeFailedPrecondition, "seats_not_offered", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.catalog().AddProduct(w.as(anaEdits), tt.asked)
			refused(t, err, tt.code, tt.detail, tt.field)
		})
	}
}

func TestListProducts_pages(t *testing.T) {
	w := newWorld(t)
	c := w.catalog()
	for n := range 5 {
		if _, err := c.AddProduct(w.as(anaEdits), &usherv1.AddProductRequest{Name: strconv.Itoa(n)}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := c.ListProducts(w.as(anaSees), &usherv1.ListProductsRequest{})
	if err != nil || len(all.Products) != 7 || all.NextPageToken != "" {
		t.Fatalf("lists %v, %v", all, err)
	}
	for size := int32(1); size <= 8; size++ {
		var token string
		var got []*usherv1.Product
		for {
			p, err := c.ListProducts(w.as(anaSees), &usherv1.ListProductsRequest{PageSize: size, PageToken: token})
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, p.Products...); len(p.Products) > int(size) {
				t.Fatalf("a page of %d has %d", size, len(p.Products))
			}
			if token = p.NextPageToken; token == "" {
				break
			}
		}
		if !proto.Equal(&usherv1.ListProductsResponse{Products: got}, &usherv1.ListProductsResponse{Products: all.Products}) {
			t.Errorf("by %d: %v", size, got)
		}
	}
	for _, tt := range []struct {
		name  string
		asked *usherv1.ListProductsRequest
		field string
	}{
		{"too large a page", &usherv1.ListProductsRequest{PageSize: 101}, "page_size"},
		{"less than nothing", &usherv1.ListProductsRequest{PageSize: -1}, "page_size"},
		{"a token that no page had", &usherv1.ListProductsRequest{PageToken: "x"}, "page_token"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.ListProducts(w.as(anaSees), tt.asked)
			refused(t, err, connect.CodeInvalidArgument, "invalid", tt.field)
		})
	}
}

func TestIdempotencyKey(t *testing.T) {
	w := newWorld(t)
	c := w.catalog()
	add := func(key, name string) error {
		_, err := c.AddProduct(w.keyed(anaEdits, key), &usherv1.AddProductRequest{Name: name})
		return err
	}
	if err := add("k1", "Ink"); err != nil {
		t.Fatal(err)
	}
	refused(t, add("k1", "Other ink"), connect.CodeAborted, "key_reused", "idempotency_key")
	refused(t, add("", "Ink"), connect.CodeInvalidArgument, "invalid", "idempotency_key")
	refused(t, add("with a blank", "Ink"), connect.CodeInvalidArgument, "invalid", "idempotency_key")
	_, err := c.DeleteProduct(w.keyed(anaEdits, "k1"), &usherv1.DeleteProductRequest{Product: penID})
	refused(t, err, connect.CodeAborted, "key_reused", "idempotency_key")
	_, err = c.AddProduct(w.as(anaEdits, "Idempotency-Key", "k2", "Idempotency-Key", "k3"), &usherv1.AddProductRequest{Name: "Ink"})
	refused(t, err, connect.CodeInvalidArgument, "invalid", "idempotency_key")

	refused(t, add("k4", " "), connect.CodeInvalidArgument, "invalid", "name")
	if err := add("k4", "Nib"); err != nil {
		t.Errorf("a refused command has used its key up: %v", err)
	}
	all, err := c.ListProducts(w.as(anaSees), &usherv1.ListProductsRequest{})
	if err != nil || len(all.Products) != 4 {
		t.Errorf("made %v, %v", all, err)
	}
}

// TestEnums has a name for every word of the domain, and the word for every name.
func TestEnums(t *testing.T) {
	check := func(name string, words []string, there func(string) (string, error)) {
		t.Run(name, func(t *testing.T) {
			for _, word := range words {
				if got, err := there(word); got != word || err != nil {
					t.Errorf("%q comes back as %q, %v", word, got, err)
				}
			}
		})
	}
	var every []string
	for _, r := range domain.Recurrences() {
		every = append(every, string(r))
	}
	check("recurrences", every, func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.Recurrence](w)) })
	check("kinds of product", []string{string(domain.OneTime), string(domain.MembershipKind), string(domain.Bundle)},
		func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.ProductKind](w)) })
	check("statuses of purchases", []string{
		string(domain.Pending), string(domain.Successful), string(domain.Failed), string(domain.Trial), string(domain.Test),
		string(domain.GiftReceived), string(domain.Preordered), string(domain.Imported),
	}, func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.PurchaseStatus](w)) })
	check("kinds of payment", []string{string(domain.SalePayment), string(domain.RenewalPayment), string(domain.ChangePayment), string(domain.RestartPayment)},
		func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.PaymentKind](w)) })
	check("statuses of payments", []string{
		string(domain.Intended), string(domain.Sent), string(domain.NeedsAction), string(domain.Paid), string(domain.NotPaid), string(domain.Voided),
	}, func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.PaymentStatus](w)) })
	check("statuses of refunds", []string{string(domain.RefundIntended), string(domain.RefundSent), string(domain.RefundDone), string(domain.RefundFailed)},
		func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.RefundStatus](w)) })
	check("statuses of memberships", []string{
		string(domain.Trialing), string(domain.Active), string(domain.CancelScheduled), string(domain.PastDue), string(domain.Ended),
	}, func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.MembershipStatus](w)) })
	check("kinds of report", []string{
		string(domain.ReportRenewed), string(domain.ReportFailed), string(domain.ReportChanged), string(domain.ReportCancelled), string(domain.ReportResumed),
		string(domain.ReportEnded), string(domain.ReportRestarted), string(domain.ReportRefunded), string(domain.ReportDisputed), string(domain.ReportDisputeWon),
	}, func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.ReportKind](w)) })
	check("statuses of seats", []string{string(domain.SeatInvited), string(domain.SeatActive), string(domain.SeatRevoked)},
		func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.SeatStatus](w)) })
	check("services", []string{string(domain.Circle), string(domain.Discord)}, func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.Service](w)) })
	check("states of claims", []string{
		string(domain.ClaimWaiting), string(domain.ClaimPending), string(domain.ClaimActive), string(domain.ClaimNeedsCustomer), string(domain.ClaimNeedsSeller),
		string(domain.ClaimRemoving), string(domain.ClaimRemoved), string(domain.ClaimKept), string(domain.ClaimFailed),
	}, func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.ClaimState](w)) })
	check("what becomes of who is in", []string{string(domain.KeepMembers), string(domain.KeepUntilEnd), string(domain.RemoveMembers)},
		func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.Leaving](w)) })
	check("ends", []string{string(domain.EndNone), string(domain.EndRoles), string(domain.EndKick), string(domain.EndSpaceGroup), string(domain.EndCommunity)},
		func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.EndAction](w)) })
	check("healths", []string{string(domain.HealthOK), string(domain.HealthWarning), string(domain.HealthBotMissing), string(domain.HealthTokenInvalid)},
		func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.Health](w)) })
	check("formats of webhooks", []string{string(domain.EventFormat), string(domain.PingFormat)},
		func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.WebhookFormat](w)) })
	check("statuses of deliveries", []string{
		string(domain.DeliveryWaiting), string(domain.DeliveryDelivered), string(domain.DeliveryFailed), string(domain.DeliverySkipped),
	}, func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.DeliveryStatus](w)) })
	check("actors", []string{string(domain.Buyer), string(domain.SellerActor), string(domain.Admin)},
		func(w string) (string, error) { return wordOf[string]("", enumOf[usherv1.Actor](w)) })
}
