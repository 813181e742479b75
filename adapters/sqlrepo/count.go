package sqlrepo

import (
	"context"

	"github.com/usherhq/usher/domain"
)

// What was seen must be as it was: the licence, its product and both stamps.
const asSeen = ` license_id = $1 AND EXISTS (SELECT 1 FROM usher_licenses l JOIN usher_products p ON p.id = l.product_id
	WHERE l.id = $1 AND l.stamp = $2 AND p.id = $3 AND p.stamp = $4)`

const (
	countRead = `SELECT n FROM usher_license_uses WHERE` + asSeen
	countUp   = `UPDATE usher_license_uses SET n = n + $5 WHERE` + asSeen + ` RETURNING n`
	countFrom = `UPDATE usher_license_uses SET n = n + $3 WHERE license_id = $1 AND n = $2`
	countDown = `UPDATE usher_license_uses SET n = CASE WHEN n + $5 < 0 THEN 0 ELSE n + $5 END WHERE` + asSeen + ` RETURNING n`
)

// OwnStatement is from where on a number is not added to others, so that sums
// cannot overflow.
const OwnStatement = 1 << 16

// Alone reports whether a count of n needs a statement of its own: the floor of
// 0 makes lowering twice another thing than lowering by the sum.
func Alone(n int) bool { return n < 0 || n >= OwnStatement }

// Count adds n to the uses of what was seen, never below 0, and returns the
// count after it, by one statement; n may be the sum of several uses. With 0 it
// only reads, and may run where nothing is written. If what was seen has
// changed or gone it is [domain.ErrMoved] and nothing is counted.
func Count(ctx context.Context, c Conn, seen domain.Seen, n int) (uses int64, err error) {
	args := []any{string(seen.LicenseID), seen.LicenseStamp, string(seen.ProductID), seen.ProductStamp}
	sql := countRead
	switch {
	case n > 0:
		sql, args = countUp, append(args, int64(n))
	case n < 0:
		sql, args = countDown, append(args, int64(n))
	}
	scan := func(rows Rows) (uses int64, err error) { return uses, rows.Scan(&uses) }
	return one(ctx, c, scan, domain.ErrMoved, sql, args...)
}

// CountKnown adds n to uses that the caller knows, in the same transaction, to be
// so many, of a licence that is as it was seen. It reports false, and counts
// nothing, if they are not.
func CountKnown(ctx context.Context, c Conn, id domain.LicenseID, uses int64, n int) (bool, error) {
	met, err := c.Exec(ctx, countFrom, string(id), uses, int64(n))
	return met > 0, err
}
