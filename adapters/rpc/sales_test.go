package rpc

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func (w *world) sales() usherv1connect.SaleServiceClient {
	return usherv1connect.NewSaleServiceClient(http.DefaultClient, w.url)
}

// must returns what a call answered that is not refused.
func must[T any](got T, err error) T {
	if err != nil {
		panic(err)
	}
	return got
}

// joined buys so many seats of the team's Solo.
func (w *world) joined(email, key string, seats int32) *usherv1.BuyResponse {
	w.t.Helper()
	return must(w.sales().Buy(w.keyed(anaEdits, key), &usherv1.BuyRequest{
		Product: "team", Variants: []string{"Solo"}, Quantity: seats, Recurrence: usherv1.Recurrence_RECURRENCE_MONTHLY, Email: email, Method: sandbox.Pays,
	}))
}

// again is [world.keyed], and what says afterwards whether the command came before.
func (w *world) again(token, key string) (ctx context.Context, replayed func() bool) {
	ctx, info := connect.NewClientContext(w.t.Context())
	info.RequestHeader().Set("Authorization", "Bearer "+token)
	if key != "" {
		info.RequestHeader().Set("Idempotency-Key", key)
	}
	return ctx, func() bool { return info.ResponseHeader().Get(replayedHeader) == "true" }
}

func purchaseID(b *usherv1.BuyResponse) string { return b.Sale.Purchase.Id }

func TestSales_buyAQuote(t *testing.T) {
	w := newWorld(t)
	c := w.sales()
	q := must(c.QuoteSale(w.as(anaEdits), &usherv1.QuoteSaleRequest{Product: "team", Variants: []string{"Pro"}, Quantity: 3})).Quote
	next := noon.AddDate(0, 1, 0)
	if q.Product != teamID || len(q.Variants) != 1 || q.Variants[0] != proID || q.Quantity != 3 || q.MostQuantity != 20 || q.Recurrence != usherv1.Recurrence_RECURRENCE_MONTHLY ||
		q.Price.Amount != 9000 || q.DueNow.Amount != 9000 || q.FreeTrialEndsAt != nil || !q.NextPayment.At.AsTime().Equal(next) || q.NextPayment.Amount.Amount != 9000 ||
		!q.PricedAt.AsTime().Equal(noon) || !q.ExpiresAt.AsTime().After(noon) {
		t.Errorf("quoted %v", q)
	}
	buy := &usherv1.BuyRequest{
		Quote: q.Quote, Email: "Bo@example.com", FullName: "Bo", Method: sandbox.Pays, Country: "Peru", CanContact: true,
		CustomFields: []*usherv1.CustomField{{Name: "Size", Value: "XL"}},
	}
	got := must(c.Buy(w.keyed(anaEdits, "order-1"), buy))
	m, p := got.Membership, got.Payment
	if got.Result != "applied" || got.AccessToken == "" || got.Sale.LicenseKey == "" || got.Sale.Purchase.Email != "bo@example.com" || got.Sale.Purchase.Quantity != 3 ||
		m.Purchase != got.Sale.Purchase.Id || m.Seats != 3 || m.PaidSeats != 3 || m.AssignedSeats != 1 || m.Tier != proID || m.Status != usherv1.MembershipStatus_MEMBERSHIP_STATUS_ACTIVE ||
		m.UnitPrice.Amount != 3000 || m.Price.Amount != 9000 || m.Cycle != 1 || !m.PeriodEndsAt.AsTime().Equal(next) || m.NextPayment.Amount.Amount != 9000 || m.Method != sandbox.Pays ||
		p.Kind != usherv1.PaymentKind_PAYMENT_KIND_SALE || p.Status != usherv1.PaymentStatus_PAYMENT_STATUS_PAID || p.Amount.Amount != 9000 || p.Membership != m.Id || p.Reference == "" {
		t.Errorf("bought %v", got)
	}
	sold := must(w.usher.Sales.Get(t.Context(), w.ana, domain.PurchaseID(got.Sale.Purchase.Id))).Purchase
	if sold.Country != "Peru" || !sold.CanContact || sold.CustomFields != domain.MakeCustomFields(domain.CustomField{Name: "Size", Value: "XL"}) {
		t.Errorf("kept %+v", sold)
	}

	ctx, replayed := w.again(anaEdits, "order-1")
	if again := must(c.Buy(ctx, buy)); again.AccessToken != got.AccessToken || !proto.Equal(again.Sale, got.Sale) || !replayed() {
		t.Errorf("a repeat answers %v", again)
	}
	buy.Email = "cy@example.com"
	_, err := c.Buy(w.keyed(anaEdits, "order-1"), buy)
	refused(t, err, connect.CodeAborted, "key_reused", "idempotency_key")

	for _, token := range []string{anaSees, got.AccessToken} {
		shown := must(c.GetSale(w.as(token), &usherv1.GetSaleRequest{Purchase: purchaseID(got)})).Sale
		if shown.LicenseKey != got.Sale.LicenseKey || len(shown.Payments) != 1 || !proto.Equal(shown.Payments[0], p) || !proto.Equal(shown.Purchase, got.Sale.Purchase) {
			t.Errorf("shown is %v", shown)
		}
	}
	if shown := must(c.GetPayment(w.as(anaSees), &usherv1.GetPaymentRequest{Payment: p.Id})); !proto.Equal(shown.Payment, p) {
		t.Errorf("the payment is %v", shown)
	}
}

