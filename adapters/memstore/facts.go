package memstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/usherhq/usher/domain"
)

// Facts implements ports.Store.
func (s *Store) Facts(ctx context.Context, what domain.Lookup) ([]domain.Facts, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	if !domain.Storable(string(what.Key)) {
		return nil, nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []domain.Facts
	for _, id := range s.holders[what.Key.Fold()] {
		if l := s.licenses.rows[string(id)]; what.ProductID == "" || l.ProductID == what.ProductID {
			found = append(found, s.facts(l))
		}
	}
	slices.SortFunc(found, func(a, b domain.Facts) int {
		return cmp.Or(a.License.CreatedAt.Compare(b.License.CreatedAt), cmp.Compare(a.License.ID, b.License.ID))
	})
	return found, nil
}

// facts puts together what is known of a licence. What its purchase names
// loosely counts only if it is the same seller's.
func (s *Store) facts(l license) domain.Facts {
	product := s.products.rows[string(l.ProductID)]
	purchase := s.purchases.rows[string(l.PurchaseID)]
	f := domain.Facts{
		Seen:    domain.Seen{LicenseID: l.ID, ProductID: l.ProductID, LicenseStamp: l.stamp, ProductStamp: product.stamp},
		License: l.LicenseState, Product: product.Product, Purchase: purchase.PurchaseState,
		Seller: s.sellers.rows[string(l.SellerID)].Seller,
	}
	var names []string
	for id := range purchase.Variants.All() {
		if v, ok := s.variants.rows[string(id)]; ok && v.SellerID == l.SellerID {
			names = append(names, v.Name)
		}
	}
	f.Variants = domain.MakeNames(names...)
	if m, ok := s.memberships.rows[string(purchase.MembershipID)]; ok && m.SellerID == l.SellerID {
		f.Membership = m.MembershipState
	}
	if g, ok := s.purchases.rows[string(purchase.GiftOf)]; ok && g.SellerID == l.SellerID {
		f.Giver = domain.Giver{Email: g.Email, Price: g.Price}
	}
	return f
}

// Count implements ports.Store.
func (s *Store) Count(ctx context.Context, seen domain.Seen, n int) (int64, error) {
	if err := s.enter(ctx); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.licenses.rows[string(seen.LicenseID)]
	if !ok || l.ProductID != seen.ProductID || l.stamp != seen.LicenseStamp || s.products.rows[string(l.ProductID)].stamp != seen.ProductStamp {
		return 0, domain.ErrMoved
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.uses[l.ID] = domain.AddUses(s.uses[l.ID], n)
	return s.uses[l.ID], nil
}
