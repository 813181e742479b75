package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// due tells when a membership next needs somebody to look at it, if that is
// another time than before.
func (c *core) due(before, after domain.MembershipState, at time.Time) []domain.Event {
	next := lookAt(after)
	if next.IsZero() || next.Equal(lookAt(before)) {
		return nil
	}
	return []domain.Event{domain.MembershipDue{MembershipID: after.ID, PurchaseID: after.PurchaseID, DueAt: next, At: at}}
}

// follow brings what hangs on a membership in step with what has happened to
// it, in the same transaction, and tells what it did: the purchase that began
// it shows what is in force, and seats beyond those that are left are taken
// back. The receiver's purchase of a gift shows what was given.
func (c *core) follow(ctx context.Context, tx ports.Tx, before, after domain.MembershipState, happened []domain.Event, at time.Time) ([]domain.Event, error) {
	var changed, renewed bool
	left := -1
	for _, e := range happened {
		switch e := e.(type) {
		case domain.MembershipChanged:
			changed = true
		case domain.MembershipRenewed, domain.MembershipRestarted: // a discount may have come to its end
			renewed = true
		case domain.SeatsShort:
			if left < 0 || e.Seats < left {
				left = e.Seats
			}
		}
	}
	if changed || renewed {
		if err := c.followPurchase(ctx, tx, after, changed); err != nil {
			return nil, err
		}
	}
	var told []domain.Event
	if left >= 0 {
		var err error
		if told, err = takeBack(ctx, tx, after.PurchaseID, left, at); err != nil {
			return nil, err
		}
	}
	return append(told, c.due(before, after, at)...), nil
}

func (c *core) followPurchase(ctx context.Context, tx ports.Tx, m domain.MembershipState, changed bool) error {
	p, err := tx.Purchases.ByID(ctx, m.PurchaseID)
	if err != nil {
		return err
	}
	was := p.State()
	p.FollowPrice(m)
	if changed {
		product, err := tx.Products.ByID(ctx, m.ProductID)
		if err != nil {
			return err
		}
		variants, err := tx.Variants.ByProduct(ctx, m.ProductID)
		if err != nil {
			return err
		}
		p.Follow(m, product, variants)
	}
	if p.State() == was {
		return nil
	}
	return tx.Purchases.Save(ctx, p)
}

// takeBack revokes the seats of a purchase that have no place among so many:
// the earliest assigned stay.
func takeBack(ctx context.Context, tx ports.Tx, id domain.PurchaseID, left int, at time.Time) ([]domain.Event, error) {
	seats, err := tx.Seats.ByPurchase(ctx, id)
	if err != nil {
		return nil, err
	}
	var told []domain.Event
	for _, s := range domain.SeatsBeyond(left, seats) {
		revoked, e := s.Revoke(at)
		if err := tx.Seats.Save(ctx, revoked); err != nil {
			return nil, err
		}
		told = append(told, e...)
	}
	return told, nil
}
