package walk

import (
	"fmt"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/walk/oracle"
)

// gives has somebody pay, elsewhere, for what somebody else is to use: the one's
// sale is paid, the other's is used.
func (w *world) gives() bool {
	var once []*good
	for i := range w.goods {
		if !w.goods[i].monthly {
			once = append(once, &w.goods[i])
		}
	}
	if len(once) == 0 {
		return false
	}
	g := once[w.upTo("product", len(once)-1)]
	var variants domain.VariantIDs
	variant := ""
	if len(g.variants) > 0 {
		v := g.variants[w.upTo("variant", len(g.variants)-1)]
		variants, variant = domain.ChosenVariants(v), string(v)
	}
	from, to := w.someone(), w.someone()
	w.n++
	paid := &sold{name: fmt.Sprintf("%s-gift-%d", g.name, w.n), good: g, email: from.email}
	used := &sold{name: paid.name + "-received", good: g, email: to.email, payer: paid}
	record := func(s *sold, p domain.PurchaseState) {
		p.ProductID, p.Variants, p.Email = g.id, variants, s.email
		var done app.Sale
		w.must(w.asks(func(u *app.Usher) (err error) {
			done, err = u.Sales.Record(w.ctx, w.seller, "record "+s.name, p)
			return err
		}))
		s.id, s.cost = done.Purchase.ID, done.Purchase.Price.Amount
		w.sales = append(w.sales, s)
	}
	record(paid, domain.PurchaseState{GiftGiven: true})
	w.known(func(o *oracle.Oracle) { // a sale with seats and nobody in them: nobody uses it
		o.Sold(oracle.Sale{ID: paid.name, Product: g.name, Variant: variant, Email: from.email, Seats: true, At: w.business()})
	})
	record(used, domain.PurchaseState{GiftOf: paid.id})
	w.known(func(o *oracle.Oracle) {
		o.Sold(oracle.Sale{ID: used.name, Product: g.name, Variant: variant, Email: to.email, PaidBy: paid.name, At: w.business()})
	})
	w.tell("%s gives %s %s to %s", from.email, paid.name, variant, to.email)
	return true
}

// aPaid draws a sale that money was paid for, often a gift's; nil if there is none.
func (w *world) aPaid() *sold {
	gifts := map[*sold]bool{}
	for _, s := range w.sales {
		gifts[s.payer] = true
	}
	if w.oneIn("a gift's", 2) {
		if s := w.aSale(func(s *sold) bool { return gifts[s] }); s != nil {
			return s
		}
	}
	return w.aSale(func(s *sold) bool { return s.payer == nil })
}
