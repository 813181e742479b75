package sqlrepo

import (
	"context"
	"sync"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/domain"
)

// Facts reads the facts of every holder of a key by one statement, the
// longest-held licence first. A key or a product id that no store keeps is
// nobody's, and the database is not asked.
func Facts(ctx context.Context, c Conn, k *keyring.Keyring, what domain.Lookup) ([]domain.Facts, error) {
	if !domain.Storable(string(what.Key)) || !domain.Storable(string(what.ProductID)) {
		return nil, nil
	}
	digests := k.Digests(what.Key.Fold())
	var args []any
	for _, d := range digests {
		args = append(args, d)
	}
	sql := factsFrom + `l.digest IN (` + params(1, len(digests)) + `)`
	if what.ProductID != "" {
		args = append(args, string(what.ProductID))
		sql += ` AND l.product_id = ` + params(len(args), 1)
	}
	rows, err := many(ctx, c, scanFact, sql+` ORDER BY l.created_at, l.id`, args...)
	if err != nil {
		return nil, err
	}
	return collapse(rows, k)
}

// A membership and a giver may be missing. The joins keep to the seller: what
// an import named need not be the seller's own.
var factsFrom = `SELECT ` + licenseColumns.names("l") + `, l.stamp, p.stamp, ` + productColumns.names("p") + `, ` +
	purchaseColumns.names("s") + `, ` + sellerColumns.names("e") + `, ` + membershipColumns.names("m") + `,
	g.email, g.price, g.currency, v.id, v.name
	FROM usher_licenses l
	JOIN usher_products p ON p.id = l.product_id
	JOIN usher_purchases s ON s.id = l.purchase_id
	JOIN usher_sellers e ON e.id = l.seller_id
	LEFT JOIN usher_memberships m ON m.id = s.membership_id AND m.seller_id = s.seller_id
	LEFT JOIN usher_purchases g ON g.id = s.gift_of AND g.seller_id = s.seller_id
	LEFT JOIN usher_variants v ON v.product_id = s.product_id AND s.variants <> ''
	WHERE `

// fact is one row: a licence, and one of its product's variants if the
// purchase chose any.
type fact struct {
	license     sealedLicense
	f           domain.Facts
	variant     domain.VariantID
	variantName string
}

// factScan is where rows are scanned to. To make the destinations of so many
// columns takes longer than to fill them, and they are used again.
type factScan struct {
	row   fact
	dests []any // of row
}

var factScans = sync.Pool{New: func() any {
	s := &factScan{}
	s.dests = s.row.dests()
	return s
}}

func scanFact(rows Rows) (fact, error) {
	s := factScans.Get().(*factScan)
	defer func() {
		s.row = fact{} // where NULL comes nothing is written
		factScans.Put(s)
	}()
	err := rows.Scan(s.dests...)
	return s.row, err
}

func (r *fact) dests() []any {
	dests := append(r.license.dests(), &r.f.Seen.LicenseStamp, &r.f.Seen.ProductStamp)
	dests = append(dests, productDests(&r.f.Product)...)
	dests = append(dests, purchaseDests(&r.f.Purchase)...)
	dests = append(dests, sellerDests(&r.f.Seller)...)
	dests = append(dests, perhaps(membershipDests(&r.f.Membership)...)...)
	giver := &r.f.Giver
	return append(dests, perhaps(&giver.Email, &giver.Price.Amount, (*string)(&giver.Price.Currency), (*string)(&r.variant), &r.variantName)...)
}

// collapse makes one of the rows of each licence, which stand together.
func collapse(rows []fact, k *keyring.Keyring) ([]domain.Facts, error) {
	var all []domain.Facts
	for i := 0; i < len(rows); {
		r := rows[i]
		names := map[domain.VariantID]string{}
		for ; i < len(rows) && rows[i].license.state.ID == r.license.state.ID; i++ {
			names[rows[i].variant] = rows[i].variantName
		}
		state, err := r.license.open(k)
		if err != nil {
			return nil, err
		}
		r.f.License = state
		r.f.Seen.LicenseID, r.f.Seen.ProductID = state.ID, state.ProductID
		var chosen []string
		for id := range r.f.Purchase.Variants.All() {
			if name, ok := names[id]; ok {
				chosen = append(chosen, name)
			}
		}
		r.f.Variants = domain.MakeNames(chosen...)
		all = append(all, r.f)
	}
	return all, nil
}