func TestBuy_refuses(t *testing.T) {
	w := newWorld(t)
	stale := must(w.sales().QuoteSale(w.as(anaEdits), &usherv1.QuoteSaleRequest{Product: penID})).Quote.Quote
	must(w.catalog().EditProduct(w.as(anaEdits), &usherv1.EditProductRequest{Product: penID, Price: proto.Int64(1100)}))
	pen := func(mod func(*usherv1.BuyRequest)) *usherv1.BuyRequest {
		r := &usherv1.BuyRequest{Product: "pen", Email: "bo@example.com", Method: sandbox.Pays}
		mod(r)
		return r
	}
	for _, tt := range []struct {
		name          string
		asked         *usherv1.BuyRequest
		code          connect.Code
		detail, field string
	}{
		{"no product", pen(func(r *usherv1.BuyRequest) { r.Product = "" }), connect.CodeInvalidArgument, "invalid", "product"},
		{"a product that is not there", pen(func(r *usherv1.BuyRequest) { r.Product = "x" }), connect.CodeNotFound, "product_not_found", ""},
		{"a variant that is not there", pen(func(r *usherv1.BuyRequest) { r.Variants = []string{"x"} }), connect.CodeNotFound, "variant_not_found", "variants"},
		{"less than nothing", pen(func(r *usherv1.BuyRequest) { r.Quantity = -1 }), connect.CodeInvalidArgument, "below_minimum_seats", "quantity"},
		{"a recurrence that is none", pen(func(r *usherv1.BuyRequest) { r.Recurrence = 77 }), connect.CodeInvalidArgument, "invalid", "recurrence"},
		{"no address", pen(func(r *usherv1.BuyRequest) { r.Email = "" }), connect.CodeInvalidArgument, "invalid", "email"},
		{"no card", pen(func(r *usherv1.BuyRequest) { r.Method = "" }), connect.CodeInvalidArgument, "invalid", "method"},
		{"a card that declines", pen(func(r *usherv1.BuyRequest) { r.Method = sandbox.Declines }), connect.CodeFailedPrecondition, "payment_declined", ""},
		{"a quote and a product", pen(func(r *usherv1.BuyRequest) { r.Quote = stale }), connect.CodeInvalidArgument, "invalid", "quote"},
		{"a quote and a quantity", pen(func(r *usherv1.BuyRequest) { r.Quote, r.Product, r.Quantity = stale, "", 1 }), connect.CodeInvalidArgument, "invalid", "quote"},
		{"a quote of another price", pen(func(r *usherv1.BuyRequest) { r.Quote, r.Product = stale, "" }), connect.CodeAborted, "quote_stale", "quote"},
		{"no quote", pen(func(r *usherv1.BuyRequest) { r.Quote, r.Product = "x", "" }), connect.CodeAborted, "quote_stale", "quote"},
		{"more seats than the tier has", &usherv1.BuyRequest{Product: "team", Variants: []string{"Solo"}, Quantity: 9, Email: "bo@example.com", Method: sandbox.Pays}, connect.CodeFailedPrecondition, "tier_capacity_exceeded", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, replayed := w.again(anaEdits, strings.ReplaceAll(tt.name, " ", "-"))
			_, err := w.sales().Buy(ctx, tt.asked)
			refused(t, err, tt.code, tt.detail, tt.field)
			if tt.detail != "payment_declined" {
				return
			}
			again := w.keyed(anaEdits, strings.ReplaceAll(tt.name, " ", "-"))
			_, err = w.sales().Buy(again, tt.asked)
			refused(t, err, tt.code, tt.detail, tt.field)
			if replayed() || err.(*connect.Error).Meta().Get(replayedHeader) != "true" {
				t.Errorf("a repeat says %v", err.(*connect.Error).Meta())
			}
		})
	}
	_, err := w.sales().Buy(w.as(anaEdits), pen(func(*usherv1.BuyRequest) {}))
	refused(t, err, connect.CodeInvalidArgument, "invalid", "idempotency_key")
}

