package rest

import (
	"encoding/json"
	"time"

	"github.com/usherhq/usher/domain"
)

// membershipPing tells of a membership.
func membershipPing(n domain.News) *object {
	m, p := &n.Membership, &n.Purchase
	o := newObject(24)
	o.put("subscription_id", string(m.ID))
	o.put("product_id", string(n.Product.ID))
	o.put("product_name", n.Product.Name)
	o.put("user_id", textOrNull(string(p.PurchaserID)))
	o.put("user_email", p.Email)
	o.put("purchase_ids", n.Payments)
	o.put("created_at", stamp(m.CreatedAt))
	o.put("charge_occurrence_count", countOrNull(m.Charges))
	o.put("recurrence", string(m.Recurrence))
	o.put("free_trial_ends_at", stampOrNull(m.FreeTrialEndsAt))
	putAnswers(o, p)
	if n.License.ID != "" && n.Product.Licensed {
		o.put("license_key", string(n.License.Key))
	}
	switch n.Topic {
	case domain.PingCancellation:
		putCancellation(o, m)
	case domain.PingMembershipEnded:
		o.put("ended_at", stamp(n.At))
		o.put("ended_reason", endedReason(n))
	case domain.PingMembershipRestarted:
		o.put("restarted_at", stamp(n.At))
	case domain.PingMembershipUpdated:
		putUpdate(o, n)
	}
	o.put("resource_name", resourceOf(n.Topic))
	return o
}

// putCancellation says when access ends, which may lie ahead, and who or what
// ended it.
func putCancellation(o *object, m *domain.MembershipState) {
	o.put("cancelled", true)
	if !m.FailedAt.IsZero() {
		o.put("cancelled_at", stamp(m.FailedAt))
		o.put("cancelled_due_to_payment_failures", true)
		return
	}
	o.put("cancelled_at", stampOrNull(m.CancelledAt))
	switch m.CancelledBy {
	case domain.Buyer:
		o.put("cancelled_by_buyer", true)
	case domain.SellerActor:
		o.put("cancelled_by_seller", true)
	default:
		o.put("cancelled_by_admin", true)
	}
}

// endedReason is why access ended, which the event knows also of a membership
// that was restarted since.
func endedReason(n domain.News) string {
	var e domain.MembershipEnded
	_ = json.Unmarshal([]byte(n.Fields), &e) // it was read before; what it lacks is empty
	switch e.Reason {
	case domain.PaidNoMore:
		return "failed_payment"
	case domain.Completed:
		return "fixed_subscription_period_ended"
	}
	return "cancelled"
}

// putUpdate says what a plan was and what it becomes, and when.
func putUpdate(o *object, n domain.News) {
	var e struct{ At, EffectiveAt time.Time }
	_ = json.Unmarshal([]byte(n.Fields), &e)
	kind, from := "upgrade", e.At
	if !e.EffectiveAt.IsZero() {
		kind, from = "downgrade", e.EffectiveAt
	} else if cost(n.To) < cost(n.From) {
		kind = "downgrade"
	}
	o.put("type", kind)
	o.put("effective_as_of", stamp(from))
	o.take("old_plan", plan(n.From))
	o.take("new_plan", plan(n.To))
}

// cost is what a version costs in a month, in a unit that compares.
func cost(v domain.Version) int64 {
	return int64(v.Seats) * v.Unit * 24 / int64(max(1, v.Recurrence.Months()))
}

func plan(v domain.Version) *object {
	o := newObject(4)
	tier := newObject(2)
	tier.put("id", string(v.Tier))
	tier.put("name", v.Name)
	o.take("tier", tier)
	o.put("recurrence", string(v.Recurrence))
	o.put("price_cents", v.Unit*int64(v.Seats))
	o.put("quantity", v.Seats)
	return o
}

func countOrNull(n int) any {
	if n == 0 {
		return nil
	}
	return n
}
