package rpc

import (
	"context"
	"errors"

	"google.golang.org/protobuf/proto"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// licenses is LicenseService.
type licenses struct{ *server }

func (s *licenses) Verify(ctx context.Context, r *usherv1.VerifyRequest) (*usherv1.VerifyResponse, error) {
	v, err := s.usher.Licensing.Verify(ctx, lookup(r), r.Count)
	if err != nil {
		return nil, err
	}
	told := verificationOf(v)
	told.License.Key = "" // whoever asks has it, and nobody needs it back
	return &usherv1.VerifyResponse{Verification: told}, nil
}

func (s *licenses) Show(ctx context.Context, r *usherv1.ShowRequest) (*usherv1.ShowResponse, error) {
	c, err := s.seller(ctx, domain.ViewSales)
	if err != nil {
		return nil, err
	}
	var v app.Verification
	switch {
	case (r.Key == "") == (r.Purchase == ""):
		err = domain.InvalidField("key", "say which license: by its key, or by its purchase")
	case r.Key != "":
		v, err = s.usher.Licensing.Show(ctx, c.seller, domain.Lookup{Key: domain.LicenseKey(r.Key), ProductID: domain.ProductID(r.Product)})
	case r.Product != "":
		err = domain.InvalidField("product", "is not needed beside a purchase: leave it out")
	case !domain.Storable(r.Purchase):
		err = domain.ErrPurchaseNotFound
	default:
		v, err = s.usher.Licensing.ShowOf(ctx, c.seller, domain.PurchaseID(r.Purchase))
	}
	if err != nil {
		return nil, err
	}
	return &usherv1.ShowResponse{Verification: verificationOf(v)}, nil
}

func (s *licenses) Disable(ctx context.Context, r *usherv1.DisableRequest) (*usherv1.DisableResponse, error) {
	return managed(ctx, s.server, r, true, s.usher.Licensing.Disable, func(v *usherv1.Verification) *usherv1.DisableResponse {
		return &usherv1.DisableResponse{Verification: v}
	})
}

func (s *licenses) Enable(ctx context.Context, r *usherv1.EnableRequest) (*usherv1.EnableResponse, error) {
	return managed(ctx, s.server, r, true, s.usher.Licensing.Enable, func(v *usherv1.Verification) *usherv1.EnableResponse {
		return &usherv1.EnableResponse{Verification: v}
	})
}

func (s *licenses) Decrement(ctx context.Context, r *usherv1.DecrementRequest) (*usherv1.DecrementResponse, error) {
	return managed(ctx, s.server, r, false, s.usher.Licensing.Decrement, func(v *usherv1.Verification) *usherv1.DecrementResponse {
		return &usherv1.DecrementResponse{Verification: v}
	})
}

func (s *licenses) Rotate(ctx context.Context, r *usherv1.RotateRequest) (*usherv1.RotateResponse, error) {
	return managed(ctx, s.server, r, false, s.usher.Licensing.Rotate, func(v *usherv1.Verification) *usherv1.RotateResponse {
		return &usherv1.RotateResponse{Verification: v}
	})
}

// byKey is a request that names a license.
type byKey interface {
	proto.Message
	GetKey() string
	GetProduct() string
	GetPermalink() string
}

func lookup(r byKey) domain.Lookup {
	return domain.Lookup{Key: domain.LicenseKey(r.GetKey()), ProductID: domain.ProductID(r.GetProduct()), Permalink: r.GetPermalink()}
}

// managed changes a license of the seller who asks. Somebody else's is nobody's.
// Some may be done again if the answer was lost.
func managed[M any, P message[M]](ctx context.Context, s *server, r byKey, repeatable bool, do func(context.Context, domain.SellerID, domain.Lookup) (app.Verification, error), answer func(*usherv1.Verification) P) (P, error) {
	c, err := s.seller(ctx, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	return carryOut(ctx, s, c, r, repeatable, func(ctx context.Context) (P, error) {
		v, err := do(ctx, c.seller, lookup(r))
		if errors.Is(err, domain.ErrNotOwner) {
			err = domain.ErrLicenseNotFound
		}
		if err != nil {
			return nil, err
		}
		return answer(verificationOf(v)), nil
	})
}

func verificationOf(v app.Verification) *usherv1.Verification {
	e := v.Entitlement(v.At)
	told := &usherv1.Verification{
		License: &usherv1.License{
			Id: string(v.License.ID), Product: string(v.License.ProductID), Purchase: string(v.License.PurchaseID), Key: string(v.License.Key),
			Uses: v.Uses, DisabledAt: stamp(v.License.DisabledAt), CreatedAt: stamp(v.License.CreatedAt),
		},
		Entitlement: &usherv1.Entitlement{Active: e.Active, Reason: e.Reason, AccessUntil: stamp(e.EndsAt), Seats: small(e.Seats)},
		Purchase:    purchaseOf(v.Purchase), ProductName: v.Product.Name, At: stamp(v.At),
	}
	for name := range v.Variants.All() {
		told.VariantNames = append(told.VariantNames, name)
	}
	return told
}