func TestBuy_waitsForItsBuyer(t *testing.T) {
	w := newWorld(t)
	got := must(w.sales().Buy(w.keyed(anaEdits, "k"), &usherv1.BuyRequest{Product: "pen", Email: "bo@example.com", Method: sandbox.Confirms}))
	if got.Result != "requires_action" || got.Payment.Status != usherv1.PaymentStatus_PAYMENT_STATUS_NEEDS_ACTION || got.Sale.LicenseKey != "" || got.Membership != nil {
		t.Errorf("bought %v", got)
	}
}

func TestVariants_byName(t *testing.T) {
	w := newWorld(t)
	fixture.Fill(t, w.store, domain.Variant{ID: "gone", SellerID: "ana", ProductID: teamID, Category: domain.TierCategory, Name: "Solo", CreatedAt: noon, DeletedAt: noon})
	if q := must(w.sales().QuoteSale(w.as(anaEdits), &usherv1.QuoteSaleRequest{Product: "team", Variants: []string{"Solo"}})); q.Quote.Variants[0] != soloID {
		t.Errorf("quoted %v", q)
	}
	must(w.catalog().AddVariant(w.as(anaEdits), &usherv1.AddVariantRequest{Product: "team", Name: "Pro"}))
	_, err := w.sales().QuoteSale(w.as(anaEdits), &usherv1.QuoteSaleRequest{Product: "team", Variants: []string{"Pro"}})
	refused(t, err, connect.CodeInvalidArgument, "invalid", "variants")
	if q := must(w.sales().QuoteSale(w.as(anaEdits), &usherv1.QuoteSaleRequest{Product: "team", Variants: []string{proID}})); q.Quote.Variants[0] != proID {
		t.Errorf("quoted %v", q)
	}
}

func TestListSales(t *testing.T) {
	w := newWorld(t)
	c := w.sales()
	for n := range 3 {
		must(c.RecordSale(w.as(anaEdits), &usherv1.RecordSaleRequest{Sale: &usherv1.SaleRecord{
			Product: "pen", Email: "bo" + strconv.Itoa(n) + "@example.com", CreatedAt: stamp(noon.Add(time.Duration(n-3) * time.Hour)),
		}}))
	}
	w.joined("cy@example.com", "k", 2)
	list := func(r *usherv1.ListSalesRequest) (emails string) {
		for {
			got := must(c.ListSales(w.as(anaSees), r))
			for _, p := range got.Purchases {
				emails += p.Email[:3]
			}
			if r.PageToken = got.NextPageToken; r.PageToken == "" {
				return emails
			}
		}
	}
	for _, tt := range []struct {
		name  string
		asked *usherv1.ListSalesRequest
		want  string
	}{
		{"all", &usherv1.ListSalesRequest{}, "bo0bo1bo2cy@"},
		{"by pages", &usherv1.ListSalesRequest{PageSize: 1}, "bo0bo1bo2cy@"},
		{"of a product", &usherv1.ListSalesRequest{Product: "pen"}, "bo0bo1bo2"},
		{"of an address", &usherv1.ListSalesRequest{Email: " CY@example.com"}, "cy@"},
		{"found by the beginnings of words", &usherv1.ListSalesRequest{Search: "BO1 exam"}, "bo1"},
		{"in no bundle", &usherv1.ListSalesRequest{BundleOf: "x"}, ""},
		{"of no gift", &usherv1.ListSalesRequest{GiftOf: "x"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := list(tt.asked); got != tt.want {
				t.Errorf("lists %q, want %q", got, tt.want)
			}
		})
	}
	_, err := c.ListSales(w.as(anaSees), &usherv1.ListSalesRequest{Product: "x"})
	refused(t, err, connect.CodeNotFound, "product_not_found", "")
	if got := must(c.ListSales(w.as(benAll), &usherv1.ListSalesRequest{})); len(got.Purchases) != 0 {
		t.Errorf("another seller sees %v", got)
	}
}

