package rest

import (
	"strings"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

const subscribersAPage = 100

// subscribers answers the live members of a product: all of them, or page by
// page if it is asked to.
func (c call) subscribers() (*object, error) {
	who, err := c.allowed(domain.ViewSales)
	if err != nil {
		return nil, err
	}
	p, err := c.named(who.SellerID)
	if err != nil {
		return nil, err
	}
	before, err := pageAfter(c.p)
	if err != nil {
		return nil, err
	}
	limit := 0
	paginated, _, _ := c.p.str("paginated")
	if paginated == "1" || paginated == "true" || !before.At.IsZero() {
		limit = subscribersAPage
	}
	email, _, _ := c.p.str("email")
	found, more, err := c.usher.Memberships.Subscribers(c.r.Context(), who.SellerID, p.ID, strings.TrimSpace(email), before, limit)
	if err != nil {
		return nil, err
	}
	all := make([]*object, len(found))
	for i := range found {
		all[i] = subscriber(&found[i])
	}
	o := listing("subscribers", all)
	if more {
		c.putNext(o, found[len(found)-1].Place())
	}
	return o, nil
}

func (c call) subscriber() (*object, error) {
	who, err := c.allowed(domain.ViewSales)
	if err != nil {
		return nil, err
	}
	s, err := c.usher.Memberships.Subscriber(c.r.Context(), who.SellerID, domain.MembershipID(c.ids[0]))
	if err != nil {
		return nil, missing("subscriber", err)
	}
	return about("subscriber", subscriber(&s)), nil
}

// subscriber is a membership as Gumroad shows it. An account is known by its id
// only; its address is that of the sale.
func subscriber(s *app.Subscriber) *object {
	m := &s.Membership
	o := newObject(18)
	o.put("id", string(m.ID))
	o.put("email", s.Email)
	o.put("product_id", string(m.ProductID))
	o.put("product_name", s.Product.Name)
	o.put("user_id", textOrNull(string(s.Sale.PurchaserID)))
	o.put("user_email", nil)
	if s.Sale.PurchaserID != "" {
		o.put("user_email", s.Sale.Email)
	}
	o.put("purchase_ids", s.Sales)
	o.put("created_at", stamp(m.CreatedAt))
	o.put("user_requested_cancellation_at", stampOrNull(m.CancelRequestedAt))
	o.put("charge_occurrence_count", nil)
	if m.Charges > 0 {
		o.put("charge_occurrence_count", m.Charges)
	}
	o.put("recurrence", string(m.Recurrence))
	o.put("cancelled_at", stampOrNull(m.CancelledAt))
	o.put("ended_at", stampOrNull(m.EndedAt))
	o.put("failed_at", stampOrNull(m.FailedAt))
	o.put("free_trial_ends_at", stampOrNull(m.FreeTrialEndsAt))
	o.put("status", standing(*m))
	if s.License.ID != "" && s.Product.Licensed {
		o.put("license_key", string(s.License.Key))
	}
	return o
}

// standing is where a membership stands, in Gumroad's words.
func standing(m domain.MembershipState) string {
	switch m.Status {
	case domain.CancelScheduled:
		return "pending_cancellation"
	case domain.PastDue:
		return "pending_failure"
	case domain.Ended:
		switch m.EndReason {
		case domain.PaidNoMore:
			return "failed_payment"
		case domain.Completed:
			return "fixed_subscription_period_ended"
		}
		return "cancelled"
	}
	return "alive"
}
