package rest

import "github.com/usherhq/usher/domain"

// putProductFacts says what a product is. What usher does not keep (texts,
// pictures, files, tags) is null or empty, never left out.
func (a *api) putProductFacts(s domain.Seller, p domain.Product, variants []domain.Variant) *object {
	tiered := p.Kind == domain.MembershipKind
	least, every := leastPrice(p, variants)
	o := newObject(32)
	o.put("name", p.Name)
	o.put("description", nil)
	o.put("require_shipping", false)
	o.put("preview_url", nil)
	o.put("custom_receipt", nil)
	o.put("customizable_price", nil)
	o.put("custom_permalink", textOrNull(p.CustomPermalink))
	o.put("subscription_duration", textOrNull(string(every)))
	o.put("id", string(p.ID))
	o.put("url", nil)
	o.put("price", least)
	o.put("currency", string(p.Price.Currency))
	o.put("short_url", a.address(s)+"/l/"+slug(p))
	o.put("thumbnail_url", nil)
	o.put("tags", []string(nil))
	o.put("formatted_price", verbosePrice(domain.Money{Amount: least, Currency: p.Price.Currency}, every))
	o.put("published", p.Published && p.DeletedAt.IsZero())
	o.take("file_info", newObject(0))
	o.put("max_purchase_count", nil)
	o.put("deleted", !p.DeletedAt.IsZero())
	o.put("custom_fields", []string(nil))
	o.put("custom_summary", nil)
	o.put("is_tiered_membership", tiered)
	o.put("recurrences", nil)
	if tiered {
		o.put("recurrences", recurrencesOf(p, variants))
	}
	o.takeAll("variants", variantGroups(p, variants))
	if p.Preorder {
		o.put("is_preorder", true)
		o.put("is_in_preorder_state", true)
		o.put("release_at", "")
	}
	return o
}

// variantGroups are the variants as a product shows them: by category.
func variantGroups(p domain.Product, variants []domain.Variant) (all []*object) {
	for _, title := range categories(variants) {
		var options []*object
		for _, v := range variants {
			if v.Category != title {
				continue
			}
			o := newObject(5)
			o.put("name", v.Name)
			o.put("price_difference", v.Price)
			o.put("is_pay_what_you_want", false)
			o.put("recurrence_prices", nil)
			if p.Kind == domain.MembershipKind {
				o.take("recurrence_prices", tierPrices(p, v))
			}
			o.put("url", nil)
			options = append(options, o)
		}
		group := newObject(2)
		group.put("title", title)
		group.takeAll("options", options)
		all = append(all, group)
	}
	return all
}

// tierPrices is what one seat of a tier costs, by recurrence.
func tierPrices(p domain.Product, v domain.Variant) *object {
	o := newObject(5)
	for _, r := range domain.Recurrences() {
		if price, offered := tierPrice(p, v, r); offered {
			each := newObject(2)
			each.put("price_cents", price)
			each.put("suggested_price_cents", nil)
			o.take(string(r), each)
		}
	}
	return o
}

// tierPrice is what one seat of a tier costs for one period of r, and whether
// it is offered.
func tierPrice(p domain.Product, v domain.Variant, r domain.Recurrence) (int64, bool) {
	price, _, err := p.UnitPrice(r, v)
	return price, err == nil
}

// recurrencesOf are those that a membership is sold by, in any of its tiers,
// shortest first.
func recurrencesOf(p domain.Product, tiers []domain.Variant) (names []string) {
	for _, r := range domain.Recurrences() {
		_, _, err := p.UnitPrice(r)
		offered := err == nil && len(tiers) == 0
		for _, v := range tiers {
			_, is := tierPrice(p, v, r)
			offered = offered || is
		}
		if offered {
			names = append(names, string(r))
		}
	}
	return names
}

// leastPrice is the price of a product: of a membership what the first of its
// tiers costs for its shortest recurrence, which it returns, too.
func leastPrice(p domain.Product, variants []domain.Variant) (int64, domain.Recurrence) {
	if p.Kind != domain.MembershipKind {
		return p.Price.Amount, ""
	}
	price, every, err := p.UnitPrice("", variants[:min(1, len(variants))]...)
	if err != nil { // nobody can buy it
		return 0, every
	}
	return price, every
}
