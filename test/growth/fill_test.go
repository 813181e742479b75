package growth

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// dueOneIn is how many memberships there are to one that is due.
const dueOneIn = 30

// shop is what the database is filled from: one sale with all that hangs on it,
// made through the store. The others are copies, made by the database itself.
type shop struct {
	size    int
	seller  domain.Seller
	product domain.Product
	tier    domain.Variant
	sale    domain.PurchaseState
	member  domain.MembershipState
	payment domain.PaymentState
	now     time.Time // when the memberships that are due are
}

// jobKind is the app's kind of job that renews.
const jobKind = "membership"

func newShop(b *testing.B, s ports.Store, size int) *shop {
	b.Helper()
	h := &shop{size: size, seller: fixture.Seller("ana")}
	h.product = fixture.Product(h.seller, fixture.Renewable)
	h.tier = fixture.Variant(h.product, func(v *domain.Variant) { v.MostSeats = 5 * size })
	h.sale, h.member = fixture.Renewal(h.product, func(p *domain.PurchaseState) { p.Variants = domain.ChosenVariants(h.tier.ID) })
	h.member.Method = sandbox.Pays
	h.payment = fixture.Payment(h.sale)
	h.now = h.member.NextDue().Add(time.Minute)
	fixture.Fill(b, s, h.seller, h.product, h.tier, h.sale, h.member, h.payment)
	if err := s.Enqueue(b.Context(), ports.Job{ID: "job", Kind: jobKind, Lane: string(h.seller.ID), DueAt: h.now.AddDate(1, 0, 0)}); err != nil {
		b.Fatal(err)
	}
	return h
}

// dialect is how a database counts, and writes a number and a time.
type dialect struct {
	series, nine, later, bytes string
	at                         func(time.Time) string
}

var (
	sqlite = dialect{`(WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < %d) SELECT i FROM s) s`, `printf('%09d', i)`, `%s + i * 1000`, `BLOB`,
		func(t time.Time) string { return fmt.Sprint(t.UnixMicro()) }}
	postgres = dialect{`generate_series(1, %d) i`, `lpad(i::text, 9, '0')`, `%s + i * interval '1 millisecond'`, `bytea`,
		func(t time.Time) string { return `timestamptz '` + t.Format(time.RFC3339Nano) + `'` }}
)

// copies makes size rows of one, with other values in these columns.
func (h *shop) copies(ctx context.Context, db *sql.DB, d dialect, table, where string, other map[string]string) error {
	r, err := db.QueryContext(ctx, `SELECT * FROM `+table+` WHERE 1 = 0`)
	if err != nil {
		return err
	}
	names, err := r.Columns()
	r.Close()
	if err != nil {
		return err
	}
	var values []string
	for _, name := range names {
		v, ok := other[name]
		if !ok {
			v = "t." + name
		}
		values = append(values, strings.ReplaceAll(v, "#", d.nine))
	}
	q := fmt.Sprintf(`INSERT INTO %s (%s) SELECT %s FROM %s t CROSS JOIN %s WHERE %s`, table, strings.Join(names, ", "), strings.Join(values, ", "),
		table, fmt.Sprintf(d.series, h.size), where)
	if _, err := db.ExecContext(ctx, q); err != nil {
		return fmt.Errorf("%w in\n%s", err, q)
	}
	return nil
}

// fill makes all that the shop has by size.
func (h *shop) fill(b *testing.B, db *sql.DB, d dialect, keys *keyring.Keyring) {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	ctx := b.Context()
	made := fmt.Sprintf(d.later, "t.created_at")
	must(h.copies(ctx, db, d, "usher_purchases", `t.id = '`+string(h.sale.ID)+`'`, map[string]string{
		"id": "'s' || #", "membership_id": "'m' || #", "order_number": "1000000 + i", "email": "'buyer' || # || '@example.com'", "full_name": "'Buyer ' || #", "created_at": made}))
	must(h.copies(ctx, db, d, "usher_memberships", `t.id = '`+string(h.member.ID)+`'`, map[string]string{
		"id": "'m' || #", "purchase_id": "'s' || #", "created_at": made}))
	must(h.copies(ctx, db, d, "usher_payments", `t.id = '`+string(h.payment.ID)+`'`, map[string]string{
		"id": "'p' || #", "purchase_id": "'s' || #", "membership_id": "'m' || #", "key": "'sale ' || #", "created_at": made}))
	must(h.copies(ctx, db, d, "usher_jobs", `t.id = 'job'`, map[string]string{
		"id": "'j' || #", "key": "'membership:m' || #", "payload": "'m' || #",
		"due_at": fmt.Sprintf(`CASE WHEN i %% %d = 0 THEN %s ELSE %s END`, dueOneIn, fmt.Sprintf(d.later, d.at(h.now.Add(-time.Hour))), fmt.Sprintf(d.later, "t.due_at"))}))
	for _, term := range []string{`'buyer'`, `#`, `'buyer' || #`, `'example'`, `'com'`, `'buyer' || # || '@example.com'`} {
		_, err := db.ExecContext(ctx, fmt.Sprintf(`INSERT INTO usher_terms (seller_id, term, purchase_id) SELECT '%s', %s, 's' || %s FROM `+d.series,
			h.seller.ID, strings.ReplaceAll(term, "#", d.nine), d.nine, h.size))
		must(err)
	}
	_, err := db.ExecContext(ctx, fmt.Sprintf(`INSERT INTO usher_license_uses (license_id, n) SELECT 'l' || %s, 0 FROM `+d.series, d.nine, h.size))
	must(err)
	must(h.licenses(ctx, db, d, keys))
}

// key is that of the licence number i.
func key(i int) domain.LicenseKey {
	return domain.LicenseKey(fmt.Sprintf("%08X-00000000-11111111-22222222", i))
}

// licenses makes a licence for each sale. Their keys are sealed and digested as
// the repository does.
func (h *shop) licenses(ctx context.Context, db *sql.DB, d dialect, keys *keyring.Keyring) error {
	const atOnce = 400
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for from := 1; from <= h.size; from += atOnce {
		var rows []string
		var args []any
		for i := from; i < from+atOnce && i <= h.size; i++ {
			id := fmt.Sprintf("l%09d", i)
			sealed, secret := keys.Seal([]byte("license:"+id), []byte(key(i)))
			n := len(args)
			rows = append(rows, fmt.Sprintf("($%d, $%d, CAST($%d AS %s), CAST($%d AS %s), CAST($%d AS %s))", n+1, n+2, n+3, d.bytes, n+4, d.bytes, n+5, d.bytes))
			args = append(args, id, fmt.Sprintf("s%09d", i), keys.Digest(key(i).Fold()), keys.Last8(key(i).Last8()), sealed)
			if secret != keys.Current() {
				return fmt.Errorf("sealed with secret %d", secret)
			}
		}
		q := fmt.Sprintf(`INSERT INTO usher_licenses (id, seller_id, product_id, purchase_id, seat_id, digest, last8, sealed, secret, created_at)
			WITH k (id, sale, digest, last8, sealed) AS (VALUES %s)
			SELECT k.id, '%s', '%s', k.sale, '', k.digest, k.last8, k.sealed, %d, s.created_at FROM k CROSS JOIN usher_purchases s WHERE s.id = k.sale`,
			strings.Join(rows, ", "), h.seller.ID, h.product.ID, keys.Current())
		if _, err := tx.ExecContext(ctx, q, args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}
