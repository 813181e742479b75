package memstore

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type purchase struct {
	domain.PurchaseState
	terms []string // sorted; never changed
}

func (p purchase) place() (domain.SellerID, time.Time, string) {
	return p.SellerID, p.CreatedAt, string(p.ID)
}

func (p purchase) number() orderNumber { return orderNumber{p.SellerID, p.OrderNumber} }

// found reports whether every one of the words begins one of p's terms.
func (p purchase) found(words []string) bool {
	for _, w := range words {
		i, _ := slices.BinarySearch(p.terms, w)
		if i == len(p.terms) || !strings.HasPrefix(p.terms[i], w) {
			return false
		}
	}
	return true
}

type purchases struct{ *tx }

func (r purchases) ByID(ctx context.Context, id domain.PurchaseID) (*domain.Purchase, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	p, ok := find(r.tx, r.purchases, string(id))
	if !ok {
		return nil, domain.ErrPurchaseNotFound
	}
	return domain.RestorePurchase(p.PurchaseState), nil
}

func (r purchases) ByOrderNumber(ctx context.Context, number int64) (*domain.Purchase, error) {
	return r.ByID(ctx, r.numbers[orderNumber{r.seller, number}])
}

func (r purchases) List(ctx context.Context, q ports.PurchaseQuery) ([]domain.PurchaseState, error) {
	o := r.purchases.pages[r.seller]
	if q.ProductID != "" {
		o = r.sales[q.ProductID]
	}
	return r.list(ctx, o, q.After, q.Limit, func(p purchase) bool {
		return (q.BundleOf == "" || p.BundleOf == q.BundleOf) && (q.GiftOf == "" || p.GiftOf == q.GiftOf) &&
			(q.Email == "" || p.Email == q.Email) && p.found(q.Terms)
	})
}

func (r purchases) Unlicensed(ctx context.Context, id domain.ProductID, after ports.Cursor, limit int) (found []domain.PurchaseID, next ports.Cursor, err error) {
	all, err := r.list(ctx, r.sales[id], after, limit, func(purchase) bool { return true })
	for _, p := range all {
		if len(r.licensed[p.ID]) == 0 {
			found = append(found, p.ID)
		}
	}
	if len(all) == most(limit) {
		last := all[len(all)-1]
		next = ports.Cursor{At: last.CreatedAt, ID: string(last.ID)}
	}
	return found, next, err
}

func (r purchases) list(ctx context.Context, o *order, after ports.Cursor, limit int, fits func(purchase) bool) ([]domain.PurchaseState, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.PurchaseState
	for _, p := range list(r.purchases, o, after, limit, func(p purchase) bool { return r.reaches(p.SellerID) && fits(p) }) {
		found = append(found, p.PurchaseState)
	}
	return found, nil
}

func (r purchases) Insert(ctx context.Context, p *domain.Purchase) error {
	s := p.State()
	if err := r.inserting(ctx, s.SellerID); err != nil {
		return err
	}
	if _, there := r.purchases.rows[string(s.ID)]; there {
		return domain.ErrExists
	}
	return r.put(s)
}

func (r purchases) Save(ctx context.Context, p *domain.Purchase) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	s := p.State()
	old, ok := find(r.tx, r.purchases, string(s.ID))
	if !ok || s.SellerID != old.SellerID {
		return domain.ErrPurchaseNotFound
	}
	return r.put(s)
}

func (r purchases) put(s domain.PurchaseState) error {
	if _, ok := find(r.tx, r.products, string(s.ProductID)); !ok {
		return domain.ErrProductNotFound
	}
	p := purchase{s, domain.SearchTerms(s.FullName, s.Email)}
	if other, taken := r.numbers[p.number()]; taken && other != p.ID {
		return domain.ErrOrderNumberTaken
	}
	if old, had := r.purchases.rows[string(p.ID)]; had {
		unset(r.tx, r.numbers, old.number())
		r.remove(page(r.sales, old.ProductID), placeOf(old.CreatedAt, string(old.ID)))
		unlink(r.tx, r.gifts, old.GiftOf, old.ID)
		unlink(r.tx, r.renewing, old.MembershipID, old.ID)
	}
	set(r.tx, r.numbers, p.number(), p.ID)
	r.add(page(r.sales, p.ProductID), placeOf(p.CreatedAt, string(p.ID)))
	if p.GiftOf != "" {
		link(r.tx, r.gifts, p.GiftOf, p.ID)
	}
	if p.MembershipID != "" {
		link(r.tx, r.renewing, p.MembershipID, p.ID)
	}
	put(r.tx, r.purchases, p)
	r.movePurchase(p.ID)
	return nil
}

// movePurchase moves the stamps of a purchase's licences, and of those of the
// gifts that it gave.
func (t *tx) movePurchase(id domain.PurchaseID) {
	for _, p := range append([]domain.PurchaseID{id}, t.gifts[id]...) {
		for _, l := range t.licensed[p] {
			t.moveLicense(l)
		}
	}
}
