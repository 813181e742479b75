package domain

import (
	"slices"
	"time"
)

// Purchase is one sale of one product.
type Purchase struct{ s PurchaseState }

// PurchaseState is a Purchase at rest. Besides its life it holds facts that
// are recorded and reported, and decide nothing.
type PurchaseState struct {
	ID           PurchaseID
	SellerID     SellerID
	ProductID    ProductID
	MembershipID MembershipID // empty: it does not renew
	OrderNumber  int64        // 1..2^30-1 of usher's own; unique per seller
	Status       PurchaseStatus
	Email        string // normalised, see [NormalizeEmail]
	FullName     string
	PurchaserID  UserID // empty: bought as a guest
	Quantity     int    // of one-time products; seats of a multi-seat membership
	Price        Money  // of the whole line, quantity included; of a membership what is in force
	Original     Money  // what the sale itself came to; the zero value: Price, which no change of plan has moved since
	Variants     VariantIDs
	VariantsAt   time.Time // when it came to those variants; zero: with the sale
	Multiseat    bool      // copied from the product when the purchase was made

	GiftGiven  bool       // somebody else received it
	GiftOf     PurchaseID // the giver's purchase, on the receiver's
	BundleOf   PurchaseID // the bundle's purchase, on an included product's
	PreorderOf PurchaseID // the preorder, on the purchase that its release charged

	Fee          int64 // of the marketplace that sold it, in minor units; 0 for usher's own sales
	CustomFields CustomFields
	OfferCode    OfferCode
	Affiliate    Affiliate
	Card         Card
	Referrer     string // empty: unknown
	Country      string // by the buyer's network address; empty: unknown
	CanContact   bool
	DiscoverFee  bool // the marketplace charged for finding the buyer

	Refunded     int64     // minor units given back so far
	RefundedAt   time.Time // of the last refund
	DisputedAt   time.Time // stays when the dispute is won
	DisputeWonAt time.Time
	RevokedAt    time.Time // the seller took access away
	AccessKept   bool      // a refund leaves access as it is: its seller said so
	ErasedAt     time.Time // who bought it was forgotten on request
	ShippedAt    time.Time // its seller marked it as shipped
	TrackingURL  string    // where the parcel can be followed; empty: nobody has said
	CreatedAt    time.Time // of the sale; never moves
}

// OfferCode is the discount that a buyer used: a percentage or an amount.
type OfferCode struct {
	Code    string // empty: none was used
	Percent int
	Amount  int64 // minor units; counts if Percent is 0
}

// Affiliate is who brought the buyer. The zero value is nobody.
type Affiliate struct {
	Email  string
	Credit int64 // minor units
}

// Card is what is known of the card that paid. The zero value is nothing.
type Card struct {
	Visual                  string // "**** **** **** 4242"
	Type                    string // "visa"
	ExpiryMonth, ExpiryYear int    // kept, never reported
}

// PurchaseStatus is how far a sale has come.
type PurchaseStatus string

// The statuses.
const (
	Pending      PurchaseStatus = "pending" // its payment is on the way
	Successful   PurchaseStatus = "successful"
	Failed       PurchaseStatus = "failed"
	Trial        PurchaseStatus = "trial"         // a membership's free trial began; nothing is charged yet
	Test         PurchaseStatus = "test"          // the seller bought the own product
	GiftReceived PurchaseStatus = "gift_received" // the receiver's side of a gift
	Preordered   PurchaseStatus = "preordered"    // a card is stored, nothing charged
	Imported     PurchaseStatus = "imported"      // a customer known from elsewhere
)

func (s PurchaseStatus) known() bool {
	switch s {
	case Pending, Successful, Failed, Trial, Test, GiftReceived, Preordered, Imported:
		return true
	}
	return false
}

// RestorePurchase returns the Purchase that s describes.
func RestorePurchase(s PurchaseState) *Purchase { return &Purchase{s} }

// State returns p at rest.
func (p *Purchase) State() PurchaseState { return p.s }

// Sold returns what the sale itself came to, whatever its membership costs now.
func (s PurchaseState) Sold() Money {
	if s.Original.Currency != "" {
		return s.Original
	}
	return s.Price
}

// Counts reports whether it counts as a sale: it was paid, or its trial began.
func (s PurchaseState) Counts() bool { return s.Status == Successful || s.Status == Trial }

// FullyRefunded reports whether all that the sale came to was given back; a
// full refund is the sum of partial ones.
func (s PurchaseState) FullyRefunded() bool {
	return !s.RefundedAt.IsZero() && s.Refunded >= s.Sold().Amount
}

// Fail ends the wait for the payment of a pending purchase: nothing was paid.
// Any other status is [ErrNotPending].
func (p *Purchase) Fail(at time.Time) ([]Event, error) {
	if p.s.Status != Pending {
		return nil, ErrNotPending
	}
	p.s.Status = Failed
	return []Event{PurchaseFailed{PurchaseID: p.s.ID, ProductID: p.s.ProductID, At: at}}, nil
}

// FollowPrice keeps the price of a membership's purchase in step with what a
// period costs now: of a renewal nothing else of the sale moves.
func (p *Purchase) FollowPrice(m MembershipState) {
	if price := m.Price(); price != p.s.Price {
		p.s.Original, p.s.Price = p.s.Sold(), price
	}
}