func TestRecordSale(t *testing.T) {
	w := newWorld(t)
	c := w.sales()
	soldAt := noon.AddDate(0, -2, 0)
	asked := &usherv1.RecordSaleRequest{Sale: &usherv1.SaleRecord{
		Product: "pen", Quantity: 2, Price: proto.Int64(1500), Email: "bo@example.com", FullName: "Bo", Id: "sale-7", OrderNumber: 77, CreatedAt: stamp(soldAt), Test: true,
		Fee: 20, CustomFields: []*usherv1.CustomField{{Name: "Size", Value: "XL"}}, OfferCode: &usherv1.OfferCode{Code: "spring", Percent: 10},
		Affiliate: &usherv1.Affiliate{Email: "cy@example.com", Credit: 30}, Card: &usherv1.Card{Visual: "**** **** **** 4242", Type: "visa"},
		Referrer: "https://example.com", Country: "Peru", CanContact: true, DiscoverFee: true,
	}}
	made := must(c.RecordSale(w.keyed(anaEdits, "k"), asked)).Sale
	if made.LicenseKey == "" || made.Purchase.Id != "sale-7" || made.Purchase.Status != usherv1.PurchaseStatus_PURCHASE_STATUS_TEST {
		t.Errorf("recorded %v", made)
	}
	want := domain.PurchaseState{
		ID: "sale-7", SellerID: w.ana, ProductID: penID, OrderNumber: 77, Status: domain.Test, Email: "bo@example.com", FullName: "Bo", PurchaserID: seller("ana").UserID,
		Quantity: 2, Price: usd(1500), Fee: 20, CustomFields: domain.MakeCustomFields(domain.CustomField{Name: "Size", Value: "XL"}),
		OfferCode: domain.OfferCode{Code: "spring", Percent: 10}, Affiliate: domain.Affiliate{Email: "cy@example.com", Credit: 30},
		Card: domain.Card{Visual: "**** **** **** 4242", Type: "visa"}, Referrer: "https://example.com", Country: "Peru", CanContact: true, DiscoverFee: true, CreatedAt: soldAt,
	}
	if got := must(w.usher.Sales.Get(t.Context(), w.ana, "sale-7")).Purchase; got != want {
		t.Errorf("kept\n%+v, want\n%+v", got, want)
	}
	ctx, replayed := w.again(anaEdits, "k")
	if again := must(c.RecordSale(ctx, asked)).Sale; !proto.Equal(again, made) || !replayed() {
		t.Errorf("a repeat answers %v", again)
	}
	other := proto.CloneOf(asked)
	other.Sale.Id, other.Sale.OrderNumber = "sale-8", 78
	_, err := c.RecordSale(w.keyed(anaEdits, "k"), other)
	refused(t, err, connect.CodeAborted, "key_reused", "idempotency_key")

	for _, tt := range []struct {
		name          string
		mod           func(*usherv1.RecordSaleRequest)
		code          connect.Code
		detail, field string
	}{
		{"nothing", func(r *usherv1.RecordSaleRequest) { r.Sale = nil }, connect.CodeInvalidArgument, "invalid", "product"},
		{"a membership", func(r *usherv1.RecordSaleRequest) { r.Sale.Product = "team" }, connect.CodeInvalidArgument, "invalid", "recurrence"},
		{"an id that is taken", func(r *usherv1.RecordSaleRequest) { r.Sale.Id = "sale-7" }, connect.CodeAborted, "exists", ""},
		{"a number that is taken", func(r *usherv1.RecordSaleRequest) { r.Sale.OrderNumber = 77 }, connect.CodeAborted, "order_number_taken", "order_number"},
		{"a giver that is not there", func(r *usherv1.RecordSaleRequest) { r.Sale.GiftOf = "x" }, connect.CodeInvalidArgument, "invalid", "gift_of"},
		{"a bundle that is not there", func(r *usherv1.RecordSaleRequest) { r.Sale.BundleOf = "x" }, connect.CodeInvalidArgument, "invalid", "bundle_of"},
		{"a preorder that is not there", func(r *usherv1.RecordSaleRequest) { r.Sale.PreorderOf = "x" }, connect.CodeInvalidArgument, "invalid", "preorder_of"},
		{"a membership that is not there", func(r *usherv1.RecordSaleRequest) { r.Sale.GiftOf, r.Sale.Membership = "sale-7", "x" }, connect.CodeInvalidArgument, "invalid", "membership"},
		{"no time", func(r *usherv1.RecordSaleRequest) { r.Sale.CreatedAt.Nanos = -1 }, connect.CodeInvalidArgument, "invalid", "created_at"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := proto.CloneOf(other)
			tt.mod(r)
			_, err := c.RecordSale(w.as(anaEdits), r)
			refused(t, err, tt.code, tt.detail, tt.field)
		})
	}
}

