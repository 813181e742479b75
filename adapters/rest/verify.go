package rest

import (
	"strings"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// verify answers a key and counts a use of it, unless it is asked not to. It
// looks at no token.
func (c call) verify() (*object, error) {
	what, err := lookup(c.p, "id", "link_id")
	if err != nil {
		return nil, err
	}
	v, err := c.usher.Licensing.Verify(c.r.Context(), what, !c.p.isFalse("increment_uses_count"))
	if err != nil {
		return nil, err
	}
	return c.verified(&v), nil
}

// verified is the body of what a key answers.
func (c call) verified(v *app.Verification) *object {
	o := newObject(4)
	o.put("success", true)
	o.put("uses", v.Uses)
	if imported(*v) {
		o.take("imported_customer", importedCustomer(*v))
	} else {
		o.take("purchase", c.purchase(&v.Facts, v.At))
	}
	if includes(c.p, "entitlement") {
		o.take("entitlement", entitlement(*v))
	}
	return o
}

// lookup reads which licence is meant. The first permalink that is not blank
// counts: of the older names for it, in this order, then product_permalink.
//
// It refuses a parameter that is there and no string. What is blank counts as
// missing, but the key is taken as it is.
func lookup(p params, older ...string) (domain.Lookup, error) {
	for _, name := range append([]string{"license_key", "product_id", "product_permalink"}, older...) {
		if _, present, isString := p.str(name); present && !isString {
			return domain.Lookup{}, domain.InvalidField(name, "must be a string")
		}
	}
	var what domain.Lookup
	key, _, _ := p.str("license_key")
	what.Key = domain.LicenseKey(key)
	if id, _, _ := p.str("product_id"); !blank(id) {
		what.ProductID = domain.ProductID(id)
	}
	for _, name := range append(older, "product_permalink") {
		if permalink, _, _ := p.str(name); !blank(permalink) {
			what.Permalink = permalink
			break
		}
	}
	return what, nil
}

// includes reports whether the parameter include asks for name. It is a list
// of names with commas between them; those that nobody knows are ignored.
func includes(p params, name string) bool {
	list, _, _ := p.str("include")
	for asked := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(asked) == name {
			return true
		}
	}
	return false
}

// entitlement is usher's own verdict, as it was when the key was asked.
func entitlement(v app.Verification) *object {
	e := v.Entitlement(v.At)
	o := newObject(4)
	o.put("active", e.Active)
	o.put("access_until", stampOrNull(e.EndsAt))
	o.put("reason", e.Reason)
	o.put("seats", e.Seats)
	return o
}
