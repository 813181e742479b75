package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Link makes another link to the page of a sale, for whoever uses it: whoever has
// it acts for them. It is kept nowhere; those of before stay good. Where nobody has
// said where the pages are it is [domain.ErrNotConfigured].
func (a *Access) Link(ctx context.Context, seller domain.SellerID, id domain.PurchaseID) (url string, err error) {
	if a.public == "" {
		return "", domain.ErrNotConfigured
	}
	return a.pageOf(ctx, seller, id, "", a.at())
}

// pageOf makes a link to the page of a sale, or of a seat of it; none where nobody
// has said where the pages are.
func (c *core) pageOf(ctx context.Context, seller domain.SellerID, id domain.PurchaseID, seat domain.SeatID, at time.Time) (url string, err error) {
	if c.public == "" {
		return "", nil
	}
	secret := c.newSecret()
	err = c.updateQuietly(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		if seat != "" {
			s, err := tx.Seats.ByID(ctx, seat)
			if err != nil {
				return err
			}
			return tx.Tokens.Insert(ctx, domain.NewInvitation(domain.TokenID(c.newID(at)), s, secret, at))
		}
		p, err := tx.Purchases.ByID(ctx, id)
		if err != nil {
			return err
		}
		return tx.Tokens.Insert(ctx, domain.NewSaleToken(domain.TokenID(c.newID(at)), p.State(), secret, at))
	})
	return c.pageAt(secret), err
}

// pageAt is where the page is that a secret opens.
func (c *core) pageAt(secret string) string { return c.public + "/d/" + secret }

// joins reports whether the buyer of a sale may join a server because of it.
func joins(ctx context.Context, tx ports.Tx, id domain.PurchaseID, at time.Time) (bool, error) {
	r, err := readSale(ctx, tx, id)
	if err != nil || len(r.attached) == 0 {
		return false, err
	}
	holders, err := r.holders(ctx, tx, at)
	return domain.Joins(r.facts.Purchase, holders, r.attached), err
}

// seatJoins reports whether who is invited to a seat may join a server once they
// have claimed it.
func seatJoins(ctx context.Context, tx ports.Tx, p domain.PurchaseState, s domain.Seat) (bool, error) {
	attached, err := tx.Attachments.ByProduct(ctx, p.ProductID)
	p.Email = s.Email
	return domain.Joins(p, []domain.Holder{{SeatID: s.ID, Email: domain.NormalizeEmail(s.Email), BeganAt: s.CreatedAt}}, attached), err
}