func TestRecordSale_pending(t *testing.T) {
	w := newWorld(t)
	c := w.sales()
	pending := func(email string, mods ...func(*usherv1.SaleRecord)) string {
		r := &usherv1.SaleRecord{Product: penID, Email: email}
		for _, mod := range mods {
			mod(r)
		}
		made := must(c.RecordSale(w.as(anaEdits), &usherv1.RecordSaleRequest{Sale: r, Pending: true})).Sale
		if made.LicenseKey != "" || made.Purchase.Status != usherv1.PurchaseStatus_PURCHASE_STATUS_PENDING {
			t.Errorf("recorded %v", made)
		}
		return made.Purchase.Id
	}
	giver := pending("bo@example.com", func(r *usherv1.SaleRecord) { r.GiftGiven = true })
	receiver := pending("cy@example.com", func(r *usherv1.SaleRecord) { r.GiftOf = giver })
	both := &usherv1.CompleteSalesRequest{Purchases: []string{giver, receiver}}
	done := must(c.CompleteSales(w.keyed(anaEdits, "k"), both))
	if len(done.Sales) != 2 || done.Sales[0].LicenseKey != "" || done.Sales[1].LicenseKey == "" || done.Sales[1].Purchase.Status != usherv1.PurchaseStatus_PURCHASE_STATUS_GIFT_RECEIVED {
		t.Errorf("completed %v", done)
	}
	ctx, replayed := w.again(anaEdits, "k")
	if again := must(c.CompleteSales(ctx, both)); !proto.Equal(again, done) || !replayed() {
		t.Errorf("a repeat answers %v", again)
	}
	_, err := c.CompleteSales(w.as(anaEdits), both)
	refused(t, err, connect.CodeFailedPrecondition, "not_pending", "")
	_, err = c.CompleteSales(w.as(anaEdits), &usherv1.CompleteSalesRequest{})
	refused(t, err, connect.CodeInvalidArgument, "invalid", "purchases")
	_, err = c.CompleteSales(w.as(benAll), both)
	refused(t, err, connect.CodeNotFound, "purchase_not_found", "")
	_, err = c.CompleteSales(w.as(""), both)
	refused(t, err, connect.CodeNotFound, "purchase_not_found", "")

	early := pending("di@example.com")
	if got := must(c.PreorderSale(w.as(anaEdits), &usherv1.PreorderSaleRequest{Purchase: early})); got.Purchase.Status != usherv1.PurchaseStatus_PURCHASE_STATUS_PREORDERED {
		t.Errorf("preordered %v", got)
	}
	made := must(c.ReleaseSale(w.keyed(anaEdits, "r"), &usherv1.ReleaseSaleRequest{Purchase: early})).Sale
	if made.LicenseKey == "" || made.Purchase.Id == early || made.Purchase.Status != usherv1.PurchaseStatus_PURCHASE_STATUS_SUCCESSFUL {
		t.Errorf("released %v", made)
	}
	if again := must(c.ReleaseSale(w.keyed(anaEdits, "r"), &usherv1.ReleaseSaleRequest{Purchase: early})).Sale; again.Purchase.Id != made.Purchase.Id {
		t.Errorf("a repeat released %v", again)
	}
	_, err = c.ReleaseSale(w.as(anaEdits), &usherv1.ReleaseSaleRequest{Purchase: made.Purchase.Id})
	refused(t, err, connect.CodeFailedPrecondition, "not_preordered", "")
}

