package api

import (
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

type (
	membership struct {
		ID               domain.MembershipID     `json:"id"`
		Product          domain.ProductID        `json:"product"`
		Purchase         domain.PurchaseID       `json:"purchase"`
		Status           domain.MembershipStatus `json:"status"`
		EndReason        *domain.EndReason       `json:"end_reason"`
		CancelledBy      *domain.Actor           `json:"cancelled_by"`
		Seats            int                     `json:"seats"` // in force, paid and free
		PaidSeats        int                     `json:"paid_seats"`
		FreeSeats        int                     `json:"free_seats"`
		AssignedSeats    int                     `json:"assigned_seats"`
		AssignableSeats  int                     `json:"assignable_seats"`
		Tier             *domain.VariantID       `json:"tier"`
		Recurrence       domain.Recurrence       `json:"recurrence"`
		UnitPrice        money                   `json:"unit_price"` // of one seat and period
		Price            money                   `json:"price"`      // of one period
		Cycle            int                     `json:"cycle"`
		PeriodStartsAt   time.Time               `json:"period_starts_at"`
		PeriodEndsAt     time.Time               `json:"period_ends_at"`
		FreeTrialEndsAt  *time.Time              `json:"free_trial_ends_at"`
		NextPayment      *nextPayment            `json:"next_payment"`
		Pending          *pending                `json:"pending"`
		InFlight         *inFlight               `json:"in_flight"`
		Overdue          *overdue                `json:"overdue"`
		Method           *string                 `json:"method"`
		ChargedElsewhere bool                    `json:"charged_elsewhere"`
		CancelledAt      *time.Time              `json:"cancelled_at"` // may lie ahead, as may the next two
		FailedAt         *time.Time              `json:"failed_at"`
		EndedAt          *time.Time              `json:"ended_at"`
		CreatedAt        time.Time               `json:"created_at"`
	}
	nextPayment struct {
		At     time.Time `json:"at"`
		Amount money     `json:"amount"`
		Seats  int       `json:"seats"`
	}
	// pending is what was agreed for the next period; null is as it is today.
	pending struct {
		Seats      *int               `json:"seats"`
		Tier       *domain.VariantID  `json:"tier"`
		Recurrence *domain.Recurrence `json:"recurrence"`
		UnitPrice  *money             `json:"unit_price"`
	}
	inFlight struct {
		Payment   domain.PaymentID   `json:"payment"`
		Kind      domain.PaymentKind `json:"kind"`
		Due       money              `json:"due"`
		ExpiresAt *time.Time         `json:"expires_at"`
	}
	overdue struct {
		Amount      money      `json:"amount"`
		GraceEndsAt *time.Time `json:"grace_ends_at"` // null: whoever charges it elsewhere says when it ends
		RetryAt     *time.Time `json:"retry_at"`
	}
	doneBody struct {
		Result         domain.Result `json:"result"`
		Membership     *membership   `json:"membership"`
		Payment        *payment      `json:"payment"`
		Credit         money         `json:"credit"`
		SkippedPeriods int           `json:"skipped_periods"`
	}
	quoteBody struct {
		Quote       string        `json:"quote"`
		Result      domain.Result `json:"result"`
		DueNow      money         `json:"due_now"`
		Credit      money         `json:"credit"`
		SeatsNow    int           `json:"seats_now"`
		SeatsNext   *int          `json:"seats_next"`
		NextPayment *nextPayment  `json:"next_payment"`
		PricedAt    time.Time     `json:"priced_at"`
		ExpiresAt   time.Time     `json:"expires_at"`
	}
	saleQuoteBody struct {
		Quote           string             `json:"quote"`
		Product         domain.ProductID   `json:"product"`
		Variants        []domain.VariantID `json:"variants"`
		Quantity        int                `json:"quantity"`
		MostQuantity    int                `json:"most_quantity"`
		Recurrence      *domain.Recurrence `json:"recurrence"`
		Price           money              `json:"price"`
		DueNow          money              `json:"due_now"`
		FreeTrialEndsAt *time.Time         `json:"free_trial_ends_at"`
		NextPayment     *nextPayment       `json:"next_payment"`
		PricedAt        time.Time          `json:"priced_at"`
		ExpiresAt       time.Time          `json:"expires_at"`
	}
)

// membership is null for none.
func (c *call) membership(s domain.MembershipState) *membership {
	if s.ID == "" {
		return nil
	}
	in := func(amount int64) money { return money{amount, s.Terms.Currency} }
	m := &membership{
		ID: s.ID, Product: s.ProductID, Purchase: s.PurchaseID, Status: s.Status, EndReason: optional(s.EndReason), CancelledBy: optional(s.CancelledBy),
		Seats: s.SeatsNow(), PaidSeats: s.Seats, FreeSeats: s.Complimentary, AssignedSeats: s.Assigned, AssignableSeats: s.Assignable(),
		Tier: optional(s.Terms.Tier), Recurrence: s.Recurrence, UnitPrice: in(s.Terms.Unit), Price: moneyOf(s.Price()), Cycle: s.Cycle,
		PeriodStartsAt: s.Period().StartAt, PeriodEndsAt: s.Period().EndAt, FreeTrialEndsAt: when(s.FreeTrialEndsAt),
		Method: optional(s.Method), ChargedElsewhere: s.Elsewhere,
		CancelledAt: when(s.CancelledAt), FailedAt: when(s.FailedAt), EndedAt: when(s.EndedAt), CreatedAt: s.CreatedAt.UTC(),
	}
	if n, ok := c.usher.Memberships.Next(s); ok && !s.Elsewhere {
		m.NextPayment = &nextPayment{n.At, moneyOf(n.Amount), n.Seats}
	}
	if p := s.Pending; p != (domain.PendingChange{}) && s.Live() {
		m.Pending = &pending{Tier: optional(p.Tier), Recurrence: optional(p.Recurrence)}
		if p.Seats > 0 {
			n := p.Seats + s.Complimentary
			m.Pending.Seats = &n
		}
		if p.Priced {
			unit := in(p.Unit)
			m.Pending.UnitPrice = &unit
		}
	}
	if f := s.InFlight; f != (domain.InFlight{}) {
		m.InFlight = &inFlight{f.PaymentID, f.Kind, in(f.Due), when(f.ExpiresAt)}
	}
	if o := s.Outstanding; o != (domain.Outstanding{}) && s.Live() {
		m.Overdue = &overdue{in(o.Amount), when(o.GraceEndsAt), when(o.RetryAt)}
	}
	return m
}

func (c *call) doneOf(d app.Done) doneBody {
	return doneBody{d.Result, c.membership(d.Membership), paymentOf(d.Payment), money{d.Credit, d.Membership.Terms.Currency}, d.Skipped}
}

func (c *call) boughtOf(b app.Bought) boughtBody {
	return boughtBody{b.Result, optional(b.AccessToken), saleOf(b.Sale), c.membership(b.Membership), paymentOf(b.Payment)}
}

func quoteOf(q app.Quoted) quoteBody {
	b := quoteBody{
		Quote: q.ID, Result: q.Result, DueNow: moneyOf(q.DueNow), Credit: money{q.Credit, q.DueNow.Currency}, SeatsNow: q.SeatsNow,
		PricedAt: q.PricedAt.UTC(), ExpiresAt: q.ExpiresAt.UTC(),
	}
	if !q.NextAt.IsZero() {
		b.SeatsNext = &q.SeatsNext
		b.NextPayment = &nextPayment{q.NextAt.UTC(), moneyOf(q.NextAmount), q.SeatsNext}
	}
	return b
}

func saleQuoteOf(q app.QuotedSale) saleQuoteBody {
	b := saleQuoteBody{
		Quote: q.ID, Product: q.Request.ProductID, Variants: []domain.VariantID{}, Quantity: q.Request.Quantity, MostQuantity: q.MostQuantity,
		Recurrence: optional(q.Request.Recurrence), Price: moneyOf(q.Price), DueNow: moneyOf(q.DueNow), FreeTrialEndsAt: when(q.FreeTrialEndsAt),
		PricedAt: q.PricedAt.UTC(), ExpiresAt: q.ExpiresAt.UTC(),
	}
	for id := range q.Request.Variants.All() {
		b.Variants = append(b.Variants, id)
	}
	if !q.NextAt.IsZero() {
		b.NextPayment = &nextPayment{q.NextAt.UTC(), moneyOf(q.NextAmount), q.Request.Quantity}
	}
	return b
}
