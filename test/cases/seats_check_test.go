package cases

import (
	"fmt"
	"slices"
)

// seatsGivenNeeds are the fields of given that have no default.
var seatsGivenNeeds = []string{"recurrence", "currency", "price_cents_per_seat", "seats", "period_start", "period_end"}

// checkSeats adds to the faults of a case that was read from raw what its types
// cannot see.
func checkSeats(c *seatsCase, raw object) []string {
	r := &reader{}
	r.need("given", raw.object("given"), seatsGivenNeeds...)
	if c.Given.Discount != nil {
		r.need("given.discount", raw.object("given").object("discount"), "kind", "value")
	}
	quotes := map[string]bool{}
	for i, e := range c.Events {
		path := fmt.Sprintf("events[%d]", i)
		event := raw.list("events", i)
		r.need(path, event, "at", "do")
		for _, m := range event.object("args") {
			if !slices.Contains(seatsArguments[e.Do], m.key) {
				r.fault(join(path+".args", m.key), "does not belong to %s", e.Do)
			}
		}
		switch {
		case e.Do == "preview" && quotes[e.Args.ID]:
			r.fault(path+".args.id", "the name %s is taken", e.Args.ID)
		case e.Do == "preview" && e.Args.ID != "":
			quotes[e.Args.ID] = true
		case e.Do == "commit" && !quotes[e.Args.Quote]:
			r.fault(path+".args.quote", "no quote is called %s", e.Args.Quote)
		}
	}
	for i, x := range c.Expect {
		path := fmt.Sprintf("expect[%d]", i)
		r.need(path, raw.list("expect", i), "after_event")
		if x.AfterEvent < 0 || x.AfterEvent >= len(c.Events) {
			r.fault(path+".after_event", "there is no event %d", x.AfterEvent)
		}
	}
	return r.faults
}

// need notes the fields that are missing.
func (r *reader) need(path string, o object, fields ...string) {
	for _, f := range fields {
		if _, there := o.get(f); !there {
			r.fault(join(path, f), "is missing")
		}
	}
}

func (o object) object(key string) object {
	v, _ := o.get(key)
	is, _ := v.(object)
	return is
}

func (o object) list(key string, i int) object {
	v, _ := o.get(key)
	all, _ := v.([]any)
	is, _ := all[i].(object)
	return is
}