func TestRecordMembership(t *testing.T) {
	w := newWorld(t)
	c := w.sales()
	began := noon.AddDate(0, -3, 0)
	asked := &usherv1.RecordMembershipRequest{
		Sale: &usherv1.SaleRecord{Product: "team", Variants: []string{"Solo"}, Quantity: 2, Email: "bo@example.com", CreatedAt: stamp(began)}, OutsideId: "sub-1",
		Recurrence: usherv1.Recurrence_RECURRENCE_MONTHLY, Id: "m-1", StartedAt: stamp(noon), Cycle: 4, Charges: 12,
		CancelRequestedAt: stamp(noon), CancelledBy: usherv1.Actor_ACTOR_SELLER, CancelledAt: stamp(noon.AddDate(0, 0, 9)),
	}
	made := must(c.RecordMembership(w.as(anaEdits), asked))
	m := made.Membership
	if m.Id != "m-1" || m.Seats != 2 || m.Cycle != 4 || !m.ChargedElsewhere || m.NextPayment != nil || m.Status != usherv1.MembershipStatus_MEMBERSHIP_STATUS_CANCEL_SCHEDULED ||
		m.CancelledBy != usherv1.Actor_ACTOR_SELLER || !m.CancelledAt.AsTime().Equal(noon.AddDate(0, 0, 9)) || !m.PeriodStartsAt.AsTime().Equal(noon) || made.Sale.LicenseKey == "" {
		t.Errorf("recorded %v", made)
	}
	ctx, replayed := w.again(anaEdits, "")
	if again := must(c.RecordMembership(ctx, asked)); !proto.Equal(again, made) || !replayed() {
		t.Errorf("a repeat under its outside_id answers %v", again)
	}
	for _, tt := range []struct {
		name          string
		mod           func(*usherv1.RecordMembershipRequest)
		code          connect.Code
		detail, field string
	}{
		{"another under that outside_id", func(r *usherv1.RecordMembershipRequest) { r.Cycle = 5 }, connect.CodeAborted, "key_reused", ""},
		{"no recurrence", func(r *usherv1.RecordMembershipRequest) { r.Recurrence = 0 }, connect.CodeInvalidArgument, "invalid", "recurrence"},
		{"a recurrence that is none", func(r *usherv1.RecordMembershipRequest) { r.Recurrence = 77 }, connect.CodeInvalidArgument, "invalid", "recurrence"},
		{"an actor that is none", func(r *usherv1.RecordMembershipRequest) { r.CancelledBy = 77 }, connect.CodeInvalidArgument, "invalid", "cancelled_by"},
		{"no time", func(r *usherv1.RecordMembershipRequest) { r.EndedAt = stamp(time.Unix(1, 0)); r.EndedAt.Nanos = -1 }, connect.CodeInvalidArgument, "invalid", "ended_at"},
		{"no sale", func(r *usherv1.RecordMembershipRequest) { r.Sale = nil }, connect.CodeInvalidArgument, "invalid", "product"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := proto.CloneOf(asked)
			tt.mod(r)
			_, err := c.RecordMembership(w.as(anaEdits), r)
			refused(t, err, tt.code, tt.detail, tt.field)
		})
	}
	asked.OutsideId, asked.Id = "", ""
	first := must(c.RecordMembership(w.keyed(anaEdits, "k"), asked))
	ctx, replayed = w.again(anaEdits, "k")
	if again := must(c.RecordMembership(ctx, asked)); !proto.Equal(again, first) || !replayed() {
		t.Errorf("a repeat under its key answers %v", again)
	}
}

