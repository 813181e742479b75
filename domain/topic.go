package domain

import (
	"slices"
	"strings"
)

// Topic is something that a webhook can be told of: for one that gets events the
// name of the event ("license.issued"), for one that gets pings one of the pings.
type Topic string

// The pings: what the API that usher is compatible with tells of.
const (
	PingSale                Topic = "sale" // also of a renewal
	PingRefund              Topic = "refund"
	PingDispute             Topic = "dispute"
	PingDisputeWon          Topic = "dispute_won"
	PingCancellation        Topic = "cancellation"
	PingMembershipUpdated   Topic = "membership_updated"
	PingMembershipEnded     Topic = "membership_ended"
	PingMembershipRestarted Topic = "membership_restarted"
)

var pings = []Topic{PingCancellation, PingDispute, PingDisputeWon, PingMembershipEnded, PingMembershipRestarted, PingMembershipUpdated, PingRefund, PingSale}

// public are the events that webhooks can be told of. What is not here is for
// usher's own work: what falls due, and what is only begun.
var public = []Topic{
	"access.given", "access.taken", "access.troubled",
	"license.disabled", "license.enabled", "license.issued", "license.rotated",
	"membership.cancelled", "membership.change_applied", "membership.change_declined", "membership.change_scheduled",
	"membership.change_withdrawn", "membership.changed", "membership.ended", "membership.price_announced",
	"membership.recovered", "membership.renewal_failed", "membership.renewed", "membership.restarted", "membership.resumed",
	"membership.seats_granted", "membership.started",
	"payment.dispute_closed", "payment.disputed", "payment.paid", "payment.refunded",
	"product.deleted", "product.licensing_disabled", "product.licensing_enabled", "product.past_sales_licensed", "product.undeleted",
	"purchase.access_restored", "purchase.access_revoked", "purchase.completed", "purchase.dispute_won", "purchase.disputed",
	"purchase.erased", "purchase.failed", "purchase.preordered", "purchase.readdressed", "purchase.refunded",
	"records.imported",
	"seat.claimed", "seat.invited", "seat.revoked",
}

// Pings returns every ping, in alphabetical order.
func Pings() []Topic { return slices.Clone(pings) }

// PublicEvents returns the names of the events that webhooks can be told of, in
// alphabetical order.
func PublicEvents() []Topic { return slices.Clone(public) }

// Topics is a set of topics: their names in alphabetical order, apart by one
// blank. The empty set means all events, also those that are added later.
type Topics string

// MakeTopics makes a set of the names of events. Each must be one of
// [PublicEvents], or end in ".*" and begin one ("license.*").
func MakeTopics(of ...Topic) (Topics, error) {
	var names []string
	for _, t := range of {
		group, all := strings.CutSuffix(string(t), "*")
		known := slices.ContainsFunc(public, func(p Topic) bool {
			return p == t || all && strings.HasSuffix(group, ".") && strings.HasPrefix(string(p), group)
		})
		if !known {
			return "", InvalidField("topics", "no event is called "+string(t)+"; there are "+listed(public)+", and groups such as license.*")
		}
		names = append(names, string(t))
	}
	slices.Sort(names)
	return Topics(strings.Join(slices.Compact(names), " ")), nil
}

// All returns the topics, in alphabetical order.
func (t Topics) All() []Topic {
	var all []Topic
	for _, name := range strings.Fields(string(t)) {
		all = append(all, Topic(name))
	}
	return all
}

// has reports whether the set names an event, or all events of its group.
func (t Topics) has(event Topic) bool {
	if t == "" {
		return slices.Contains(public, event)
	}
	group, _, _ := strings.Cut(string(event), ".")
	all := t.All()
	return slices.Contains(all, event) || slices.Contains(public, event) && slices.Contains(all, Topic(group+".*"))
}
