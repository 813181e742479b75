package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type license struct {
	domain.LicenseState
	stamp int64
}

func (l license) place() (domain.SellerID, time.Time, string) {
	return l.SellerID, l.CreatedAt, string(l.ID)
}

func (l license) holder() holder { return holder{l.PurchaseID, l.SeatID} }

type licenses struct{ *tx }

func (r licenses) ByID(ctx context.Context, id domain.LicenseID) (*domain.License, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	l, ok := find(r.tx, r.licenses, string(id))
	if !ok {
		return nil, domain.ErrLicenseNotFound
	}
	return domain.RestoreLicense(l.LicenseState), nil
}

func (r licenses) ByPurchase(ctx context.Context, id domain.PurchaseID, of domain.SeatID) (*domain.License, error) {
	return r.ByID(ctx, r.bySeat[holder{id, of}])
}

func (r licenses) List(ctx context.Context, after ports.Cursor, limit int) ([]ports.CountedLicense, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []ports.CountedLicense
	for _, l := range list(r.licenses, r.licenses.pages[r.seller], after, limit, nil) {
		found = append(found, ports.CountedLicense{License: l.LicenseState, Uses: r.uses[l.ID]})
	}
	return found, nil
}

func (r licenses) Insert(ctx context.Context, l *domain.License, uses int64) error {
	s := l.State()
	if err := r.inserting(ctx, s.SellerID); err != nil {
		return err
	}
	if _, there := r.licenses.rows[string(s.ID)]; there {
		return domain.ErrExists
	}
	if err := r.put(license{s, 1}); err != nil {
		return err
	}
	set(r.tx, r.uses, s.ID, uses)
	return nil
}

func (r licenses) Save(ctx context.Context, l *domain.License) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	s := l.State()
	old, ok := find(r.tx, r.licenses, string(s.ID))
	if !ok || s.SellerID != old.SellerID {
		return domain.ErrLicenseNotFound
	}
	return r.put(license{s, old.stamp + 1})
}

// put keeps l under its seat and key, unless another licence has one of them.
func (r licenses) put(l license) error {
	if _, ok := find(r.tx, r.products, string(l.ProductID)); !ok {
		return domain.ErrProductNotFound
	}
	if _, ok := find(r.tx, r.purchases, string(l.PurchaseID)); !ok {
		return domain.ErrPurchaseNotFound
	}
	if other, taken := r.bySeat[l.holder()]; taken && other != l.ID {
		return domain.ErrLicenseExists
	}
	for _, h := range r.holders[l.Key.Fold()] {
		if h != l.ID && r.licenses.rows[string(h)].ProductID == l.ProductID {
			return domain.ErrKeyTaken
		}
	}
	if old, had := r.licenses.rows[string(l.ID)]; had {
		unset(r.tx, r.bySeat, old.holder())
		unlink(r.tx, r.licensed, old.PurchaseID, old.ID)
		unlink(r.tx, r.holders, old.Key.Fold(), old.ID)
	}
	set(r.tx, r.bySeat, l.holder(), l.ID)
	link(r.tx, r.licensed, l.PurchaseID, l.ID)
	link(r.tx, r.holders, l.Key.Fold(), l.ID)
	put(r.tx, r.licenses, l)
	return nil
}

// moveLicense moves the stamp of a licence.
func (t *tx) moveLicense(id domain.LicenseID) {
	if l, ok := t.licenses.rows[string(id)]; ok {
		l.stamp++
		set(t, t.licenses.rows, string(id), l)
	}
}