func TestRefundSale(t *testing.T) {
	w := newWorld(t)
	c := w.sales()
	got := w.joined("bo@example.com", "k", 2)
	asked := &usherv1.RefundSaleRequest{Purchase: purchaseID(got), Amount: proto.Int64(300), KeepAccess: true}
	first := must(c.RefundSale(w.keyed(anaGives, "r"), asked))
	if len(first.Refunds) != 1 || first.Refunds[0].Amount != 300 || first.Refunds[0].Status != usherv1.RefundStatus_REFUND_STATUS_DONE || first.Refunds[0].Payment != got.Payment.Id || first.Purchase.Refunded.Amount != 300 {
		t.Errorf("refunded %v", first)
	}
	if kept := must(w.usher.Sales.Get(t.Context(), w.ana, domain.PurchaseID(purchaseID(got)))); !kept.Purchase.AccessKept {
		t.Error("access is not kept")
	}
	ctx, replayed := w.again(anaGives, "r")
	if again := must(c.RefundSale(ctx, asked)); !proto.Equal(again, first) || !replayed() {
		t.Errorf("a repeat answers %v", again)
	}
	rest := must(c.RefundPayment(w.keyed(anaGives, "p"), &usherv1.RefundPaymentRequest{Payment: got.Payment.Id}))
	if rest.Refund.Amount != 1700 || rest.Purchase.Refunded.Amount != 2000 {
		t.Errorf("refunded the rest %v", rest)
	}
	elsewhere := string(w.sold("cy@example.com").Purchase.ID)
	part := &usherv1.RefundSaleRequest{Purchase: elsewhere, Amount: proto.Int64(100), KeepAccess: true}
	noted := must(c.RefundSale(w.keyed(anaGives, "e"), part))
	if len(noted.Refunds) != 0 || noted.Purchase.Refunded.Amount != 100 {
		t.Errorf("recorded %v", noted)
	}
	if again := must(c.RefundSale(w.keyed(anaGives, "e"), part)); !proto.Equal(again, noted) {
		t.Errorf("a repeat records %v", again)
	}
	for _, tt := range []struct {
		name          string
		asked         *usherv1.RefundSaleRequest
		code          connect.Code
		detail, field string
	}{
		{"nothing is left", &usherv1.RefundSaleRequest{Purchase: purchaseID(got)}, connect.CodeFailedPrecondition, "already_refunded", ""},
		{"nothing asked for", &usherv1.RefundSaleRequest{Purchase: purchaseID(got), Amount: proto.Int64(0)}, connect.CodeInvalidArgument, "invalid", "amount"},
		{"more than is left", &usherv1.RefundSaleRequest{Purchase: elsewhere, Amount: proto.Int64(901)}, connect.CodeInvalidArgument, "refund_too_large", "amount"},
		{"less than nothing, charged elsewhere", &usherv1.RefundSaleRequest{Purchase: elsewhere, Amount: proto.Int64(-1)}, connect.CodeInvalidArgument, "invalid", "amount"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.RefundSale(w.keyed(anaGives, strings.ReplaceAll(tt.name, " ", "-")), tt.asked)
			refused(t, err, tt.code, tt.detail, tt.field)
		})
	}
	_, err := c.RefundSale(w.as(anaGives), &usherv1.RefundSaleRequest{Purchase: elsewhere})
	refused(t, err, connect.CodeInvalidArgument, "invalid", "idempotency_key")
	_, err = c.RefundSale(w.keyed(anaEdits, "x"), &usherv1.RefundSaleRequest{Purchase: elsewhere})
	refused(t, err, connect.CodePermissionDenied, "forbidden", "")
	_, err = c.RefundSale(w.keyed(got.AccessToken, "x"), &usherv1.RefundSaleRequest{Purchase: purchaseID(got)})
	refused(t, err, connect.CodePermissionDenied, "forbidden", "")
	_, err = c.RefundPayment(w.keyed(benAll, "x"), &usherv1.RefundPaymentRequest{Payment: got.Payment.Id})
	refused(t, err, connect.CodeNotFound, "payment_not_found", "")
}

// refusing is a processor that gives nothing back.
type refusing struct{ ports.Charger }

func (refusing) Refund(context.Context, ports.RefundOrder) (ports.RefundAnswer, error) {
	return ports.RefundAnswer{}, nil
}

func TestRefundSale_theProcessorRefuses(t *testing.T) {
	w := newWorld(t, func(o *options) { o.with = func(c *app.Config) { c.Charger = refusing{c.Charger} } })
	got := w.joined("bo@example.com", "k", 2)
	_, err := w.sales().RefundSale(w.keyed(anaGives, "r"), &usherv1.RefundSaleRequest{Purchase: purchaseID(got)})
	refused(t, err, connect.CodeFailedPrecondition, "refund_refused", "")
}

