package api

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// listPeople shows who is let in, or is to be.
func listPeople(c *call) (answer, error) {
	seller, err := c.seller(domain.ViewSales)
	if err != nil {
		return answer{}, err
	}
	var q ports.ClaimQuery
	var conn, product, state string
	limit, mark, err := c.query(map[string]*string{"connection": &conn, "product": &product, "state": &state})
	if err != nil {
		return answer{}, err
	}
	if q.State = domain.ClaimState(state); state != "" && !q.State.Known() {
		return answer{}, domain.InvalidField("state", "there is no such state")
	}
	ctx := c.r.Context()
	if conn != "" {
		one, err := c.usher.Communities.Get(ctx, seller, domain.ConnectionID(conn))
		if err != nil {
			return answer{}, err
		}
		q.ConnectionID = one.ID
	}
	if product != "" {
		one, err := c.usher.Catalog.Product(ctx, seller, product)
		if err != nil {
			return answer{}, err
		}
		q.ProductID = one.ID
	}
	if q.After, err = ports.PlaceAt(mark); err != nil {
		return answer{}, err
	}
	q.Limit = limit + 1
	all, err := c.usher.Communities.People(ctx, seller, q)
	if err != nil {
		return answer{}, err
	}
	body := peopleBody{People: []person{}}
	all, body.Next = page(all, limit, func(o domain.Claim) ports.Cursor { return ports.Cursor{At: o.CreatedAt, ID: string(o.ID)} })
	for _, o := range all {
		body.People = append(body.People, personOf(o))
	}
	return answer{body: body}, nil
}

// person returns the claim of the path.
func (c *call) person(scope domain.Scope) (domain.Claim, error) {
	return owned(c, scope, "claim", domain.ErrClaimNotFound, func(seller domain.SellerID, id string) (domain.Claim, error) {
		return c.usher.Communities.Person(c.r.Context(), seller, domain.ClaimID(id))
	})
}

// getPerson shows one of them.
func getPerson(c *call) (answer, error) {
	one, err := c.person(domain.ViewSales)
	return answer{body: personBody{personOf(one)}}, err
}

// forPerson does something about one of them. What it asks of a service comes
// after the answer.
func forPerson(c *call, once onceFunc, do func(context.Context, domain.SellerID, domain.ClaimID) error) (answer, error) {
	one, err := c.person(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	if err := c.read(nil); err != nil {
		return answer{}, err
	}
	return once(one.SellerID, func() (answer, error) {
		ctx := c.r.Context()
		if err := do(ctx, one.SellerID, one.ID); err != nil {
			return answer{}, err
		}
		one, err := c.usher.Communities.Person(ctx, one.SellerID, one.ID)
		return answer{body: personBody{personOf(one)}}, err
	})
}

// retryPerson tries again at once.
func retryPerson(c *call) (answer, error) {
	return forPerson(c, c.onceOrAgain, c.usher.Communities.Retry)
}

// invitePerson lets somebody in again who was taken out by hand.
func invitePerson(c *call) (answer, error) {
	return forPerson(c, c.once, c.usher.Communities.InviteAgain)
}

// leavePersonOut blocks whoever it is.
func leavePersonOut(c *call) (answer, error) {
	return forPerson(c, c.onceOrAgain, c.usher.Communities.LeaveOut)
}

// listBlocks shows who is let in nowhere: all, since no address belongs into one
// of ours.
func listBlocks(c *call) (answer, error) {
	seller, err := c.seller(domain.ViewSales)
	if err != nil {
		return answer{}, err
	}
	body := blocksBody{Emails: []string{}}
	for after := ""; ; {
		page, err := c.usher.Communities.Blocked(c.r.Context(), seller, after, 0)
		if err != nil || len(page) == 0 {
			return answer{body: body}, err
		}
		body.Emails, after = append(body.Emails, page...), page[len(page)-1]
	}
}

// block lets nobody of an address in any more, anywhere.
func block(c *call) (answer, error) { return blocked(c, true, c.usher.Communities.Block) }

// unblock ends that.
func unblock(c *call) (answer, error) { return blocked(c, false, c.usher.Communities.Unblock) }

func blocked(c *call, is bool, do func(context.Context, domain.SellerID, string) error) (answer, error) {
	seller, err := c.seller(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var email string
	if err := c.read(fields{"email": &email}); err != nil {
		return answer{}, err
	}
	return c.onceOrAgain(seller, func() (answer, error) {
		err := do(c.r.Context(), seller, email)
		return answer{body: blockedBody{domain.NormalizeEmail(email), is}}, err
	})
}
