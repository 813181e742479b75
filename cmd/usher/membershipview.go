package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

type membershipView struct {
	ID              domain.MembershipID     `json:"id"`
	Seller          domain.SellerID         `json:"seller"`
	Product         domain.ProductID        `json:"product"`
	Purchase        domain.PurchaseID       `json:"purchase"`
	Status          domain.MembershipStatus `json:"status"`
	EndReason       domain.EndReason        `json:"end_reason"`
	Seats           int                     `json:"seats"` // in force, free ones too
	PaidSeats       int                     `json:"paid_seats"`
	FreeSeats       int                     `json:"free_seats"`
	AssignedSeats   int                     `json:"assigned_seats"`
	Tier            domain.VariantID        `json:"tier"`
	Recurrence      domain.Recurrence       `json:"recurrence"`
	UnitPrice       int64                   `json:"unit_price"` // minor units, of one seat and period
	Price           int64                   `json:"price"`      // of one period
	Currency        domain.Currency         `json:"currency"`
	Cycle           int                     `json:"cycle"`
	PeriodStart     *time.Time              `json:"period_starts_at"`
	PeriodEnd       *time.Time              `json:"period_ends_at"`
	FreeTrialEndsAt *time.Time              `json:"free_trial_ends_at"`
	Next            *nextView               `json:"next_payment"` // null: nothing will renew
	Pending         *pendingView            `json:"pending"`      // agreed for the next period
	Waiting         *waitingView            `json:"in_flight"`    // a payment without an answer
	Overdue         *overdueView            `json:"overdue"`
	CancelledBy     domain.Actor            `json:"cancelled_by"`
	CancelledAt     *time.Time              `json:"cancelled_at"` // may lie in the future
	FailedAt        *time.Time              `json:"failed_at"`
	EndedAt         *time.Time              `json:"ended_at"`
	DeactivatedAt   *time.Time              `json:"deactivated_at"`
	Method          string                  `json:"method"`
	Elsewhere       bool                    `json:"charged_elsewhere"` // somebody else charges it
	CreatedAt       time.Time               `json:"created_at"`

	tierName string // for a person
}

type nextView struct {
	At     time.Time `json:"at"`
	Seats  int       `json:"seats"`
	Amount int64     `json:"amount"`
}

type pendingView struct {
	Seats      int               `json:"seats"` // paid for; 0: as they are
	Tier       domain.VariantID  `json:"tier"`
	Recurrence domain.Recurrence `json:"recurrence"`
	UnitPrice  *int64            `json:"unit_price"`
}

type waitingView struct {
	Payment domain.PaymentID   `json:"payment"`
	Kind    domain.PaymentKind `json:"kind"`
	Due     int64              `json:"due"`
}

type overdueView struct {
	Amount      int64      `json:"amount"`
	DueAt       time.Time  `json:"due_at"`
	GraceEndsAt *time.Time `json:"grace_ends_at"` // null: it does not end by itself
	RetryAt     *time.Time `json:"retry_at"`
	Attempts    int        `json:"attempts"`
}