func TestDisputes(t *testing.T) {
	w := newWorld(t)
	c := w.sales()
	got := w.joined("bo@example.com", "k", 2)
	asked := &usherv1.DisputePaymentRequest{Payment: got.Payment.Id, Reference: "dp-1"}
	d := must(c.DisputePayment(w.as(anaEdits), asked)).Dispute
	if d.Payment != got.Payment.Id || d.Amount != 2000 || d.Reference != "dp-1" || !d.OpenedAt.AsTime().Equal(noon) || d.WonAt != nil || d.LostAt != nil {
		t.Errorf("disputed %v", d)
	}
	if again := must(c.DisputePayment(w.as(anaEdits), asked)).Dispute; again.Id != d.Id {
		t.Errorf("a repeat disputes %v", again)
	}
	lost := must(c.CloseDispute(w.as(anaEdits), &usherv1.CloseDisputeRequest{Dispute: d.Id})).Dispute
	if lost.LostAt == nil || lost.WonAt != nil {
		t.Errorf("lost is %v", lost)
	}
	_, err := c.CloseDispute(w.as(anaEdits), &usherv1.CloseDisputeRequest{Dispute: d.Id, Won: true})
	refused(t, err, connect.CodeAborted, "dispute_closed", "")
	_, err = c.CloseDispute(w.as(benAll), &usherv1.CloseDisputeRequest{Dispute: d.Id, Won: true})
	refused(t, err, connect.CodeNotFound, "dispute_not_found", "")

	pen := string(w.sold("cy@example.com").Purchase.ID)
	_, err = c.WinDispute(w.as(anaEdits), &usherv1.WinDisputeRequest{Purchase: pen})
	refused(t, err, connect.CodeFailedPrecondition, "not_disputed", "")
	if p := must(c.DisputeSale(w.as(anaEdits), &usherv1.DisputeSaleRequest{Purchase: pen})).Purchase; p.DisputedAt == nil {
		t.Errorf("disputed, it is %v", p)
	}
	if p := must(c.WinDispute(w.as(anaEdits), &usherv1.WinDisputeRequest{Purchase: pen})).Purchase; p.DisputeWonAt == nil {
		t.Errorf("won, it is %v", p)
	}
}

func TestSale_accessByHand(t *testing.T) {
	w := newWorld(t)
	c := w.sales()
	pen := string(w.sold("bo@example.com").Purchase.ID)
	if p := must(c.RevokeSale(w.as(anaEdits), &usherv1.RevokeSaleRequest{Purchase: pen})).Purchase; p.RevokedAt == nil {
		t.Errorf("revoked, it is %v", p)
	}
	if p := must(c.UnrevokeSale(w.keyed(anaEdits, "k"), &usherv1.UnrevokeSaleRequest{Purchase: pen})).Purchase; p.RevokedAt != nil {
		t.Errorf("given back, it is %v", p)
	}
	ctx, replayed := w.again(anaEdits, "k")
	if must(c.UnrevokeSale(ctx, &usherv1.UnrevokeSaleRequest{Purchase: pen})); !replayed() {
		t.Error("a repeat does not say so")
	}
	_, err := c.UnrevokeSale(w.as(anaEdits), &usherv1.UnrevokeSaleRequest{Purchase: pen})
	refused(t, err, connect.CodeFailedPrecondition, "not_revoked", "")
	_, err = c.RevokeSale(w.as(anaSees), &usherv1.RevokeSaleRequest{Purchase: pen})
	refused(t, err, connect.CodePermissionDenied, "forbidden", "")
}

func TestLinkSale(t *testing.T) {
	w := newWorld(t)
	pen := string(w.sold("bo@example.com").Purchase.ID)
	_, err := w.sales().LinkSale(w.as(anaEdits), &usherv1.LinkSaleRequest{Purchase: pen})
	refused(t, err, connect.CodeFailedPrecondition, "not_configured", "")
	w = newWorld(t, func(o *options) { o.with = func(c *app.Config) { c.PublicURL = "https://keys.example.com" } })
	pen = string(w.sold("bo@example.com").Purchase.ID)
	url := must(w.sales().LinkSale(w.as(anaEdits), &usherv1.LinkSaleRequest{Purchase: pen})).Url
	secret, ours := strings.CutPrefix(url, "https://keys.example.com/d/")
	if !ours {
		t.Fatalf("the link is %s", url)
	}
	if shown := must(w.sales().GetSale(w.as(secret), &usherv1.GetSaleRequest{Purchase: pen})); shown.Sale.Purchase.Id != pen {
		t.Errorf("what it holds opens %v", shown)
	}
	_, err = w.sales().LinkSale(w.as(secret), &usherv1.LinkSaleRequest{Purchase: pen})
	refused(t, err, connect.CodePermissionDenied, "forbidden", "")
}
