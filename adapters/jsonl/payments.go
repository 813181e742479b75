package jsonl

import (
	"time"

	"github.com/usherhq/usher/domain"
)

type payment struct {
	Kind         string               `json:"kind"`
	ID           domain.PaymentID     `json:"id"`
	Seller       domain.SellerID      `json:"seller"`
	Purchase     domain.PurchaseID    `json:"purchase"`
	Membership   domain.MembershipID  `json:"membership,omitzero"`
	PaymentKind  domain.PaymentKind   `json:"payment_kind"`
	Cycle        int                  `json:"cycle,omitzero"`
	Attempt      int                  `json:"attempt"`
	Key          string               `json:"key"`
	Amount       int64                `json:"amount"`
	Currency     domain.Currency      `json:"currency"`
	Target       target               `json:"target,omitzero"`
	Method       string               `json:"method,omitzero"`
	Elsewhere    bool                 `json:"elsewhere,omitzero"`
	PricedAt     instant              `json:"priced_at,omitzero"`
	Status       domain.PaymentStatus `json:"status"`
	Decline      domain.Decline       `json:"decline,omitzero"`
	ProcessorRef string               `json:"processor_ref,omitzero"`
	Refunded     int64                `json:"refunded,omitzero"`
	Refunding    int64                `json:"refunding,omitzero"`
	PaidAt       instant              `json:"paid_at,omitzero"`
	VoidedAt     instant              `json:"voided_at,omitzero"`
	CreatedAt    instant              `json:"created_at"`
}

func ofPayment(s domain.PaymentState) *payment {
	return &payment{
		"payment", s.ID, s.SellerID, s.PurchaseID, s.MembershipID, s.Kind, s.Cycle, s.Attempt, s.Key,
		s.Amount.Amount, s.Amount.Currency, ofTarget(s.Target), s.Method, s.Elsewhere,
		instant(s.PricedAt), s.Status, s.Decline, s.ProcessorRef, s.Refunded, s.Refunding, instant(s.PaidAt), instant(s.VoidedAt), instant(s.CreatedAt),
	}
}

func (l *payment) value() (any, error) {
	return domain.PaymentState{
		ID: l.ID, SellerID: l.Seller, PurchaseID: l.Purchase, MembershipID: l.Membership,
		Kind: l.PaymentKind, Cycle: l.Cycle, Attempt: l.Attempt, Key: l.Key,
		Amount: domain.Money{Amount: l.Amount, Currency: l.Currency}, Target: l.Target.value(),
		Method: l.Method, Elsewhere: l.Elsewhere, PricedAt: time.Time(l.PricedAt),
		Status: l.Status, Decline: l.Decline, ProcessorRef: l.ProcessorRef, Refunded: l.Refunded, Refunding: l.Refunding,
		PaidAt: time.Time(l.PaidAt), VoidedAt: time.Time(l.VoidedAt), CreatedAt: time.Time(l.CreatedAt),
	}, nil
}

type refund struct {
	Kind         string              `json:"kind"`
	ID           domain.RefundID     `json:"id"`
	Seller       domain.SellerID     `json:"seller"`
	Payment      domain.PaymentID    `json:"payment"`
	Amount       int64               `json:"amount"`
	Key          string              `json:"key"`
	Cause        domain.RefundCause  `json:"cause"`
	Status       domain.RefundStatus `json:"status"`
	ProcessorRef string              `json:"processor_ref,omitzero"`
	SettledAt    instant             `json:"settled_at,omitzero"`
	CreatedAt    instant             `json:"created_at"`
}

func ofRefund(r domain.Refund) *refund {
	return &refund{
		"refund", r.ID, r.SellerID, r.PaymentID, r.Amount, r.Key, r.Cause, r.Status, r.ProcessorRef,
		instant(r.SettledAt), instant(r.CreatedAt),
	}
}

func (l *refund) value() (any, error) {
	return domain.Refund{
		ID: l.ID, SellerID: l.Seller, PaymentID: l.Payment, Amount: l.Amount, Key: l.Key, Cause: l.Cause, Status: l.Status,
		ProcessorRef: l.ProcessorRef, SettledAt: time.Time(l.SettledAt), CreatedAt: time.Time(l.CreatedAt),
	}, nil
}

type dispute struct {
	Kind         string           `json:"kind"`
	ID           domain.DisputeID `json:"id"`
	Seller       domain.SellerID  `json:"seller"`
	Payment      domain.PaymentID `json:"payment"`
	Amount       int64            `json:"amount"`
	ProcessorRef string           `json:"processor_ref,omitzero"`
	OpenedAt     instant          `json:"opened_at"`
	WonAt        instant          `json:"won_at,omitzero"`
	LostAt       instant          `json:"lost_at,omitzero"`
}

func ofDispute(d domain.Dispute) *dispute {
	return &dispute{
		"dispute", d.ID, d.SellerID, d.PaymentID, d.Amount, d.ProcessorRef,
		instant(d.OpenedAt), instant(d.WonAt), instant(d.LostAt),
	}
}

func (l *dispute) value() (any, error) {
	return domain.Dispute{
		ID: l.ID, SellerID: l.Seller, PaymentID: l.Payment, Amount: l.Amount, ProcessorRef: l.ProcessorRef,
		OpenedAt: time.Time(l.OpenedAt), WonAt: time.Time(l.WonAt), LostAt: time.Time(l.LostAt),
	}, nil
}

type seat struct {
	Kind      string            `json:"kind"`
	ID        domain.SeatID     `json:"id"`
	Seller    domain.SellerID   `json:"seller"`
	Purchase  domain.PurchaseID `json:"purchase"`
	Email     string            `json:"email"`
	Status    domain.SeatStatus `json:"status"`
	ClaimedAt instant           `json:"claimed_at,omitzero"`
	RevokedAt instant           `json:"revoked_at,omitzero"`
	CreatedAt instant           `json:"created_at"`
}

func ofSeat(s domain.Seat) *seat {
	return &seat{
		"seat", s.ID, s.SellerID, s.PurchaseID, s.Email, s.Status,
		instant(s.ClaimedAt), instant(s.RevokedAt), instant(s.CreatedAt),
	}
}

func (l *seat) value() (any, error) {
	return domain.Seat{
		ID: l.ID, SellerID: l.Seller, PurchaseID: l.Purchase, Email: l.Email, Status: l.Status,
		ClaimedAt: time.Time(l.ClaimedAt), RevokedAt: time.Time(l.RevokedAt), CreatedAt: time.Time(l.CreatedAt),
	}, nil
}
