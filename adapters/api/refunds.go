package api

import (
	"net/http"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// refundSale gives money back that a sale itself was paid with; what its
// membership was paid with since is [refundPeriod]'s.
func refundSale(c *call) (answer, error) {
	id, err := c.sale(domain.RefundSales)
	if err != nil {
		return answer{}, err
	}
	if c.token.Scopes == "" {
		return answer{}, domain.ErrForbidden
	}
	amount, keep, key, err := c.readRefund()
	if err != nil {
		return answer{}, err
	}
	payments, err := c.usher.Payments.OfPurchase(c.r.Context(), c.token.SellerID, id)
	if err != nil {
		return answer{}, err
	}
	for _, p := range payments {
		if p.Kind == domain.SalePayment && p.Taken() {
			if err := c.keepAccess(c.token.SellerID, id, keep); err != nil {
				return answer{}, err
			}
			return refunded(c.usher.Payments.Refund(c.r.Context(), c.token.SellerID, p.ID, amount, key))
		}
	}
	return answer{}, domain.ErrNotCharged
}

// refundPeriod gives money of the current period of a membership back.
func refundPeriod(c *call) (answer, error) {
	m, by, err := c.member(domain.RefundSales)
	if err != nil {
		return answer{}, err
	}
	if err := by.SellersOnly(); err != nil {
		return answer{}, err
	}
	amount, keep, key, err := c.readRefund()
	if err == nil {
		err = c.keepAccess(m.SellerID, m.PurchaseID, keep)
	}
	if err != nil {
		return answer{}, err
	}
	return refunded(c.usher.Payments.RefundPeriod(c.r.Context(), m.SellerID, m.ID, amount, key))
}

// keepAccess records, if it is to, that refunds of a sale leave access as it is:
// before there is one, since what follows from it comes at once.
func (c *call) keepAccess(seller domain.SellerID, id domain.PurchaseID, keep bool) error {
	if !keep {
		return nil
	}
	return c.usher.Sales.KeepAccess(c.r.Context(), seller, id)
}

func (c *call) readRefund() (amount int64, keep bool, key string, err error) {
	var given *int
	if err := c.read(fields{"amount": &given, "keep_access": &keep}); err != nil {
		return 0, false, "", err
	}
	if given != nil {
		if *given <= 0 {
			return 0, false, "", domain.InvalidField("amount", "must be more than 0; leave it out to refund all")
		}
		amount = int64(*given)
	}
	key, err = c.key(true)
	return amount, keep, key, err
}

// refunded answers what a refund came to. One without an answer is on its way;
// one that the processor refused gave nothing back.
func refunded(done app.Refunded, err error) (answer, error) {
	a := answer{replayed: done.Replayed}
	if err != nil {
		return a, err
	}
	body := refundsBody{Refunds: []refund{}, Purchase: purchaseOf(done.Purchase)}
	failed := 0
	for _, r := range done.Refunds {
		body.Refunds = append(body.Refunds, refundOf(r))
		switch r.Status {
		case domain.RefundFailed:
			failed++
		case domain.RefundIntended, domain.RefundSent:
			a.status = http.StatusAccepted
		}
	}
	if failed > 0 && failed == len(done.Refunds) {
		return a, errRefundRefused
	}
	a.body = body
	return a, nil
}
