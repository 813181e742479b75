package rpc

import (
	"context"
	"slices"

	"google.golang.org/protobuf/proto"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// customers is CustomerService.
type customers struct{ *server }

// ListPlaces shows which communities come with a sale, to whoever uses it.
func (s *customers) ListPlaces(ctx context.Context, r *usherv1.ListPlacesRequest) (*usherv1.ListPlacesResponse, error) {
	c, err := s.sale(ctx, r.Purchase, domain.ViewSales)
	if err != nil {
		return nil, err
	}
	all, err := s.places(ctx, c, r.Purchase)
	if err != nil {
		return nil, err
	}
	return &usherv1.ListPlacesResponse{Places: placesOf(all)}, nil
}

// places returns which those are, its buyer's seat among them.
func (s *server) places(ctx context.Context, c caller, purchase string) ([]app.Place, error) {
	return s.usher.Access.Places(ctx, c.seller, domain.PurchaseID(purchase), "")
}

// LeavePlace takes who uses a sale out of a server, as they wish.
func (s *customers) LeavePlace(ctx context.Context, r *usherv1.LeavePlaceRequest) (*usherv1.LeavePlaceResponse, error) {
	c, err := s.sale(ctx, r.Purchase, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.LeavePlaceResponse, error) {
		all, err := s.places(ctx, c, r.Purchase)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(p app.Place) bool { return string(p.Claim.ID) == r.Place }) {
			return nil, domain.ErrClaimNotFound
		}
		if err := s.usher.Access.Leave(ctx, c.seller, domain.ClaimID(r.Place)); err != nil {
			return nil, err
		}
		if all, err = s.places(ctx, c, r.Purchase); err != nil {
			return nil, err
		}
		return &usherv1.LeavePlaceResponse{Places: placesOf(all)}, nil
	})
}

func placesOf(all []app.Place) (told []*usherv1.Place) {
	for _, p := range all {
		told = append(told, &usherv1.Place{
			Id: string(p.Claim.ID), Service: enumOf[usherv1.Service](p.Claim.Service), Community: p.Community,
			State: enumOf[usherv1.ClaimState](p.Claim.State), Joins: p.Joins, Leaves: p.Leaves, Says: p.Says,
		})
	}
	return told
}

// ReaddressSale gives a sale another address of its buyer's.
func (s *customers) ReaddressSale(ctx context.Context, r *usherv1.ReaddressSaleRequest) (*usherv1.ReaddressSaleResponse, error) {
	c, err := s.ownSale(ctx, r.Purchase, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.ReaddressSaleResponse, error) {
		id := domain.PurchaseID(r.Purchase)
		if err := s.usher.Access.Readdress(ctx, c.seller, id, r.Email); err != nil {
			return nil, err
		}
		sale, err := s.usher.Sales.Get(ctx, c.seller, id)
		if err != nil {
			return nil, err
		}
		return &usherv1.ReaddressSaleResponse{Sale: saleOf(sale)}, nil
	})
}

// ReaddressCustomer gives all sales of an address another one.
func (s *customers) ReaddressCustomer(ctx context.Context, r *usherv1.ReaddressCustomerRequest) (*usherv1.ReaddressCustomerResponse, error) {
	return ofAddress(ctx, s.server, r, &usherv1.ReaddressCustomerResponse{}, func(ctx context.Context, seller domain.SellerID) error {
		if domain.NormalizeEmail(r.From) == "" {
			return domain.InvalidField("from", "is missing")
		}
		return asField(s.usher.Access.ReaddressAll(ctx, seller, r.From, r.To), "email", "to")
	})
}

// EraseCustomer forgets who has an address.
func (s *customers) EraseCustomer(ctx context.Context, r *usherv1.EraseCustomerRequest) (*usherv1.EraseCustomerResponse, error) {
	return ofAddress(ctx, s.server, r, &usherv1.EraseCustomerResponse{}, func(ctx context.Context, seller domain.SellerID) error {
		return s.usher.Access.Erase(ctx, seller, r.Email)
	})
}

// ofAddress does something about everything that an address has. Its answer says
// the same whoever that is.
func ofAddress[M any, P message[M]](ctx context.Context, s *server, r proto.Message, done P, do func(context.Context, domain.SellerID) error) (P, error) {
	c, err := s.seller(ctx, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s, c, r, func(ctx context.Context) (P, error) {
		if err := do(ctx, c.seller); err != nil {
			return nil, err
		}
		return done, nil
	})
}
