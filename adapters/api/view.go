package api

import (
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// What is not there is null, never left out, so that every answer of a kind has
// the same names.
type (
	money struct {
		Amount   int64           `json:"amount"`
		Currency domain.Currency `json:"currency"`
	}
	purchase struct {
		ID           domain.PurchaseID     `json:"id"`
		Product      domain.ProductID      `json:"product"`
		Membership   *domain.MembershipID  `json:"membership"`
		OrderNumber  int64                 `json:"order_number"`
		Status       domain.PurchaseStatus `json:"status"`
		Email        string                `json:"email"`
		FullName     *string               `json:"full_name"`
		Variants     []domain.VariantID    `json:"variants"`
		Quantity     int                   `json:"quantity"`
		Multiseat    bool                  `json:"multiseat"`
		Price        money                 `json:"price"`
		Sold         money                 `json:"sold"`
		Refunded     money                 `json:"refunded"`
		CreatedAt    time.Time             `json:"created_at"`
		RefundedAt   *time.Time            `json:"refunded_at"`
		DisputedAt   *time.Time            `json:"disputed_at"`
		DisputeWonAt *time.Time            `json:"dispute_won_at"`
		RevokedAt    *time.Time            `json:"revoked_at"`
	}
	payment struct {
		ID        domain.PaymentID     `json:"id"`
		Kind      domain.PaymentKind   `json:"kind"`
		Status    domain.PaymentStatus `json:"status"`
		Amount    money                `json:"amount"`
		Refunded  money                `json:"refunded"`
		Decline   *domain.Decline      `json:"decline"`
		Method    *string              `json:"method"`
		Reference *string              `json:"reference"` // the processor's id of it
		CreatedAt time.Time            `json:"created_at"`
		PaidAt    *time.Time           `json:"paid_at"`
	}
	refund struct {
		ID        domain.RefundID     `json:"id"`
		Payment   domain.PaymentID    `json:"payment"`
		Status    domain.RefundStatus `json:"status"`
		Amount    int64               `json:"amount"`
		CreatedAt time.Time           `json:"created_at"`
		SettledAt *time.Time          `json:"settled_at"`
	}
	seat struct {
		ID        domain.SeatID     `json:"id"`
		Email     string            `json:"email"`
		Status    domain.SeatStatus `json:"status"`
		CreatedAt time.Time         `json:"created_at"`
		ClaimedAt *time.Time        `json:"claimed_at"`
		RevokedAt *time.Time        `json:"revoked_at"`
	}
)

// The bodies of answers.
type (
	saleBody struct {
		Purchase   purchase           `json:"purchase"`
		LicenseKey *domain.LicenseKey `json:"license_key"`
		Included   []saleBody         `json:"included,omitempty"` // of a bundle that was just bought
		Payments   []payment          `json:"payments,omitzero"`  // of one sale that was asked for
	}
	boughtBody struct {
		Result      domain.Result `json:"result"`
		AccessToken *string       `json:"access_token"`
		saleBody
		Membership *membership `json:"membership"`
		Payment    *payment    `json:"payment"`
	}
	refundsBody struct {
		Refunds  []refund `json:"refunds"`
		Purchase purchase `json:"purchase"`
	}
	seatsBody struct {
		Seats []seat `json:"seats"`
	}
	seatBody struct {
		Seat seat `json:"seat"`
	}
	claimedBody struct {
		Seat       seat               `json:"seat"`
		Product    domain.ProductID   `json:"product"`
		LicenseKey *domain.LicenseKey `json:"license_key"`
	}
	clockBody struct {
		Now       time.Time `json:"now"`
		TestClock bool      `json:"test_clock"`
	}
	stepBody struct {
		At    time.Time `json:"at"`
		Jobs  int       `json:"jobs"`
		Done  bool      `json:"done,omitempty"`
		Waits string    `json:"waits,omitempty"` // a sentence, see app.Step
	}
)

func moneyOf(m domain.Money) money { return money{m.Amount, m.Currency} }

// optional is null for nothing.
func optional[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}

// when is null for never.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func purchaseOf(s domain.PurchaseState) purchase {
	p := purchase{
		ID: s.ID, Product: s.ProductID, Membership: optional(s.MembershipID), OrderNumber: s.OrderNumber, Status: s.Status,
		Email: s.Email, FullName: optional(s.FullName), Variants: []domain.VariantID{}, Quantity: s.Quantity, Multiseat: s.Multiseat,
		Price: moneyOf(s.Price), Sold: moneyOf(s.Sold()), Refunded: money{s.Refunded, s.Price.Currency}, CreatedAt: s.CreatedAt.UTC(),
		RefundedAt: when(s.RefundedAt), DisputedAt: when(s.DisputedAt), DisputeWonAt: when(s.DisputeWonAt), RevokedAt: when(s.RevokedAt),
	}
	for id := range s.Variants.All() {
		p.Variants = append(p.Variants, id)
	}
	return p
}

// paymentOf is null for none.
func paymentOf(s domain.PaymentState) *payment {
	if s.ID == "" {
		return nil
	}
	return &payment{
		ID: s.ID, Kind: s.Kind, Status: s.Status, Amount: moneyOf(s.Amount), Refunded: money{s.Refunded, s.Amount.Currency},
		Decline: optional(s.Decline), Method: optional(s.Method), Reference: optional(s.ProcessorRef),
		CreatedAt: s.CreatedAt.UTC(), PaidAt: when(s.PaidAt),
	}
}

func refundOf(r domain.Refund) refund {
	return refund{ID: r.ID, Payment: r.PaymentID, Status: r.Status, Amount: r.Amount, CreatedAt: r.CreatedAt.UTC(), SettledAt: when(r.SettledAt)}
}

func seatOf(s domain.Seat) seat {
	return seat{s.ID, s.Email, s.Status, s.CreatedAt.UTC(), when(s.ClaimedAt), when(s.RevokedAt)}
}

func saleOf(s app.Sale) saleBody {
	b := saleBody{Purchase: purchaseOf(s.Purchase), LicenseKey: optional(s.License.Key)}
	for _, in := range s.Included {
		b.Included = append(b.Included, saleOf(in))
	}
	return b
}
