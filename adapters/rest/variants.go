package rest

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"

	"github.com/usherhq/usher/domain"
)

// ofProduct is the action of a list that hangs on a product, and that every
// token may see.
func ofProduct(name string, list func(call, domain.TokenState, domain.Product) ([]*object, error)) action {
	return func(c call) (*object, error) {
		who, err := c.reader()
		if err != nil {
			return nil, err
		}
		p, err := c.named(who.SellerID)
		if err != nil {
			return nil, err
		}
		all, err := list(c, who, p)
		if err != nil {
			return nil, err
		}
		return listing(name, all), nil
	}
}

// none is a list that is always empty: of things that usher has none of.
func none(call, domain.TokenState, domain.Product) ([]*object, error) { return nil, nil }

// noSuch is the action of one thing of a product that usher has none of.
func noSuch(thing string) action {
	return func(c call) (*object, error) {
		who, err := c.reader()
		if err != nil {
			return nil, err
		}
		if _, err := c.named(who.SellerID); err != nil {
			return nil, err
		}
		return nil, notFound(thing)
	}
}

func (c call) categoriesOf(who domain.TokenState, p domain.Product) (all []*object, err error) {
	variants, err := c.offered(c.r.Context(), who.SellerID, p)
	for _, title := range categories(variants) {
		all = append(all, category(p, title))
	}
	return all, err
}

// category is one thing to choose of a product, such as its size.
func category(p domain.Product, title string) *object {
	o := newObject(2)
	o.put("id", categoryID(p.ID, title))
	o.put("title", title)
	return o
}

// inCategory returns the product and what is offered in the category that the
// path names.
func (c call) inCategory(who domain.TokenState) (p domain.Product, title string, in []domain.Variant, err error) {
	if p, err = c.named(who.SellerID); err != nil {
		return p, "", nil, err
	}
	variants, err := c.offered(c.r.Context(), who.SellerID, p)
	if err != nil {
		return p, "", nil, err
	}
	i := slices.IndexFunc(variants, func(v domain.Variant) bool { return categoryID(p.ID, v.Category) == c.ids[1] })
	if i < 0 {
		return p, "", nil, notFound("variant_category")
	}
	title = variants[i].Category
	return p, title, slices.DeleteFunc(variants, func(v domain.Variant) bool { return v.Category != title }), nil
}

func (c call) category() (*object, error) {
	who, err := c.reader()
	if err != nil {
		return nil, err
	}
	p, title, _, err := c.inCategory(who)
	if err != nil {
		return nil, err
	}
	return about("variant_category", category(p, title)), nil
}

func (c call) variants() (*object, error) {
	who, err := c.reader()
	if err != nil {
		return nil, err
	}
	p, _, in, err := c.inCategory(who)
	if err != nil {
		return nil, err
	}
	all := make([]*object, len(in))
	for i, v := range in {
		all[i] = variant(p, v)
	}
	return listing("variants", all), nil
}

func (c call) variant() (*object, error) {
	who, err := c.reader()
	if err != nil {
		return nil, err
	}
	p, _, in, err := c.inCategory(who)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(in, func(v domain.Variant) bool { return string(v.ID) == c.ids[2] })
	if i < 0 {
		return nil, notFound("variant")
	}
	return about("variant", variant(p, in[i])), nil
}

// variant is one version of a product, or one tier of a membership.
func variant(p domain.Product, v domain.Variant) *object {
	o := newObject(7)
	o.put("id", string(v.ID))
	o.put("max_purchase_count", nil)
	if v.MostSeats > 0 {
		o.put("max_purchase_count", v.MostSeats)
	}
	o.put("name", v.Name)
	o.put("description", nil)
	o.put("price_difference_cents", v.Price)
	if p.Kind == domain.MembershipKind {
		o.put("is_customizable_price", false)
		o.take("recurrence_price_values", tierValues(p, v))
	}
	return o
}

// tierValues says of each recurrence whether a tier is sold by it, and for what.
func tierValues(p domain.Product, v domain.Variant) *object {
	all := newObject(5)
	for _, r := range domain.Recurrences() {
		o := newObject(4)
		price, offered := tierPrice(p, v, r)
		o.put("enabled", offered)
		if offered {
			o.put("price_cents", price)
			o.put("suggested_price_cents", nil)
			o.put("price", written(price, p.Price.Currency))
		}
		all.take(string(r), o)
	}
	return all
}

// categories are the names of what is to be chosen, in the order of the variants.
func categories(variants []domain.Variant) (titles []string) {
	for _, v := range variants {
		if !slices.Contains(titles, v.Category) {
			titles = append(titles, v.Category)
		}
	}
	return titles
}

// categoryID is the id of a category, which is no thing of its own in usher: it
// follows from its product and its name, and looks like any other.
func categoryID(p domain.ProductID, title string) string {
	sum := sha256.Sum256([]byte(string(p) + "\x00" + title))
	return base64.URLEncoding.EncodeToString(sum[:16])
}
