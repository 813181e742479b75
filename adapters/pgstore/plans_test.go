package pgstore

import (
	"context"
	"database/sql"
	"log/slog"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/plantest"
)

// overheard opens a store whose statements are noted.
func overheard(t *testing.T, url string, o Options, sent *plantest.Sent) *Store {
	t.Helper()
	c, err := pgxpool.ParseConfig(url)
	must(t, err)
	c.ConnConfig.Tracer = noting{sent}
	pool, err := pgxpool.NewWithConfig(t.Context(), c)
	must(t, err)
	o.Keyring, o.Logger = ring(t, 'a'), slog.New(slog.DiscardHandler)
	s, err := New(t.Context(), pool, &o)
	must(t, err)
	t.Cleanup(func() {
		must(t, s.Close())
		pool.Close()
	})
	return s
}

type noting struct{ sent *plantest.Sent }

func (n noting) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	n.sent.Note(d.SQL)
	return ctx
}

func (noting) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// mayGrow are the statements that cost more among more rows, or whose plan looks
// so.
var mayGrow = []plantest.Exception{
	{Has: "SUM(CASE WHEN status = 'successful'", Why: "sums all sales of a product, for who asks for the sum"},
	{Has: "SUM(y.amount - y.refunded)", Why: "likewise"},
	{Has: "status <> 'ended' AND (created_at, id) <", Says: "passed over", Why: "a page of a product's members passes those that have ended"},
	{Has: "p.status IN ('successful', 'trial')", Says: "passed over", Why: "passes what does not count as a sale: failed tries and tests, and imported customers, which come last"},
	{Has: "SUM(seats + complimentary_seats", Why: "sums a tier that has a number of seats, from an index alone"},
	{Has: "SELECT DISTINCT purchase_id FROM usher_terms", Why: "fewer sales than sqlrepo's few have the word: that was counted before"},
	{Has: "(SELECT 1 FROM usher_terms t", Says: "SubPlan", Why: "passes sales without words that many have: that was counted before"},
	{Has: "dead_at IS NOT NULL AND lane", Why: "passes other sellers' dead jobs, which are few"},
	{Has: "FOR UPDATE SKIP LOCKED", Says: "leased_until", Why: "passes what is being done"},
	{Has: "WITH RECURSIVE lines", Says: "leased_until", Why: "likewise, for the first of each line"},
	{Has: "SELECT count(*) FROM usher_mails", Why: "of usher doctor, as are those that follow: it reads what it counts, and keeps nobody waiting"},
	{Has: "SELECT count(*) FROM usher_jobs WHERE dead_at IS NOT NULL", Why: "likewise"},
	{Has: "SELECT count(*) FROM usher_payments WHERE status IN", Why: "likewise"},
	{Has: "SELECT count(*) FROM usher_events WHERE dispatched_at IS NULL", Why: "likewise"},
	{Has: "SELECT max(id) FROM usher_licenses GROUP BY secret", Why: "likewise"},
	{Has: "stopped_at IS NULL AND seller_id IN", Why: "all that a seller's programs listen at: each is told"},
	{Has: "(' ' || scopes || ' ') LIKE", Says: "passed over", Why: "passes an application's tokens without the scope: seldom more than one"},
	{Has: "SELECT key, value FROM usher_meta", Says: "usher_meta is read", Why: "a handful of rows"},
	{Has: "($2, $3) AND product_id = $5 AND state = $6", Says: "passed over", Why: "a page of a product's claims in one state passes its others: an index for each pair would cost more"},
	{Has: "($2, $3) AND connection_id = $5 AND state = $6", Says: "passed over", Why: "likewise a community's"},
	{Has: "($2, $3) AND connection_id = $5 AND product_id = $6", Says: "passed over", Why: "likewise a product's in other communities"},
}

