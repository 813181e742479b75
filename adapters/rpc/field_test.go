package rpc

import (
	"net/http"
	"testing"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/verify"
)

// TestField has an app in the field ask this server, with the client that it is
// given for that.
func TestField(t *testing.T) {
	w := newWorld(t)
	key := string(w.sold("bo@example.com").License.Key)
	field, err := verify.New(w.url, &verify.Options{Tries: 1, HTTPClient: &http.Client{Transport: reached{w}}})
	if err != nil {
		t.Fatal(err)
	}
	ask := func() verify.Verdict {
		t.Helper()
		return field.Check(t.Context(), verify.License{Key: key, Product: penID})
	}
	if v := field.Count(t.Context(), verify.License{Key: key, Permalink: "pen"}); v.State != verify.Denied || v.Reason != "product_id_required" {
		t.Errorf("by permalink it is %v for %q, %v", v.State, v.Reason, v.Err)
	}
	if v := field.Count(t.Context(), verify.License{Key: key, Product: penID}); v.State != verify.Valid || v.Answer.License.Uses != 1 || v.Answer.Purchase.Email != "bo@example.com" {
		t.Errorf("counted, it is %v: %v, %v", v.State, v.Answer, v.Err)
	}
	w.away = true
	if v := ask(); v.State != verify.Stale {
		t.Errorf("out of reach, it is %v", v.State)
	}
	w.away = false
	if _, err := w.licenses().Disable(w.as(anaEdits), &usherv1.DisableRequest{Key: key, Product: penID}); err != nil {
		t.Fatal(err)
	}
	if v := ask(); v.State != verify.Denied || v.Reason != "license_disabled" {
		t.Errorf("disabled, it is %v for %q", v.State, v.Reason)
	}
	w.away = true
	if v := ask(); v.State != verify.Unknown || v.Reason != verify.NeverSeen {
		t.Errorf("disabled and out of reach, it is %v for %q", v.State, v.Reason)
	}
}

// reached is the way to a world, which is closed while it is away.
type reached struct{ *world }

func (r reached) RoundTrip(q *http.Request) (*http.Response, error) {
	if r.away {
		return nil, http.ErrServerClosed
	}
	return http.DefaultTransport.RoundTrip(q)
}
