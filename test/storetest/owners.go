package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// makers insert one new thing of each sort, which says that it is of the
// seller given, and hangs on what is d's.
var makers = map[string]func(d *deal, of domain.SellerID) call{
	"product": func(d *deal, of domain.SellerID) call {
		p := fixture.Product(d.seller)
		p.SellerID = of
		return func(ctx context.Context, tx ports.Tx) error { return tx.Products.Insert(ctx, p) }
	},
	"variant": func(d *deal, of domain.SellerID) call {
		v := fixture.Variant(d.product)
		v.SellerID = of
		return insertVariant(v)
	},
	"purchase": func(d *deal, of domain.SellerID) call {
		s := fixture.Purchase(d.product)
		s.SellerID = of
		return insertPurchase(s)
	},
	"membership": func(d *deal, of domain.SellerID) call {
		m := another(fixture.Membership(d.given))
		m.SellerID = of
		return insertMembership(m)
	},
	"payment": func(d *deal, of domain.SellerID) call {
		p := fixture.Payment(d.given)
		p.SellerID = of
		return insertPayment(p)
	},
	"refund": func(d *deal, of domain.SellerID) call {
		r := fixture.Refund(d.payment)
		r.SellerID = of
		return insertRefund(r)
	},
	"dispute": func(d *deal, of domain.SellerID) call {
		p := fixture.Dispute(d.payment)
		p.SellerID = of
		return insertDispute(p)
	},
	"seat": func(d *deal, of domain.SellerID) call {
		s := fixture.Seat(d.given)
		s.SellerID = of
		return insertSeat(s)
	},
	"mail": func(d *deal, of domain.SellerID) call {
		m := fixture.Mail(d.seller)
		m.SellerID = of
		return insertMail(m)
	},
	"connection": func(d *deal, of domain.SellerID) call {
		c := fixture.Connection(d.seller)
		c.SellerID = of
		return insertConnection(c)
	},
	"attachment": func(d *deal, of domain.SellerID) call {
		a := fixture.Attachment(d.connection, d.product)
		a.SellerID = of
		return insertAttachment(a)
	},
	"claim": func(d *deal, of domain.SellerID) call {
		c := fixture.Claim(d.connection, d.given)
		c.SellerID = of
		return insertClaim(c)
	},
	"grant": func(d *deal, of domain.SellerID) call {
		g := fixture.Grant(d.connection, "new")
		g.SellerID = of
		return insertGrant(g)
	},
	"application": func(d *deal, of domain.SellerID) call {
		a := fixture.Application(d.seller)
		a.SellerID = of
		return insertApplication(a)
	},
	"webhook": func(d *deal, of domain.SellerID) call {
		h := fixture.Webhook(d.seller)
		h.SellerID = of
		return insertWebhook(h)
	},
	"delivery": func(d *deal, of domain.SellerID) call {
		s := fixture.Delivery(d.webhook)
		s.SellerID = of
		return insertDelivery(s)
	},
	"licence": func(d *deal, of domain.SellerID) call {
		l := fixture.License(d.given)
		l.SellerID = of
		return func(ctx context.Context, tx ports.Tx) error {
			return tx.Licenses.Insert(ctx, domain.RestoreLicense(l), 0)
		}
	},
	"token": func(d *deal, of domain.SellerID) call {
		k := fixture.Token(d.seller, fixture.ID())
		k.SellerID = of
		return func(ctx context.Context, tx ports.Tx) error { return tx.Tokens.Insert(ctx, domain.RestoreToken(k)) }
	},
}

// scopesInsertNamesSeller: a thing says whose it is, and that is the scope's.
func scopesInsertNamesSeller(t *testing.T, w *world) {
	d := w.newDeal(t)
	before, bobs := w.dump(t, d.seller.ID), w.dump(t, w.bob.ID)
	for what, make := range makers {
		for name, of := range map[string]domain.SellerID{"another seller's": w.bob.ID, "nobody's": "", "an unknown seller's": "x"} {
			err := w.Update(t.Context(), d.of(), make(d, of))
			wantErr(t, fmt.Sprintf("a %s that says it is %s", what, name), err, domain.ErrScope)
		}
	}
	if after := w.dump(t, d.seller.ID); after != before {
		t.Errorf("dora's: %s", diffText(after, before))
	}
	if after := w.dump(t, w.bob.ID); after != bobs {
		t.Errorf("bob's: %s", diffText(after, bobs))
	}
	for what, make := range makers {
		if err := w.Update(t.Context(), d.of(), make(d, d.seller.ID)); err != nil {
			t.Errorf("a %s that says it is dora's: %v", what, err)
		}
	}
}

