package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// dumpCommunities writes down what a seller has of communities.
func dumpCommunities(ctx context.Context, tx ports.Tx, products []domain.Product, lines func(what string, things any)) error {
	var errs []error
	line := func(what string, things any, err error) {
		lines(what, things)
		errs = append(errs, err)
	}
	connections, err := tx.Connections.List(ctx, ports.Cursor{}, 1000)
	line("connections", connections, err)
	for _, c := range connections {
		secret, err := tx.Connections.Secret(ctx, c.ID)
		line("secret", secret, err)
		calls, err := tx.Connections.AddCalls(ctx, c.ID, callsMonth, 0)
		line("calls", calls, err)
		grants, err := tx.Grants.List(ctx, c.ID, ports.Cursor{}, 1000)
		line("grants", grants, err)
	}
	for _, p := range products {
		attachments, err := tx.Attachments.ByProduct(ctx, p.ID)
		line("attachments", attachments, err)
	}
	claims, err := tx.Claims.List(ctx, ports.ClaimQuery{})
	line("claims", claims, err)
	blocks, err := tx.Blocks.List(ctx, "", 1000)
	line("blocks", blocks, err)
	return errors.Join(errs...)
}

// community is what a deal has of one.
type community struct {
	connection  domain.Connection
	attachment  domain.Attachment
	claim, over domain.Claim // over may be deleted, and so may left
	grant, left domain.GrantState
	pass, old   domain.Pass // old may be forgotten
}

func newCommunity(d *deal) (c community) {
	c.connection = fixture.Distinct(fixture.Connection(d.seller))
	c.connection.ClosedAt = time.Time{}
	c.attachment = fixture.Distinct(fixture.Attachment(c.connection, d.product))
	c.claim = fixture.Distinct(fixture.Claim(c.connection, d.sale))
	c.over = fixture.Claim(c.connection, d.sale, func(c *domain.Claim) { c.SeatID, c.EndedAt = "over", fixture.T0 })
	c.grant = fixture.Distinct(fixture.Grant(c.connection, c.claim.Subject))
	c.left = fixture.Grant(c.connection, "left")
	c.pass = fixture.Distinct(fixture.Pass(d.seller, domain.PassSession, fixture.ID()))
	c.old = fixture.Pass(d.seller, domain.PassLink, fixture.ID(), expires(longAgo))
	return c
}

// longAgo is before anything that is not to be forgotten.
var longAgo = fixture.T0.AddDate(-1, 0, 0)

// fillCommunities puts in what no builder makes.
func (w *world) fillCommunities(t *testing.T, d *deal) {
	t.Helper()
	w.update(t, d.of(), func(ctx context.Context, tx ports.Tx) error {
		_, err := tx.Connections.AddCalls(ctx, d.connection.ID, callsMonth, 12)
		return errors.Join(err, tx.Connections.SetSecret(ctx, d.connection.ID, ports.Sealed{Text: sealedSecret, Number: 1}),
			tx.Webhooks.SetSecret(ctx, d.webhook.ID, ports.Sealed{Text: sealedSecret, Number: 1}),
			putBlock(blockedEmail)(ctx, tx))
	})
}
