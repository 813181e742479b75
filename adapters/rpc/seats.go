package rpc

import (
	"context"
	"slices"

	"google.golang.org/protobuf/proto"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// seats is SeatService.
type seats struct{ *server }

// ListSeats shows who sits in the seats of a membership, and who did.
func (s *seats) ListSeats(ctx context.Context, r *usherv1.ListSeatsRequest) (*usherv1.ListSeatsResponse, error) {
	c, m, err := s.member(ctx, r.Membership, domain.ViewSales)
	if err != nil {
		return nil, err
	}
	all, err := s.usher.Memberships.Seats(ctx, c.seller, m.ID)
	if err != nil {
		return nil, err
	}
	told := &usherv1.ListSeatsResponse{}
	for _, seat := range all {
		told.Seats = append(told.Seats, seatOf(seat))
	}
	return told, nil
}

// AssignSeat invites somebody to a seat.
func (s *seats) AssignSeat(ctx context.Context, r *usherv1.AssignSeatRequest) (*usherv1.AssignSeatResponse, error) {
	c, m, err := s.member(ctx, r.Membership, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.AssignSeatResponse, error) {
		seat, err := s.usher.Memberships.Assign(ctx, c.seller, m.ID, r.Email)
		if err != nil {
			return nil, err
		}
		return &usherv1.AssignSeatResponse{Seat: seatOf(seat)}, nil
	})
}

// ClaimSeat takes the seat that the token is an invitation to.
func (s *seats) ClaimSeat(ctx context.Context, r *usherv1.ClaimSeatRequest) (*usherv1.ClaimSeatResponse, error) {
	token, err := s.holder(ctx)
	if err != nil {
		return nil, err
	}
	c := caller{token.State().SellerID, token.State(), domain.Buyer}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.ClaimSeatResponse, error) {
		seat, err := s.usher.Memberships.ClaimWith(ctx, secret(ctx))
		if err != nil {
			return nil, err
		}
		sale, err := s.usher.Sales.Get(ctx, c.seller, seat.PurchaseID)
		if err != nil {
			return nil, err
		}
		return &usherv1.ClaimSeatResponse{Seat: seatOf(seat), Product: string(sale.Purchase.ProductID), LicenseKey: string(sale.License.Key)}, nil
	})
}

// RevokeSeat takes a seat back.
func (s *seats) RevokeSeat(ctx context.Context, r *usherv1.RevokeSeatRequest) (*usherv1.RevokeSeatResponse, error) {
	return ofSeat(ctx, s.server, r, s.usher.Memberships.Revoke, func(seat *usherv1.Seat) *usherv1.RevokeSeatResponse {
		return &usherv1.RevokeSeatResponse{Seat: seat}
	})
}

// ResendInvite sends the invitation to a seat again.
func (s *seats) ResendInvite(ctx context.Context, r *usherv1.ResendInviteRequest) (*usherv1.ResendInviteResponse, error) {
	return ofSeat(ctx, s.server, r, s.usher.Memberships.ResendInvite, func(seat *usherv1.Seat) *usherv1.ResendInviteResponse {
		return &usherv1.ResendInviteResponse{Seat: seat}
	})
}

// bySeat is a request that names a seat of a membership.
type bySeat interface {
	proto.Message
	GetMembership() string
	GetSeat() string
}

// ofSeat does something about a seat, if it is one of the membership's. To do it
// again is harmless: it is a mail more, at most.
func ofSeat[M any, P message[M]](ctx context.Context, s *server, r bySeat, do func(context.Context, domain.SellerID, domain.SeatID) (domain.Seat, error), answer func(*usherv1.Seat) P) (P, error) {
	c, m, err := s.member(ctx, r.GetMembership(), domain.EditProducts)
	if err != nil {
		return nil, err
	}
	all, err := s.usher.Memberships.Seats(ctx, c.seller, m.ID)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(all, func(seat domain.Seat) bool { return string(seat.ID) == r.GetSeat() }) {
		return nil, domain.ErrSeatNotFound
	}
	return onceOrAgain(ctx, s, c, r, func(ctx context.Context) (P, error) {
		seat, err := do(ctx, c.seller, domain.SeatID(r.GetSeat()))
		if err != nil {
			return nil, err
		}
		return answer(seatOf(seat)), nil
	})
}

// GrantSeats gives free seats, or takes some back.
func (s *seats) GrantSeats(ctx context.Context, r *usherv1.GrantSeatsRequest) (*usherv1.GrantSeatsResponse, error) {
	c, m, err := s.ownMember(ctx, r.Membership, domain.EditProducts)
	switch {
	case err != nil:
		return nil, err
	case r.Seats == nil:
		return nil, domain.InvalidField("seats", "is missing: how many to give, or less than 0 to take back")
	}
	return paid(ctx, s.server, c, func(key string) (app.Done, error) {
		return s.usher.Memberships.GrantSeats(ctx, c.seller, m.ID, int(*r.Seats), key)
	}, func(o *usherv1.Outcome) *usherv1.GrantSeatsResponse { return &usherv1.GrantSeatsResponse{Outcome: o} })
}

func seatOf(s domain.Seat) *usherv1.Seat {
	return &usherv1.Seat{
		Id: string(s.ID), Email: s.Email, Status: enumOf[usherv1.SeatStatus](s.Status), CreatedAt: stamp(s.CreatedAt), ClaimedAt: stamp(s.ClaimedAt), RevokedAt: stamp(s.RevokedAt),
	}
}
