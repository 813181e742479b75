package domain

import "time"

// News is what a webhook is told: what happened, and how what it happened to
// stands now. Of what it is not about, the zero value.
type News struct {
	Topic  Topic
	Event  string
	Fields string // the event's, as JSON
	At     time.Time
	SentAt time.Time
	URL    string // to which it goes
	Tries  int64  // that failed before

	Seller     Seller
	Product    Product
	Purchase   PurchaseState
	License    LicenseState
	Variants   []Variant // of the purchase
	Membership MembershipState
	Payment    PaymentState // by which a membership's sale was paid
	Seat       Seat
	Giver      Giver
	Payments   []string // ids of all sales of a membership: its purchase, and each payment since
	From, To   Version  // of a change
}

// Version is a holding whose tier has a name.
type Version struct {
	Holding
	Name string // of the tier
}

// AsPing is what n is as its ping; false: it is none, or none any more. The giver
// of a gift is never told of, and neither is what was known from elsewhere.
func (n News) AsPing(e Event) bool {
	p, m := n.Purchase, n.Membership
	if p.Status == Imported || p.ID == "" {
		return false
	}
	switch n.Topic {
	case PingSale:
		return n.isSale(e)
	case PingRefund, PingDispute, PingDisputeWon:
		return !p.GiftGiven && n.isMoneyBack(e)
	case PingCancellation:
		return isCancellation(e, m)
	case PingMembershipUpdated:
		c, changed := e.(MembershipChanged)
		_, scheduled := e.(ChangeScheduled)
		return scheduled || changed && !c.Deferred
	case PingMembershipEnded:
		_, ended := e.(MembershipEnded)
		return ended
	case PingMembershipRestarted:
		return m.CancelledAt.IsZero() && m.FailedAt.IsZero() && m.EndedAt.IsZero() // it may have ended again meanwhile
	}
	return false
}

// isSale: each charge is a sale, also those of a membership; so is what was got
// for nothing.
func (n News) isSale(e Event) bool {
	switch e := e.(type) {
	case PurchaseCompleted, PurchasePreordered:
		return !n.Purchase.GiftGiven
	case PaymentPaid:
		return e.Kind != SalePayment // which is told of when it is completed
	}
	return false
}

// isMoneyBack: what went back of a sale's own payment is told of once, as the
// sale's.
func (n News) isMoneyBack(e Event) bool {
	switch e := e.(type) {
	case PurchaseRefunded, PurchaseDisputed:
		return true
	case DisputeWon:
		return !n.Purchase.FullyRefunded()
	case PaymentRefunded, PaymentDisputed:
		return n.Payment.Kind != SalePayment
	case DisputeClosed:
		return e.Won && n.Payment.Kind != SalePayment && n.Payment.Refunded < n.Payment.Amount.Amount
	}
	return false
}

// isCancellation: told when it is asked for, so not again when it comes to pass.
func isCancellation(e Event, m MembershipState) bool {
	switch e := e.(type) {
	case MembershipCancelled:
		return true
	case MembershipEnded:
		switch e.Reason {
		case Completed:
			return false
		case Cancelled:
			return !m.CancelRequestedAt.Before(e.At)
		}
		return true
	}
	return false
}
