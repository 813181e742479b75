package rest

import (
	"context"
	"slices"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// catalog returns the products that are not deleted, newest first.
func (c call) catalog(seller domain.SellerID) (all []domain.Product, err error) {
	for p, err := range app.Paged(func(after ports.Cursor, limit int) ([]domain.Product, error) {
		return c.usher.Catalog.Products(c.r.Context(), seller, after, limit)
	}, func(p domain.Product) ports.Cursor { return ports.Cursor{At: p.CreatedAt, ID: string(p.ID)} }) {
		if err != nil {
			return nil, err
		}
		if p.DeletedAt.IsZero() {
			all = append(all, p)
		}
	}
	slices.Reverse(all)
	return all, nil
}

// named returns the product that the first id of the path names: its id, or its
// unique permalink in its own letter case. One that is deleted is found, too.
func (c call) named(seller domain.SellerID) (domain.Product, error) {
	p, err := c.usher.Catalog.Product(c.r.Context(), seller, c.ids[0])
	if err == nil && string(p.ID) != c.ids[0] && p.Permalink != c.ids[0] { // a custom one
		err = domain.ErrProductNotFound
	}
	return p, missing("product", err)
}

func (c call) products() (*object, error) {
	who, err := c.reader()
	if err != nil {
		return nil, err
	}
	all, err := c.catalog(who.SellerID)
	if err != nil {
		return nil, err
	}
	bodies := make([]*object, 0, len(all))
	for _, p := range all {
		o, err := c.productOf(who, p)
		if err != nil {
			return nil, err
		}
		bodies = append(bodies, o)
	}
	return listing("products", bodies), nil
}

func (c call) product() (*object, error) {
	who, err := c.reader()
	if err != nil {
		return nil, err
	}
	p, err := c.named(who.SellerID)
	if err != nil {
		return nil, err
	}
	o, err := c.productOf(who, p)
	if err != nil {
		return nil, err
	}
	return about("product", o), nil
}

// publishes is the action of what puts a product on sale, or takes it off.
func publishes(on bool) action {
	return func(c call) (*object, error) {
		who, err := c.allowed(domain.EditProducts)
		if err != nil {
			return nil, err
		}
		p, err := c.named(who.SellerID)
		if err != nil {
			return nil, err
		}
		return c.once(who.SellerID, true, func(c call) (*object, error) {
			p, err := c.usher.Catalog.EditProduct(c.r.Context(), who.SellerID, p.ID, app.ProductEdit{Published: &on})
			if err != nil {
				return nil, unmodified("product", err)
			}
			o, err := c.productOf(who, p)
			if err != nil {
				return nil, err
			}
			return about("product", o), nil
		})
	}
}

func (c call) deleteProduct() (*object, error) {
	who, err := c.allowed(domain.EditProducts)
	if err != nil {
		return nil, err
	}
	p, err := c.named(who.SellerID)
	if err != nil {
		return nil, err
	}
	return c.once(who.SellerID, true, func(c call) (*object, error) {
		if _, err := c.usher.Catalog.DeleteProduct(c.r.Context(), who.SellerID, p.ID); err != nil {
			return nil, unmodified("product", err)
		}
		o := newObject(2)
		o.put("success", true)
		o.put("message", "The product was deleted successfully.")
		return o, nil
	})
}

// productOf is a product as that token sees it.
func (c call) productOf(who domain.TokenState, p domain.Product) (*object, error) {
	ctx := c.r.Context()
	s, err := c.usher.Sellers.Get(ctx, who.SellerID)
	if err != nil {
		return nil, err
	}
	variants, err := c.offered(ctx, who.SellerID, p)
	if err != nil {
		return nil, err
	}
	o := c.putProductFacts(s, p, variants)
	if sees(who, domain.ViewSales) {
		sold, err := c.usher.Catalog.Sold(ctx, who.SellerID, p.ID)
		if err != nil {
			return nil, err
		}
		o.put("custom_delivery_url", nil)
		o.put("sales_count", sold.Sales)
		o.put("sales_usd_cents", sold.Amount)
	}
	return o, nil
}

// offered returns the variants of a product that are not deleted, in their order.
func (c call) offered(ctx context.Context, seller domain.SellerID, p domain.Product) ([]domain.Variant, error) {
	all, err := c.usher.Catalog.Variants(ctx, seller, p.ID)
	return slices.DeleteFunc(all, func(v domain.Variant) bool { return !v.DeletedAt.IsZero() }), err
}
