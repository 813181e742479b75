package rpc

import (
	"context"
	"net/http"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// TestSale_who asks, in a call, who may have to do with a sale and a membership,
// and as whom.
func TestSale_who(t *testing.T) {
	w := newWorld(t)
	buy := func(email string) app.Bought {
		b, err := w.usher.Sales.Buy(t.Context(), w.ana, domain.SaleRequest{ProductID: teamID, Variants: domain.ChosenVariants(soloID)}, app.Buyer{Email: email, Method: sandbox.Pays}, email)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	bo, cy := buy("bo@example.com"), buy("cy@example.com")
	s := &server{usher: w.usher}
	for _, tt := range []struct {
		name, token, sale, membership string
		by                            domain.Actor
		sale404, sellers              error
	}{
		{"its buyer", bo.AccessToken, string(bo.Purchase.ID), string(bo.Membership.ID), domain.Buyer, nil, domain.ErrForbidden},
		{"its seller", anaSees, string(bo.Purchase.ID), string(bo.Membership.ID), domain.SellerActor, nil, nil},
		{"its seller without the scope", anaEdits, string(bo.Purchase.ID), string(bo.Membership.ID), "", domain.ErrForbidden, nil},
		{"another buyer", cy.AccessToken, string(bo.Purchase.ID), string(bo.Membership.ID), "", domain.ErrPurchaseNotFound, nil},
		{"another seller", benAll, string(bo.Purchase.ID), string(bo.Membership.ID), "", domain.ErrPurchaseNotFound, nil},
		{"nobody", "", string(bo.Purchase.ID), string(bo.Membership.ID), "", domain.ErrPurchaseNotFound, nil},
		{"what is not there", anaSees, "x", "x", "", domain.ErrPurchaseNotFound, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := called(t, tt.token)
			c, err := s.sale(ctx, tt.sale, domain.ViewSales)
			if domain.CodeOf(err) != domain.CodeOf(tt.sale404) || (err == nil) != (tt.sale404 == nil) || err == nil && (c.by != tt.by || domain.CodeOf(c.by.SellersOnly()) != domain.CodeOf(tt.sellers)) {
				t.Errorf("the sale is for %v, %v", c.by, err)
			}
			want := tt.sale404
			if want == domain.ErrPurchaseNotFound {
				want = domain.ErrMembershipNotFound
			}
			c, m, err := s.member(ctx, tt.membership, domain.ViewSales)
			if domain.CodeOf(err) != domain.CodeOf(want) || (err == nil) != (want == nil) || err == nil && (c.by != tt.by || m.PurchaseID != bo.Purchase.ID) {
				t.Errorf("the membership is for %v, %v", c.by, err)
			}
		})
	}
}

// called returns the context of a call with that token.
func called(t testing.TB, token string) (got context.Context) {
	t.Helper()
	const procedure = "/usher.v1.LicenseService/Verify"
	h := connect.NewUnaryHandlerSimple(procedure, func(ctx context.Context, _ *usherv1.VerifyRequest) (*usherv1.VerifyResponse, error) {
		got = context.WithoutCancel(ctx)
		return &usherv1.VerifyResponse{}, nil
	})
	w := &world{t: t}
	c := connect.NewClient[usherv1.VerifyRequest, usherv1.VerifyResponse](&http.Client{Transport: inProcess{h}}, "http://usher"+procedure)
	if _, err := c.CallUnary(w.as(token), connect.NewRequest(&usherv1.VerifyRequest{})); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestInstant(t *testing.T) {
	for _, tt := range []struct {
		name string
		sent *timestamppb.Timestamp
		want time.Time
		ok   bool
	}{
		{"unset is the zero time", nil, time.Time{}, true},
		{"a time, to the microsecond", timestamppb.New(noon.Add(1999)), noon.Add(1000), true},
		{"no time", &timestamppb.Timestamp{Nanos: -1}, time.Time{}, false},
		{"after all times", &timestamppb.Timestamp{Seconds: 1 << 60}, time.Time{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := instant("at", tt.sent); got != tt.want || (err == nil) != tt.ok {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}
