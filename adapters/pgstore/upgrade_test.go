package pgstore

import (
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// asFirst goes back to the schema that the first migration makes, with what is there.
const asFirst = `
DROP TABLE usher_deliveries, usher_webhooks, usher_applications;
DROP INDEX usher_payments_renewals; DROP INDEX usher_memberships_product; DROP INDEX usher_tokens_application;
ALTER TABLE usher_tokens DROP COLUMN application_id;
ALTER TABLE usher_purchases DROP COLUMN shipped_at, DROP COLUMN tracking_url;
DROP TABLE usher_blocks, usher_passes, usher_grants, usher_claims, usher_attachments, usher_calls, usher_connections;
ALTER TABLE usher_products DROP COLUMN refund_keeps_access;
ALTER TABLE usher_purchases DROP COLUMN variants_at, DROP COLUMN access_kept, DROP COLUMN erased_at;`

// As long as goose does not say that a migration was run it is run again.
const unsaid = `UPDATE usher_meta SET value = '1' WHERE key = 'schema'; DELETE FROM usher_goose WHERE version_id >= 2;`

// A database of the first schema keeps what it has, also if the migration is cut
// off somewhere and begun again.
func TestUpgradeFromTheFirstSchema(t *testing.T) {
	for name, was := range map[string]string{
		"never begun":       asFirst + unsaid,
		"cut off":           asFirst + `ALTER TABLE usher_purchases ADD COLUMN variants_at timestamptz;` + unsaid,
		"done, but unsaid":  unsaid,
		"one index missing": `DROP INDEX usher_claims_page;` + unsaid,
	} {
		t.Run(name, func(t *testing.T) {
			url := empty(t)
			s, products := shop(t, url, Options{})
			sale := fixture.Purchase(products[0])
			license := fixture.License(sale)
			fixture.Fill(t, s, sale, license)
			must(t, s.Close())
			do(t, url, was)
			s = at(t, url, Options{})
			found, err := s.Facts(t.Context(), domain.Lookup{Key: license.Key})
			must(t, err)
			if len(found) != 1 || found[0].Purchase != sale || found[0].License != license || found[0].Product != products[0] {
				t.Errorf("got %+v", found)
			}
			club := fixture.Connection(ana)
			fixture.Fill(t, s, club, fixture.Claim(club, sale))
		})
	}
}
