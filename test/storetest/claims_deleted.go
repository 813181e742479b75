package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// found are all the ways to find a claim.
func found(t *testing.T, w *world, c domain.Claim) map[string][]domain.Claim {
	t.Helper()
	return map[string][]domain.Claim{
		"all":                read(t, w, w.of, listClaims(ports.ClaimQuery{})),
		"of its connection":  read(t, w, w.of, listClaims(ports.ClaimQuery{ConnectionID: c.ConnectionID})),
		"of its product":     read(t, w, w.of, listClaims(ports.ClaimQuery{ProductID: c.ProductID})),
		"in its state":       read(t, w, w.of, listClaims(ports.ClaimQuery{State: c.State})),
		"of its sale":        claimOfSale.listed(t, w, w.of, string(c.PurchaseID)),
		"of its subject":     read(t, w, w.of, touching(c.ConnectionID, c.Subject)),
		"of its old subject": read(t, w, w.of, touching(c.ConnectionID, c.OldSubject)),
		"of its e-mail":      read(t, w, w.of, byEmail(c.Email)),
	}
}

func claimDeleted(t *testing.T, w *world) {
	c := fixture.Distinct(bareClaim(t, w))
	fixture.Fill(t, w, c)
	for how, all := range found(t, w, c) {
		wantAll(t, how, all, c)
	}
	for range 2 { // of what is not there: nothing
		w.update(t, w.of, deleteClaim(c.ID))
		_, err := claimAggregate.load(t, w, c)
		wantErr(t, "deleted", err, domain.ErrClaimNotFound)
		for how, all := range found(t, w, c) {
			wantAll(t, "deleted, "+how, all)
		}
	}
	fixture.Fill(t, w, c) // nothing of it is in the way
	claimAggregate.wantStored(t, w, "made again", c)
}

func claimDeletedInVain(t *testing.T, w *world) {
	c := bareClaim(t, w)
	fixture.Fill(t, w, c)
	for what, who := range map[string]ports.Scope{"bob": ports.Seller(w.bob.ID), "nobody": {}, "the system": ports.System} {
		if err := w.Update(t.Context(), who, deleteClaim(c.ID)); err != nil && !(what != "bob" && is(err, domain.ErrScope)) {
			t.Errorf("deleted by %s: %v", what, err)
		}
		claimAggregate.wantStored(t, w, "deleted by "+what, c)
	}
	for _, id := range []domain.ClaimID{"", "x"} {
		w.update(t, w.of, deleteClaim(id))
	}
	claimAggregate.wantStored(t, w, "after it", c)
}

func claimDeletionRolledBack(t *testing.T, w *world) {
	c, boom := fixture.Distinct(bareClaim(t, w)), errors.New("boom")
	fixture.Fill(t, w, c)
	err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
		err := deleteClaim(c.ID)(ctx, tx)
		if _, gone := tx.Claims.ByID(ctx, c.ID); !is(gone, domain.ErrClaimNotFound) {
			t.Errorf("inside the Update: got %v, want not found", gone)
		}
		return errors.Join(err, boom)
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want boom", err)
	}
	claimAggregate.wantStored(t, w, "after it", c)
	for how, all := range found(t, w, c) {
		wantAll(t, "after it, "+how, all, c)
	}
	w.refuses(t, "its seat once more", insertClaim(another(c)), domain.ErrExists)
}
