package sqlrepo

import (
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// askClubs runs every statement about communities at least once.
func askClubs(t *testing.T, c *conn, s shop) {
	ctx, k := t.Context(), ring(t, 2, 1)
	tx, system, nobody := s.tx(c, k), Tx(c, ports.System, k), Tx(c, ports.Seller("nobody"), k)
	after := ports.Cursor{At: t0, ID: "a"}
	club := domain.Connection{ID: "club", SellerID: "ana", Service: domain.Circle, RemoteID: "1", Health: domain.HealthOK, CreatedAt: t0}
	other, closed := club, club
	other.ID, closed.ID, closed.ClosedAt = "other", "closed", t0
	stray := club
	stray.ID, stray.SellerID = "stray", "nobody"
	rule := domain.Attachment{ID: "rule", SellerID: "ana", ConnectionID: "club", ProductID: s.product.ID, CreatedAt: t0}
	claim := domain.Claim{ID: "claim", SellerID: "ana", ConnectionID: "club", PurchaseID: s.purchase.ID, ProductID: s.product.ID,
		Email: "ann@example.com", Subject: "ann", OldSubject: "bea", State: domain.ClaimActive, CreatedAt: t0}
	again := claim
	again.ID = "again"
	grant := domain.GrantState{ID: "grant", SellerID: "ana", ConnectionID: "club", Subject: "ann", CreatedAt: t0}
	twice := grant
	twice.ID = "twice"
	pass := domain.NewPass(domain.PassLink, "secret", "ana", t0)
	must(t, tx.Connections.Insert(ctx, club), tx.Connections.Insert(ctx, closed), tx.Attachments.Insert(ctx, rule), tx.Claims.Insert(ctx, claim),
		tx.Grants.Insert(ctx, domain.RestoreGrant(grant)), system.Passes.Insert(ctx, pass), tx.Blocks.Put(ctx, "ann@example.com", t0),
		tx.Connections.SetSecret(ctx, "club", ports.Sealed{Text: "sealed", Number: 1}))

	// What is refused asks why.
	reopened := closed
	reopened.ClosedAt = time.Time{}
	for _, err := range []error{
		tx.Connections.Insert(ctx, other), nobody.Connections.Insert(ctx, stray), tx.Connections.Save(ctx, reopened), tx.Attachments.Insert(ctx, rule),
		tx.Claims.Insert(ctx, again), tx.Grants.Insert(ctx, domain.RestoreGrant(twice)), tx.Grants.Save(ctx, domain.RestoreGrant(grant), 7),
		system.Passes.Insert(ctx, pass),
	} {
		if err == nil {
			t.Error("what must be refused went through")
		}
	}
	must(t, tx.Connections.Save(ctx, club), tx.Attachments.Save(ctx, rule), tx.Claims.Save(ctx, claim),
		tx.Grants.Save(ctx, domain.RestoreGrant(grant), 0), system.Passes.Save(ctx, pass))

	ask := func(_ any, err error) { must(t, err) }
	ask(tx.Connections.ByID(ctx, "club"))
	ask(tx.Connections.List(ctx, after, 10))
	ask(system.Connections.ByRemote(ctx, domain.Circle, "1"))
	ask(tx.Connections.Secret(ctx, "club"))
	ask(tx.Connections.AddCalls(ctx, "club", "2026-03", 1))
	ask(tx.Attachments.ByID(ctx, "rule"))
	ask(tx.Attachments.ByProduct(ctx, s.product.ID))
	ask(tx.Attachments.ByConnection(ctx, "club"))
	ask(tx.Claims.ByID(ctx, "claim"))
	ask(tx.Claims.ByPurchase(ctx, s.purchase.ID))
	ask(tx.Claims.Touching(ctx, "club", "ann"))
	ask(tx.Claims.ByEmail(ctx, "ann@example.com"))
	for _, connection := range []domain.ConnectionID{"", "club"} {
		for _, product := range []domain.ProductID{"", s.product.ID} {
			for _, state := range []domain.ClaimState{"", domain.ClaimActive} {
				ask(tx.Claims.List(ctx, ports.ClaimQuery{ConnectionID: connection, ProductID: product, State: state, After: after}))
			}
		}
	}
	ask(tx.Grants.ByID(ctx, "grant"))
	ask(tx.Grants.BySubject(ctx, "club", "ann"))
	ask(tx.Grants.List(ctx, "club", after, 10))
	ask(system.Passes.ByDigest(ctx, pass.Digest))
	ask(tx.Blocks.Has(ctx, "ann@example.com"))
	ask(tx.Blocks.List(ctx, "a", 10))
	for _, q := range []ports.PurchaseQuery{{GiftOf: s.purchase.ID, After: after}, {Email: "ana@example.com", After: after}, {Email: "ana@example.com", Terms: []string{"an"}, ProductID: s.product.ID}} {
		ask(tx.Purchases.List(ctx, q))
	}
	ask(system.Passes.Expire(ctx, t0.Add(time.Hour), 10))
	must(t, tx.Claims.Delete(ctx, "claim"), tx.Grants.Delete(ctx, "grant"), tx.Blocks.Delete(ctx, "ann@example.com"))
}
