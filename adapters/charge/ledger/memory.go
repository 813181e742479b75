package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/usherhq/usher/domain"
)

// The kinds of lines.
const (
	kindCharge  = "charge"
	kindRefund  = "refund"
	kindRefused = "refund_refused"
	kindVoid    = "void"
)

// line is one line of the file.
type line struct {
	Kind       string           `json:"kind"`
	At         time.Time        `json:"at"`
	SellerID   domain.SellerID  `json:"seller"`
	Key        string           `json:"key"`
	PaymentID  domain.PaymentID `json:"payment,omitempty"`
	RefundID   domain.RefundID  `json:"refund,omitempty"`
	Ref        string           `json:"ref,omitempty"` // the charge's, also on its refunds
	RefundRef  string           `json:"refund_ref,omitempty"`
	Amount     int64            `json:"amount"`
	Currency   domain.Currency  `json:"currency"`
	Method     string           `json:"method,omitempty"`
	IntendedAt time.Time        `json:"intended_at,omitzero"`
}

// name is what an order or a refund is known by.
type name struct {
	seller domain.SellerID
	key    string
}

// entry is what is remembered of a line under its name.
type entry struct {
	kind   string
	amount domain.Money
	ref    string // of the charge
}

// due is a charge and what of it went back.
type due struct {
	seller   domain.SellerID
	amount   domain.Money
	refunded int64
}

// memory is what the file says.
type memory struct {
	orders  map[name]entry // charges and voids
	refunds map[name]entry
	charges map[string]due // by ref
}

func newMemory() *memory {
	return &memory{orders: map[name]entry{}, refunds: map[name]entry{}, charges: map[string]due{}}
}

// learn takes in one line. It believes none that this package would not have
// written: after somebody's editor was at work, a person has to look.
func (m *memory) learn(text []byte) error {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return err
	}
	n := name{l.SellerID, l.Key}
	e := entry{l.Kind, domain.Money{Amount: l.Amount, Currency: l.Currency}, l.Ref}
	if l.Amount <= 0 || l.Currency == "" || l.SellerID == "" || l.Key == "" || l.Ref == "" {
		return errors.New("no line of a ledger")
	}
	switch l.Kind {
	case kindCharge, kindVoid:
		return m.order(n, e)
	case kindRefund, kindRefused:
		return m.refund(n, e)
	}
	return fmt.Errorf("unknown kind %q", l.Kind)
}

// order takes in a charge or a void.
func (m *memory) order(n name, e entry) error {
	if _, twice := m.orders[n]; twice {
		return fmt.Errorf("key %q is there a second time", n.key)
	}
	if e.kind == kindCharge {
		if _, twice := m.charges[e.ref]; twice {
			return fmt.Errorf("charge %q is there a second time", e.ref)
		}
		m.charges[e.ref] = due{seller: n.seller, amount: e.amount}
	}
	m.orders[n] = e
	return nil
}

// refund takes in a refund, or that one was refused.
func (m *memory) refund(n name, e entry) error {
	if _, twice := m.refunds[n]; twice {
		return fmt.Errorf("refund key %q is there a second time", n.key)
	}
	if e.kind == kindRefund {
		d := m.charges[e.ref]
		if !d.allows(n.seller, e.amount) {
			return fmt.Errorf("charge %q has not so much left to give back", e.ref)
		}
		d.refunded += e.amount.Amount
		m.charges[e.ref] = d
	}
	m.refunds[n] = e
	return nil
}

// allows reports whether so much of the charge can go back.
func (d due) allows(seller domain.SellerID, m domain.Money) bool {
	return d.seller == seller && d.amount.Currency == m.Currency && m.Amount <= d.amount.Amount-d.refunded
}

// ref makes the id of what a name stands for. It is no number: a file that was
// begun anew must not give an old payment's id to a new one.
func ref(prefix string, n name) string {
	sum := sha256.Sum256([]byte(string(n.seller) + "\x00" + n.key))
	return prefix + hex.EncodeToString(sum[:12])
}
