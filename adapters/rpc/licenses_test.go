package rpc

import (
	"testing"

	"connectrpc.com/connect"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
)

func TestLicenses_story(t *testing.T) {
	w := newWorld(t)
	sale := w.sold("bo@example.com")
	key, c := string(sale.License.Key), w.licenses()
	if _, err := c.Verify(t.Context(), &usherv1.VerifyRequest{Key: key, Product: penID, Count: true}); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Verify(t.Context(), &usherv1.VerifyRequest{Key: key, Product: penID}); err != nil || got.Verification.License.Uses != 1 {
		t.Errorf("looking shows %v, %v", got, err)
	}
	if got, err := c.Disable(w.as(anaEdits), &usherv1.DisableRequest{Key: key, Product: penID}); err != nil || got.Verification.License.DisabledAt == nil || got.Verification.Entitlement.Reason != "license_disabled" {
		t.Errorf("disabled, it shows %v, %v", got, err)
	}
	_, err := c.Verify(t.Context(), &usherv1.VerifyRequest{Key: key, Product: penID})
	refused(t, err, connect.CodeNotFound, "license_disabled", "")
	shown, err := c.Show(w.as(anaSees), &usherv1.ShowRequest{Purchase: string(sale.Purchase.ID)})
	if err != nil || shown.Verification.License.Key != key || shown.Verification.Purchase.Email != "bo@example.com" ||
		shown.Verification.Purchase.Status != usherv1.PurchaseStatus_PURCHASE_STATUS_SUCCESSFUL || shown.Verification.Purchase.Price.Amount != 1000 || shown.Verification.ProductName != "Pen" {
		t.Errorf("shown is %v, %v", shown, err)
	}
	if got, err := c.Enable(w.as(anaEdits), &usherv1.EnableRequest{Key: key, Product: penID}); err != nil || got.Verification.License.DisabledAt != nil {
		t.Errorf("enabled, it shows %v, %v", got, err)
	}
	if got, err := c.Decrement(w.as(anaEdits), &usherv1.DecrementRequest{Key: key, Product: penID}); err != nil || got.Verification.License.Uses != 0 {
		t.Errorf("decremented, it shows %v, %v", got, err)
	}
	rotated, err := c.Rotate(w.keyed(anaEdits, "again"), &usherv1.RotateRequest{Key: key, Product: penID})
	if err != nil || rotated.Verification.License.Key == key {
		t.Fatalf("rotated, it shows %v, %v", rotated, err)
	}
	again, err := c.Rotate(w.keyed(anaEdits, "again"), &usherv1.RotateRequest{Key: key, Product: penID})
	if err != nil || again.Verification.License.Key != rotated.Verification.License.Key {
		t.Errorf("a repeat under the same key shows %v, %v", again, err)
	}
	_, err = c.Verify(t.Context(), &usherv1.VerifyRequest{Key: key, Product: penID})
	refused(t, err, connect.CodeNotFound, "license_not_found", "")
}

func TestShow_refuses(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		name   string
		asked  *usherv1.ShowRequest
		code   connect.Code
		detail string
	}{
		{"neither key nor purchase", &usherv1.ShowRequest{}, connect.CodeInvalidArgument, "invalid"},
		{"both", &usherv1.ShowRequest{Key: "x", Purchase: "y"}, connect.CodeInvalidArgument, "invalid"},
		{"a purchase and a product", &usherv1.ShowRequest{Product: "x", Purchase: "y"}, connect.CodeInvalidArgument, "invalid"},
		{"a purchase that nobody made", &usherv1.ShowRequest{Purchase: "y"}, connect.CodeNotFound, "purchase_not_found"},
		{"a purchase that cannot be", &usherv1.ShowRequest{Purchase: "y\x00"}, connect.CodeNotFound, "purchase_not_found"},
		{"a key that cannot be", &usherv1.ShowRequest{Key: "y\x00"}, connect.CodeNotFound, "license_not_found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.licenses().Show(w.as(anaSees), tt.asked)
			refused(t, err, tt.code, tt.detail, "")
		})
	}
}
