package sqlitestore

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// asFirst goes back to the schema that the first migration makes, with what is there.
const asFirst = `DROP TABLE usher_deliveries; DROP TABLE usher_webhooks; DROP TABLE usher_applications;
DROP INDEX usher_payments_renewals; DROP INDEX usher_memberships_product; DROP INDEX usher_tokens_application;
ALTER TABLE usher_tokens DROP COLUMN application_id; ALTER TABLE usher_purchases DROP COLUMN shipped_at; ALTER TABLE usher_purchases DROP COLUMN tracking_url;
DROP TABLE usher_blocks; DROP TABLE usher_passes; DROP TABLE usher_grants; DROP TABLE usher_claims; DROP TABLE usher_attachments;
DROP TABLE usher_calls; DROP TABLE usher_connections;
ALTER TABLE usher_products DROP COLUMN refund_keeps_access;
ALTER TABLE usher_purchases DROP COLUMN variants_at; ALTER TABLE usher_purchases DROP COLUMN access_kept; ALTER TABLE usher_purchases DROP COLUMN erased_at;
UPDATE usher_meta SET value = '1' WHERE key = 'schema'; DELETE FROM usher_goose WHERE version_id >= 2`

// A database of the first schema keeps what it has.
func TestUpgradeFromTheFirstSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usher.db")
	s := at(t, path)
	ana := fixture.Seller("ana")
	pencil := fixture.Product(ana)
	sale := fixture.Purchase(pencil)
	license := fixture.License(sale)
	fixture.Fill(t, s, ana, pencil, sale, license)
	for statement := range strings.SplitSeq(asFirst, ";") {
		must(t, do(s, statement))
	}
	must(t, s.Close())
	wantRows(t, path, "claims", 0)
	s = at(t, path)
	found, err := s.Facts(t.Context(), domain.Lookup{Key: license.Key})
	must(t, err)
	if len(found) != 1 || found[0].Purchase != sale || found[0].License != license || found[0].Product != pencil {
		t.Errorf("got %+v", found)
	}
	club := fixture.Connection(ana)
	fixture.Fill(t, s, club, fixture.Claim(club, sale))
	wantRows(t, path, "claims", 1)
}

// wantRows needs a look at a database to count so many rows, or none where the
// database has no such table yet.
func wantRows(t *testing.T, path, table string, want int64) {
	t.Helper()
	f, err := Inspect(t.Context(), path, Inspection{})
	must(t, err)
	var got int64
	for _, r := range f.Rows {
		if r.Name == table {
			got = r.Rows
		}
	}
	if got != want || len(f.Rows) < len(counted) {
		t.Errorf("of %d tables there are %d %s, want %d", len(f.Rows), got, table, want)
	}
}
