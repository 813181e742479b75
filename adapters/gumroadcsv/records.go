package gumroadcsv

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const usd = domain.Currency("usd")

// maker makes records of rows.
type maker struct {
	*index
	seller domain.SellerID
	ids    map[string]domain.ProductID // by permalink in lower case
	stored map[domain.ProductID]Stored
	early  map[int][]*charge // renewals that stand above the sale on that line
}

// newMaker refuses ids that do not fit the file, and products of the store that
// do not fit what the file says of them.
func newMaker(x *index, o Options) (*maker, error) {
	m := &maker{index: x, seller: o.Seller, ids: map[string]domain.ProductID{}, stored: map[domain.ProductID]Stored{}, early: map[int][]*charge{}}
	var wrong IDsError
	for permalink, id := range o.Products {
		if x.products[strings.ToLower(permalink)] == nil {
			wrong.Unknown = append(wrong.Unknown, permalink)
		}
		m.ids[strings.ToLower(permalink)] = id
	}
	for id, p := range x.products {
		if m.ids[id] == "" {
			wrong.Missing = append(wrong.Missing, p.permalink)
		}
	}
	if len(wrong.Missing)+len(wrong.Unknown) > 0 {
		slices.Sort(wrong.Missing)
		slices.Sort(wrong.Unknown)
		return nil, &wrong
	}
	for _, s := range o.Stored {
		m.stored[s.Product.ID] = s
	}
	for id, p := range x.products {
		if s, ok := m.stored[m.ids[id]]; ok {
			if err := p.fits(s.Product); err != nil {
				return nil, err
			}
		}
	}
	for line, r := range x.renewals {
		if line < r.of.line {
			i := slices.IndexFunc(r.of.charges, func(c *charge) bool { return c.line == line })
			m.early[r.of.line] = append(m.early[r.of.line], r.of.charges[i])
		}
	}
	for _, all := range m.early {
		slices.SortFunc(all, func(a, b *charge) int { return a.line - b.line })
	}
	return m, nil
}

// fits refuses a product of the store that is sold in another way.
func (p *product) fits(s domain.Product) error {
	switch {
	case s.Price.Currency != usd:
		return fault(p.line, columnNames[productID], fmt.Sprintf("the product is there already and is sold in %s; the file is in dollars", strings.ToUpper(string(s.Price.Currency))))
	case (p.renews != 0) != (s.Kind == domain.MembershipKind):
		return fault(p.line, columnNames[productID], "the product is there already, and of the two only one is a membership")
	}
	return nil
}

// records returns what a row comes to, each thing after what it belongs to.
func (m *maker) records(s *sale) (all []any) {
	p := m.products[strings.ToLower(s.product)]
	if p.line == s.line {
		all = m.product(p)
	}
	if r := m.renewals[s.line]; r != nil {
		if r.of.line > s.line {
			return all // told with its sale
		}
		return append(all, m.charged(r.of, &s.charge, r.cycle)...)
	}
	return append(all, m.sale(s)...)
}

// product returns a product and its variants, but for what the store has of it.
func (m *maker) product(p *product) (all []any) {
	id := m.ids[strings.ToLower(p.permalink)]
	d := domain.Product{
		ID: id, SellerID: m.seller, Kind: domain.OneTime, Name: p.name, Permalink: p.permalink,
		Price: domain.Money{Amount: p.price, Currency: usd}, Licensed: p.licensed, CreatedAt: domain.Instant(p.at),
	}
	if p.renews != 0 {
		d.Kind, d.Prices, d.Multiseat = domain.MembershipKind, p.prices, p.seats && p.licensed
	}
	s, there := m.stored[id]
	if !there {
		all = append(all, d)
	}
	for i, name := range p.variants {
		if there && storedVariant(s, name) != "" {
			continue
		}
		all = append(all, domain.Variant{
			ID: m.variantID(p, name), SellerID: m.seller, ProductID: id, Category: d.VariantCategory(), Name: name,
			Position: len(s.Variants) + i + 1, CreatedAt: d.CreatedAt,
		})
	}
	return all
}

// variantID returns the id of a choice: the store's, if it has one of the name.
func (m *maker) variantID(p *product, name string) domain.VariantID {
	id := m.ids[strings.ToLower(p.permalink)]
	if own := storedVariant(m.stored[id], name); own != "" {
		return own
	}
	return domain.VariantID(derived("variant", string(id)+"/"+name))
}

func storedVariant(s Stored, name string) domain.VariantID {
	for _, v := range s.Variants {
		if v.Name == name {
			return v.ID
		}
	}
	return ""
}

// columnOf is where what the domain calls so stands in the file.
var columnOf = map[string]column{
	"name": itemName, "permalink": productID, "email": purchaseEmail, "order_number": orderNumber, "full_name": buyerName,
	"referrer": referrer, "country": country, "offer_code.code": discountCode, "affiliate.email": affiliate, "key": licenseKey,
	"quantity": quantity, "variants": variantsChosen, "unit": salePrice, "purchase": purchaseID,
}

// checked asks the domain whether a record is well formed, and names the column
// that is not: an import would ask the same, and know the field only.
func checked(v any) error {
	var err error
	switch v := v.(type) {
	case ports.CountedLicense:
		err = v.License.Check()
	case interface{ Check() error }:
		err = v.Check()
	}
	if e, ok := errors.AsType[*domain.Error](err); ok {
		if c, ok := columnOf[e.Field]; ok {
			if p, ok := v.(domain.PurchaseState); ok && c == purchaseEmail && p.GiftOf != "" {
				c = gifteeEmail
			}
			named := *e
			named.Field = columnNames[c]
			return &named
		}
	}
	return err
}
