package rpc

import (
	"context"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
)

// wanted is a request that says what is to be bought.
type wanted interface {
	GetProduct() string
	GetVariants() []string
	GetQuantity() int32
	GetRecurrence() usherv1.Recurrence
}

// readWanted returns what is to be bought by its ids.
func (s *server) readWanted(ctx context.Context, seller domain.SellerID, r wanted) (q domain.SaleRequest, err error) {
	product, err := s.namedProduct(ctx, seller, r.GetProduct())
	if err != nil {
		return q, err
	}
	q = domain.SaleRequest{ProductID: product.ID, Quantity: int(r.GetQuantity())}
	if q.Variants, err = s.chosen(ctx, seller, product.ID, r.GetVariants()); err != nil {
		return q, err
	}
	q.Recurrence, err = wordOf[domain.Recurrence]("recurrence", r.GetRecurrence())
	return q, err
}

// namedProduct returns the product that a request cannot do without.
func (s *server) namedProduct(ctx context.Context, seller domain.SellerID, named string) (domain.Product, error) {
	if named == "" {
		return domain.Product{}, domain.InvalidField("product", "is missing: its id or permalink")
	}
	return s.usher.Catalog.Product(ctx, seller, named)
}

// chosen returns variants by what they are called: their ids, or their names.
func (s *server) chosen(ctx context.Context, seller domain.SellerID, product domain.ProductID, called []string) (domain.VariantIDs, error) {
	if len(called) == 0 {
		return "", nil
	}
	all, err := s.usher.Catalog.Variants(ctx, seller, product)
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
	var found []domain.VariantID
	for _, v := range all {
		switch {
		case string(v.ID) == name:
			return v.ID, nil
		case v.Name == name && v.DeletedAt.IsZero():
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

func readCustomFields(of []*usherv1.CustomField) domain.CustomFields {
	var all []domain.CustomField
	for _, f := range of {
		all = append(all, domain.CustomField{Name: f.GetName(), Value: f.GetValue()})
	}
	return domain.MakeCustomFields(all...)
}

// readRecord reads what is known of a sale that was charged elsewhere.
func (s *server) readRecord(ctx context.Context, seller domain.SellerID, r *usherv1.SaleRecord) (sale domain.PurchaseState, err error) {
	product, err := s.namedProduct(ctx, seller, r.GetProduct())
	if err != nil {
		return sale, err
	}
	offer, partner, card := r.GetOfferCode(), r.GetAffiliate(), r.GetCard()
	sale = domain.PurchaseState{
		ID: domain.PurchaseID(r.GetId()), ProductID: product.ID, MembershipID: domain.MembershipID(r.GetMembership()), OrderNumber: r.GetOrderNumber(),
		Email: r.GetEmail(), FullName: r.GetFullName(), Quantity: int(r.GetQuantity()), GiftGiven: r.GetGiftGiven(), GiftOf: domain.PurchaseID(r.GetGiftOf()),
		BundleOf: domain.PurchaseID(r.GetBundleOf()), PreorderOf: domain.PurchaseID(r.GetPreorderOf()), Fee: r.GetFee(), CustomFields: readCustomFields(r.GetCustomFields()),
		OfferCode: domain.OfferCode{Code: offer.GetCode(), Percent: int(offer.GetPercent()), Amount: offer.GetAmount()},
		Affiliate: domain.Affiliate{Email: partner.GetEmail(), Credit: partner.GetCredit()}, Card: domain.Card{Visual: card.GetVisual(), Type: card.GetType()},
		Referrer: r.GetReferrer(), Country: r.GetCountry(), CanContact: r.GetCanContact(), DiscoverFee: r.GetDiscoverFee(),
	}
	if r.Price != nil {
		sale.Price = domain.Money{Amount: *r.Price, Currency: product.Price.Currency}
	}
	if sale.CreatedAt, err = instant("created_at", r.GetCreatedAt()); err != nil {
		return sale, err
	}
	if r.GetTest() {
		who, err := s.usher.Sellers.Get(ctx, seller)
		if err != nil {
			return sale, err
		}
		sale.PurchaserID = who.UserID
	}
	sale.Variants, err = s.chosen(ctx, seller, product.ID, r.GetVariants())
	return sale, err
}
