package rpc

import (
	"context"

	"google.golang.org/protobuf/types/known/durationpb"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// product returns the product that a request names by its id or a permalink. It
// may be deleted.
func (s *server) product(ctx context.Context, scope domain.Scope, named string) (caller, domain.Product, error) {
	return owned(ctx, s, scope, domain.ErrProductNotFound, func(seller domain.SellerID) (domain.Product, error) {
		return s.usher.Catalog.Product(ctx, seller, named)
	})
}

// readProduct reads the product that is to be made.
func (s *server) readProduct(ctx context.Context, seller domain.SellerID, r *usherv1.AddProductRequest) (p domain.Product, err error) {
	p = domain.Product{
		Name: r.Name, Permalink: r.Permalink, CustomPermalink: r.CustomPermalink, Price: domain.Money{Amount: r.Price},
		Licensed: r.Licensed, Multiseat: r.Multiseat, MostSeats: int(r.MostSeats), Published: r.Published, Preorder: r.Preorder,
		ProductIDNotNeeded: r.ProductIdNotNeeded,
	}
	if p.Kind, err = wordOf[domain.ProductKind]("kind", r.Kind); err != nil {
		return p, err
	}
	if r.Currency != "" {
		if p.Price.Currency, err = domain.ParseCurrency(r.Currency); err != nil {
			return p, err
		}
	}
	if p.Prices, err = readPrices(r.Prices); err != nil {
		return p, err
	}
	if r.FreeTrial != nil {
		if r.FreeTrial.CheckValid() != nil {
			return p, domain.InvalidField("free_trial", "is not a duration")
		}
		p.FreeTrial = r.FreeTrial.AsDuration()
	}
	var lines []domain.BundleLine
	for _, in := range r.Includes {
		included, err := s.usher.Catalog.Product(ctx, seller, in.GetProduct())
		if err != nil {
			return p, err
		}
		n := int(in.GetQuantity())
		if n == 0 {
			n = 1
		}
		lines = append(lines, domain.BundleLine{ProductID: included.ID, Quantity: n})
	}
	p.Includes = domain.MakeBundleLines(lines...)
	return p, nil
}

func productOf(p domain.Product) *usherv1.Product {
	told := &usherv1.Product{
		Id: string(p.ID), Kind: enumOf[usherv1.ProductKind](p.Kind), Name: p.Name, Permalink: p.Permalink, CustomPermalink: p.CustomPermalink,
		Price: moneyOf(p.Price), Prices: pricesOf(p.Prices), Licensed: p.Licensed, Multiseat: p.Multiseat, MostSeats: small(p.MostSeats),
		Published: p.Published, Preorder: p.Preorder, ProductIdNotNeeded: p.ProductIDNotNeeded,
		CreatedAt: stamp(p.CreatedAt), DeletedAt: stamp(p.DeletedAt),
	}
	if p.FreeTrial > 0 {
		told.FreeTrial = durationpb.New(p.FreeTrial)
	}
	for l := range p.Includes.All() {
		told.Includes = append(told.Includes, &usherv1.Included{Product: string(l.ProductID), Quantity: small(l.Quantity)})
	}
	return told
}

func variantOf(v domain.Variant) *usherv1.Variant {
	return &usherv1.Variant{
		Id: string(v.ID), Product: string(v.ProductID), Category: v.Category, Name: v.Name, Position: small(v.Position), Price: v.Price,
		Prices: pricesOf(v.Prices), MostSeats: small(v.MostSeats), CreatedAt: stamp(v.CreatedAt), DeletedAt: stamp(v.DeletedAt),
	}
}

func variantsOf(all []domain.Variant) (told []*usherv1.Variant) {
	for _, v := range all {
		told = append(told, variantOf(v))
	}
	return told
}

func pastSalesOf(t ports.Task) *usherv1.PastSales {
	return &usherv1.PastSales{Made: t.Done, Estimate: t.Total, StartedAt: stamp(t.StartedAt), FinishedAt: stamp(t.FinishedAt)}
}
