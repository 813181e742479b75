package domain

import (
	"strconv"
	"time"
)

// SaleRequest is what a buyer asks to buy.
type SaleRequest struct {
	ProductID  ProductID
	Variants   VariantIDs // one of each category that the product has
	Quantity   int        // seats of a membership; 0: one
	Recurrence Recurrence // of a membership; empty: the shortest that is offered
}

// SaleQuote is a priced sale, to the second. Nothing is stored; carrying it out
// charges exactly DueNow.
type SaleQuote struct {
	Request         SaleRequest // with what was left out filled in
	Price           Money       // of the whole line, or of one period
	DueNow          Money       // nothing in a trial
	Unit            int64       // of one seat and period; 0 of what does not renew
	Tier            VariantID   // of a membership
	MostQuantity    int         // that could be asked for
	FreeTrialEndsAt time.Time   // zero: there is none
	NextAt          time.Time   // of the next payment; zero: there is none
	NextAmount      Money
	PricedAt        time.Time
	ExpiresAt       time.Time // still valid at that instant
}

// QuoteSale prices a sale. It refuses a deleted product ([ErrDeleted]), one
// that is not published or not released ([ErrNotForSale]), a quantity outside
// of what is sold ([ErrBelowMinimumSeats], [ErrAboveMaximumSeats], each with
// the range), a tier without room ([ErrTierCapacity]), a category of which
// nothing was chosen and a recurrence that is not offered ([ErrInvalid]), and
// what does not renew and costs less than is ever collected
// ([ErrBelowLeastCharge]).
func QuoteSale(product Product, variants []Variant, r SaleRequest, l Limits, at time.Time) (SaleQuote, error) {
	at = second(at)
	switch {
	case !product.DeletedAt.IsZero():
		return SaleQuote{}, ErrDeleted
	case !product.Published, product.Preorder:
		return SaleQuote{}, ErrNotForSale
	case r.Recurrence != "" && product.Kind != MembershipKind:
		return SaleQuote{}, InvalidField("recurrence", "only a membership has one")
	}
	chosen, err := complete(variants, r.Variants)
	if err != nil {
		return SaleQuote{}, err
	}
	ids := make([]VariantID, len(chosen))
	for i, v := range chosen {
		ids[i] = v.ID
	}
	r.Variants = ChosenVariants(ids...)
	if r.Quantity == 0 {
		r.Quantity = 1
	}
	q := SaleQuote{MostQuantity: product.mostQuantity(), PricedAt: at, ExpiresAt: at.Add(quoteGoodFor)}
	if l.Limited {
		q.MostQuantity = min(q.MostQuantity, max(l.TierRoom, 1))
	}
	switch {
	case r.Quantity < 1:
		return SaleQuote{}, quantityRange(ErrBelowMinimumSeats, q.MostQuantity)
	case l.Limited && r.Quantity > l.TierRoom && r.Quantity <= product.mostQuantity():
		return SaleQuote{}, roomFor(l.TierRoom)
	case r.Quantity > q.MostQuantity:
		return SaleQuote{}, quantityRange(ErrAboveMaximumSeats, q.MostQuantity)
	}
	if product.Kind == MembershipKind {
		q.Tier = tierOf(chosen)
		if q.Unit, r.Recurrence, err = product.UnitPrice(r.Recurrence, chosen...); err != nil {
			return SaleQuote{}, err
		}
	}
	if q.Price, err = product.priceOf(r.Quantity, r.Recurrence, chosen); err != nil {
		return SaleQuote{}, err
	}
	q.Request, q.DueNow = r, q.Price
	switch {
	case product.Kind == MembershipKind:
		q.renews(product, l.LeastCharge)
	case q.Price.Amount > 0 && q.Price.Amount < l.LeastCharge: // there is no next charge for it to ride on
		return SaleQuote{}, ErrBelowLeastCharge
	}
	return q, nil
}

// renews fills in what only a membership has.
func (q *SaleQuote) renews(product Product, least int64) {
	first := q.Price.Amount
	q.NextAt, q.NextAmount = Boundary(q.PricedAt, q.Request.Recurrence.Months()), q.Price
	if product.FreeTrial > 0 {
		q.FreeTrialEndsAt = q.PricedAt.Add(product.FreeTrial)
		q.NextAt, q.DueNow.Amount = q.FreeTrialEndsAt, 0
	} else if !collects(first, least) {
		q.DueNow.Amount = 0
		q.NextAmount.Amount += first // it rides on the next charge
	}
	if q.NextAmount.Amount < least {
		q.NextAmount.Amount = 0
	}
}

