package domain

import (
	"slices"
	"testing"
	"time"
)

func TestClaimWants(t *testing.T) {
	live := Claim{Subject: "new", OldSubject: "old", State: ClaimActive}
	over, out := live, live
	over.EndedAt = t0
	out.Cause = CauseRemovedOutside
	for _, tt := range []struct {
		name  string
		claim Claim
		who   Subject
		want  bool
	}{
		{"whom it is about", live, "new", true},
		{"who stays until they are in", live, "old", true},
		{"somebody else", live, "other", false},
		{"nobody", Claim{State: ClaimWaiting}, "", false},
		{"nobody once it is over", over, "new", false},
		{"not who was taken out by hand", out, "new", false},
	} {
		t.Run(tt.name, func(t *testing.T) { same(t, "wants", tt.claim.wants(tt.who), tt.want) })
	}
	same(t, "touches", slices.Equal(live.Touches(), []Subject{"new", "old"}), true)
	same(t, "touches nobody", len(Claim{}.Touches()), 0)
	same(t, "touches one once", len(Claim{Subject: "a", OldSubject: "a"}.Touches()), 1)
}

func TestClaimForgettable(t *testing.T) {
	for _, tt := range []struct {
		name  string
		claim Claim
		want  bool
	}{
		{"it is over and settled", Claim{Forget: true, EndedAt: t0, State: ClaimRemoved}, true},
		{"it is over, and they stay", Claim{Forget: true, EndedAt: t0, State: ClaimKept}, true},
		{"its person is still to be removed", Claim{Forget: true, EndedAt: t0, State: ClaimRemoving}, false},
		{"its seller has to do something", Claim{Forget: true, EndedAt: t0, State: ClaimNeedsSeller}, false},
		{"nobody asked to be forgotten", Claim{EndedAt: t0, State: ClaimRemoved}, false},
		{"it is live", Claim{Forget: true, State: ClaimRemoved}, false},
	} {
		t.Run(tt.name, func(t *testing.T) { same(t, "forgettable", tt.claim.Forgettable(), tt.want) })
	}
}

func TestClaimCheck(t *testing.T) {
	ok := Claim{ID: "c", SellerID: "ana", ConnectionID: "k", PurchaseID: "sale", ProductID: "club", State: ClaimWaiting, CreatedAt: t0}
	wantError(t, ok.Check(), "", "")
	for field, mod := range map[string]func(*Claim){
		"id": func(c *Claim) { c.ID = "" }, "purchase": func(c *Claim) { c.PurchaseID = "" }, "state": func(c *Claim) { c.State = "lost" },
		"created_at": func(c *Claim) { c.CreatedAt = time.Time{} }, "targets": func(c *Claim) { c.Targets = MakeTargets("") }, "missing": func(c *Claim) { c.Missing = MakeTargets("") },
	} {
		c := ok
		mod(&c)
		wantError(t, c.Check(), "invalid", field)
	}
}
