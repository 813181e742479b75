package main

import (
	"fmt"
	"iter"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type claimView struct {
	ID         domain.ClaimID      `json:"id"`
	Connection domain.ConnectionID `json:"connection"`
	Service    domain.Service      `json:"service"`
	Product    domain.ProductID    `json:"product"`
	Purchase   domain.PurchaseID   `json:"purchase"`
	Seat       domain.SeatID       `json:"seat"` // empty: the sale as a whole
	Email      string              `json:"email"`
	Account    domain.Subject      `json:"account"` // as the service knows them; empty: nobody has joined
	Name       string              `json:"name"`
	Gives      []domain.TargetID   `json:"gives"`
	Refused    []domain.TargetID   `json:"refused"` // of those, what the service refuses to give
	EndAction  domain.EndAction    `json:"end_action"`
	State      domain.ClaimState   `json:"state"`
	Cause      domain.Cause        `json:"cause"`
	CreatedAt  time.Time           `json:"created_at"`
	EndedAt    *time.Time          `json:"ended_at"`
}

func viewClaim(m domain.Claim) any {
	return claimView{m.ID, m.ConnectionID, m.Service, m.ProductID, m.PurchaseID, m.SeatID, m.Email, m.Subject, m.Name,
		targetList(m.Targets), targetList(m.Missing), m.EndAction, m.State, m.Cause, m.CreatedAt, at(m.EndedAt)}
}

type communitiesPeopleCmd struct {
	Connection string            `help:"Only of this connection, by id; or by the name or service of the only one." placeholder:"CONNECTION"`
	Product    string            `help:"Only who bought this product, by id or permalink." placeholder:"PRODUCT"`
	State      domain.ClaimState `help:"Only those in this state: active, pending, waiting_for_customer, needs_customer, needs_seller, removing, removed, kept or failed." placeholder:"STATE"`
}

// Run lists claims.
func (l communitiesPeopleCmd) Run(c *call) error {
	if l.State != "" && !l.State.Known() {
		return wrongUse("state", "there is no such state", `"usher communities people --help" lists them`)
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	q := ports.ClaimQuery{State: l.State}
	if l.Connection != "" {
		conn, err := c.findConnection(p, seller, l.Connection, "connection")
		if err != nil {
			return err
		}
		q.ConnectionID = conn.ID
	}
	if l.Product != "" {
		product, err := p.Catalog.Product(c.ctx, seller, l.Product)
		if err != nil {
			return err
		}
		q.ProductID = product.ID
	}
	columns := []column{left("ID"), left("E-MAIL"), left("SERVICE"), left("ACCOUNT"), left("STATE"), left("WHY"), left("SINCE (UTC)")}
	return list(c, allPeople(c, p, seller, q), viewClaim, columns, func(m domain.Claim) []string {
		account := m.Name
		if account == "" {
			account = string(m.Subject)
		}
		return []string{string(m.ID), m.Email, string(m.Service), account, string(m.State), string(m.Cause), day(m.CreatedAt)}
	}, "Nobody is let in anywhere.")
}

// allPeople are the claims that are asked for.
func allPeople(c *call, p *app.Usher, seller domain.SellerID, q ports.ClaimQuery) iter.Seq2[domain.Claim, error] {
	return app.Paged(func(after ports.Cursor, n int) ([]domain.Claim, error) {
		q.After, q.Limit = after, n
		return p.Communities.People(c.ctx, seller, q)
	}, func(m domain.Claim) ports.Cursor { return ports.Cursor{At: m.CreatedAt, ID: string(m.ID)} })
}

type communitiesReconcileCmd struct {
	oneConnection
	DryRun bool `help:"Only compare; change nothing."`
}

type driftView struct {
	OK            int              `json:"ok"` // how many are as they should be
	ShouldBeIn    []domain.Subject `json:"should_be_in"`
	ShouldNotBeIn []domain.Subject `json:"should_not_be_in"`
	Lacks         []domain.Subject `json:"lacks"`       // in, without a role or space group
	NotClaimed    []domain.Subject `json:"not_claimed"` // has what usher gives, without having bought it
	Complete      bool             `json:"complete"`    // false: strangers could not be listed
	Mended        bool             `json:"mended"`
}

// Run compares, and unless told otherwise mends. Who was taken out by hand, or
// left, is not let in again by that; strangers are left alone.
func (r communitiesReconcileCmd) Run(c *call) error {
	p, conn, done, err := r.find(c)
	if err != nil {
		return err
	}
	defer done()
	d, err := p.Communities.Compare(c.ctx, conn.SellerID, conn.ID, false)
	if err != nil {
		return err
	}
	if !r.DryRun {
		if err := p.Communities.Mend(c.ctx, conn.SellerID, conn.ID); err != nil {
			return err
		}
		c.doDue(p)
	}
	c.showDrift(d, !r.DryRun)
	return nil
}

func (c *call) showDrift(d app.Drift, mended bool) {
	some := func(of []domain.Subject) []domain.Subject { return append([]domain.Subject{}, of...) }
	view := driftView{len(d.OK), some(d.NotIn), some(d.ShouldNotBeIn), some(d.MissingTarget), some(d.TargetNotClaimed), d.Complete, mended}
	lines := []line{{"as they should be", fmt.Sprint(len(d.OK))}}
	for _, found := range []struct {
		name string
		who  []domain.Subject
	}{{"should be in", d.NotIn}, {"should not be in", d.ShouldNotBeIn}, {"lacks something", d.MissingTarget}, {"has not bought it", d.TargetNotClaimed}} {
		for _, who := range found.who {
			lines = append(lines, line{found.name, string(who)})
		}
	}
	c.show(view, lines...)
	if !d.Complete {
		c.say("(!) The service does not let usher list who is in: each person was looked up, and strangers were not found.")
	}
	switch {
	case len(d.ShouldNotBeIn)+len(d.MissingTarget) > 0 && !mended:
		c.hint("Without --dry-run it is mended.")
	case len(d.NotIn) > 0 && mended:
		c.hint("Who left, or was taken out, is not let in again by itself: usher communities people --state needs_seller")
	}
}
