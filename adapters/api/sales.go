package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// wanted is what a body says is to be bought.
type wanted struct {
	product    *string // id or permalink
	variants   []string
	quantity   *int
	recurrence *string
}

func (q *wanted) fields() fields {
	return fields{"product": &q.product, "variants": &q.variants, "quantity": &q.quantity, "recurrence": &q.recurrence}
}

// request returns what is to be bought by its ids.
func (c *call) request(seller domain.SellerID, q wanted) (r domain.SaleRequest, err error) {
	if q.product == nil || *q.product == "" {
		return r, domain.InvalidField("product", "is missing: its id or permalink")
	}
	product, err := c.usher.Catalog.Product(c.r.Context(), seller, *q.product)
	if err != nil {
		return r, err
	}
	r.ProductID = product.ID
	if r.Variants, err = c.chosen(seller, product.ID, q.variants); err != nil {
		return r, err
	}
	if q.recurrence != nil {
		if r.Recurrence, err = domain.ParseRecurrence(*q.recurrence); err != nil {
			return r, err
		}
	}
	if q.quantity != nil {
		if r.Quantity = *q.quantity; r.Quantity == 0 { // which is not the same as left out
			r.Quantity = -1
		}
	}
	return r, nil
}

// chosen returns variants by what they are called: their ids, or their names.
func (c *call) chosen(seller domain.SellerID, product domain.ProductID, called []string) (domain.VariantIDs, error) {
	if len(called) == 0 {
		return "", nil
	}
	all, err := c.usher.Catalog.Variants(c.r.Context(), seller, product)
	if err != nil {
		return "", err
	}
	ids := make([]domain.VariantID, len(called))
	for i, name := range called {
		if ids[i], err = variantCalled(all, name, "variants"); err != nil {
			return "", err
		}
	}
	return domain.ChosenVariants(ids...), nil
}

// variantCalled returns the variant with that id, or else the only one with that
// name that is not deleted.
func variantCalled(all []domain.Variant, name, field string) (domain.VariantID, error) {
	if slices.ContainsFunc(all, func(v domain.Variant) bool { return string(v.ID) == name }) {
		return domain.VariantID(name), nil
	}
	var found []domain.VariantID
	for _, v := range all {
		if v.Name == name && v.DeletedAt.IsZero() {
			found = append(found, v.ID)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		e := *domain.ErrVariantNotFound
		e.Field = field
		return "", &e
	}
	return "", domain.InvalidField(field, "several variants have this name; give the id")
}

// quoteSale prices a sale.
func quoteSale(c *call) (answer, error) {
	seller, err := c.seller(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var q wanted
	if err := c.read(q.fields()); err != nil {
		return answer{}, err
	}
	r, err := c.request(seller, q)
	if err != nil {
		return answer{}, err
	}
	quoted, err := c.usher.Sales.Quote(c.r.Context(), seller, r)
	if err != nil {
		return answer{}, err
	}
	return answer{body: saleQuoteOf(quoted)}, nil
}

// buy carries a quote out, or prices and carries out at once.
func buy(c *call) (answer, error) {
	seller, err := c.seller(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var q wanted
	var b app.Buyer
	var quote *string
	var custom []domain.CustomField
	into := q.fields()
	into["quote"] = &quote
	into["email"], into["full_name"], into["method"] = &b.Email, &b.FullName, &b.Method
	into["country"], into["referrer"], into["can_contact"] = &b.Country, &b.Referrer, &b.CanContact
	into["custom_fields"] = readCustomFields(&custom)
	if err := c.read(into); err != nil {
		return answer{}, err
	}
	key, err := c.key(true)
	if err != nil {
		return answer{}, err
	}
	b.CustomFields = domain.MakeCustomFields(custom...)
	ctx := c.r.Context()
	var done app.Bought
	if quote != nil {
		if q.product != nil || q.variants != nil || q.quantity != nil || q.recurrence != nil {
			return answer{}, domain.InvalidField("quote", "says what is bought: leave product, variants, quantity and recurrence out")
		}
		done, err = c.usher.Sales.BuyQuoted(ctx, seller, *quote, b, key)
	} else {
		var r domain.SaleRequest
		if r, err = c.request(seller, q); err != nil {
			return answer{}, err
		}
		done, err = c.usher.Sales.Buy(ctx, seller, r, b, key)
	}
	if err != nil {
		return answer{replayed: done.Replayed}, err
	}
	status := http.StatusCreated
	if open(done.Result) {
		status = http.StatusAccepted
	}
	return answer{
		status: status, body: c.boughtOf(done), replayed: done.Replayed,
		location: "/api/sales/" + url.PathEscape(string(done.Purchase.ID)),
	}, nil
}

// open reports whether a command waits for its payment.
func open(r domain.Result) bool { return r == domain.AwaitsAction || r == domain.Unanswered }

// readCustomFields reads a list of objects with a name and a value.
func readCustomFields(into *[]domain.CustomField) func(json.RawMessage) error {
	return func(value json.RawMessage) error {
		var all []json.RawMessage
		if json.Unmarshal(value, &all) != nil {
			return domain.InvalidField("custom_fields", `must be a list of objects such as {"name":"Company","value":"Acme"}`)
		}
		for _, text := range all {
			var f domain.CustomField
			if _, err := readObject(text, fields{"name": &f.Name, "value": &f.Value}); err != nil {
				e, _ := errors.AsType[*domain.Error](err)
				return domain.InvalidField("custom_fields", e.Error())
			}
			*into = append(*into, f)
		}
		return nil
	}
}

// getSale shows a sale: its licence, its payments, and its membership by id.
func getSale(c *call) (answer, error) {
	id, err := c.sale(domain.ViewSales)
	if err != nil {
		return answer{}, err
	}
	sale, err := c.usher.Sales.Get(c.r.Context(), c.token.SellerID, id)
	if err != nil {
		return answer{}, err
	}
	payments, err := c.usher.Payments.OfPurchase(c.r.Context(), c.token.SellerID, id)
	if err != nil {
		return answer{}, err
	}
	body := saleOf(sale)
	body.Payments = []payment{}
	for _, p := range payments {
		body.Payments = append(body.Payments, *paymentOf(p))
	}
	return answer{body: body}, nil
}
