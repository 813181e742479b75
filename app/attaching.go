package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Attached is an attachment and what its seller should know of it.
type Attached struct {
	domain.Attachment
	Warning string // empty: nothing
}

const saysRole = "cannot be given: "

// CurrentCustomers counts who uses sales of a product now: whom attaching it for
// all would let in. It looks at every sale, a hundred at a time.
func (c *Communities) CurrentCustomers(ctx context.Context, seller domain.SellerID, id domain.ProductID) (n int, err error) {
	at := c.at()
	for q := (ports.PurchaseQuery{ProductID: id, Limit: 100}); ; {
		some, err := load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) (customers, error) { return customersOf(ctx, tx, q, at) })
		n += some.number
		if q.After = some.next; err != nil || q.After == (ports.Cursor{}) {
			return n, err
		}
	}
}

// customers is how many use a page of sales, and where the next one begins.
type customers struct {
	number int
	next   ports.Cursor // zero: there is none
}

func customersOf(ctx context.Context, tx ports.Tx, q ports.PurchaseQuery, at time.Time) (c customers, err error) {
	page, err := tx.Purchases.List(ctx, q)
	for i, p := range page {
		r, err := readWhole(ctx, tx, p.ID)
		if err != nil {
			return c, err
		}
		holders, err := r.holders(ctx, tx, at)
		if err != nil {
			return c, err
		}
		if c.number += len(holders); i == q.Limit-1 {
			c.next = placeOf(p.CreatedAt, p.ID)
		}
	}
	return c, err
}

// eachSale calls fn for every sale that is asked for, a page at a time.
func (c *core) eachSale(ctx context.Context, seller domain.SellerID, q ports.PurchaseQuery, fn func(domain.PurchaseState) error) error {
	return each(Paged(func(after ports.Cursor, limit int) ([]domain.PurchaseState, error) {
		return load(ctx, c, seller, func(ctx context.Context, tx ports.Tx) ([]domain.PurchaseState, error) {
			q.After, q.Limit = after, limit
			return tx.Purchases.List(ctx, q)
		})
	}, func(p domain.PurchaseState) ports.Cursor { return placeOf(p.CreatedAt, p.ID) }), fn)
}

// Attach attaches a product to a connection: its ConnectionID, ProductID,
// AllVariants, Variants, Targets and EndAction count; an empty EndAction is the
// service's default, and empty Targets are the connection's. With all, customers
// of before are let in too, by and by. A role that is not there, is everybody's,
// or stands above the bot's is refused, in the field roles.
func (c *Communities) Attach(ctx context.Context, seller domain.SellerID, a domain.Attachment, all bool) (Attached, error) {
	at := c.at()
	conn, err := c.Get(ctx, seller, a.ConnectionID)
	if err != nil {
		return Attached{}, err
	}
	if !conn.Open() || conn.RemoteID == "" {
		return Attached{}, domain.ErrConnectionNotFound
	}
	made := domain.Attachment{
		ID: domain.AttachmentID(c.newID(at)), SellerID: seller, ConnectionID: conn.ID, Service: conn.Service, ProductID: a.ProductID,
		AllVariants: a.AllVariants, Variants: a.Variants, Targets: a.Targets, EndAction: a.EndAction, CreatedAt: at,
	}
	if err := c.complete(ctx, conn, &made); err != nil {
		return Attached{}, err
	}
	if !all {
		made.FromAt = at
	}
	err = c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		if err := attachable(ctx, tx, made); err != nil {
			return err
		}
		if err := tx.Attachments.Insert(ctx, made); err != nil {
			return err
		}
		return c.emit(ctx, tx, at, domain.AttachmentMade{AttachmentID: made.ID, ProductID: made.ProductID, All: all, At: at})
	})
	return Attached{made, made.Warning()}, err
}

// complete fills in what was left out, and refuses what the service would.
func (c *core) complete(ctx context.Context, conn domain.Connection, a *domain.Attachment) error {
	if a.EndAction == "" {
		a.EndAction = conn.Service.DefaultEnd()
	}
	if a.Targets == "" && conn.Target != "" {
		a.Targets = domain.MakeTargets(conn.Target)
	}
	if err := a.Check(); err != nil || conn.Service != domain.Discord || a.Targets == "" {
		return err
	}
	service, err := c.service(conn.Service)
	if err != nil {
		return err
	}
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*callWithin)
	defer cancel()
	door := ports.Door{Connection: conn.ID, SellerID: conn.SellerID, RemoteID: conn.RemoteID}
	choices, err := service.Choices(asking, door)
	if err != nil {
		return refused(domain.ErrCommunityRefused.Because(troubleOf(err)), "Could not retrieve the server's roles from Discord. Please try again.")
	}
	for t := range a.Targets.All() {
		says := "there is no such role in the server"
		name := string(t)
		for _, choice := range choices {
			if choice.ID == string(t) {
				says, name = choice.Refused, choice.Name
			}
		}
		if says != "" {
			return domain.InvalidField("roles", name+" "+saysRole+says)
		}
	}
	return nil
}

