package sqlrepo

import "context"

// Whose licences a change moves: those of the purchases that these choose, $1
// being the id of what changed and $2 the seller. The conditions on an empty
// string let the partial indexes be used.
const (
	giftsOf          = `SELECT id FROM usher_purchases WHERE gift_of = $1 AND gift_of <> '' AND seller_id = $2`
	purchaseAndGifts = `SELECT id FROM usher_purchases WHERE id = $1 AND seller_id = $2 UNION ALL ` + giftsOf
	membersOf        = `SELECT id FROM usher_purchases WHERE membership_id = $1 AND membership_id <> '' AND seller_id = $2`
)

// moveLicenses moves the stamp of the licences of the purchases chosen, so that
// nothing is counted on what was read before. The seller is named by the
// choice alone: here it would tempt a planner to walk all of a seller's licences.
func (r repo) moveLicenses(ctx context.Context, chosen, id string) error {
	_, err := r.c.Exec(ctx, `UPDATE usher_licenses SET stamp = stamp + 1 WHERE purchase_id IN (`+chosen+`)`, id, r.seller())
	return err
}