// searchesMany has the store search for words that more sales have than are looked
// at one by one.
func searchesMany(t *testing.T, sent *plantest.Sent) {
	url := empty(t)
	do(t, url, `INSERT INTO usher_terms SELECT 'ana', 'word', 's' || i FROM generate_series(1, 6000) i`)
	must(t, overheard(t, url, Options{}, sent).View(t.Context(), ports.Seller("ana"), func(ctx context.Context, tx ports.Tx) error {
		_, err := tx.Purchases.List(ctx, ports.PurchaseQuery{Terms: []string{"wo", "w"}})
		return err
	}))
}

// inspects looks at the store as somebody does who wants to know whether all is
// well with it.
func inspects(t *testing.T, sent *plantest.Sent) {
	s := overheard(t, empty(t), Options{}, sent)
	_, err := sqlrepo.Look(t.Context(), s.Side().Read, s.keys, fixture.T0, "mails")
	must(t, err)
}

// countsKnown sends what SQLite's store alone has a use for, since the text is
// for every database.
func countsKnown(t *testing.T, sent *plantest.Sent) {
	s := overheard(t, empty(t), Options{}, sent)
	must(t, s.Side().Write(t.Context(), func(ctx context.Context, c sqlrepo.Conn) error {
		met, err := sqlrepo.CountKnown(ctx, c, "nobody's", 0, 1)
		if met {
			t.Error("it counted for nobody")
		}
		return err
	}))
}

// looks looks at the plans of what was sent, in a database that is empty.
func looks(t *testing.T, sent *plantest.Sent, url string) {
	if t.Failed() || raced { // not all was sent; plans race with nobody, and take minutes then
		return
	}
	db, err := sql.Open("pgx", url+"&default_query_exec_mode=simple_protocol")
	must(t, err)
	defer db.Close()
	found, err := plantest.Postgres(context.Background(), db, sent, mayGrow)
	must(t, err)
	unmet, err := sent.Unmet("../sqlrepo")
	must(t, err)
	for _, sentence := range append(unmet, found...) {
		t.Error(sentence)
	}
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

// TestCountsLockInOneOrder: a plan that hashes would lock in any.
func TestCountsLockInOneOrder(t *testing.T) {
	url := empty(t)
	s, products := shop(t, url, Options{})
	sale := fixture.Purchase(products[0])
	fixture.Fill(t, s, sale, fixture.License(sale))
	do(t, url, manySales)
	conn, err := s.counter.pool.Acquire(t.Context())
	must(t, err)
	defer conn.Release()
	_, err = conn.Exec(t.Context(), "PREPARE counts AS "+countAll)
	must(t, err)
	rows, err := conn.Query(t.Context(), "EXPLAIN EXECUTE counts ('{license1,license2}', '{1,1}', '{p,p}', '{1,1}', '{1,1}')")
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

// TestCountsArePlannedOnce: to plan a batch takes longer than to carry it out.
func TestCountsArePlannedOnce(t *testing.T) {
	s, products := shop(t, empty(t), Options{})
	sale := fixture.Purchase(products[0])
	license := fixture.License(sale)
	fixture.Fill(t, s, sale, license)
	found, err := s.Facts(t.Context(), domain.Lookup{Key: license.Key})
	if err != nil || len(found) != 1 {
		t.Fatal(len(found), err)
	}
	const some = 20
	for range some {
		for n := range 2 {
			_, err := s.Count(t.Context(), found[0].Seen, n)
			must(t, err)
		}
	}
	var generic, custom int
	for _, conn := range s.counter.pool.AcquireAllIdle(t.Context()) {
		defer conn.Release()
		var g, c int
		must(t, conn.QueryRow(t.Context(), `SELECT coalesce(sum(generic_plans), 0)::int, coalesce(sum(custom_plans), 0)::int
			FROM pg_prepared_statements WHERE statement LIKE '%unnest%' AND statement NOT LIKE '%pg_prepared%'`).Scan(&g, &c))
		generic, custom = generic+g, custom+c
	}
	if generic != 2*some || custom != 0 {
		t.Errorf("%d runs by a plan for all and %d by one of their own, want %d and none", generic, custom, 2*some)
	}
}
