package sandbox

import (
	"time"

	"github.com/usherhq/usher/domain"
)

// Charge is an order as the book has it.
type Charge struct {
	Ref       string               `json:"ref"`
	SellerID  domain.SellerID      `json:"seller"`
	PaymentID domain.PaymentID     `json:"payment"`
	Key       string               `json:"key"`
	Amount    int64                `json:"amount"`
	Currency  domain.Currency      `json:"currency"`
	Method    string               `json:"method,omitempty"` // the card that decided; none: voided before it came
	Status    domain.PaymentStatus `json:"status"`           // sent: the bank has not answered
	Decline   domain.Decline       `json:"decline,omitempty"`
	Voided    bool                 `json:"voided,omitempty"`
	Refunded  int64                `json:"refunded,omitempty"`
	AskedAt   time.Time            `json:"asked_at"`
	PaidAt    time.Time            `json:"paid_at,omitzero"`
}

// money is what was asked for.
func (c Charge) money() domain.Money { return domain.Money{Amount: c.Amount, Currency: c.Currency} }

// answer is what a caller hears of the charge.
func (c Charge) answer() (domain.Answer, error) {
	if c.Status == domain.Sent {
		return domain.Answer{}, errNoAnswer
	}
	return domain.Answer{Status: c.Status, Decline: c.Decline, Ref: c.Ref}, nil
}

// Refund is money that went back, or a refusal to give it back.
type Refund struct {
	Ref       string          `json:"ref"`
	RefundID  domain.RefundID `json:"refund"`
	SellerID  domain.SellerID `json:"seller"`
	Key       string          `json:"key"`
	ChargeRef string          `json:"charge"`
	Amount    int64           `json:"amount"`
	Currency  domain.Currency `json:"currency"`
	Done      bool            `json:"done"`
	At        time.Time       `json:"at"`
}

// Book is what was asked for and what came of it, oldest first.
type Book struct {
	Charges []Charge `json:"charges"`
	Refunds []Refund `json:"refunds"`
}

// Sum is what moved, in minor units.
type Sum struct {
	Taken    int64
	Returned int64
}

// Sums adds up what moved in each currency.
func (b Book) Sums() (map[domain.Currency]Sum, error) {
	taken, returned := map[domain.Currency]domain.Money{}, map[domain.Currency]domain.Money{}
	for _, c := range b.Charges {
		if c.Status != domain.Paid {
			continue
		}
		if err := add(taken, c.money()); err != nil {
			return nil, err
		}
		if err := add(returned, domain.Money{Amount: c.Refunded, Currency: c.Currency}); err != nil {
			return nil, err
		}
	}
	sums := make(map[domain.Currency]Sum, len(taken))
	for c, m := range taken {
		sums[c] = Sum{m.Amount, returned[c].Amount}
	}
	return sums, nil
}

func add(sums map[domain.Currency]domain.Money, m domain.Money) error {
	sum := sums[m.Currency]
	sum.Currency = m.Currency
	sum, err := sum.Add(m)
	sums[m.Currency] = sum
	return err
}