// scopesInsertOfAnothersID: an id that another seller's thing has is taken.
func scopesInsertOfAnothersID(t *testing.T, w *world) {
	d, mine := w.newVictim(t), w.newVictim(t)
	before := w.dumpVictim(t, d)
	var err error
	for what, insert := range map[string]call{
		"product": func(ctx context.Context, tx ports.Tx) error {
			return tx.Products.Insert(ctx, withID(fixture.Product(mine.seller), string(d.product.ID)))
		},
		"variant":     insertVariant(withID(fixture.Variant(mine.product), string(d.large.ID))),
		"purchase":    insertPurchase(withID(fixture.Purchase(mine.product), string(d.sale.ID))),
		"membership":  insertMembership(withID(fixture.Membership(mine.given), string(d.membership.ID))),
		"payment":     insertPayment(withID(fixture.Payment(mine.given), string(d.payment.ID))),
		"refund":      insertRefund(withID(fixture.Refund(mine.payment), string(d.refund.ID))),
		"dispute":     insertDispute(withID(fixture.Dispute(mine.payment), string(d.dispute.ID))),
		"seat":        insertSeat(withID(fixture.Seat(mine.given), string(d.seat.ID))),
		"mail":        insertMail(withID(fixture.Mail(mine.seller), string(d.mail.ID))),
		"connection":  insertConnection(withID(fixture.Connection(mine.seller), string(d.connection.ID))),
		"attachment":  insertAttachment(withID(fixture.Attachment(mine.connection, mine.product), string(d.attachment.ID))),
		"claim":       insertClaim(withID(fixture.Claim(mine.connection, mine.given), string(d.claim.ID))),
		"application": insertApplication(withID(fixture.Application(mine.seller), string(d.application.ID))),
		"webhook":     insertWebhook(withID(fixture.Webhook(mine.seller), string(d.webhook.ID))),
		"delivery":    insertDelivery(withID(fixture.Delivery(mine.webhook), string(d.waits.ID))),
		"grant":       insertGrant(withID(fixture.Grant(mine.connection, "new"), string(d.grant.ID))),
		"licence": func(ctx context.Context, tx ports.Tx) error {
			l := withID(fixture.License(mine.given), string(d.license.ID))
			return tx.Licenses.Insert(ctx, domain.RestoreLicense(l), 9)
		},
		"token": func(ctx context.Context, tx ports.Tx) error {
			return tx.Tokens.Insert(ctx, domain.RestoreToken(withID(fixture.Token(mine.seller, fixture.ID()), string(d.token().ID))))
		},
	} {
		next := fixture.Product(mine.seller)
		w.update(t, mine.of(), func(ctx context.Context, tx ports.Tx) error {
			err = insert(ctx, tx)
			return tx.Products.Insert(ctx, next) // the transaction goes on
		})
		wantErr(t, "a "+what+" with another seller's id", err, domain.ErrExists)
	}
	if after := w.dumpVictim(t, d); after != before {
		t.Errorf("what was there changed: %s", diffText(after, before))
	}
}

// scopesSaveKeepsOwner: no Save gives a thing to another seller, or takes one.
func scopesSaveKeepsOwner(t *testing.T, w *world) {
	d := w.newVictim(t)
	before := w.dump(t, w.bob.ID)
	product, variant, sale, membership, license, token := d.product, d.large, d.sale, d.membership, d.license, d.token()
	product.SellerID, variant.SellerID, sale.SellerID = w.bob.ID, w.bob.ID, w.bob.ID
	membership.SellerID, license.SellerID, token.SellerID = w.bob.ID, w.bob.ID, w.bob.ID
	payment, refund, dispute, seat := d.payment, d.refund, d.dispute, d.seat
	payment.SellerID, refund.SellerID, dispute.SellerID, seat.SellerID = w.bob.ID, w.bob.ID, w.bob.ID, w.bob.ID
	connection, attachment, claim, grant := d.connection, d.attachment, d.claim, d.grant
	connection.SellerID, attachment.SellerID, claim.SellerID, grant.SellerID = w.bob.ID, w.bob.ID, w.bob.ID, w.bob.ID
	for what, save := range map[string]call{
		"connection": saveConnection(connection), "attachment": saveAttachment(attachment), "claim": saveClaim(claim), "grant": saveGrant(grant, grant.Version),
		"payment": savePayment(payment), "refund": saveRefund(refund), "dispute": saveDispute(dispute), "seat": saveSeat(seat),
		"product": saveProduct(product), "variant": saveVariant(variant), "purchase": savePurchase(sale),
		"membership": saveMembership(membership), "licence": saveLicense(license),
		"token": func(ctx context.Context, tx ports.Tx) error { return tx.Tokens.Save(ctx, domain.RestoreToken(token)) },
	} {
		_ = w.Update(t.Context(), d.of(), save) // given away: refused, or the owner is not looked at
		err := w.Update(t.Context(), ports.Seller(w.bob.ID), save)
		if domain.KindOf(err) != domain.NotFound {
			t.Errorf("bob takes dora's %s: got %v, want not found", what, err)
		}
		if after := w.dump(t, w.bob.ID); after != before {
			t.Errorf("%s: bob's: %s", what, diffText(after, before))
		}
	}
	after := w.dumpVictim(t, d)
	for _, s := range d.names() {
		if !strings.Contains(after, s) {
			t.Errorf("dora has no %s any more:\n%s", s, after)
		}
	}
}
