package app

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// bind gives the claim to the account, before anything is asked of the service.
// Somebody looks after it, should this process die.
func (a *Access) bind(ctx context.Context, j Joined, account ports.Account, another bool) (before domain.Claim, grant domain.GrantID, err error) {
	at := a.at()
	err = a.update(ctx, j.SellerID, func(ctx context.Context, tx ports.Tx) error {
		claim, err := tx.Claims.ByID(ctx, j.Claim.ID)
		if err != nil {
			return err
		}
		in := false
		if claim.Subject != "" {
			g, err := tx.Grants.BySubject(ctx, claim.ConnectionID, claim.Subject)
			if err != nil && !errors.Is(err, domain.ErrGrantNotFound) {
				return err
			}
			in = err != nil && claim.State == domain.ClaimActive || err == nil && g.State().In
			in = in || claim.State == domain.ClaimPending // another join is on the way: the first one wins
		}
		before = claim
		if claim, err = claim.Join(account.ID, account.Name, another, in); err != nil {
			return err
		}
		if err := tx.Claims.Save(ctx, claim); err != nil {
			return err
		}
		due, err := a.lookAtPerson(ctx, tx, claim, account.ID, func(g *domain.Grant) {
			g.Mended()
			g.Called(account.Name)
		}, at)
		if err != nil {
			return err
		}
		grant, due.DueAt = due.GrantID, at.Add(joinWithin)
		return a.emit(ctx, tx, at, due)
	})
	return before, grant, err
}

// unbind gives the claim back to who had it before.
func (a *Access) unbind(ctx context.Context, seller domain.SellerID, before domain.Claim) error {
	return a.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		claim, err := tx.Claims.ByID(ctx, before.ID)
		if err != nil {
			return err
		}
		return tx.Claims.Save(ctx, claim.NotJoined(before))
	})
}

// Leave takes who has the claim out on their own wish, also where people are
// kept in the end. The access stays theirs: they may join again.
func (a *Access) Leave(ctx context.Context, seller domain.SellerID, id domain.ClaimID) error {
	at := a.at()
	return a.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		claim, err := tx.Claims.ByID(ctx, id)
		if err != nil || claim.Service != domain.Discord || len(claim.Touches()) == 0 {
			return err
		}
		by := claim.EndAction
		if by == domain.EndNone {
			by = claim.Service.DefaultEnd()
		}
		var events []domain.Event
		for _, who := range claim.Touches() {
			due, err := a.lookAtPerson(ctx, tx, claim, who, func(g *domain.Grant) { g.Leave(by, at) }, at)
			if err != nil {
				return err
			}
			events = append(events, due)
		}
		if err := tx.Claims.Save(ctx, claim.Left()); err != nil {
			return err
		}
		return a.emit(ctx, tx, at, events...)
	})
}
