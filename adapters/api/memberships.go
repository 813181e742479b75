package api

import (
	"context"
	"net/http"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// getMembership shows a membership as it is now, whether or not the worker has
// come by.
func getMembership(c *call) (answer, error) {
	m, _, err := c.member(domain.ViewSales)
	if err != nil {
		return answer{}, err
	}
	now, _, err := c.usher.Clock.Now(c.r.Context())
	if err != nil {
		return answer{}, err
	}
	return answer{body: c.membership(m.CaughtUp(now))}, nil
}

// readChange reads what a member wants, and whether that is anything.
func (c *call) readChange(m domain.MembershipState, quote **string) (r domain.Request, some bool, err error) {
	var seats *int
	var tier, every *string
	into := fields{"seats": &seats, "tier": &tier, "recurrence": &every}
	if quote != nil {
		into["quote"] = quote
	}
	if err := c.read(into); err != nil {
		return r, false, err
	}
	if seats != nil {
		r = domain.AskSeats(*seats)
	}
	if every != nil {
		if r.Recurrence, err = domain.ParseRecurrence(*every); err != nil {
			return r, false, err
		}
	}
	if tier != nil {
		all, err := c.usher.Catalog.Variants(c.r.Context(), m.SellerID, m.ProductID)
		if err != nil {
			return r, false, err
		}
		if r.Tier, err = variantCalled(all, *tier, "tier"); err != nil {
			return r, false, err
		}
	}
	return r, seats != nil || tier != nil || every != nil, nil
}

// nothingAsked refuses a change that says nothing.
func nothingAsked() error { return malformed("must say what to change: seats, tier, recurrence") }

// quoteChange prices a change.
func quoteChange(c *call) (answer, error) {
	m, _, err := c.member(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	r, some, err := c.readChange(m, nil)
	if err != nil {
		return answer{}, err
	}
	if !some {
		return answer{}, nothingAsked()
	}
	q, err := c.usher.Memberships.Quote(c.r.Context(), m.SellerID, m.ID, r)
	if err != nil {
		return answer{}, err
	}
	return answer{body: quoteOf(q)}, nil
}

// change carries a quote of this membership out, or prices and carries out at
// once.
func change(c *call) (answer, error) {
	m, _, err := c.member(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var quote *string
	r, some, err := c.readChange(m, &quote)
	if err != nil {
		return answer{}, err
	}
	key, err := c.key(true)
	switch {
	case err != nil:
		return answer{}, err
	case quote != nil && some:
		return answer{}, domain.InvalidField("quote", "says what is changed: leave seats, tier and recurrence out")
	case quote == nil && !some:
		return answer{}, malformed("must say what to change: quote, or seats, tier, recurrence")
	case quote == nil:
		return c.done(c.usher.Memberships.Ask(c.r.Context(), m.SellerID, m.ID, r, key))
	}
	q, err := c.usher.Memberships.QuoteOf(*quote)
	if err != nil {
		return answer{}, err
	}
	if q.MembershipID != m.ID {
		return answer{}, domain.ErrQuoteStale
	}
	return c.done(c.usher.Memberships.Change(c.r.Context(), m.SellerID, *quote, key))
}

// keep takes back what waits for the next period: it asks for what is in force
// today, at the member's own price. It is carried out by a quote, so what
// changes meanwhile is never undone by it.
func keep(c *call) (answer, error) {
	m, _, err := c.member(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	if err := c.read(nil); err != nil {
		return answer{}, err
	}
	return c.onceOrAgain(m.SellerID, func() (answer, error) { return c.keepTodays(m) })
}

func (c *call) keepTodays(m domain.MembershipState) (answer, error) {
	now, _, err := c.usher.Clock.Now(c.r.Context())
	if err != nil {
		return answer{}, err
	}
	s := m.CaughtUp(now)
	today := domain.Request{
		Seats: s.SeatsNow(), HasSeats: true, Tier: s.Terms.Tier, Recurrence: s.Recurrence, Unit: s.Terms.Unit, HasUnit: true,
	}
	q, err := c.usher.Memberships.Quote(c.r.Context(), m.SellerID, m.ID, today)
	if err != nil {
		return answer{}, err
	}
	if q.Result != domain.NoChange && q.Result != domain.PendingRemoved { // it has changed since it was read
		return answer{}, domain.ErrConflict
	}
	return c.done(c.usher.Memberships.Change(c.r.Context(), m.SellerID, q.ID, ""))
}

func cancel(c *call) (answer, error)   { return c.plain(c.onceOrAgain, (*app.Memberships).Cancel) }
func uncancel(c *call) (answer, error) { return c.plain(c.once, (*app.Memberships).Uncancel) }

// endNow takes a membership away.
func endNow(c *call) (answer, error) {
	return c.plain(c.onceOrAgain, func(m *app.Memberships, ctx context.Context, seller domain.SellerID, id domain.MembershipID, by domain.Actor) (app.Done, error) {
		if err := by.SellersOnly(); err != nil {
			return app.Done{}, err
		}
		return m.EndNow(ctx, seller, id, by)
	})
}

// plain runs a command that has neither fields nor a key.
func (c *call) plain(once onceFunc, do func(*app.Memberships, context.Context, domain.SellerID, domain.MembershipID, domain.Actor) (app.Done, error)) (answer, error) {
	m, by, err := c.member(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	if err := c.read(nil); err != nil {
		return answer{}, err
	}
	return once(m.SellerID, func() (answer, error) {
		return c.done(do(c.usher.Memberships, c.r.Context(), m.SellerID, m.ID, by))
	})
}

// restart begins a new period of a membership that has ended.
func restart(c *call) (answer, error) {
	m, by, err := c.member(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	r, err := c.readSeats(fields{})
	if err != nil {
		return answer{}, err
	}
	key, err := c.key(true)
	if err != nil {
		return answer{}, err
	}
	return c.done(c.usher.Memberships.Restart(c.r.Context(), m.SellerID, m.ID, by, r, key))
}

// payNow pays what is overdue, with another card if one is named.
func payNow(c *call) (answer, error) {
	m, _, err := c.member(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var method *string
	r, err := c.readSeats(fields{"method": &method})
	if err != nil {
		return answer{}, err
	}
	key, err := c.key(true)
	if err != nil {
		return answer{}, err
	}
	if method != nil {
		return c.done(c.usher.Memberships.PayNowWith(c.r.Context(), m.SellerID, m.ID, *method, r, key))
	}
	return c.done(c.usher.Memberships.PayNow(c.r.Context(), m.SellerID, m.ID, r, key))
}

// readSeats reads for how many seats a period is to be paid, beside other fields.
func (c *call) readSeats(into fields) (r domain.Request, err error) {
	var seats *int
	into["seats"] = &seats
	if err := c.read(into); err != nil {
		return r, err
	}
	if seats != nil {
		r = domain.AskSeats(*seats)
	}
	return r, nil
}

// setMethod names the card or account that pays from now on.
func setMethod(c *call) (answer, error) {
	m, _, err := c.member(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var method string
	if err := c.read(fields{"method": &method}); err != nil {
		return answer{}, err
	}
	if method == "" {
		return answer{}, domain.InvalidField("method", "is missing: the processor's name of the card or account")
	}
	return c.onceOrAgain(m.SellerID, func() (answer, error) {
		return c.done(c.usher.Memberships.SetMethod(c.r.Context(), m.SellerID, m.ID, method))
	})
}

// done answers what a command came to.
func (c *call) done(d app.Done, err error) (answer, error) {
	a := answer{replayed: d.Replayed}
	if err != nil {
		return a, err
	}
	if a.body = c.doneOf(d); open(d.Result) {
		a.status = http.StatusAccepted
	}
	return a, nil
}
