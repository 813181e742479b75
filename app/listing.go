package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// SaleFilter chooses sales of a list; the zero value means all.
type SaleFilter struct {
	ports.SaleQuery
	OrderNumber int64 // the sale of that number only, without its renewals; 0: any
	Skip        int   // so many of the newest are left out
}

// Listed is one sale of a list: a purchase, or a renewal of one, with what is
// said of it there.
type Listed struct {
	Purchase   domain.PurchaseState
	Renewal    domain.PaymentState // the zero value: it is the purchase itself
	Product    domain.Product
	Variants   []domain.Variant       // those chosen, in their order
	Versions   bool                   // the product has any variants
	Membership domain.MembershipState // the zero value: it does not renew
	License    domain.LicenseState    // of the whole sale: a giver's is that of who received it; the zero value: none
	Uses       int64                  // of that licence
	Giver      string                 // address of who gave it
	Receiver   string                 // address of who was given it
	Disputed   bool                   // a bank took it back
	Won        bool                   // and the seller won
	At         time.Time              // when it was read, in business time
}

// ID returns the id of the sale: the purchase's, or the renewal's payment's.
func (l Listed) ID() string { return cmp.Or(string(l.Renewal.ID), string(l.Purchase.ID)) }

// Place returns where the sale stands in the list.
func (l Listed) Place() ports.Cursor { return entry{l.Purchase, l.Renewal}.place() }

// entry is one sale of a list, with nothing read beside it.
type entry struct {
	purchase domain.PurchaseState // of a renewal: only its id
	renewal  domain.PaymentState
}

func (e entry) place() ports.Cursor {
	if e.renewal.ID != "" {
		return placeOf(e.renewal.CreatedAt, e.renewal.ID)
	}
	return placeOf(e.purchase.CreatedAt, e.purchase.ID)
}

// Newest lists what counts as a sale, renewals among them, newest first: up to
// f.Limit of them, which is at least 1. more says that there are older ones.
func (s *Sales) Newest(ctx context.Context, seller domain.SellerID, f SaleFilter) (sales []Listed, more bool, err error) {
	q, limit := f.SaleQuery, max(1, f.Limit)
	for f.Skip > 0 {
		q.Limit = min(f.Skip, pageSize)
		passed, err := s.entries(ctx, seller, q, f.OrderNumber)
		if err != nil || len(passed) < q.Limit {
			return nil, false, err
		}
		f.Skip -= len(passed)
		q.Before = passed[len(passed)-1].place()
	}
	q.Limit = limit + 1
	entries, err := s.entries(ctx, seller, q, f.OrderNumber)
	if err != nil {
		return nil, false, err
	}
	if more = len(entries) > limit; more {
		entries = entries[:limit]
	}
	at := s.at()
	sales, err = load(ctx, s.core, seller, func(ctx context.Context, tx ports.Tx) ([]Listed, error) {
		r := saleReader{tx: tx, at: at}
		all := make([]Listed, len(entries))
		for i, e := range entries {
			var err error
			if all[i], err = r.listed(ctx, e); err != nil {
				return nil, err
			}
		}
		return all, nil
	})
	return sales, more, err
}

// Find returns a sale by its id, that of a purchase of whatever status or of a
// paid renewal; else it is [domain.ErrPurchaseNotFound].
func (s *Sales) Find(ctx context.Context, seller domain.SellerID, id string) (Listed, error) {
	at := s.at()
	return load(ctx, s.core, seller, func(ctx context.Context, tx ports.Tx) (Listed, error) {
		e, err := found(ctx, tx, id)
		if err != nil {
			return Listed{}, err
		}
		return (&saleReader{tx: tx, at: at}).listed(ctx, e)
	})
}

// found returns the sale of that id. A customer who came by import is none.
func found(ctx context.Context, tx ports.Tx, id string) (entry, error) {
	p, err := tx.Purchases.ByID(ctx, domain.PurchaseID(id))
	if err == nil && p.State().Status != domain.Imported {
		return entry{purchase: p.State()}, nil
	}
	if err == nil || !errors.Is(err, domain.ErrPurchaseNotFound) {
		return entry{}, cmp.Or(err, error(domain.ErrPurchaseNotFound))
	}
	y, err := tx.Payments.ByID(ctx, domain.PaymentID(id))
	if errors.Is(err, domain.ErrPaymentNotFound) || err == nil && !y.State().Renewed() {
		return entry{}, domain.ErrPurchaseNotFound
	}
	if err != nil {
		return entry{}, err
	}
	return entry{domain.PurchaseState{ID: y.State().PurchaseID}, y.State()}, nil
}

