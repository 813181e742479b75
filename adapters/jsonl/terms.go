package jsonl

import (
	"time"

	"github.com/usherhq/usher/domain"
)

// The parts of a membership.
type (
	terms struct {
		Tier     domain.VariantID `json:"tier,omitzero"`
		Unit     int64            `json:"unit,omitzero"`
		Currency domain.Currency  `json:"currency"`
		Included int              `json:"included_seats,omitzero"`
		Discount discount         `json:"discount,omitzero"`
	}
	discount struct {
		Kind   domain.DiscountKind `json:"kind"`
		Value  int64               `json:"value,omitzero"`
		Cycles int                 `json:"cycles,omitzero"`
	}
	pending struct {
		Seats      int               `json:"seats,omitzero"`
		Tier       domain.VariantID  `json:"tier,omitzero"`
		Recurrence domain.Recurrence `json:"recurrence,omitzero"`
		Unit       *int64            `json:"unit,omitzero"` // nil: none was agreed; 0 is a price
		Change     int64             `json:"change,omitzero"`
	}
	notice struct {
		Tier        domain.VariantID  `json:"tier,omitzero"`
		Recurrence  domain.Recurrence `json:"recurrence,omitzero"`
		Unit        int64             `json:"unit,omitzero"`
		EffectiveAt instant           `json:"effective_at"`
		NotifiedAt  instant           `json:"notified_at,omitzero"`
	}
	ledger struct {
		Owed    string `json:"owed,omitzero"` // digits, for it may pass 63 bits
		Settled int64  `json:"settled,omitzero"`
	}
	target struct {
		Seats      int               `json:"seats,omitzero"`
		Tier       domain.VariantID  `json:"tier,omitzero"`
		Recurrence domain.Recurrence `json:"recurrence,omitzero"`
		Unit       int64             `json:"unit,omitzero"`
		EndsSeats  bool              `json:"ends_seats,omitzero"`
		EndsTerms  bool              `json:"ends_terms,omitzero"`
		Anew       bool              `json:"anew,omitzero"`
	}
	inFlight struct {
		Payment   domain.PaymentID   `json:"payment"`
		Kind      domain.PaymentKind `json:"kind"`
		Target    target             `json:"target,omitzero"`
		PricedAt  instant            `json:"priced_at"`
		Due       int64              `json:"due,omitzero"`
		Asked     bool               `json:"asked,omitzero"`
		ExpiresAt instant            `json:"expires_at,omitzero"`
	}
	outstanding struct {
		Amount      int64   `json:"amount,omitzero"`
		Carried     int64   `json:"carried,omitzero"`
		Attempts    int     `json:"attempts"`
		DueAt       instant `json:"due_at"`
		GraceEndsAt instant `json:"grace_ends_at,omitzero"`
		RetryAt     instant `json:"retry_at,omitzero"`
	}
)

func ofTerms(t domain.Terms) terms {
	return terms{t.Tier, t.Unit, t.Currency, t.Included, discount(t.Discount)}
}

func (l terms) value() domain.Terms {
	return domain.Terms{Tier: l.Tier, Unit: l.Unit, Currency: l.Currency, Included: l.Included, Discount: domain.Discount(l.Discount)}
}

func ofPending(p domain.PendingChange) pending {
	l := pending{p.Seats, p.Tier, p.Recurrence, nil, p.Change}
	if p.Priced {
		l.Unit = &p.Unit
	}
	return l
}

func (l pending) value() domain.PendingChange {
	p := domain.PendingChange{Seats: l.Seats, Tier: l.Tier, Recurrence: l.Recurrence, Change: l.Change}
	if l.Unit != nil {
		p.Unit, p.Priced = *l.Unit, true
	}
	return p
}

func ofNotice(n domain.PriceNotice) notice {
	return notice{n.Tier, n.Recurrence, n.Unit, instant(n.EffectiveAt), instant(n.NotifiedAt)}
}

func (l notice) value() domain.PriceNotice {
	return domain.PriceNotice{
		Tier: l.Tier, Recurrence: l.Recurrence, Unit: l.Unit,
		EffectiveAt: time.Time(l.EffectiveAt), NotifiedAt: time.Time(l.NotifiedAt),
	}
}

func ofLedger(d domain.Ledger) ledger {
	l := ledger{"", d.Settled}
	if !d.Owed.IsZero() {
		l.Owed = d.Owed.String()
	}
	return l
}

func (l ledger) value() (d domain.Ledger, err error) {
	if d.Settled = l.Settled; l.Owed == "" {
		return d, nil
	}
	if d.Owed, err = domain.ParseExact(l.Owed); err != nil {
		return d, domain.InvalidField("ledger.owed", "must be a whole number of at most 128 bits, in decimal digits")
	}
	return d, nil
}

func ofTarget(t domain.Target) target {
	return target{t.Seats, t.Tier, t.Recurrence, t.Unit, t.EndsSeats, t.EndsTerms, t.Anew}
}

func (l target) value() domain.Target {
	return domain.Target{
		Seats: l.Seats, Tier: l.Tier, Recurrence: l.Recurrence, Unit: l.Unit,
		EndsSeats: l.EndsSeats, EndsTerms: l.EndsTerms, Anew: l.Anew,
	}
}

func ofInFlight(f domain.InFlight) inFlight {
	return inFlight{f.PaymentID, f.Kind, ofTarget(f.Target), instant(f.PricedAt), f.Due, f.Asked, instant(f.ExpiresAt)}
}

func (l inFlight) value() domain.InFlight {
	return domain.InFlight{
		PaymentID: l.Payment, Kind: l.Kind, Target: l.Target.value(), PricedAt: time.Time(l.PricedAt),
		Due: l.Due, Asked: l.Asked, ExpiresAt: time.Time(l.ExpiresAt),
	}
}

func ofOutstanding(o domain.Outstanding) outstanding {
	return outstanding{o.Amount, o.Carried, o.Attempts, instant(o.DueAt), instant(o.GraceEndsAt), instant(o.RetryAt)}
}

func (l outstanding) value() domain.Outstanding {
	return domain.Outstanding{
		Amount: l.Amount, Carried: l.Carried, Attempts: l.Attempts,
		DueAt: time.Time(l.DueAt), GraceEndsAt: time.Time(l.GraceEndsAt), RetryAt: time.Time(l.RetryAt),
	}
}
