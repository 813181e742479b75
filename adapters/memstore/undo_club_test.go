package memstore

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// club is what a seller has of one community.
type club struct {
	connection  domain.Connection
	attachment  domain.Attachment
	claim, over domain.Claim
	grant, left domain.GrantState
}

func newClub(of domain.Seller, p domain.Product, sale domain.PurchaseState) (c club) {
	c.connection = fixture.Connection(of)
	c.attachment = fixture.Attachment(c.connection, p)
	c.claim = fixture.Claim(c.connection, sale, func(c *domain.Claim) { c.OldSubject = "old" })
	c.over = fixture.Claim(c.connection, sale, func(c *domain.Claim) { c.SeatID = "seat" })
	c.grant, c.left = fixture.Grant(c.connection, "in"), fixture.Grant(c.connection, "left")
	return c
}

// write touches all that an Update can touch of it.
func (c club) write(ctx context.Context, tx ports.Tx, sale domain.PurchaseState) error {
	at := fixture.T0.Add(time.Hour)
	added := c.connection
	added.ID = domain.ConnectionID(fixture.ID())
	c.connection.RemoteID, c.connection.CreatedAt, c.attachment.CreatedAt = "other", at, at
	c.claim.Subject, c.claim.OldSubject, c.claim.Email, c.claim.CreatedAt = "other", "", "other@example.com", at
	c.grant.Name, c.grant.CreatedAt, c.grant.Version = "other", at, 1
	_, err := tx.Connections.AddCalls(ctx, c.connection.ID, "2026-04", 7)
	return errors.Join(err,
		tx.Connections.Save(ctx, c.connection), tx.Attachments.Save(ctx, c.attachment), tx.Claims.Save(ctx, c.claim),
		tx.Grants.Save(ctx, domain.RestoreGrant(c.grant), 0), tx.Claims.Delete(ctx, c.over.ID), tx.Grants.Delete(ctx, c.left.ID),
		tx.Connections.Insert(ctx, added), tx.Connections.SetSecret(ctx, c.connection.ID, ports.Sealed{Text: "sealed", Number: 1}),
		tx.Attachments.Insert(ctx, fixture.Attachment(added, domain.Product{ID: sale.ProductID, SellerID: sale.SellerID})),
		tx.Claims.Insert(ctx, fixture.Claim(added, sale)), tx.Grants.Insert(ctx, domain.RestoreGrant(fixture.Grant(added, "new"))),
		tx.Blocks.Put(ctx, "blocked@example.com", fixture.T0), tx.Blocks.Delete(ctx, "free@example.com"))
}

// TestRollback_leavesEveryPass is for what only the system touches.
func TestRollback_leavesEveryPass(t *testing.T) {
	s := New(nil)
	ana := fixture.Seller("ana")
	used, old := fixture.Pass(ana, domain.PassLink, "one"), fixture.Pass(ana, domain.PassLink, "two", func(p *domain.Pass) { p.ExpiresAt = fixture.T0 })
	fixture.Fill(t, s, ana, used, old)
	before, boom := held(t, s), errors.New("boom")
	used.UsedAt, used.ExpiresAt = fixture.T0, used.ExpiresAt.Add(time.Hour)
	err := s.Update(t.Context(), ports.System, func(ctx context.Context, tx ports.Tx) error {
		n, err := tx.Passes.Expire(ctx, fixture.T0.Add(time.Second), 10)
		if err := errors.Join(err, tx.Passes.Save(ctx, used), tx.Passes.Insert(ctx, fixture.Pass(ana, domain.PassLink, "three"))); err != nil || n != 1 {
			t.Errorf("%d forgotten, %v", n, err)
		}
		for _, name := range []string{"passes", "expiring"} {
			if reflect.DeepEqual(held(t, s)[name], before[name]) {
				t.Errorf("the Update did not touch %s", name)
			}
		}
		return boom
	})
	if err != boom {
		t.Fatalf("got %v, want boom", err)
	}
	if after := held(t, s); !reflect.DeepEqual(after, before) {
		t.Errorf("got %+v\nwant %+v", after, before)
	}
}