// TierOf returns the tier that would be sold with these variants, and none if
// it must be chosen yet.
func TierOf(variants []Variant, ids VariantIDs) VariantID {
	chosen, err := complete(variants, ids)
	if err != nil {
		return ""
	}
	return tierOf(chosen)
}

func tierOf(chosen []Variant) VariantID {
	for _, v := range chosen {
		if v.Category == TierCategory {
			return v.ID
		}
	}
	return ""
}

// Target returns what the payment of the sale brings about: what its membership
// begins with, or nothing.
func (q SaleQuote) Target() Target {
	if q.Request.Recurrence == "" {
		return Target{}
	}
	return Target{Seats: q.Request.Quantity, Tier: q.Tier, Recurrence: q.Request.Recurrence, Unit: q.Unit, Anew: true}
}

// StartOf returns what the membership of a sale begins with: as it was priced
// then, with the buyer in its first seat if it was sold with seats.
func StartOf(id MembershipID, p PurchaseState, t Target, method string, collected int64, trialEnds, at time.Time) Start {
	return Start{
		ID: id, SellerID: p.SellerID, ProductID: p.ProductID, PurchaseID: p.ID, Recurrence: t.Recurrence,
		Terms: Terms{Tier: t.Tier, Unit: t.Unit, Currency: p.Price.Currency}, Seats: t.Seats, Seated: p.Multiseat,
		Method: method, FreeTrialEndsAt: trialEnds, Collected: collected, At: at,
	}
}

// mostQuantity is how many can be bought in one sale.
func (p Product) mostQuantity() int {
	switch {
	case p.Kind == MembershipKind && !p.OffersSeats():
		return 1
	case p.MostSeats > 0:
		return p.MostSeats
	}
	return mostSeats
}

// SeatsFor returns how many seats the membership of a sale may have in all; 0
// is any number. A sale that was made with seats keeps them, whatever the
// product offers now.
func (p Product) SeatsFor(sale PurchaseState) int {
	if !p.OffersSeats() && !sale.Multiseat {
		return 1
	}
	return p.MostSeats
}

// quantityRange is a refusal of a quantity that says which are allowed.
func quantityRange(refusal *Error, most int) error {
	e := *refusal
	e.Field, e.Msg = "quantity", "must be 1 to "+strconv.Itoa(most)
	if most == 1 {
		e.Msg = "must be 1: no seats are offered beyond that"
	}
	return &e
}

func roomFor(n int) error {
	e := *ErrTierCapacity
	e.Field, e.Msg = "quantity", "the tier is sold out"
	if n > 0 {
		e.Msg = "the tier has " + strconv.Itoa(n) + " seats left"
	}
	return &e
}

// complete returns the chosen variants; of a category with only one variant
// that is taken, of any other something must be chosen.
func complete(variants []Variant, ids VariantIDs) ([]Variant, error) {
	chosen, err := choose(variants, ids)
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for _, v := range chosen {
		has[v.Category] = true
	}
	for _, v := range variants {
		if has[v.Category] || !v.DeletedAt.IsZero() {
			continue
		}
		has[v.Category] = true
		var of []string
		for _, w := range variants {
			if w.Category == v.Category && w.DeletedAt.IsZero() {
				of = append(of, w.Name)
			}
		}
		if len(of) > 1 {
			return nil, InvalidField("variants", "choose one of "+v.Category+": "+listed(of))
		}
		chosen = append(chosen, v)
	}
	return chosen, nil
}

// Renews makes the sale that of a membership: its first period is paid, or its
// trial has begun.
func (p *Purchase) Renews(id MembershipID) { p.s.MembershipID = id }

// Begins makes the payment that of the membership which it began.
func (p *Payment) Begins(id MembershipID) { p.s.MembershipID = id }

// NewSalePayment returns the payment of a sale, to be made.
func NewSalePayment(id PaymentID, p PurchaseState, q SaleQuote, method string, at time.Time) *Payment {
	s := PaymentState{
		ID: id, SellerID: p.SellerID, PurchaseID: p.ID, Kind: SalePayment, Attempt: 1, Key: "sale/" + string(p.ID),
		Amount: q.DueNow, Target: q.Target(), Method: method, PricedAt: q.PricedAt, Status: Intended, CreatedAt: Instant(at),
	}
	if q.Request.Recurrence != "" {
		s.Cycle = 1
	}
	return &Payment{s}
}

// ConfirmBy returns until when the buyer may confirm the payment of a sale;
// then it is given up.
func (s PaymentState) ConfirmBy() time.Time { return s.PricedAt.Add(confirmWithin) }
