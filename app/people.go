package app

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// People returns claims, in order of making, as sellers see them.
func (c *Communities) People(ctx context.Context, seller domain.SellerID, q ports.ClaimQuery) ([]domain.Claim, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Claim, error) { return tx.Claims.List(ctx, q) })
}

// Person returns one claim.
func (c *Communities) Person(ctx context.Context, seller domain.SellerID, id domain.ClaimID) (domain.Claim, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) (domain.Claim, error) { return tx.Claims.ByID(ctx, id) })
}

// Retry tries again at once what somebody's claim waits for.
func (c *Communities) Retry(ctx context.Context, seller domain.SellerID, id domain.ClaimID) error {
	return c.claim(ctx, seller, id, func(claim domain.Claim) domain.Claim { return claim })
}

// InviteAgain lets somebody in again whom their seller had taken out by hand.
func (c *Communities) InviteAgain(ctx context.Context, seller domain.SellerID, id domain.ClaimID) error {
	return c.claim(ctx, seller, id, domain.Claim.InviteAgain)
}

// LeaveOut ends a claim of somebody who was taken out by hand: they stay out,
// whatever they pay for.
func (c *Communities) LeaveOut(ctx context.Context, seller domain.SellerID, id domain.ClaimID) error {
	claim, err := c.Person(ctx, seller, id)
	if err != nil {
		return err
	}
	return c.Block(ctx, seller, claim.Email)
}

// claim changes a claim and has its people looked at, whatever stood in the way.
func (c *core) claim(ctx context.Context, seller domain.SellerID, id domain.ClaimID, by func(domain.Claim) domain.Claim) error {
	at := c.at()
	return c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		was, err := tx.Claims.ByID(ctx, id)
		if err != nil {
			return err
		}
		is := by(was)
		if is != was {
			if err := tx.Claims.Save(ctx, is); err != nil {
				return err
			}
		}
		var events []domain.Event
		for _, who := range is.Touches() {
			due, err := c.lookAtPerson(ctx, tx, is, who, (*domain.Grant).Mended, at)
			if err != nil {
				return err
			}
			events = append(events, due)
		}
		return c.emit(ctx, tx, at, events...)
	})
}

// Block takes everything away that an address has in the seller's communities,
// and gives it nothing more. Twice is once.
func (c *Communities) Block(ctx context.Context, seller domain.SellerID, email string) error {
	return c.blocked(ctx, seller, email, true)
}

// Unblock ends a block, and gives back what is paid for.
func (c *Communities) Unblock(ctx context.Context, seller domain.SellerID, email string) error {
	return c.blocked(ctx, seller, email, false)
}

// Blocked returns a page of the addresses that are blocked, after one of them, in
// alphabetical order.
func (c *Communities) Blocked(ctx context.Context, seller domain.SellerID, after string, limit int) ([]string, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) ([]string, error) { return tx.Blocks.List(ctx, after, limit) })
}

func (c *core) blocked(ctx context.Context, seller domain.SellerID, email string, is bool) error {
	at := c.at()
	email = domain.NormalizeEmail(email)
	if email == "" {
		return domain.InvalidField("email", "is missing")
	}
	err := c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		if is {
			return tx.Blocks.Put(ctx, email, at)
		}
		return tx.Blocks.Delete(ctx, email)
	})
	if err != nil {
		return err
	}
	return c.reclaimOf(ctx, seller, email)
}

// reclaimOf brings the claims of all sales in line that an address uses.
func (c *core) reclaimOf(ctx context.Context, seller domain.SellerID, email string) error {
	sales := map[domain.PurchaseID]bool{}
	_, err := load(ctx, c, seller, func(ctx context.Context, tx ports.Tx) (struct{}, error) {
		claims, err := tx.Claims.ByEmail(ctx, email)
		if err != nil {
			return struct{}{}, err
		}
		for _, claim := range claims {
			sales[claim.PurchaseID] = true
		}
		bought, err := tx.Purchases.List(ctx, ports.PurchaseQuery{Email: email})
		for _, p := range bought {
			sales[p.ID] = true
		}
		return struct{}{}, err
	})
	for id := range sales {
		if err != nil {
			break
		}
		if _, err = c.reclaim(ctx, seller, id, 0); errors.Is(err, domain.ErrPurchaseNotFound) {
			err = nil
		}
	}
	return err
}

// KeepAccess records that refunds of a sale leave access as it is: its seller
// gives money back, and nothing else is to change. Twice is once.
func (s *Sales) KeepAccess(ctx context.Context, seller domain.SellerID, id domain.PurchaseID) error {
	return s.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Purchases.ByID(ctx, id)
		if err != nil || p.State().AccessKept {
			return err
		}
		p.KeepAccess()
		return tx.Purchases.Save(ctx, p)
	})
}
