package rest

import (
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// imported reports whether the licence is that of a customer who bought
// elsewhere, of whom little more than the address is known.
func imported(v app.Verification) bool { return v.Purchase.Status == domain.Imported }

// importedCustomer is what a licence answers for such a customer, instead of a
// purchase. It shows no key and no price.
func importedCustomer(v app.Verification) *object {
	o := newObject(10)
	o.put("email", v.Purchase.Email)
	o.put("created_at", stamp(v.Purchase.CreatedAt))
	o.put("timestamp", timeAgo(v.Purchase.CreatedAt, v.At))
	o.put("link_name", v.Product.Name)
	o.put("product_name", v.Product.Name)
	o.put("price", nil)
	o.put("is_imported_customer", true)
	o.put("purchase_email", v.Purchase.Email)
	o.put("id", string(v.Purchase.ID))
	o.put("can_update", nil)
	return o
}
