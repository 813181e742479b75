package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type membership struct{ domain.Membership }

func (m membership) place() (domain.SellerID, time.Time, string) {
	return m.SellerID, m.CreatedAt, string(m.ID)
}

type memberships struct{ *tx }

func (r memberships) ByID(ctx context.Context, id domain.MembershipID) (domain.Membership, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Membership{}, err
	}
	m, ok := find(r.tx, r.memberships, string(id))
	if !ok {
		return domain.Membership{}, domain.ErrMembershipNotFound
	}
	return m.Membership, nil
}

func (r memberships) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Membership, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Membership
	for _, m := range list(r.memberships, r.memberships.pages[r.seller], after, limit, nil) {
		found = append(found, m.Membership)
	}
	return found, nil
}

func (r memberships) Insert(ctx context.Context, m domain.Membership) error {
	if err := r.inserting(ctx, m.SellerID); err != nil {
		return err
	}
	if _, there := r.memberships.rows[string(m.ID)]; there {
		return domain.ErrExists
	}
	return r.put(m)
}

func (r memberships) Save(ctx context.Context, m domain.Membership) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	old, ok := find(r.tx, r.memberships, string(m.ID))
	if !ok || m.SellerID != old.SellerID {
		return domain.ErrMembershipNotFound
	}
	return r.put(m)
}

// put keeps m. Its purchases may have named it before it was there.
func (r memberships) put(m domain.Membership) error {
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
