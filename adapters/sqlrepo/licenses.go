package sqlrepo

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type licenses struct{ repo }

var (
	licenseWritten = cols(`id seller_id product_id purchase_id seat_id digest last8 sealed secret disabled_at created_at`)
	licenseColumns = cols(`id seller_id product_id purchase_id seat_id sealed secret disabled_at created_at`)
)

// licenseArgs seals and digests the key with today's secret.
func (r licenses) licenseArgs(s domain.LicenseState) []any {
	last8 := []byte{}
	if end := s.Key.Last8(); end != "" {
		last8 = r.k.Last8(end)
	}
	sealed, secret := r.k.Seal(licenseAAD(s.ID), []byte(s.Key))
	return []any{string(s.ID), string(s.SellerID), string(s.ProductID), string(s.PurchaseID), string(s.SeatID),
		r.k.Digest(s.Key.Fold()), last8, sealed, secret, s.DisabledAt, s.CreatedAt}
}

// licenseAAD ties a sealed key to its licence.
func licenseAAD(id domain.LicenseID) []byte { return []byte("license:" + id) }

// sealedLicense is a licence whose key is not opened yet.
type sealedLicense struct {
	state  domain.LicenseState
	sealed []byte
	secret int
}

func (l *sealedLicense) dests() []any {
	s := &l.state
	return []any{(*string)(&s.ID), (*string)(&s.SellerID), (*string)(&s.ProductID), (*string)(&s.PurchaseID), (*string)(&s.SeatID),
		&l.sealed, &l.secret, Time(&s.DisabledAt), Time(&s.CreatedAt)}
}

func (l *sealedLicense) open(k *keyring.Keyring) (domain.LicenseState, error) {
	key, err := k.Open(l.secret, licenseAAD(l.state.ID), l.sealed)
	l.state.Key = domain.LicenseKey(key)
	return l.state, err
}

func (r licenses) scan(rows Rows) (*domain.License, error) {
	var l sealedLicense
	if err := rows.Scan(l.dests()...); err != nil {
		return nil, err
	}
	s, err := l.open(r.k)
	if err != nil {
		return nil, err
	}
	return domain.RestoreLicense(s), nil
}

var licenseFrom = `SELECT ` + licenseColumns.names("") + ` FROM usher_licenses WHERE seller_id = $1`

func (r licenses) ByID(ctx context.Context, id domain.LicenseID) (*domain.License, error) {
	return one(ctx, r.c, r.scan, domain.ErrLicenseNotFound, licenseFrom+` AND id = $2`+r.lock(), r.seller(), string(id))
}

func (r licenses) ByPurchase(ctx context.Context, p domain.PurchaseID, seat domain.SeatID) (*domain.License, error) {
	return one(ctx, r.c, r.scan, domain.ErrLicenseNotFound, licenseFrom+` AND purchase_id = $2 AND seat_id = $3`+r.lock(), r.seller(), string(p), string(seat))
}

var licenseList = `SELECT ` + licenseColumns.names("l") + `, u.n FROM usher_licenses l JOIN usher_license_uses u ON u.license_id = l.id
	WHERE l.seller_id = $1 AND (l.created_at, l.id) > ($2, $3) ORDER BY l.created_at, l.id LIMIT $4`

func (r licenses) List(ctx context.Context, after ports.Cursor, limit int) ([]ports.CountedLicense, error) {
	return many(ctx, r.c, func(rows Rows) (c ports.CountedLicense, err error) {
		var l sealedLicense
		if err := rows.Scan(append(l.dests(), &c.Uses)...); err != nil {
			return c, err
		}
		c.License, err = l.open(r.k)
		return c, err
	}, licenseList, r.seller(), since(after), after.ID, most(limit))
}

var licenseInsert = `INSERT INTO usher_licenses (` + licenseWritten.names("") + `)
	SELECT ` + licenseWritten.params() + ` FROM usher_products p CROSS JOIN usher_purchases s
	WHERE p.id = $3 AND p.seller_id = $2 AND s.id = $4 AND s.seller_id = $2 ON CONFLICT DO NOTHING`

func (r licenses) Insert(ctx context.Context, l *domain.License, uses int64) error {
	s := l.State()
	if err := r.inserting(s.SellerID); err != nil {
		return err
	}
	if digests := r.k.Digests(s.Key.Fold()); len(digests) > 1 { // else inserting tells
		if err := r.keyFree(ctx, s, digests); err != nil {
			return cmp.Or(r.clash(ctx, s), err)
		}
	}
	n, err := r.c.Exec(ctx, licenseInsert, r.licenseArgs(s)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return cmp.Or(r.clash(ctx, s), error(domain.ErrKeyTaken))
	}
	_, err = r.c.Exec(ctx, `INSERT INTO usher_license_uses (license_id, n) VALUES ($1, $2)`, string(s.ID), uses)
	return err
}

// clash says why a licence cannot be inserted, if it is not for its key.
func (r licenses) clash(ctx context.Context, s domain.LicenseState) error {
	return cmp.Or(
		r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_licenses WHERE id = $1`, string(s.ID)),
		r.lacking(ctx, domain.ErrProductNotFound, hasProduct, string(s.ProductID), r.seller()),
		r.lacking(ctx, domain.ErrPurchaseNotFound, hasPurchase, string(s.PurchaseID), r.seller()),
		r.taken(ctx, domain.ErrLicenseExists, `SELECT 1 FROM usher_licenses WHERE purchase_id = $1 AND seat_id = $2`,
			string(s.PurchaseID), string(s.SeatID)))
}

// keyFree refuses a key that another licence of the product has, whatever
// secret digested it, with [domain.ErrKeyTaken].
func (r licenses) keyFree(ctx context.Context, s domain.LicenseState, digests [][]byte) error {
	args := []any{string(s.ProductID), string(s.ID)}
	for _, d := range digests {
		args = append(args, d)
	}
	return r.taken(ctx, domain.ErrKeyTaken, `SELECT 1 FROM usher_licenses WHERE product_id = $1 AND id <> $2 AND digest IN (`+
		params(3, len(digests))+`)`, args...)
}

var licenseSave = `UPDATE usher_licenses SET ` + licenseWritten.set(5) + `, stamp = stamp + 1
	WHERE id = $1 AND seller_id = $2 AND product_id = $3 AND purchase_id = $4 AND seat_id = $5`

func (r licenses) Save(ctx context.Context, l *domain.License) error {
	s := l.State()
	if err := r.saving(s.SellerID, domain.ErrLicenseNotFound); err != nil {
		return err
	}
	scan := func(rows Rows) (d []byte, err error) { return d, rows.Scan(&d) }
	was, err := one(ctx, r.c, scan, domain.ErrLicenseNotFound, `SELECT digest FROM usher_licenses WHERE id = $1 AND seller_id = $2`+r.lock(), string(s.ID), r.seller())
	if err != nil {
		return err
	}
	digests := r.k.Digests(s.Key.Fold())
	if !slices.ContainsFunc(digests, func(d []byte) bool { return bytes.Equal(d, was) }) { // another key
		if err := r.keyFree(ctx, s, digests); err != nil {
			return err
		}
	}
	return change(ctx, r.c, domain.ErrLicenseNotFound, licenseSave, r.licenseArgs(s)...)
}
