package pgstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// explaining is a Conn that looks at the plan of each query before it runs it.
type explaining struct {
	sqlrepo.Conn
	t    *testing.T
	what string
}

func (e explaining) Query(ctx context.Context, q string, args ...any) (sqlrepo.Rows, error) {
	r, err := e.Conn.Query(ctx, "EXPLAIN "+q, args...)
	if err != nil {
		return nil, err
	}
	var plan strings.Builder
	for r.Next() {
		var line string
		if err := r.Scan(&line); err != nil {
			return nil, err
		}
		plan.WriteString(line + "\n")
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	r.Close()
	if strings.Contains(plan.String(), "Seq Scan") || !strings.Contains(plan.String(), "Index") {
		e.t.Errorf("%s reads a whole table:\n%s\n%s", e.what, plan.String(), q)
	}
	return e.Conn.Query(ctx, q, args...)
}

// manySales fills a database with sales of one product, past the store.
const manySales = `
INSERT INTO usher_purchases SELECT p.id || i, p.seller_id, p.product_id, p.membership_id, 100000 + i, p.status, p.email, p.full_name, p.purchaser_id,
	p.quantity, p.price, p.currency, p.original_price, p.variants, p.multiseat, p.gift_given, p.gift_of, p.bundle_of, p.preorder_of, p.fee, p.custom_fields,
	p.offer_code, p.offer_percent, p.offer_amount, p.affiliate_email, p.affiliate_credit, p.card_visual, p.card_type, p.card_expiry_month, p.card_expiry_year,
	p.referrer, p.country, p.can_contact, p.discover_fee, p.refunded, p.refunded_at, p.disputed_at, p.dispute_won_at, p.revoked_at, p.created_at + i * interval '1 second'
	FROM usher_purchases p, generate_series(1, 5000) i;
INSERT INTO usher_licenses SELECT l.id || i, l.seller_id, l.product_id, l.purchase_id || i, l.seat_id, sha256((l.id || i)::bytea), l.last8, l.sealed, l.secret,
	l.disabled_at, l.created_at, l.stamp FROM usher_licenses l, generate_series(1, 5000) i;
INSERT INTO usher_license_uses SELECT u.license_id || i, 0 FROM usher_license_uses u, generate_series(1, 5000) i;
INSERT INTO usher_terms SELECT t.seller_id, t.term || i, t.purchase_id || i FROM usher_terms t, generate_series(1, 5000) i;
INSERT INTO usher_jobs (id, kind, lane, key, payload, due_at) SELECT i::text, 'k', 'lane' || i % 7, i::text, '', now() FROM generate_series(1, 5000) i;
ANALYZE;`

// TestHotLookUpsUseIndexes looks at the plans among five thousand sales.
func TestHotLookUpsUseIndexes(t *testing.T) {
	url := empty(t)
	s, products := shop(t, url, Options{})
	sale := fixture.Purchase(products[0])
	l := fixture.License(sale)
	fixture.Fill(t, s, sale, l)
	do(t, url, manySales)
	explain := func(c sqlrepo.Conn, what string) explaining { return explaining{c, t, what} }
	_, err := looked(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) (int, error) {
		all, err := sqlrepo.Facts(ctx, explain(c, "Facts"), s.keys, domain.Lookup{Key: l.Key})
		if len(all) != 1 {
			t.Errorf("%d holders, want 1", len(all))
		}
		_, err2 := sqlrepo.Facts(ctx, explain(c, "Facts of a product"), s.keys, domain.Lookup{Key: l.Key, ProductID: l.ProductID})
		_, _, err3 := sqlrepo.NextDue(ctx, explain(c, "NextDue"), []string{"k"})
		return 0, errors.Join(err, err2, err3)
	})
	must(t, err)
	must(t, s.read(t.Context(), func(own context.Context) error {
		return s.viewOn(own, func(ctx context.Context, c sqlrepo.Conn) error {
			tx := func(what string) ports.Tx { return sqlrepo.Tx(explain(c, what), ports.Seller(ana.ID), s.keys) }
			after := ports.Cursor{At: sale.CreatedAt, ID: string(sale.ID)}
			_, err1 := tx("a sale").Purchases.ByID(ctx, sale.ID)
			_, err2 := tx("a sale by its number").Purchases.ByOrderNumber(ctx, sale.OrderNumber)
			_, err3 := tx("a page of sales").Purchases.List(ctx, ports.PurchaseQuery{After: after, Limit: 20})
			_, err4 := tx("a page of a product's sales").Purchases.List(ctx, ports.PurchaseQuery{ProductID: products[0].ID, After: after, Limit: 20})
			_, err5 := tx("a search").Purchases.List(ctx, ports.PurchaseQuery{Terms: []string{"a", "b"}, Limit: 20})
			_, err6 := tx("a licence of a sale").Licenses.ByPurchase(ctx, sale.ID, "")
			_, _ = tx("a page of licences").Licenses.List(ctx, after, 20) // copies do not open
			return errors.Join(err1, err2, err3, err4, err5, err6)
		})
	}))
	_, err = written(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) ([]ports.Job, error) {
		return sqlrepo.Claim(ctx, explain(c, "Claim"), time.Now().Add(time.Hour), time.Now(), []string{"k"}, time.Minute, 20)
	})
	must(t, err)
}

// TestCountsLockInOneOrder: a plan that hashes would lock in any.
func TestCountsLockInOneOrder(t *testing.T) {
	url := empty(t)
	s, products := shop(t, url, Options{})
	sale := fixture.Purchase(products[0])
	fixture.Fill(t, s, sale, fixture.License(sale))
	do(t, url, manySales)
	var ids, ofProducts []string
	var stamps, ns []int64
	for i := range mostSums {
		ids, ofProducts = append(ids, fmt.Sprint("license", i)), append(ofProducts, string(products[0].ID))
		stamps, ns = append(stamps, 1), append(ns, 1)
	}
	conn, err := s.counter.pool.Acquire(t.Context())
	must(t, err)
	defer conn.Release()
	rows, err := conn.Query(t.Context(), "EXPLAIN "+countAll, ids, stamps, ofProducts, stamps, ns)
	must(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	plan := strings.Join(lines, "\n")
	for _, bad := range []string{"Hash", "Merge", "Seq Scan"} {
		if strings.Contains(plan, bad) {
			t.Errorf("the plan has a %s:\n%s", bad, plan)
		}
	}
}