// member shows a membership as it is now, however late its work is; null if
// there is none.
func (c *call) member(u *app.Usher, s domain.MembershipState) (*membershipView, error) {
	if s.ID == "" {
		return nil, nil
	}
	now, _, err := u.Clock.Now(c.ctx)
	if err != nil {
		return nil, err
	}
	variants, err := u.Catalog.Variants(c.ctx, s.SellerID, s.ProductID)
	if err != nil {
		return nil, err
	}
	s = s.CaughtUp(now)
	p := s.Period()
	v := &membershipView{
		ID: s.ID, Seller: s.SellerID, Product: s.ProductID, Purchase: s.PurchaseID, Status: s.Status, EndReason: s.EndReason,
		Seats: s.SeatsNow(), PaidSeats: s.Seats, FreeSeats: s.Complimentary, AssignedSeats: s.Assigned, Tier: s.Terms.Tier, Recurrence: s.Recurrence,
		UnitPrice: s.Terms.Unit, Price: s.Price().Amount, Currency: s.Terms.Currency, Cycle: s.Cycle,
		PeriodStart: at(p.StartAt), PeriodEnd: at(p.EndAt), FreeTrialEndsAt: at(s.FreeTrialEndsAt),
		CancelledBy: s.CancelledBy, CancelledAt: at(s.CancelledAt), FailedAt: at(s.FailedAt), EndedAt: at(s.EndedAt),
		DeactivatedAt: at(s.DeactivatedAt), Method: s.Method, Elsewhere: s.Elsewhere, CreatedAt: s.CreatedAt,
	}
	for _, t := range variants {
		if t.ID == v.Tier {
			v.tierName = t.Name
		}
	}
	if n, ok := u.Memberships.Next(s); ok {
		v.Next = &nextView{n.At, n.Seats, n.Amount.Amount}
	}
	if c := s.Pending; c != (domain.PendingChange{}) {
		v.Pending = &pendingView{c.Seats, c.Tier, c.Recurrence, nil}
		if c.Priced {
			v.Pending.UnitPrice = &c.Unit
		}
	}
	if f := s.InFlight; f != (domain.InFlight{}) {
		v.Waiting = &waitingView{f.PaymentID, f.Kind, f.Due}
	}
	if o := s.Outstanding; o != (domain.Outstanding{}) {
		v.Overdue = &overdueView{o.Amount, o.DueAt, at(o.GraceEndsAt), at(o.RetryAt), o.Attempts}
	}
	return v, nil
}

// membershipLines is the same for a person.
func membershipLines(v *membershipView) []line {
	if v == nil {
		return nil
	}
	cost := func(n int64) domain.Money { return domain.Money{Amount: n, Currency: v.Currency} }
	lines := []line{
		{"membership", string(v.ID)}, {"of purchase", string(v.Purchase)}, {"state", v.state()},
		{"seats", v.seats()}, {"tier", v.tierName}, {"price", fmt.Sprintf("%s, %s", cost(v.Price), v.Recurrence)},
		{"period", until(v.PeriodStart, v.PeriodEnd)},
	}
	if w := v.Waiting; w != nil {
		lines = append(lines, line{"waiting", fmt.Sprintf("for %s, payment %s", cost(w.Due), w.Payment)})
	}
	if o := v.Overdue; o != nil {
		about := fmt.Sprintf("%s since %s", cost(o.Amount), when(o.DueAt))
		if o.GraceEndsAt != nil {
			about += "; ends " + when(*o.GraceEndsAt)
		}
		lines = append(lines, line{"overdue", about})
	}
	if n := v.Next; n != nil && !v.Elsewhere {
		lines = append(lines, line{"next", fmt.Sprintf("%s for %s on %s", cost(n.Amount), seatsOf(n.Seats), when(n.At))})
	}
	lines = append(lines, line{"paid with", v.Method})
	if v.Elsewhere {
		lines = append(lines, line{"charged", "elsewhere"})
	}
	return lines
}

func (v *membershipView) state() string {
	words := strings.ReplaceAll(string(v.Status), "_", " ")
	switch {
	case v.Status == domain.CancelScheduled && v.CancelledAt != nil:
		return "cancelled, ends " + when(*v.CancelledAt)
	case v.Status == domain.Ended && v.DeactivatedAt != nil:
		return fmt.Sprintf("ended (%s) %s", v.EndReason, when(*v.DeactivatedAt))
	case v.Status == domain.Trialing && v.FreeTrialEndsAt != nil:
		return "trialing until " + when(*v.FreeTrialEndsAt)
	}
	return words
}

func (v *membershipView) seats() string {
	s := fmt.Sprintf("%d, assigned: %d", v.Seats, v.AssignedSeats)
	if v.FreeSeats > 0 {
		s += fmt.Sprintf(", free: %d", v.FreeSeats)
	}
	return s
}

func seatsOf(n int) string {
	if n == 1 {
		return "1 seat"
	}
	return fmt.Sprintf("%d seats", n)
}

func until(from, to *time.Time) string {
	if from == nil || to == nil {
		return ""
	}
	return when(*from) + " to " + when(*to)
}
