package rpc

import (
	"net/http"
	"testing"

	"connectrpc.com/connect"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

func (w *world) customers() usherv1connect.CustomerServiceClient {
	return usherv1connect.NewCustomerServiceClient(http.DefaultClient, w.url)
}

// email is the address that a sale has now.
func (w *world) email(purchase string) string {
	return must(w.sales().GetSale(w.as(anaSees), &usherv1.GetSaleRequest{Purchase: purchase})).Sale.Purchase.Email
}

func TestPlaces(t *testing.T) {
	w := newWorld(t)
	c := w.customers()
	sold, other := w.joined("bo@example.com", "k", 1), w.joined("cy@example.com", "k2", 1)
	sale := must(w.usher.Sales.Get(t.Context(), w.ana, domain.PurchaseID(purchaseID(sold)))).Purchase
	theirs := must(w.usher.Sales.Get(t.Context(), w.ana, domain.PurchaseID(purchaseID(other)))).Purchase
	server := fixture.Connection(domain.Seller{ID: w.ana}, fixture.Discord, func(o *domain.Connection) { o.Name = "Ana's Server" })
	in := func(of domain.PurchaseState, id domain.ClaimID, account domain.Subject) domain.Claim {
		return fixture.Claim(server, of, func(o *domain.Claim) {
			o.ID, o.Email, o.Subject, o.Name, o.State, o.EndAction = id, of.Email, account, "bo the great", domain.ClaimActive, domain.EndKick
		})
	}
	fixture.Fill(t, w.store, server, in(sale, "bo-claim", "800000000000000001"), in(theirs, "cy-claim", "800000000000000002"))
	got := must(c.ListPlaces(w.as(sold.AccessToken), &usherv1.ListPlacesRequest{Purchase: purchaseID(sold)})).Places
	if len(got) != 1 || got[0].Id != "bo-claim" || got[0].Service != usherv1.Service_SERVICE_DISCORD || got[0].Community != "Ana's Server" ||
		got[0].State != usherv1.ClaimState_CLAIM_STATE_ACTIVE || got[0].Joins || !got[0].Leaves || got[0].Says != "You are in as bo the great." {
		t.Fatalf("the places are %v", got)
	}
	leave := &usherv1.LeavePlaceRequest{Purchase: purchaseID(sold), Place: "bo-claim"}
	for range 2 {
		if left := must(c.LeavePlace(w.as(sold.AccessToken), leave)).Places; len(left) != 1 || left[0].State != usherv1.ClaimState_CLAIM_STATE_WAITING_FOR_CUSTOMER || left[0].Leaves || !left[0].Joins {
			t.Errorf("left, the places are %v", left)
		}
	}
	leave.Place = "cy-claim"
	_, err := c.LeavePlace(w.as(sold.AccessToken), leave)
	refused(t, err, connect.CodeNotFound, "claim_not_found", "")
	leave.Purchase = purchaseID(other)
	_, err = c.LeavePlace(w.as(sold.AccessToken), leave)
	refused(t, err, connect.CodeNotFound, "purchase_not_found", "")
	_, err = c.LeavePlace(w.as(anaSees), leave)
	refused(t, err, connect.CodePermissionDenied, "forbidden", "")
}

func TestReaddress(t *testing.T) {
	w := newWorld(t)
	c := w.customers()
	sold := w.joined("bo@example.com", "k", 1)
	pen := string(w.sold("bo@example.com").Purchase.ID)
	sale := must(c.ReaddressSale(w.keyed(anaEdits, "r"), &usherv1.ReaddressSaleRequest{Purchase: pen, Email: "Di@example.com"})).Sale
	if sale.Purchase.Email != "di@example.com" || sale.LicenseKey == "" || w.email(purchaseID(sold)) != "bo@example.com" {
		t.Errorf("readdressed %v", sale)
	}
	ctx, replayed := w.again(anaEdits, "r")
	if must(c.ReaddressSale(ctx, &usherv1.ReaddressSaleRequest{Purchase: pen, Email: "Di@example.com"})); !replayed() {
		t.Error("a repeat does not say so")
	}
	must(c.ReaddressSale(w.as(anaEdits), &usherv1.ReaddressSaleRequest{Purchase: pen, Email: "bo@example.com"}))
	must(c.ReaddressCustomer(w.as(anaEdits), &usherv1.ReaddressCustomerRequest{From: " BO@example.com", To: "cy@example.com"}))
	if a, b := w.email(pen), w.email(purchaseID(sold)); a != "cy@example.com" || b != "cy@example.com" {
		t.Errorf("they have %s and %s", a, b)
	}
	readdress := func(token, from, to string) error {
		_, err := c.ReaddressCustomer(w.as(token), &usherv1.ReaddressCustomerRequest{From: from, To: to})
		return err
	}
	_, buyer := c.ReaddressSale(w.as(sold.AccessToken), &usherv1.ReaddressSaleRequest{Purchase: purchaseID(sold), Email: "x@example.com"})
	_, none := c.ReaddressSale(w.as(anaEdits), &usherv1.ReaddressSaleRequest{Purchase: pen})
	for _, tt := range []struct {
		name          string
		got           error
		code          connect.Code
		detail, field string
	}{
		{"from nobody", readdress(anaEdits, " ", "di@example.com"), connect.CodeInvalidArgument, "invalid", "from"},
		{"to nobody", readdress(anaEdits, "cy@example.com", ""), connect.CodeInvalidArgument, "invalid", "to"},
		{"without the scope", readdress(anaSees, "cy@example.com", "di@example.com"), connect.CodePermissionDenied, "forbidden", ""},
		{"as a buyer", readdress(sold.AccessToken, "cy@example.com", "di@example.com"), connect.CodeUnauthenticated, "unauthenticated", ""},
		{"one sale as a buyer", buyer, connect.CodePermissionDenied, "forbidden", ""},
		{"one sale to nobody", none, connect.CodeInvalidArgument, "invalid", "email"},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.got, tt.code, tt.detail, tt.field) })
	}
}

func TestEraseCustomer(t *testing.T) {
	w := newWorld(t)
	sold := w.joined("bo@example.com", "k", 1)
	erase := func(token, email string) error {
		_, err := w.customers().EraseCustomer(w.as(token), &usherv1.EraseCustomerRequest{Email: email})
		return err
	}
	refused(t, erase(anaSees, "bo@example.com"), connect.CodePermissionDenied, "forbidden", "")
	refused(t, erase(anaEdits, " "), connect.CodeInvalidArgument, "invalid", "email")
	if err := erase(benAll, "bo@example.com"); err != nil || w.email(purchaseID(sold)) != "bo@example.com" {
		t.Errorf("another seller erases %v", err)
	}
	for range 2 {
		if err := erase(anaEdits, "Bo@example.com"); err != nil {
			t.Error(err)
		}
	}
	if got := w.email(purchaseID(sold)); got == "bo@example.com" || w.statusOf(sold.Membership.Id) != usherv1.MembershipStatus_MEMBERSHIP_STATUS_ENDED {
		t.Errorf("%s is still there", got)
	}
	_, err := w.customers().ReaddressSale(w.as(anaEdits), &usherv1.ReaddressSaleRequest{Purchase: purchaseID(sold), Email: "bo@example.com"})
	refused(t, err, connect.CodeFailedPrecondition, "erased", "")
}
