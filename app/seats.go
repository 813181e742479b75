package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Assign names somebody for a seat of the membership: who is invited counts as
// assigned. An address that has a seat of it already is [domain.ErrSeatTaken].
func (m *Memberships) Assign(ctx context.Context, seller domain.SellerID, id domain.MembershipID, email string) (domain.Seat, error) {
	at := m.at()
	seat := domain.Seat{
		ID: domain.SeatID(m.newID(at)), SellerID: seller, Email: domain.NormalizeEmail(email), Status: domain.SeatInvited, CreatedAt: at,
	}
	err := m.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		member, err := tx.Memberships.ByID(ctx, id)
		if err != nil {
			return err
		}
		o, err := member.Assign(at)
		if err != nil {
			return err
		}
		seat.PurchaseID = member.State().PurchaseID
		if err := seat.Check(); err != nil {
			return err
		}
		if _, err := m.write(ctx, tx, member, o, at); err != nil {
			return err
		}
		return tx.Seats.Insert(ctx, seat)
	})
	if err != nil {
		return domain.Seat{}, err
	}
	return seat, nil
}

// Claim makes an invited seat its holder's. Twice is once.
func (m *Memberships) Claim(ctx context.Context, seller domain.SellerID, id domain.SeatID) (domain.Seat, error) {
	return m.seat(ctx, seller, id, func(_ context.Context, _ ports.Tx, s domain.Seat, at time.Time) (domain.Seat, []domain.Event, error) {
		return s.Claim(at)
	})
}

// Revoke frees a seat. Twice is once.
func (m *Memberships) Revoke(ctx context.Context, seller domain.SellerID, id domain.SeatID) (domain.Seat, error) {
	return m.seat(ctx, seller, id, func(ctx context.Context, tx ports.Tx, s domain.Seat, at time.Time) (domain.Seat, []domain.Event, error) {
		if !s.Assigned() {
			return s, nil, nil
		}
		p, err := tx.Purchases.ByID(ctx, s.PurchaseID)
		if err != nil {
			return s, nil, err
		}
		member, err := tx.Memberships.ByID(ctx, p.State().MembershipID)
		if err != nil {
			return s, nil, err
		}
		o, err := member.Unassign(at)
		if err != nil {
			return s, nil, err
		}
		if _, err := m.write(ctx, tx, member, o, at); err != nil {
			return s, nil, err
		}
		s, events := s.Revoke(at)
		return s, events, nil
	})
}

func (m *Memberships) seat(ctx context.Context, seller domain.SellerID, id domain.SeatID, do func(context.Context, ports.Tx, domain.Seat, time.Time) (domain.Seat, []domain.Event, error)) (domain.Seat, error) {
	at := m.at()
	var seat domain.Seat
	err := m.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		was, err := tx.Seats.ByID(ctx, id)
		if err != nil {
			return err
		}
		var events []domain.Event
		if seat, events, err = do(ctx, tx, was, at); err != nil {
			return err
		}
		if err := tx.Seats.Save(ctx, seat); err != nil {
			return err
		}
		return m.emit(ctx, tx, at, events...)
	})
	return seat, err
}