// attachable refuses a product or variants that are not there.
func attachable(ctx context.Context, tx ports.Tx, a domain.Attachment) error {
	product, err := tx.Products.ByID(ctx, a.ProductID)
	if err != nil {
		return err
	}
	if !product.DeletedAt.IsZero() {
		return domain.ErrDeleted
	}
	variants, err := tx.Variants.ByProduct(ctx, a.ProductID)
	if err != nil {
		return err
	}
	there := map[domain.VariantID]bool{}
	for _, v := range variants {
		there[v.ID] = v.DeletedAt.IsZero()
	}
	for v := range a.Variants.All() {
		if !there[v] {
			return domain.ErrVariantNotFound.On(string(v))
		}
	}
	return nil
}

// Reattach changes what an attachment covers, gives and ends with: AllVariants,
// Variants, Targets and EndAction count, empty Targets and EndAction are what
// they were. Without all, customers of before keep what they have, and only new
// ones get what it gives from now on.
func (c *Communities) Reattach(ctx context.Context, seller domain.SellerID, id domain.AttachmentID, a domain.Attachment, all bool) (Attached, error) {
	at := c.at()
	was, err := load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) (domain.Attachment, error) { return tx.Attachments.ByID(ctx, id) })
	if err != nil {
		return Attached{}, err
	}
	conn, err := c.Get(ctx, seller, was.ConnectionID)
	switch {
	case err != nil:
		return Attached{}, err
	case !was.RemovedAt.IsZero() || !conn.Open():
		return Attached{}, domain.ErrAttachmentNotFound
	}
	is := was
	is.AllVariants, is.Variants = a.AllVariants, a.Variants
	if a.Targets != "" {
		is.Targets = a.Targets
	}
	if a.EndAction != "" {
		is.EndAction = a.EndAction
	}
	if err := c.complete(ctx, conn, &is); err != nil {
		return Attached{}, err
	}
	gives := is.Targets != was.Targets || is.AllVariants != was.AllVariants || is.Variants != was.Variants
	err = c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		if err := attachable(ctx, tx, is); err != nil {
			return err
		}
		if gives && !all { // those of before stay with what there was
			was.RemovedAt, was.Leaving = at, domain.KeepUntilEnd
			if err := tx.Attachments.Save(ctx, was); err != nil {
				return err
			}
			is.ID, is.CreatedAt, is.FromAt = domain.AttachmentID(c.newID(at)), at, at
			if err := tx.Attachments.Insert(ctx, is); err != nil {
				return err
			}
			return c.emit(ctx, tx, at, domain.AttachmentChanged{AttachmentID: is.ID, ProductID: is.ProductID, At: at})
		}
		if all {
			is.FromAt = time.Time{}
		}
		if err := tx.Attachments.Save(ctx, is); err != nil {
			return err
		}
		return c.emit(ctx, tx, at, domain.AttachmentChanged{AttachmentID: is.ID, ProductID: is.ProductID, All: all, At: at})
	})
	return Attached{is, is.Warning()}, err
}

// Detach removes an attachment; leaving says what becomes of those who are in
// through it. Twice is once.
func (c *Communities) Detach(ctx context.Context, seller domain.SellerID, id domain.AttachmentID, leaving domain.Leaving) error {
	at := c.at()
	return c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		a, err := tx.Attachments.ByID(ctx, id)
		if err != nil || !a.RemovedAt.IsZero() {
			return err
		}
		return c.detach(ctx, tx, a, leaving, at)
	})
}

func (c *core) detach(ctx context.Context, tx ports.Tx, a domain.Attachment, leaving domain.Leaving, at time.Time) error {
	a.RemovedAt, a.Leaving = at, leaving
	if err := a.Check(); err != nil {
		return err
	}
	if err := tx.Attachments.Save(ctx, a); err != nil {
		return err
	}
	return c.emit(ctx, tx, at, domain.AttachmentRemoved{AttachmentID: a.ID, ProductID: a.ProductID, Leaving: leaving, At: at})
}

// Attachment returns one that stands; one that was removed is
// [domain.ErrAttachmentNotFound].
func (c *Communities) Attachment(ctx context.Context, seller domain.SellerID, id domain.AttachmentID) (Attached, error) {
	a, err := load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) (domain.Attachment, error) { return tx.Attachments.ByID(ctx, id) })
	if err == nil && !a.RemovedAt.IsZero() {
		err = domain.ErrAttachmentNotFound
	}
	if err != nil {
		return Attached{}, err
	}
	return Attached{a, a.Warning()}, nil
}

// Attachments returns the standing attachments of a product.
func (c *Communities) Attachments(ctx context.Context, seller domain.SellerID, id domain.ProductID) ([]Attached, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) (standing []Attached, err error) {
		if _, err := tx.Products.ByID(ctx, id); err != nil {
			return nil, err
		}
		all, err := tx.Attachments.ByProduct(ctx, id)
		for _, a := range all {
			if a.RemovedAt.IsZero() {
				standing = append(standing, Attached{a, a.Warning()})
			}
		}
		return standing, err
	})
}
