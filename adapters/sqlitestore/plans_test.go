package sqlitestore_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/plantest"
)

// noted opens a store whose statements are noted.
func noted(t *testing.T, now func() time.Time, sent *plantest.Sent) *sqlitestore.Store {
	t.Helper()
	s, path := made(t, now)
	if err := sqlitestore.Noting(s, path, 2, sent.Note); err != nil {
		t.Fatal(err)
	}
	return s
}

// mayGrow are the statements that cost more among more rows, or whose plan looks
// so.
var mayGrow = []plantest.Exception{
	{Has: "SUM(CASE WHEN status = 'successful'", Says: "usher_purchases", Why: "sums all sales of a product, for who asks for the sum"},
	{Has: "SUM(y.amount - y.refunded)", Says: "usher_purchases_product (product_id=?)", Why: "likewise"},
	{Has: "AS least", Says: "SCAN least", Why: "counts what the LIMIT within has let through"},
	{Has: "SELECT DISTINCT purchase_id FROM usher_terms", Says: "usher_terms", Why: "fewer sales than sqlrepo's few have the word: that was counted before"},
	{Has: "SELECT DISTINCT purchase_id FROM usher_terms", Says: "SCAN w", Why: "likewise"},
	{Has: "SUM(seats + complimentary_seats", Says: "usher_memberships_held", Why: "sums a tier that has a number of seats, from the index alone"},
	{Has: "SUM(seats + complimentary_seats", Says: "usher_memberships_coming", Why: "likewise, of those that are being paid: few at a time"},
	{Has: "SUM(seats + complimentary_seats", Says: "usher_payments_waiting", Why: "likewise"},
	{Has: "SELECT f.at FROM", Says: "SCAN f", Why: "a row for each kind"},
	{Has: "SELECT f.at FROM", Says: "usher_jobs_kind (kind=?)", Why: "the first of a kind: one row; what is sorted is a row for each kind"},
	{Has: "dead_at IS NOT NULL ORDER BY due_at DESC", Says: "SCAN usher_jobs USING INDEX usher_jobs_dead", Why: "a page of an index of dead jobs alone"},
	{Has: "SELECT 'event' AS sort", Says: "SCAN usher_events USING INDEX usher_events_new", Why: "an index of what waits alone, up to the LIMIT"},
	{Has: "SELECT 'event' AS sort", Says: "SCAN usher_jobs USING INDEX usher_jobs_dead", Why: "an index of dead jobs alone, up to the LIMIT"},
	{Has: "SELECT 'event' AS sort", Says: "SCAN usher_deliveries USING COVERING INDEX usher_deliveries_line", Why: "an index of what waits alone, up to the LIMIT"},
	{Has: "SELECT 'event' AS sort", Says: "SCAN e", Why: "counts what the LIMIT within has let through"},
	{Has: "SELECT 'event' AS sort", Says: "SCAN d", Why: "likewise"},
	{Has: "SELECT 'event' AS sort", Says: "SCAN w", Why: "likewise"},
	{Has: "SELECT 'event' AS sort", Says: "SCAN j", Why: "likewise"},
	{Has: "UPDATE usher_events", Says: "SCAN usher_events USING INDEX usher_events_new", Why: "a page of an index of what waits alone"},
	{Has: "WITH RECURSIVE lines", Says: "SCAN lines", Why: "a row for each lane and kind: for what each seller has at work"},
	{Has: "WITH RECURSIVE lines", Says: "SCAN f USING INDEX usher_jobs_row", Why: "the first line: one row"},
	{Has: "WITH RECURSIVE lines", Says: "usher_jobs_row (lane>?)", Why: "the first line of the next lane: one row"},
	{Has: "WITH RECURSIVE lines", Says: "usher_jobs_row (lane=? AND kind>?)", Why: "the next line: one row"},
	{Has: "WITH RECURSIVE lines", Says: "usher_jobs_row (lane=? AND kind=? AND due_at<?)", Why: "the first free job of a line; passes those that are being done"},
	{Has: "SELECT count(*) FROM usher_mails", Why: "of usher doctor, as are those that follow: it reads what it counts, and keeps nobody waiting"},
	{Has: "SELECT count(*) FROM usher_jobs WHERE dead_at IS NOT NULL", Why: "likewise"},
	{Has: "SELECT count(*) FROM usher_payments WHERE status IN", Why: "likewise"},
	{Has: "SELECT count(*) FROM usher_events WHERE dispatched_at IS NULL", Why: "likewise"},
	{Has: "SELECT max(id) FROM usher_licenses GROUP BY secret", Why: "likewise"},
	{Has: "SELECT at FROM usher_events ORDER BY seq DESC LIMIT 1", Says: "SCAN usher_events", Why: "by the key, from its end: one row"},
	{Has: "stopped_at IS NULL AND seller_id IN", Says: "usher_webhooks", Why: "all that a seller's programs listen at: each is told"},
	{Has: "SELECT key, value FROM usher_meta", Says: "SCAN usher_meta", Why: "a handful of rows"},
}

// searchesMany has the store search for words that more sales have than are looked
// at one by one.
func searchesMany(t *testing.T, sent *plantest.Sent) {
	s, path := made(t, nil)
	if err := sqlitestore.Noting(s, path, 1, sent.Note); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 6000)
		INSERT INTO usher_terms SELECT 'ana', 'word', 's' || i FROM s`); err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), ports.Seller("ana"), func(ctx context.Context, tx ports.Tx) error {
		_, err := tx.Purchases.List(ctx, ports.PurchaseQuery{Terms: []string{"wo", "w"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// inspects looks at the store as somebody does who wants to know whether all is
// well with it.
func inspects(t *testing.T, sent *plantest.Sent) {
	_, keys, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sqlrepo.Look(t.Context(), noted(t, nil, sent).Side().Read, keys, time.Now(), "mails"); err != nil {
		t.Fatal(err)
	}
}

// looks looks at the plans of what was sent.
func looks(t *testing.T, sent *plantest.Sent) {
	if t.Failed() || raced { // not all was sent; plans race with nobody, and take minutes then
		return
	}
	file, _, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "usher.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found, err := plantest.SQLite(context.Background(), db, sent, mayGrow)
	if err != nil {
		t.Fatal(err)
	}
	unmet, err := sent.Unmet("../sqlrepo")
	if err != nil {
		t.Fatal(err)
	}
	for _, sentence := range append(unmet, found...) {
		t.Error(sentence)
	}
}
