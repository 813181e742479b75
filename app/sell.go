package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// prepare fills what a recorded sale leaves out, and checks it.
func (s *Sales) prepare(ctx context.Context, tx ports.Tx, seller domain.SellerID, sale domain.PurchaseState, every domain.Recurrence, at time.Time) (*domain.Purchase, error) {
	product, err := tx.Products.ByID(ctx, sale.ProductID)
	if err != nil {
		return nil, err
	}
	variants, err := tx.Variants.ByProduct(ctx, product.ID)
	if err != nil {
		return nil, err
	}
	if err := named(ctx, tx, sale); err != nil {
		return nil, err
	}
	if sale.ID == "" {
		sale.ID = domain.PurchaseID(s.newID(at))
	}
	if sale.CreatedAt.IsZero() {
		sale.CreatedAt = at
	}
	sale.SellerID = seller
	sale.CreatedAt = domain.Instant(sale.CreatedAt)
	sale.Email = domain.NormalizeEmail(sale.Email)
	p, err := domain.Sell(product, variants, sale, every)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// named refuses a sale that names what the seller does not have: it could be
// exported, but not imported.
func named(ctx context.Context, tx ports.Tx, sale domain.PurchaseState) error {
	for _, ref := range []struct {
		field string
		id    domain.PurchaseID
	}{{"gift_of", sale.GiftOf}, {"bundle_of", sale.BundleOf}, {"preorder_of", sale.PreorderOf}} {
		if ref.id == "" {
			continue
		}
		if _, err := tx.Purchases.ByID(ctx, ref.id); errors.Is(err, domain.ErrPurchaseNotFound) {
			return domain.InvalidField(ref.field, "the seller has no such purchase")
		} else if err != nil {
			return err
		}
	}
	if sale.MembershipID == "" {
		return nil
	}
	_, err := tx.Memberships.ByID(ctx, sale.MembershipID)
	if errors.Is(err, domain.ErrMembershipNotFound) {
		return domain.InvalidField("membership", "the seller has no such membership")
	}
	return err
}

func (s *Sales) orderNumber() int64 { return domain.NewOrderNumber(uint32(s.number())) }

// insert keeps a new purchase. An order number that was not given is drawn
// here, and again while it is taken.
func (s *Sales) insert(ctx context.Context, tx ports.Tx, p *domain.Purchase) (*domain.Purchase, error) {
	given := p.State().OrderNumber != 0
	for range 50 {
		if !given {
			p = p.Numbered(s.orderNumber())
		}
		if err := p.State().Check(); err != nil {
			return nil, err
		}
		err := tx.Purchases.Insert(ctx, p)
		if given || !errors.Is(err, domain.ErrOrderNumberTaken) {
			return p, err
		}
	}
	return nil, domain.ErrOrderNumberTaken
}

// complete carries a pending purchase through: its status, its licence, and for
// a bundle the purchases of what it includes.
func (s *Sales) complete(ctx context.Context, tx ports.Tx, p *domain.Purchase, at time.Time) (Sale, error) {
	was := p.State()
	product, err := tx.Products.ByID(ctx, was.ProductID)
	if err != nil {
		return Sale{}, err
	}
	seller, err := tx.Sellers.ByID(ctx, was.SellerID)
	if err != nil {
		return Sale{}, err
	}
	var m domain.MembershipState
	if was.MembershipID != "" {
		kept, err := tx.Memberships.ByID(ctx, was.MembershipID)
		if err != nil {
			return Sale{}, err
		}
		m = kept.State()
	}
	events, err := p.Complete(m.InTrial(at), seller, at)
	if err != nil {
		return Sale{}, err
	}
	if err := tx.Purchases.Save(ctx, p); err != nil {
		return Sale{}, err
	}
	sale := Sale{Purchase: p.State()}
	if domain.EarnsLicense(product, sale.Purchase) {
		l, e, err := s.issue(ctx, tx, sale.Purchase, at)
		if err != nil {
			return Sale{}, err
		}
		sale.License = l.State()
		events = append(events, e)
	}
	if err := s.emit(ctx, tx, at, events...); err != nil {
		return Sale{}, err
	}
	sale.Included, err = s.completeIncluded(ctx, tx, p, product, at)
	return sale, err
}

func (s *Sales) completeIncluded(ctx context.Context, tx ports.Tx, p *domain.Purchase, bundle domain.Product, at time.Time) ([]Sale, error) {
	var all []Sale
	if p.State().GiftGiven {
		return nil, nil // the receiver's purchase has them
	}
	for line := range bundle.Includes.All() {
		product, err := tx.Products.ByID(ctx, line.ProductID)
		if err != nil {
			return nil, err
		}
		item := p.Included(line, product, domain.PurchaseID(s.newID(at)))
		if item, err = s.insert(ctx, tx, item); err != nil {
			return nil, err
		}
		sale, err := s.complete(ctx, tx, item, at)
		if err != nil {
			return nil, err
		}
		all = append(all, sale)
	}
	return all, nil
}

// issue gives a purchase its licence. A key that is taken is drawn again.
func (c *core) issue(ctx context.Context, tx ports.Tx, p domain.PurchaseState, at time.Time) (*domain.License, domain.Event, error) {
	for range 3 {
		l, e := domain.IssueLicense(p, domain.LicenseID(c.newID(at)), c.newKey(), at)
		err := tx.Licenses.Insert(ctx, l, 0)
		if !errors.Is(err, domain.ErrKeyTaken) {
			return l, e, err
		}
	}
	return nil, nil, domain.ErrKeyTaken
}
