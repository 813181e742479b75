package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Catalog keeps what a seller sells.
type Catalog struct{ *core }

// AddProduct makes a product. ID and CreatedAt are made; so is Permalink if it
// is empty; Kind is [domain.OneTime] and the currency "usd" if they are.
func (c *Catalog) AddProduct(ctx context.Context, seller domain.SellerID, p domain.Product) (domain.Product, error) {
	at := c.at()
	p.ID, p.SellerID, p.CreatedAt = domain.ProductID(c.newID(at)), seller, at
	if p.Kind == "" {
		p.Kind = domain.OneTime
	}
	if p.Price.Currency == "" {
		p.Price.Currency = "usd"
	}
	draw := p.Permalink == ""
	err := c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		for range 50 {
			if draw {
				p.Permalink = domain.NewPermalink(c.number())
			}
			if err := p.Check(); err != nil {
				return err
			}
			err := tx.Products.Insert(ctx, p)
			if !draw || !errors.Is(err, domain.ErrPermalinkTaken) {
				return err
			}
		}
		return domain.ErrPermalinkTaken
	})
	return p, err
}

// ProductEdit is what to change of a product; nil leaves a thing as it is.
type ProductEdit struct {
	Name            *string
	CustomPermalink *string
	Price           *int64
	Published       *bool
	Licensed        *bool // switching it on gives past sales their keys, see [Catalog.PastSales]
	Multiseat       *bool
}

// EditProduct changes a product, all of the edit or nothing.
func (c *Catalog) EditProduct(ctx context.Context, seller domain.SellerID, id domain.ProductID, e ProductEdit) (domain.Product, error) {
	at := c.at()
	past := int64(0)
	if e.Licensed != nil && *e.Licensed {
		var err error
		if past, err = c.countPast(ctx, seller, id); err != nil {
			return domain.Product{}, err
		}
	}
	return c.edit(ctx, seller, id, at, func(ctx context.Context, tx ports.Tx, p *domain.Product) ([]domain.Event, error) {
		set(&p.Name, e.Name)
		set(&p.CustomPermalink, e.CustomPermalink)
		set(&p.Price.Amount, e.Price)
		if e.Published != nil {
			if err := p.SwitchSale(*e.Published); err != nil {
				return nil, err
			}
		}
		var events []domain.Event
		if e.Licensed != nil {
			var err error
			if events, err = p.SwitchLicensing(*e.Licensed, at); err != nil {
				return nil, err
			}
			if *e.Licensed && len(events) > 0 {
				if err := tx.Progress.Put(ctx, ports.Task{ID: pastSalesTask(id), Total: past, StartedAt: at}); err != nil {
					return nil, err
				}
			}
		}
		if e.Multiseat != nil {
			if err := p.SwitchSeats(*e.Multiseat); err != nil {
				return nil, err
			}
		}
		return events, p.Check()
	})
}

// Sold returns how often a product was sold and what that came to, without what
// was given back. It looks at all of its sales.
func (c *Catalog) Sold(ctx context.Context, seller domain.SellerID, id domain.ProductID) (ports.Sold, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) (ports.Sold, error) {
		return tx.Purchases.Sold(ctx, id)
	})
}

// DeleteProduct takes a product off sale; its keys go on verifying. Twice is once.
func (c *Catalog) DeleteProduct(ctx context.Context, seller domain.SellerID, id domain.ProductID) (domain.Product, error) {
	at := c.at()
	return c.edit(ctx, seller, id, at, func(_ context.Context, _ ports.Tx, p *domain.Product) ([]domain.Event, error) {
		return p.Delete(at), nil
	})
}

// UndeleteProduct takes a deletion back within ten minutes.
func (c *Catalog) UndeleteProduct(ctx context.Context, seller domain.SellerID, id domain.ProductID) (domain.Product, error) {
	at := c.at()
	return c.edit(ctx, seller, id, at, func(_ context.Context, _ ports.Tx, p *domain.Product) ([]domain.Event, error) {
		return p.Undelete(at)
	})
}

func (c *Catalog) edit(ctx context.Context, seller domain.SellerID, id domain.ProductID, at time.Time, do func(context.Context, ports.Tx, *domain.Product) ([]domain.Event, error)) (domain.Product, error) {
	var p domain.Product
	err := c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		got, err := tx.Products.ByID(ctx, id)
		if err != nil {
			return err
		}
		events, err := do(ctx, tx, &got)
		if err != nil {
			return err
		}
		p = got
		if err := tx.Products.Save(ctx, got); err != nil {
			return err
		}
		return c.emit(ctx, tx, at, events...)
	})
	return p, err
}

// AddVariant adds a version or a tier at the end of its product's. Of v, ID,
// Position and CreatedAt are made; Category is "Version", or
// [domain.TierCategory] on a membership, if it is empty.
func (c *Catalog) AddVariant(ctx context.Context, seller domain.SellerID, v domain.Variant) (domain.Variant, error) {
	at := c.at()
	v.ID, v.SellerID, v.CreatedAt = domain.VariantID(c.newID(at)), seller, at
	err := c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Products.ByID(ctx, v.ProductID)
		if err != nil {
			return err
		}
		others, err := tx.Variants.ByProduct(ctx, v.ProductID)
		if err != nil {
			return err
		}
		v.Position = len(others)
		if v.Category == "" {
			v.Category = p.VariantCategory()
		}
		if err := v.Check(); err != nil {
			return err
		}
		return tx.Variants.Insert(ctx, v)
	})
	return v, err
}

// Product returns a product, by its id or else by one of its permalinks.
func (c *Catalog) Product(ctx context.Context, seller domain.SellerID, idOrPermalink string) (domain.Product, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) (domain.Product, error) {
		p, err := tx.Products.ByID(ctx, domain.ProductID(idOrPermalink))
		if errors.Is(err, domain.ErrProductNotFound) {
			return tx.Products.ByPermalink(ctx, idOrPermalink)
		}
		return p, err
	})
}

// Products returns a seller's products after a cursor, oldest first, deleted
// ones too.
func (c *Catalog) Products(ctx context.Context, seller domain.SellerID, after ports.Cursor, limit int) ([]domain.Product, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Product, error) {
		return tx.Products.List(ctx, after, limit)
	})
}

// Variants returns a product's variants in their order.
func (c *Catalog) Variants(ctx context.Context, seller domain.SellerID, id domain.ProductID) ([]domain.Variant, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Variant, error) {
		return tx.Variants.ByProduct(ctx, id)
	})
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
