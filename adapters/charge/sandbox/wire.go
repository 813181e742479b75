package sandbox

import (
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// What goes over the wire between a Client and a Handler.
type (
	orderMsg struct {
		Payment   domain.PaymentID `json:"payment"`
		Seller    domain.SellerID  `json:"seller"`
		Key       string           `json:"key"`
		Amount    int64            `json:"amount"`
		Currency  domain.Currency  `json:"currency"`
		Method    string           `json:"method,omitempty"`
		CreatedAt time.Time        `json:"created_at,omitzero"`
	}
	answerMsg struct {
		Order   string               `json:"order"` // seen or neverSeen: no word is no answer
		Status  domain.PaymentStatus `json:"status,omitempty"`
		Decline domain.Decline       `json:"decline,omitempty"`
		Ref     string               `json:"ref,omitempty"`
	}
	refundMsg struct {
		Refund   domain.RefundID `json:"refund"`
		Seller   domain.SellerID `json:"seller"`
		Key      string          `json:"key"`
		Ref      string          `json:"ref"`
		Amount   int64           `json:"amount"`
		Currency domain.Currency `json:"currency"`
	}
	refundedMsg struct {
		Refund string `json:"refund"` // done or refused: no word is no answer
		Ref    string `json:"ref,omitempty"`
	}
	endMsg struct {
		Seller  domain.SellerID `json:"seller"`
		Key     string          `json:"key"`
		Decline domain.Decline  `json:"decline,omitempty"`
	}
	nextMsg struct {
		Methods []string `json:"methods"`
	}
	termsMsg struct {
		KeyLifeSeconds int64                     `json:"key_life_seconds"`
		Least          map[domain.Currency]int64 `json:"least"`
	}
	noneMsg  struct{}
	errorMsg struct {
		Code    string `json:"code"`
		Field   string `json:"field,omitempty"`
		Message string `json:"message"`
	}
)

func msgOf(o ports.Order) orderMsg {
	return orderMsg{o.Payment, o.SellerID, o.Key, o.Amount.Amount, o.Amount.Currency, o.Method, o.CreatedAt}
}

func (m orderMsg) order() ports.Order {
	return ports.Order{
		Payment: m.Payment, SellerID: m.Seller, Key: m.Key, Method: m.Method, CreatedAt: m.CreatedAt,
		Amount: domain.Money{Amount: m.Amount, Currency: m.Currency},
	}
}

func refundMsgOf(o ports.RefundOrder) refundMsg {
	return refundMsg{o.Refund, o.SellerID, o.Key, o.Ref, o.Amount.Amount, o.Amount.Currency}
}

func (m refundMsg) order() ports.RefundOrder {
	return ports.RefundOrder{
		Refund: m.Refund, SellerID: m.Seller, Key: m.Key, Ref: m.Ref,
		Amount: domain.Money{Amount: m.Amount, Currency: m.Currency},
	}
}

// The words that tell an answer from an empty object, which any other server
// may send.
const (
	orderSeen, neverSeen      = "seen", "never_seen"
	refundDone, refundRefused = "done", "refused"
)

func saw(a domain.Answer) answerMsg { return answerMsg{orderSeen, a.Status, a.Decline, a.Ref} }

func refunded(a ports.RefundAnswer) refundedMsg {
	if a.Done {
		return refundedMsg{refundDone, a.Ref}
	}
	return refundedMsg{Refund: refundRefused}
}

// answer returns what was said, and whether it is something that can be said.
func (m answerMsg) answer() (a domain.Answer, seen, ok bool) {
	a = domain.Answer{Status: m.Status, Decline: m.Decline, Ref: m.Ref}
	if m.Order != orderSeen {
		return a, false, m == answerMsg{Order: neverSeen}
	}
	switch m.Status {
	case domain.Paid, domain.NeedsAction:
		return a, true, m.Ref != "" && m.Decline == ""
	case domain.NotPaid:
		return a, true, m.Decline == domain.SoftDecline || m.Decline == domain.HardDecline || m.Decline == domain.Unreachable
	}
	return a, true, false
}

func (m refundedMsg) answer() (a ports.RefundAnswer, ok bool) {
	a = ports.RefundAnswer{Done: m.Refund == refundDone, Ref: m.Ref}
	return a, a.Done && m.Ref != "" || m == refundedMsg{Refund: refundRefused}
}

// known are the refusals that mean the same on both ends of the wire.
var known = []*domain.Error{domain.ErrKeyReused, domain.ErrInvalid, ErrNotWaiting}

func (m errorMsg) err() error {
	for _, e := range known {
		if e.Code == m.Code {
			c := *e
			c.Field, c.Msg = m.Field, m.Message
			return &c
		}
	}
	return nil
}
