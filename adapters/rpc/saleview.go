package rpc

import (
	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// paymentOf is unset for none.
func paymentOf(s domain.PaymentState) *usherv1.Payment {
	if s.ID == "" {
		return nil
	}
	return &usherv1.Payment{
		Id: string(s.ID), Purchase: string(s.PurchaseID), Membership: string(s.MembershipID), Kind: enumOf[usherv1.PaymentKind](s.Kind),
		Status: enumOf[usherv1.PaymentStatus](s.Status), Amount: moneyOf(s.Amount), Refunded: moneyOf(domain.Money{Amount: s.Refunded, Currency: s.Amount.Currency}),
		Decline: string(s.Decline), Method: s.Method, Reference: s.ProcessorRef, ChargedElsewhere: s.Elsewhere,
		CreatedAt: stamp(s.CreatedAt), PaidAt: stamp(s.PaidAt),
	}
}

func refundsOf(all []domain.Refund) (told []*usherv1.Refund) {
	for _, r := range all {
		told = append(told, &usherv1.Refund{
			Id: string(r.ID), Payment: string(r.PaymentID), Status: enumOf[usherv1.RefundStatus](r.Status), Amount: r.Amount,
			CreatedAt: stamp(r.CreatedAt), SettledAt: stamp(r.SettledAt),
		})
	}
	return told
}

func disputeOf(d domain.Dispute) *usherv1.Dispute {
	return &usherv1.Dispute{
		Id: string(d.ID), Payment: string(d.PaymentID), Amount: d.Amount, Reference: d.ProcessorRef,
		OpenedAt: stamp(d.OpenedAt), WonAt: stamp(d.WonAt), LostAt: stamp(d.LostAt),
	}
}

func saleQuoteOf(q app.QuotedSale) *usherv1.SaleQuote {
	told := &usherv1.SaleQuote{
		Quote: q.ID, Product: string(q.Request.ProductID), Quantity: small(q.Request.Quantity), MostQuantity: small(q.MostQuantity),
		Recurrence: enumOf[usherv1.Recurrence](q.Request.Recurrence), Price: moneyOf(q.Price), DueNow: moneyOf(q.DueNow),
		FreeTrialEndsAt: stamp(q.FreeTrialEndsAt), PricedAt: stamp(q.PricedAt), ExpiresAt: stamp(q.ExpiresAt),
	}
	for id := range q.Request.Variants.All() {
		told.Variants = append(told.Variants, string(id))
	}
	if !q.NextAt.IsZero() {
		told.NextPayment = &usherv1.NextPayment{At: stamp(q.NextAt), Amount: moneyOf(q.NextAmount), Seats: small(q.Request.Quantity)}
	}
	return told
}

func saleOf(s app.Sale) *usherv1.Sale {
	told := &usherv1.Sale{Purchase: purchaseOf(s.Purchase), LicenseKey: string(s.License.Key)}
	for _, in := range s.Included {
		told.Included = append(told.Included, saleOf(in))
	}
	return told
}
