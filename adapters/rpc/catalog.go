package rpc

import (
	"context"
	"errors"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// catalog is CatalogService.
type catalog struct{ *server }

func (s *catalog) ListProducts(ctx context.Context, r *usherv1.ListProductsRequest) (*usherv1.ListProductsResponse, error) {
	c, err := s.seller(ctx, domain.ViewSales)
	if err != nil {
		return nil, err
	}
	all, next, err := list(r, func(after ports.Cursor, limit int) ([]domain.Product, error) {
		return s.usher.Catalog.Products(ctx, c.seller, after, limit)
	}, func(p domain.Product) ports.Cursor { return ports.Cursor{At: p.CreatedAt, ID: string(p.ID)} }, productOf)
	if err != nil {
		return nil, err
	}
	return &usherv1.ListProductsResponse{Products: all, NextPageToken: next}, nil
}

func (s *catalog) GetProduct(ctx context.Context, r *usherv1.GetProductRequest) (*usherv1.GetProductResponse, error) {
	c, p, err := s.product(ctx, domain.ViewSales, r.Product)
	if err != nil {
		return nil, err
	}
	variants, err := s.usher.Catalog.Variants(ctx, c.seller, p.ID)
	if err != nil {
		return nil, err
	}
	task, err := s.usher.Catalog.PastSales(ctx, c.seller, p.ID)
	told := &usherv1.GetProductResponse{Product: productOf(p), Variants: variantsOf(variants)}
	switch {
	case err == nil:
		told.PastSales = pastSalesOf(task)
	case !errors.Is(err, domain.ErrProgressNotFound):
		return nil, err
	}
	return told, nil
}

func (s *catalog) AddProduct(ctx context.Context, r *usherv1.AddProductRequest) (*usherv1.AddProductResponse, error) {
	c, err := s.seller(ctx, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	p, err := s.readProduct(ctx, c.seller, r)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.AddProductResponse, error) {
		p, err := s.usher.Catalog.AddProduct(ctx, c.seller, p)
		if err != nil {
			return nil, err
		}
		return &usherv1.AddProductResponse{Product: productOf(p)}, nil
	})
}

func (s *catalog) EditProduct(ctx context.Context, r *usherv1.EditProductRequest) (*usherv1.EditProductResponse, error) {
	c, p, err := s.product(ctx, domain.EditProducts, r.Product)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.EditProductResponse, error) {
		p, err := s.usher.Catalog.EditProduct(ctx, c.seller, p.ID, app.ProductEdit{
			Name: r.Name, CustomPermalink: r.CustomPermalink, Price: r.Price, Published: r.Published, Licensed: r.Licensed, Multiseat: r.Multiseat,
		})
		if err != nil {
			return nil, err
		}
		return &usherv1.EditProductResponse{Product: productOf(p)}, nil
	})
}

func (s *catalog) DeleteProduct(ctx context.Context, r *usherv1.DeleteProductRequest) (*usherv1.DeleteProductResponse, error) {
	c, p, err := s.product(ctx, domain.EditProducts, r.Product)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.DeleteProductResponse, error) {
		p, err := s.usher.Catalog.DeleteProduct(ctx, c.seller, p.ID)
		if err != nil {
			return nil, err
		}
		return &usherv1.DeleteProductResponse{Product: productOf(p)}, nil
	})
}

func (s *catalog) UndeleteProduct(ctx context.Context, r *usherv1.UndeleteProductRequest) (*usherv1.UndeleteProductResponse, error) {
	c, p, err := s.product(ctx, domain.EditProducts, r.Product)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.UndeleteProductResponse, error) {
		p, err := s.usher.Catalog.UndeleteProduct(ctx, c.seller, p.ID)
		if err != nil {
			return nil, err
		}
		return &usherv1.UndeleteProductResponse{Product: productOf(p)}, nil
	})
}

func (s *catalog) ListVariants(ctx context.Context, r *usherv1.ListVariantsRequest) (*usherv1.ListVariantsResponse, error) {
	c, p, err := s.product(ctx, domain.ViewSales, r.Product)
	if err != nil {
		return nil, err
	}
	all, err := s.usher.Catalog.Variants(ctx, c.seller, p.ID)
	if err != nil {
		return nil, err
	}
	return &usherv1.ListVariantsResponse{Variants: variantsOf(all)}, nil
}

func (s *catalog) AddVariant(ctx context.Context, r *usherv1.AddVariantRequest) (*usherv1.AddVariantResponse, error) {
	c, p, err := s.product(ctx, domain.EditProducts, r.Product)
	if err != nil {
		return nil, err
	}
	prices, err := readPrices(r.Prices)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.AddVariantResponse, error) {
		v, err := s.usher.Catalog.AddVariant(ctx, c.seller, domain.Variant{
			ProductID: p.ID, Category: r.Category, Name: r.Name, Price: r.Price, Prices: prices, MostSeats: int(r.MostSeats),
		})
		if err != nil {
			return nil, err
		}
		return &usherv1.AddVariantResponse{Variant: variantOf(v)}, nil
	})
}

func (s *catalog) GetPastSales(ctx context.Context, r *usherv1.GetPastSalesRequest) (*usherv1.GetPastSalesResponse, error) {
	c, p, err := s.product(ctx, domain.ViewSales, r.Product)
	if err != nil {
		return nil, err
	}
	task, err := s.usher.Catalog.PastSales(ctx, c.seller, p.ID)
	if err != nil {
		return nil, err
	}
	return &usherv1.GetPastSalesResponse{PastSales: pastSalesOf(task)}, nil
}

func (s *catalog) GetSold(ctx context.Context, r *usherv1.GetSoldRequest) (*usherv1.GetSoldResponse, error) {
	c, p, err := s.product(ctx, domain.ViewSales, r.Product)
	if err != nil {
		return nil, err
	}
	sold, err := s.usher.Catalog.Sold(ctx, c.seller, p.ID)
	if err != nil {
		return nil, err
	}
	return &usherv1.GetSoldResponse{Sales: sold.Sales, Amount: moneyOf(domain.Money{Amount: sold.Amount, Currency: p.Price.Currency})}, nil
}
