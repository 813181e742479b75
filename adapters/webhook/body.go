package webhook

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
	"unicode"

	"github.com/usherhq/usher/domain"
)

// event is an event as it is sent.
type event struct {
	Type      domain.Topic   `json:"type"`
	Timestamp time.Time      `json:"timestamp"`
	Data      map[string]any `json:"data"`
}

type license struct {
	ID         domain.LicenseID  `json:"id"`
	PurchaseID domain.PurchaseID `json:"purchase_id"`
	ProductID  domain.ProductID  `json:"product_id"`
	Disabled   bool              `json:"disabled"`
	CreatedAt  time.Time         `json:"created_at"`
}

type purchase struct {
	ID           domain.PurchaseID     `json:"id"`
	ProductID    domain.ProductID      `json:"product_id"`
	MembershipID domain.MembershipID   `json:"membership_id,omitempty"`
	OrderNumber  int64                 `json:"order_number"`
	Status       domain.PurchaseStatus `json:"status"`
	Quantity     int                   `json:"quantity"`
	Price        int64                 `json:"price"`
	Currency     domain.Currency       `json:"currency"`
	Refunded     int64                 `json:"refunded"`
	Disputed     bool                  `json:"disputed"`
	DisputeWon   bool                  `json:"dispute_won"`
	Revoked      bool                  `json:"revoked"`
	CreatedAt    time.Time             `json:"created_at"`
}

type membership struct {
	ID          domain.MembershipID     `json:"id"`
	ProductID   domain.ProductID        `json:"product_id"`
	PurchaseID  domain.PurchaseID       `json:"purchase_id"`
	Status      domain.MembershipStatus `json:"status"`
	EndReason   domain.EndReason        `json:"end_reason,omitempty"`
	Seats       int                     `json:"seats"`
	Assigned    int                     `json:"assigned"`
	Tier        domain.VariantID        `json:"tier"`
	Recurrence  domain.Recurrence       `json:"recurrence"`
	Price       int64                   `json:"price"`
	Currency    domain.Currency         `json:"currency"`
	PeriodEnds  time.Time               `json:"period_ends_at"`
	CancelledAt *time.Time              `json:"cancelled_at"`
	FailedAt    *time.Time              `json:"failed_at"`
	EndedAt     *time.Time              `json:"ended_at"`
}

type seat struct {
	ID         domain.SeatID     `json:"id"`
	PurchaseID domain.PurchaseID `json:"purchase_id"`
	Status     domain.SeatStatus `json:"status"`
}

// Body writes news as an event of usher's own. It is a [ports.Body].
func Body(n domain.News) (contentType string, body []byte, err error) {
	data, err := fields(n.Fields)
	if err != nil {
		return "", nil, err
	}
	if l := n.License; l.ID != "" {
		data["license"] = license{l.ID, l.PurchaseID, l.ProductID, !l.DisabledAt.IsZero(), l.CreatedAt}
	}
	if p := n.Purchase; p.ID != "" {
		data["purchase"] = purchase{p.ID, p.ProductID, p.MembershipID, p.OrderNumber, p.Status, p.Quantity, p.Price.Amount, p.Price.Currency,
			p.Refunded, !p.DisputedAt.IsZero(), !p.DisputeWonAt.IsZero(), !p.RevokedAt.IsZero(), p.CreatedAt}
	}
	if m := n.Membership; m.ID != "" {
		price := m.Price()
		data["membership"] = membership{m.ID, m.ProductID, m.PurchaseID, m.Status, m.EndReason, m.SeatsNow(), m.Assigned, m.Terms.Tier, m.Recurrence,
			price.Amount, price.Currency, m.Period().EndAt, orNull(m.CancelledAt), orNull(m.FailedAt), orNull(m.EndedAt)}
	}
	if s := n.Seat; s.ID != "" {
		data["seat"] = seat{s.ID, s.PurchaseID, s.Status}
	}
	text, err := json.Marshal(event{n.Topic, n.At.UTC(), data})
	return "application/json", text, err
}

// fields are an event's own, by their names in JSON. When it happened stands beside
// them already.
func fields(of string) (map[string]any, error) {
	d := json.NewDecoder(strings.NewReader(of))
	d.UseNumber()
	var all map[string]any
	if err := d.Decode(&all); err != nil {
		return nil, err
	}
	delete(all, "At")
	return renamed(all).(map[string]any), nil
}

// renamed returns a value whose names are as JSON has them, and whose zero times
// are null.
func renamed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		all := make(map[string]any, len(v)+4)
		for name, value := range v {
			all[snake(name)] = renamed(value)
		}
		return all
	case string:
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil && at.IsZero() {
			return nil
		}
	}
	return v
}

// snake writes MembershipID as membership_id.
func snake(name string) string {
	var b bytes.Buffer
	all := []rune(name)
	for i, r := range all {
		if unicode.IsUpper(r) && i > 0 && (!unicode.IsUpper(all[i-1]) || i+1 < len(all) && !unicode.IsUpper(all[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
