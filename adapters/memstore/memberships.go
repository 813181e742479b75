package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type membership struct{ domain.MembershipState }

func (m membership) place() (domain.SellerID, time.Time, string) {
	return m.SellerID, m.CreatedAt, string(m.ID)
}

type memberships struct{ *tx }

func (r memberships) ByID(ctx context.Context, id domain.MembershipID) (*domain.Membership, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	m, ok := find(r.tx, r.memberships, string(id))
	if !ok {
		return nil, domain.ErrMembershipNotFound
	}
	return domain.RestoreMembership(m.MembershipState), nil
}

func (r memberships) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.MembershipState, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.MembershipState
	for _, m := range list(r.memberships, r.memberships.pages[r.seller], after, limit, nil) {
		found = append(found, m.MembershipState)
	}
	return found, nil
}

func (r memberships) SeatsIn(ctx context.Context, tier domain.VariantID, except domain.MembershipID) (int, error) {
	if err := r.reading(ctx); err != nil {
		return 0, err
	}
	n := 0
	for _, m := range all(r.tx, r.memberships, r.memberships.pages[r.seller]) {
		if m.ID != except {
			n += m.SeatsIn(tier)
		}
	}
	for _, id := range r.waiting[ofSeller{r.seller, string(tier)}] {
		n += r.payments.rows[string(id)].SeatsIn(tier)
	}
	return n, nil
}

func (r memberships) Insert(ctx context.Context, m *domain.Membership) error {
	s := m.State()
	if err := r.inserting(ctx, s.SellerID); err != nil {
		return err
	}
	if _, there := r.memberships.rows[string(s.ID)]; there {
		return domain.ErrExists
	}
	return r.put(s)
}

func (r memberships) Save(ctx context.Context, m *domain.Membership) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	s := m.State()
	old, ok := find(r.tx, r.memberships, string(s.ID))
	if !ok || s.SellerID != old.SellerID {
		return domain.ErrMembershipNotFound
	}
	return r.put(s)
}

// put keeps m. Its purchases may have named it before it was there.
func (r memberships) put(m domain.MembershipState) error {
	if _, ok := find(r.tx, r.products, string(m.ProductID)); !ok {
		return domain.ErrProductNotFound
	}
	if _, ok := find(r.tx, r.purchases, string(m.PurchaseID)); !ok {
		return domain.ErrPurchaseNotFound
	}
	put(r.tx, r.memberships, membership{m})
	for _, p := range r.renewing[m.ID] {
		for _, l := range r.licensed[p] {
			r.moveLicense(l)
		}
	}
	return nil
}
