package cases

import (
	"fmt"
	"reflect"
	"slices"
)

// checkOutside returns what is wrong with a case beside its form.
func checkOutside(c *outsideCase, raw object) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	events, _ := raw.get("events")
	list, _ := events.([]any)
	for i, e := range list {
		o, ok := e.(object)
		if !ok {
			continue
		}
		kind := c.Events[i].Type
		if kind == "" {
			fault("events[%d].type: is missing", i)
			continue
		}
		for _, m := range o {
			if m.key != "type" && !slices.Contains(happenings[kind], m.key) {
				fault("events[%d].%s: does not belong to %s", i, m.key, kind)
			}
		}
		for _, key := range needed[kind] {
			if _, there := o.get(key); !there {
				fault("events[%d].%s: is missing", i, key)
			}
		}
	}
	if c.Given.Connection != nil && c.Given.Connections != nil {
		fault("given.connections: there is a connection beside them")
	}
	known := []connectionRef{}
	if c.Given.Connection != nil {
		known = append(known, "C1")
	}
	for i, g := range c.Given.Connections {
		if g.ID == "" || slices.Contains(known, g.ID) {
			fault("given.connections[%d].id: is missing, or taken", i)
		}
		known = append(known, g.ID)
	}
	refer := func(path string, ref connectionRef) {
		if ref != "" && !slices.Contains(known, ref) {
			fault("%s: no connection is called %s", path, ref)
		}
	}
	for i, a := range c.Given.Attachments {
		refer(fmt.Sprintf("given.attachments[%d].connection", i), a.Connection)
		if a.Product == "" {
			fault("given.attachments[%d].product: is missing", i)
		}
		for _, v := range a.Versions {
			if _, there := c.Given.Tiers.get(v); !there {
				fault("given.attachments[%d].versions: no tier is called %s", i, v)
			}
		}
	}
	for i, e := range c.Events {
		refer(fmt.Sprintf("events[%d].connection", i), e.Connection)
	}
	refer("calls_of", c.CallsOf)
	for i, w := range c.Calls {
		if w.Service == "" || w.Method == "" || w.Path == "" || reflect.ValueOf(w.Reply).IsZero() {
			fault("expect_calls[%d]: needs a service, a method, a path and a reply", i)
		}
	}
	if _, there := raw.get("expect_calls"); !there {
		fault("expect_calls: is missing")
	}
	for _, e := range c.State.Connections {
		if !slices.Contains(sellerRef("").words(), e.name) {
			fault("expect_state.connections.%s: no such seller is known", e.name)
		}
	}
	return faults
}

// needed are the arguments that an event cannot do without.
var needed = map[happeningName][]string{
	"purchase": {"product", "email"}, "purchase_pending": {"product", "email"}, "purchase_settled": {"product", "email"},
	"tier_changed": {"product", "to"}, "seat_reassigned": {"product", "from", "to"}, "seller_saves_circle_token": {"token"},
	"oauth_callback": {"purpose", "query"}, "http": {"method", "path"}, "worker_runs": {"worker"}, "worker_resumes": {"worker"}, "lease_expires": {"worker"},
	"db_copy_secret": {"from", "to"}, "customer_joins": {"product"}, "customer_leaves": {"product"},
}