// entries returns the next sales and renewals of a list.
func (s *Sales) entries(ctx context.Context, seller domain.SellerID, q ports.SaleQuery, number int64) ([]entry, error) {
	return load(ctx, s.core, seller, func(ctx context.Context, tx ports.Tx) ([]entry, error) {
		if number != 0 {
			return numbered(ctx, tx, q, number)
		}
		sales, err := tx.Purchases.Newest(ctx, q)
		if err != nil {
			return nil, err
		}
		renewals, err := tx.Payments.Renewals(ctx, q)
		if err != nil {
			return nil, err
		}
		all := make([]entry, 0, len(sales)+len(renewals))
		for _, p := range sales {
			all = append(all, entry{purchase: p})
		}
		for _, y := range renewals {
			all = append(all, entry{domain.PurchaseState{ID: y.PurchaseID}, y})
		}
		slices.SortFunc(all, func(a, b entry) int { return later(a.place(), b.place()) })
		return all[:min(len(all), q.Limit)], nil
	})
}

// numbered returns the sale of an order number, if it is among those asked for.
func numbered(ctx context.Context, tx ports.Tx, q ports.SaleQuery, number int64) ([]entry, error) {
	p, err := tx.Purchases.ByOrderNumber(ctx, number)
	if errors.Is(err, domain.ErrPurchaseNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s := p.State()
	e, before := entry{purchase: s}, q.Before
	passed := before != (ports.Cursor{}) && later(e.place(), before) <= 0
	if passed || !s.Counts() || s.CreatedAt.Before(q.From) || q.ProductID != "" && s.ProductID != q.ProductID || q.Email != "" && s.Email != q.Email {
		return nil, nil
	}
	return []entry{e}, nil
}

// saleReader reads what belongs to sales, of each product once.
type saleReader struct {
	tx       ports.Tx
	at       time.Time
	products map[domain.ProductID]catalogued
}

// catalogued is a product with its variants.
type catalogued struct {
	product  domain.Product
	variants []domain.Variant
}

func (r *saleReader) product(ctx context.Context, id domain.ProductID) (catalogued, error) {
	if c, known := r.products[id]; known {
		return c, nil
	}
	p, err := r.tx.Products.ByID(ctx, id)
	if err != nil {
		return catalogued{}, err
	}
	variants, err := r.tx.Variants.ByProduct(ctx, id)
	if err != nil {
		return catalogued{}, err
	}
	if r.products == nil {
		r.products = map[domain.ProductID]catalogued{}
	}
	c := catalogued{p, variants}
	r.products[id] = c
	return c, nil
}

func (r *saleReader) listed(ctx context.Context, e entry) (Listed, error) {
	l := Listed{Purchase: e.purchase, Renewal: e.renewal, At: r.at}
	l.Disputed, l.Won = !l.Purchase.DisputedAt.IsZero(), !l.Purchase.DisputeWonAt.IsZero()
	if e.renewal.ID != "" {
		p, err := r.tx.Purchases.ByID(ctx, e.purchase.ID)
		if err != nil {
			return l, err
		}
		disputes, err := r.tx.Disputes.ByPayment(ctx, e.renewal.ID)
		if err != nil {
			return l, err
		}
		l.Purchase = p.State()
		for _, d := range disputes {
			l.Disputed, l.Won = true, !d.WonAt.IsZero()
		}
	}
	c, err := r.product(ctx, l.Purchase.ProductID)
	if err != nil {
		return l, err
	}
	l.Product = c.product
	for _, v := range c.variants {
		l.Versions = l.Versions || v.DeletedAt.IsZero()
		if slices.Contains(slices.Collect(l.Purchase.Variants.All()), v.ID) {
			l.Variants = append(l.Variants, v)
		}
	}
	if id := l.Purchase.MembershipID; id != "" {
		m, err := r.tx.Memberships.ByID(ctx, id)
		switch {
		case err == nil:
			l.Membership = m.State().CaughtUp(r.at)
		case !errors.Is(err, domain.ErrMembershipNotFound): // it may come later, as in an import
			return l, err
		}
	}
	return r.given(ctx, l)
}

// given adds who gave or received the sale, and the licence that it earned: a
// giver's is the one that was received.
func (r *saleReader) given(ctx context.Context, l Listed) (Listed, error) {
	holder := l.Purchase.ID
	switch {
	case l.Purchase.GiftOf != "":
		giver, err := r.tx.Purchases.ByID(ctx, l.Purchase.GiftOf)
		if err != nil && !errors.Is(err, domain.ErrPurchaseNotFound) {
			return l, err
		}
		if err == nil {
			l.Giver = giver.State().Email
		}
	case l.Purchase.GiftGiven:
		gifts, err := r.tx.Purchases.List(ctx, ports.PurchaseQuery{GiftOf: l.Purchase.ID, Limit: 1})
		if err != nil {
			return l, err
		}
		if len(gifts) > 0 {
			l.Receiver, holder = gifts[0].Email, gifts[0].ID
		}
	}
	license, err := r.tx.Licenses.ByPurchase(ctx, holder, "")
	if errors.Is(err, domain.ErrLicenseNotFound) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	l.License = license.State()
	l.Uses, err = r.tx.Licenses.Uses(ctx, l.License.ID)
	return l, err
}
