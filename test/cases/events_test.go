package cases

import (
	"context"
	"fmt"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// happen carries out an event. It returns usher's refusal, if it is refused.
func (s *stage) happen(e step) (refusal error) {
	s.Helper()
	switch *e.Event {
	case "advance_clock":
		return nil
	case "purchase_succeeds":
		return s.purchaseSucceeds(e)
	case "gift_checkout_completed":
		gifter, giftee := s.a(aPurchase, e.Gifter), s.a(aPurchase, e.Giftee)
		sales, err := s.usher.Sales.Complete(s.Context(), gifter.seller, domain.PurchaseID(gifter.id), domain.PurchaseID(giftee.id))
		if err != nil {
			return err
		}
		return s.bindLicense(e.CreatesLicense, sales[1])
	case "preorder_authorized":
		p := s.a(aPurchase, e.Purchase)
		_, err := s.usher.Sales.Preorder(s.Context(), p.seller, domain.PurchaseID(p.id))
		return err
	case "preorder_released_and_charged":
		p := s.a(aPurchase, e.Preorder)
		sale, err := s.usher.Sales.Release(s.Context(), p.seller, domain.PurchaseID(p.id))
		if err != nil {
			return err
		}
		s.bindPurchase(e.CreatesPurchase, sale)
		return s.bindLicense(e.CreatesLicense, sale)
	case "enable_licensing", "disable_licensing":
		on := *e.Event == "enable_licensing"
		return s.editProduct(e, app.ProductEdit{Licensed: &on})
	case "update_product":
		return s.editProduct(e, app.ProductEdit{}) // usher keeps no description yet; the product is saved all the same
	case "delete_product":
		p := s.a(aProduct, e.Product)
		_, err := s.usher.Catalog.DeleteProduct(s.Context(), p.seller, domain.ProductID(p.id))
		return err
	case "seller_sets_quantity":
		return s.sellerSets(e)
	case "refund":
		return s.refund(e)
	case "chargeback":
		return s.chargeback(e)
	case "dispute_won":
		return s.disputeWon(e)
	case "undo_revoke_access":
		p := s.a(aPurchase, e.Purchase)
		_, err := s.usher.Sales.Unrevoke(s.Context(), p.seller, domain.PurchaseID(p.id))
		return err
	}
	return s.lives(e)
}

func (s *stage) purchaseSucceeds(e step) error {
	p := s.a(aPurchase, e.Purchase)
	id := domain.PurchaseID(p.id)
	if e.SignedIn != nil && !*e.SignedIn {
		s.asGuest(p.seller, id)
	}
	sales, err := s.usher.Sales.Complete(s.Context(), p.seller, id)
	if err != nil {
		return err
	}
	taken := map[domain.PurchaseID]bool{}
	for _, made := range e.CreatesPurchases {
		if err := s.bindIncluded(made.name, s.a(aProduct, made.is), sales[0].Included, taken); err != nil {
			return err
		}
	}
	return s.bindLicense(e.CreatesLicense, sales[0])
}

// asGuest takes the account from a sale that was made without signing in: what
// is given names the account of the buyer, but the sale does not know it.
func (s *stage) asGuest(seller domain.SellerID, id domain.PurchaseID) {
	s.must(s.store.Update(s.Context(), ports.Seller(seller), func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Purchases.ByID(ctx, id)
		if err != nil {
			return err
		}
		state := p.State()
		state.PurchaserID = ""
		return tx.Purchases.Save(ctx, domain.RestorePurchase(state))
	}))
}

func (s *stage) editProduct(e step, edit app.ProductEdit) error {
	p := s.a(aProduct, e.Product)
	_, err := s.usher.Catalog.EditProduct(s.Context(), p.seller, domain.ProductID(p.id), edit)
	return err
}

// a returns what a name stands for, which must be of that kind.
func (s *stage) a(is kind, name string) thing {
	s.Helper()
	t, err := s.named(name, is)
	s.must(err)
	return t
}

func (s *stage) bindPurchase(name string, sale app.Sale) {
	if name != "" {
		s.things[name] = thing{is: aPurchase, seller: sale.Purchase.SellerID, id: string(sale.Purchase.ID)}
	}
}

// bindIncluded names a purchase that a bundle made of one of its products.
func (s *stage) bindIncluded(name string, of thing, made []app.Sale, taken map[domain.PurchaseID]bool) error {
	for _, sale := range made {
		if string(sale.Purchase.ProductID) == of.id && !taken[sale.Purchase.ID] {
			taken[sale.Purchase.ID] = true
			s.bindPurchase(name, sale)
			return nil
		}
	}
	return fmt.Errorf("the bundle made no purchase for %s", name)
}

// bindLicense names the licence that a sale made: its own, or else the first of
// those of what it includes.
func (s *stage) bindLicense(name string, sale app.Sale) error {
	if name == "" {
		return nil
	}
	for _, made := range append([]app.Sale{sale}, sale.Included...) {
		if l := made.License; l.ID != "" {
			s.things[name] = thing{is: aLicense, seller: l.SellerID, id: string(l.ID), key: l.Key}
			return nil
		}
	}
	return fmt.Errorf("no license was made for %s", name)
}
