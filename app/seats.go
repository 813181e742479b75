package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Assign names somebody for a seat of the membership, and has them told: who is
// invited counts as assigned. An address that has a seat of it already is
// [domain.ErrSeatTaken].
func (m *Memberships) Assign(ctx context.Context, seller domain.SellerID, id domain.MembershipID, email string) (domain.Seat, error) {
	at := m.at()
	seat := domain.Seat{
		ID: domain.SeatID(m.newID(at)), SellerID: seller, Email: domain.NormalizeEmail(email), Status: domain.SeatInvited, CreatedAt: at,
	}
	err := m.writing(ctx, seller, func(ctx context.Context, tx ports.Tx) (voided domain.PaymentState, err error) {
		member, err := tx.Memberships.ByID(ctx, id)
		if err != nil {
			return voided, err
		}
		o, err := member.Assign(at)
		if err != nil {
			return voided, err
		}
		seat.PurchaseID = member.State().PurchaseID
		if err := seat.Check(); err != nil {
			return voided, err
		}
		if voided, err = m.write(ctx, tx, member, o, at); err != nil {
			return voided, err
		}
		if err := tx.Seats.Insert(ctx, seat); err != nil {
			return voided, err
		}
		return voided, m.emit(ctx, tx, at, seat.Invited(at))
	})
	if err != nil {
		return domain.Seat{}, err
	}
	return seat, nil
}

// Claim makes an invited seat its holder's. Twice is once.
func (m *Memberships) Claim(ctx context.Context, seller domain.SellerID, id domain.SeatID) (domain.Seat, error) {
	at := m.at()
	var seat domain.Seat
	err := m.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		was, err := tx.Seats.ByID(ctx, id)
		if err != nil {
			return err
		}
		var events []domain.Event
		if seat, events, err = was.Claim(at); err != nil {
			return err
		}
		if err := tx.Seats.Save(ctx, seat); err != nil {
			return err
		}
		return m.emit(ctx, tx, at, events...)
	})
	return seat, err
}

// Revoke frees a seat. Twice is once.
func (m *Memberships) Revoke(ctx context.Context, seller domain.SellerID, id domain.SeatID) (domain.Seat, error) {
	at := m.at()
	var seat domain.Seat
	err := m.writing(ctx, seller, func(ctx context.Context, tx ports.Tx) (voided domain.PaymentState, err error) {
		if seat, err = tx.Seats.ByID(ctx, id); err != nil || !seat.Assigned() {
			return voided, err
		}
		p, err := tx.Purchases.ByID(ctx, seat.PurchaseID)
		if err != nil {
			return voided, err
		}
		member, err := tx.Memberships.ByID(ctx, p.State().MembershipID)
		if err != nil {
			return voided, err
		}
		o, err := member.Unassign(at)
		if err != nil {
			return voided, err
		}
		if voided, err = m.write(ctx, tx, member, o, at); err != nil {
			return voided, err
		}
		var events []domain.Event
		seat, events = seat.Revoke(at)
		if err := tx.Seats.Save(ctx, seat); err != nil {
			return voided, err
		}
		return voided, m.emit(ctx, tx, at, events...)
	})
	return seat, err
}

// firstSeat is the seat of who bought a membership that was sold with seats.
func firstSeat(id domain.SeatID, p domain.PurchaseState, at time.Time) domain.Seat {
	return domain.Seat{
		ID: id, SellerID: p.SellerID, PurchaseID: p.ID, Email: p.Email, Status: domain.SeatActive, ClaimedAt: at, CreatedAt: at,
	}
}
