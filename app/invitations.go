package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Seats returns the seats of a membership by time of assignment, those that
// were taken back too.
func (m *Memberships) Seats(ctx context.Context, seller domain.SellerID, id domain.MembershipID) ([]domain.Seat, error) {
	return load(ctx, m.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Seat, error) {
		member, err := tx.Memberships.ByID(ctx, id)
		if err != nil {
			return nil, err
		}
		return tx.Seats.ByPurchase(ctx, member.State().PurchaseID)
	})
}

// ResendInvite has the holder of an invited seat told again, with another
// invitation. Those of before stay good until the seat is claimed or taken back.
// A claimed seat is [domain.ErrSeatClaimed], one taken back
// [domain.ErrSeatRevoked].
func (m *Memberships) ResendInvite(ctx context.Context, seller domain.SellerID, id domain.SeatID) (domain.Seat, error) {
	at := m.at()
	var seat domain.Seat
	err := m.update(ctx, seller, func(ctx context.Context, tx ports.Tx) (err error) {
		seat, err = tx.Seats.ByID(ctx, id)
		switch {
		case err != nil:
			return err
		case seat.Status == domain.SeatActive:
			return domain.ErrSeatClaimed
		case seat.Status == domain.SeatRevoked:
			return domain.ErrSeatRevoked
		}
		return m.emit(ctx, tx, at, seat.Invited(at))
	})
	if err != nil {
		return domain.Seat{}, err
	}
	return seat, nil
}

// ClaimWith claims the seat that an invitation is for, whoever holds it. Twice
// is once. What is no invitation, or older than seven days, is
// [domain.ErrUnauthenticated]; one to a seat that was taken back is
// [domain.ErrSeatRevoked].
func (m *Memberships) ClaimWith(ctx context.Context, invitation string) (domain.Seat, error) {
	tokens := Tokens{m.core}
	token, err := tokens.Holder(ctx, invitation)
	if err != nil {
		return domain.Seat{}, err
	}
	seat, ok := token.Invites(m.at())
	if !ok {
		return domain.Seat{}, domain.ErrUnauthenticated
	}
	return m.Claim(ctx, token.State().SellerID, seat)
}

// invite makes an invitation to a seat and returns its secret, which is kept
// nowhere.
func (c *core) invite(ctx context.Context, seat domain.Seat, at time.Time) (secret string, err error) {
	secret = c.newSecret()
	token := domain.NewInvitation(domain.TokenID(c.newID(at)), seat, secret, at)
	return secret, c.updateQuietly(ctx, seat.SellerID, func(ctx context.Context, tx ports.Tx) error {
		return tx.Tokens.Insert(ctx, token)
	})
}

// SetMethod names the card or account that pays from now on; see
// [domain.Membership.SetMethod].
func (m *Memberships) SetMethod(ctx context.Context, seller domain.SellerID, id domain.MembershipID, method string) (Done, error) {
	return m.plain(ctx, seller, id, func(s step) (domain.Outcome, error) { return s.member.SetMethod(method, s.at) })
}
