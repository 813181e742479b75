package pgstore

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
)

// use is one call of Count that waits.
type use struct {
	ctx  context.Context
	seen domain.Seen
	n    int
	uses int64
	err  error
	done chan struct{}
}

// sum is what several uses of a licence, as it was seen, come to.
type sum struct {
	seen domain.Seen
	n    int64
	uses []*use
}

// sums adds up what may be added up: one for each licence as it was seen, in the
// order in which all processes lock the rows. Those whose callers have left are
// left out.
func sums(uses []*use) (all []*sum, alone []*use) {
	found := map[domain.Seen]*sum{}
	for _, u := range uses {
		switch {
		case u.ctx.Err() != nil:
			u.err = u.ctx.Err()
		case sqlrepo.Alone(u.n):
			alone = append(alone, u)
		default:
			s := found[u.seen]
			if s == nil {
				s = &sum{seen: u.seen}
				found[u.seen] = s
				all = append(all, s)
			}
			s.n += int64(u.n)
			s.uses = append(s.uses, u)
		}
	}
	slices.SortFunc(all, func(a, b *sum) int {
		return cmp.Or(cmp.Compare(a.seen.LicenseID, b.seen.LicenseID), cmp.Compare(a.seen.LicenseStamp, b.seen.LicenseStamp))
	})
	return all, alone
}

// answer hands a sum out in the order of arrival, given the count after it.
func (s *sum) answer(after int64, err error) {
	before := after - s.n
	for _, u := range s.uses {
		if u.err = err; err == nil {
			before += int64(u.n)
			u.uses = before
		}
	}
}

// The rows are chosen in the order of the arrays, which takes their locks in one
// order as long as the planner keeps to nested loops. What was seen must be as
// it was: the licence, its product and both stamps.
const (
	chosen = ` FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[]) WITH ORDINALITY
		AS c (license_id, license_stamp, product_id, product_stamp, n, place)
		JOIN usher_licenses l ON l.id = c.license_id AND l.stamp = c.license_stamp
		JOIN usher_products p ON p.id = c.product_id AND p.id = l.product_id AND p.stamp = c.product_stamp`

	countAll = `UPDATE usher_license_uses u SET n = u.n + v.n FROM (SELECT c.place, c.license_id, c.n` + chosen + ` ORDER BY c.place) v
		WHERE u.license_id = v.license_id RETURNING v.place, u.n`
	readAll = `SELECT c.place, u.n` + chosen + ` JOIN usher_license_uses u ON u.license_id = c.license_id`
)

// tally runs one statement for many sums and answers them: those that met no row
// have moved.
func tally(ctx context.Context, conn *pgx.Conn, q string, all []*sum) error {
	if len(all) == 0 {
		return nil
	}
	var licenses, products []string
	var licenseStamps, productStamps, ns []int64
	for _, s := range all {
		licenses, licenseStamps = append(licenses, string(s.seen.LicenseID)), append(licenseStamps, s.seen.LicenseStamp)
		products, productStamps = append(products, string(s.seen.ProductID)), append(productStamps, s.seen.ProductStamp)
		ns = append(ns, s.n)
	}
	after := make([]int64, len(all))
	met := make([]bool, len(all))
	rows, err := conn.Query(ctx, q, licenses, licenseStamps, products, productStamps, ns)
	if err != nil {
		return err
	}
	var place, n int64
	if _, err := pgx.ForEachRow(rows, []any{&place, &n}, func() error {
		if place < 1 || place > int64(len(all)) {
			return errors.New("the database answered what it was not asked")
		}
		after[place-1], met[place-1] = n, true
		return nil
	}); err != nil {
		return err
	}
	for i, s := range all {
		if !met[i] {
			s.answer(0, domain.ErrMoved)
			continue
		}
		s.answer(after[i], nil)
	}
	return nil
}
