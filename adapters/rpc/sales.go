package rpc

import (
	"context"
	"strings"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// sales is SaleService.
type sales struct{ *server }

// QuoteSale prices a sale.
func (s *sales) QuoteSale(ctx context.Context, r *usherv1.QuoteSaleRequest) (*usherv1.QuoteSaleResponse, error) {
	c, err := s.seller(ctx, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	wanted, err := s.readWanted(ctx, c.seller, r)
	if err != nil {
		return nil, err
	}
	q, err := s.usher.Sales.Quote(ctx, c.seller, wanted)
	if err != nil {
		return nil, err
	}
	return &usherv1.QuoteSaleResponse{Quote: saleQuoteOf(q)}, nil
}

// Buy carries a quote out, or prices and carries out at once.
func (s *sales) Buy(ctx context.Context, r *usherv1.BuyRequest) (*usherv1.BuyResponse, error) {
	c, err := s.seller(ctx, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	key, err := c.key(ctx, true)
	if err != nil {
		return nil, err
	}
	buyer := app.Buyer{
		Email: r.Email, FullName: r.FullName, Method: r.Method, Country: r.Country, Referrer: r.Referrer, CanContact: r.CanContact,
		CustomFields: readCustomFields(r.CustomFields),
	}
	var done app.Bought
	if r.Quote == "" {
		var wanted domain.SaleRequest
		if wanted, err = s.readWanted(ctx, c.seller, r); err != nil {
			return nil, err
		}
		done, err = s.usher.Sales.Buy(ctx, c.seller, wanted, buyer, key)
	} else {
		if r.Product != "" || len(r.Variants) > 0 || r.Quantity != 0 || r.Recurrence != 0 {
			return nil, domain.InvalidField("quote", "says what is bought: leave product, variants, quantity and recurrence out")
		}
		done, err = s.usher.Sales.BuyQuoted(ctx, c.seller, r.Quote, buyer, key)
	}
	if done.Replayed {
		replayed(ctx)
	}
	if err != nil {
		return nil, err
	}
	return &usherv1.BuyResponse{
		Result: string(done.Result), AccessToken: done.AccessToken, Sale: saleOf(done.Sale), Membership: s.membership(done.Membership), Payment: paymentOf(done.Payment),
	}, nil
}

// GetSale shows a sale to its seller, and to its buyer.
func (s *sales) GetSale(ctx context.Context, r *usherv1.GetSaleRequest) (*usherv1.GetSaleResponse, error) {
	c, err := s.sale(ctx, r.Purchase, domain.ViewSales)
	if err != nil {
		return nil, err
	}
	sale, err := s.usher.Sales.Get(ctx, c.seller, domain.PurchaseID(r.Purchase))
	if err != nil {
		return nil, err
	}
	payments, err := s.usher.Payments.OfPurchase(ctx, c.seller, sale.Purchase.ID)
	if err != nil {
		return nil, err
	}
	told := saleOf(sale)
	for _, p := range payments {
		told.Payments = append(told.Payments, paymentOf(p))
	}
	return &usherv1.GetSaleResponse{Sale: told}, nil
}

// ListSales lists the sales that a request is about.
func (s *sales) ListSales(ctx context.Context, r *usherv1.ListSalesRequest) (*usherv1.ListSalesResponse, error) {
	c, err := s.seller(ctx, domain.ViewSales)
	if err != nil {
		return nil, err
	}
	limit, after, err := pageOf(r)
	if err != nil {
		return nil, err
	}
	q := ports.PurchaseQuery{
		Email: domain.NormalizeEmail(r.Email), Terms: strings.Fields(strings.ToLower(r.Search)),
		BundleOf: domain.PurchaseID(r.BundleOf), GiftOf: domain.PurchaseID(r.GiftOf), After: after, Limit: limit + 1,
	}
	if r.Product != "" {
		p, err := s.usher.Catalog.Product(ctx, c.seller, r.Product)
		if err != nil {
			return nil, err
		}
		q.ProductID = p.ID
	}
	all, err := s.usher.Sales.List(ctx, c.seller, q)
	if err != nil {
		return nil, err
	}
	told := &usherv1.ListSalesResponse{}
	all, told.NextPageToken = page(all, limit, func(p domain.PurchaseState) ports.Cursor { return ports.Cursor{At: p.CreatedAt, ID: string(p.ID)} })
	for _, p := range all {
		told.Purchases = append(told.Purchases, purchaseOf(p))
	}
	return told, nil
}

// LinkSale makes another link to the page of a sale.
func (s *sales) LinkSale(ctx context.Context, r *usherv1.LinkSaleRequest) (*usherv1.LinkSaleResponse, error) {
	c, err := s.ownSale(ctx, r.Purchase, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.LinkSaleResponse, error) {
		link, err := s.usher.Access.Link(ctx, c.seller, domain.PurchaseID(r.Purchase))
		if err != nil {
			return nil, err
		}
		return &usherv1.LinkSaleResponse{Url: link}, nil
	})
}