// Follow keeps what a membership's purchase shows in step with a change of plan
// or seats: its seats, its tier, its price, and whether the product offers
// seats. Its id, number and dates stay for life.
func (p *Purchase) Follow(m MembershipState, product Product, variants []Variant) {
	p.FollowPrice(m)
	p.s.Quantity, p.s.Multiseat = m.SeatsNow(), product.OffersSeats()
	if m.Terms.Tier == "" {
		return
	}
	ids := []VariantID{m.Terms.Tier}
	for id := range p.s.Variants.All() {
		if !slices.ContainsFunc(variants, func(v Variant) bool { return v.ID == id && v.Category == TierCategory }) && id != m.Terms.Tier {
			ids = append(ids, id)
		}
	}
	if chosen := ChosenVariants(ids...); chosen != p.s.Variants {
		p.s.Variants, p.s.VariantsAt = chosen, m.LastAt
	}
}

// Complete ends the wait for the payment of a pending purchase: it becomes what
// its facts say, a trial if trial is set. Any other status is [ErrNotPending].
func (p *Purchase) Complete(trial bool, seller Seller, at time.Time) ([]Event, error) {
	if p.s.Status != Pending {
		return nil, ErrNotPending
	}
	switch {
	case p.s.GiftOf != "":
		p.s.Status = GiftReceived
	case p.s.PurchaserID != "" && p.s.PurchaserID == seller.UserID:
		p.s.Status = Test
	case trial:
		p.s.Status = Trial
	default:
		p.s.Status = Successful
	}
	return []Event{PurchaseCompleted{PurchaseID: p.s.ID, ProductID: p.s.ProductID, BundleOf: p.s.BundleOf, At: at}}, nil
}

// Preorder keeps a pending purchase until its product is released: a card is
// stored and nothing charged.
func (p *Purchase) Preorder(at time.Time) ([]Event, error) {
	if p.s.Status != Pending {
		return nil, ErrNotPending
	}
	p.s.Status = Preordered
	return []Event{PurchasePreordered{PurchaseID: p.s.ID, ProductID: p.s.ProductID, At: at}}, nil
}

// Release returns the pending purchase that charges p, a preorder, now that its
// product is out.
func (p *Purchase) Release(id PurchaseID, at time.Time) (*Purchase, error) {
	if p.s.Status != Preordered {
		return nil, ErrNotPreordered
	}
	r := p.s
	r.ID, r.OrderNumber, r.Status, r.PreorderOf, r.CreatedAt = id, 0, Pending, p.s.ID, at
	return &Purchase{r}, nil
}

// Included returns the pending purchase of one product of the bundle that p
// bought: free, with a key of its own, as many as the line times the bundles.
func (p *Purchase) Included(line BundleLine, product Product, id PurchaseID) *Purchase {
	i := p.s
	i.ID, i.OrderNumber, i.ProductID, i.BundleOf, i.Status = id, 0, line.ProductID, p.s.ID, Pending
	i.Price = Money{0, product.Price.Currency}
	i.Quantity = line.Quantity * p.s.Quantity
	i.Fee, i.Variants, i.OfferCode, i.Affiliate, i.MembershipID, i.Multiseat = 0, "", OfferCode{}, Affiliate{}, "", false
	return &Purchase{i}
}

// Refund gives amount minor units back; 0 means all that is left. Enforcement
// stays the seller's: a refund is reported, the key goes on verifying.
func (p *Purchase) Refund(amount int64, at time.Time) ([]Event, error) {
	left := p.s.Sold().Amount - p.s.Refunded
	switch {
	case p.s.Status != Successful:
		return nil, ErrNotCharged
	case p.s.FullyRefunded():
		return nil, ErrAlreadyRefunded
	case amount < 0:
		return nil, InvalidField("amount", "must not be negative; leave it out to refund all")
	case amount > left:
		return nil, ErrRefundTooLarge
	case amount == 0:
		amount = left
	}
	p.s.Refunded += amount
	p.s.RefundedAt = at
	return []Event{PurchaseRefunded{PurchaseID: p.s.ID, Amount: amount, Full: p.s.FullyRefunded(), At: at}}, nil
}

// Dispute records that the buyer's bank took the payment back. Twice is once.
func (p *Purchase) Dispute(at time.Time) ([]Event, error) {
	if p.s.Status != Successful {
		return nil, ErrNotCharged
	}
	if !p.s.DisputedAt.IsZero() && p.s.DisputeWonAt.IsZero() {
		return nil, nil
	}
	p.s.DisputedAt, p.s.DisputeWonAt = at, time.Time{}
	return []Event{PurchaseDisputed{PurchaseID: p.s.ID, At: at}}, nil
}

// WinDispute records that the seller won the dispute; that there was one stays
// known. Twice is once.
func (p *Purchase) WinDispute(at time.Time) ([]Event, error) {
	if p.s.DisputedAt.IsZero() {
		return nil, ErrNotDisputed
	}
	if !p.s.DisputeWonAt.IsZero() {
		return nil, nil
	}
	p.s.DisputeWonAt = at
	return []Event{DisputeWon{PurchaseID: p.s.ID, At: at}}, nil
}

// Revoke takes access away: the key no longer verifies, for anybody. It is for
// purchases that are neither refunded nor memberships. Twice is once.
func (p *Purchase) Revoke(at time.Time) ([]Event, error) {
	if p.s.FullyRefunded() || p.s.MembershipID != "" {
		return nil, ErrNotRevocable
	}
	if !p.s.RevokedAt.IsZero() {
		return nil, nil
	}
	p.s.RevokedAt = at
	return []Event{AccessRevoked{PurchaseID: p.s.ID, At: at}}, nil
}

// Unrevoke gives access back.
func (p *Purchase) Unrevoke(at time.Time) ([]Event, error) {
	if p.s.RevokedAt.IsZero() {
		return nil, ErrNotRevoked
	}
	p.s.RevokedAt = time.Time{}
	return []Event{AccessRestored{PurchaseID: p.s.ID, At: at}}, nil
}
