package api

import (
	"net/http"
	"net/url"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// product returns the product of the path, by its id or permalink.
func (c *call) product(scope domain.Scope) (domain.Product, error) {
	return owned(c, scope, "product", domain.ErrProductNotFound, func(seller domain.SellerID, id string) (domain.Product, error) {
		return c.usher.Catalog.Product(c.r.Context(), seller, id)
	})
}

// listAttachments shows what a product is attached to, and how many use it now.
func listAttachments(c *call) (answer, error) {
	product, err := c.product(domain.ViewSales)
	if err != nil {
		return answer{}, err
	}
	all, err := c.usher.Communities.Attachments(c.r.Context(), product.SellerID, product.ID)
	if err != nil {
		return answer{}, err
	}
	body := attachmentsBody{Attachments: []attachment{}}
	for _, a := range all {
		body.Attachments = append(body.Attachments, attachmentOf(a))
	}
	body.CurrentCustomers, err = c.usher.Communities.CurrentCustomers(c.r.Context(), product.SellerID, product.ID)
	return answer{body: body}, err
}

// rule is what a body says of an attachment.
type rule struct {
	all       *bool
	variants  *[]string // by id or name
	roles     []string
	group     string
	end       string
	customers string // new or all
}

func (r *rule) fields() fields {
	return fields{
		"all_variants": &r.all, "variants": &r.variants, "roles": &r.roles, "space_group": &r.group, "end_action": &r.end, "customers": &r.customers,
	}
}

// onto puts it onto an attachment of a connection; what was left out stays. It
// returns whether customers of before are let in too.
func (r *rule) onto(c *call, conn domain.Connection, a *domain.Attachment) (everybody bool, err error) {
	switch {
	case r.customers != "" && r.customers != "new" && r.customers != "all":
		return false, domain.InvalidField("customers", `must be "new", or "all" to let those of before in too`)
	case len(r.roles) > 0 && conn.Service != domain.Discord:
		return false, domain.InvalidField("roles", "go with Discord only; Circle has a space_group")
	case r.group != "" && conn.Service != domain.Circle:
		return false, domain.InvalidField("space_group", "goes with Circle only; Discord has roles")
	case r.all != nil && *r.all && r.variants != nil:
		return false, domain.InvalidField("variants", "are named only if it is not for all of them")
	}
	if r.all != nil {
		a.AllVariants, a.Variants = *r.all, ""
	}
	if r.variants != nil {
		a.AllVariants = false
		if a.Variants, err = c.chosen(a.SellerID, a.ProductID, *r.variants); err != nil {
			return false, err
		}
	}
	var gives []domain.TargetID
	for _, role := range r.roles {
		gives = append(gives, domain.TargetID(role))
	}
	if r.group != "" {
		gives = append(gives, domain.TargetID(r.group))
	}
	if len(gives) > 0 {
		a.Targets = domain.MakeTargets(gives...)
	}
	if r.end != "" {
		a.EndAction = domain.EndAction(r.end)
	}
	return r.customers == "all", nil
}

// attach lets who buys the product of the path into a community.
func attach(c *call) (answer, error) {
	product, err := c.product(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var r rule
	var to string
	into := r.fields()
	into["connection"] = &to
	if err := c.read(into); err != nil {
		return answer{}, err
	}
	if _, err := c.key(true); err != nil {
		return answer{}, err
	}
	if to == "" {
		return answer{}, domain.InvalidField("connection", "is missing: the id of a community's connection")
	}
	conn, err := c.usher.Communities.Get(c.r.Context(), product.SellerID, domain.ConnectionID(to))
	if err != nil {
		return answer{}, err
	}
	made := domain.Attachment{SellerID: product.SellerID, ConnectionID: conn.ID, ProductID: product.ID, AllVariants: true}
	everybody, err := r.onto(c, conn, &made)
	if err != nil {
		return answer{}, err
	}
	return c.once(product.SellerID, func() (answer, error) {
		a, err := c.usher.Communities.Attach(c.r.Context(), product.SellerID, made, everybody)
		at := "/api/attachments/" + url.PathEscape(string(a.ID))
		return answer{status: http.StatusCreated, body: attachmentBody{attachmentOf(a)}, location: at}, err
	})
}

// attachment returns the attachment of the path.
func (c *call) attachment(scope domain.Scope) (app.Attached, error) {
	return owned(c, scope, "attachment", domain.ErrAttachmentNotFound, func(seller domain.SellerID, id string) (app.Attached, error) {
		return c.usher.Communities.Attachment(c.r.Context(), seller, domain.AttachmentID(id))
	})
}

// getAttachment shows an attachment.
func getAttachment(c *call) (answer, error) {
	a, err := c.attachment(domain.ViewSales)
	return answer{body: attachmentBody{attachmentOf(a)}}, err
}

// reattach changes what an attachment covers, gives and ends with.
func reattach(c *call) (answer, error) {
	var r rule
	was, err := c.attachment(domain.EditProducts)
	if err != nil {
		return c.gone(err, domain.EditProducts, r.fields())
	}
	if err := c.read(r.fields()); err != nil {
		return answer{}, err
	}
	is := was.Attachment
	conn, err := c.usher.Communities.Get(c.r.Context(), was.SellerID, was.ConnectionID)
	if err != nil {
		return answer{}, err
	}
	everybody, err := r.onto(c, conn, &is)
	if err != nil {
		return answer{}, err
	}
	return c.once(was.SellerID, func() (answer, error) {
		a, err := c.usher.Communities.Reattach(c.r.Context(), was.SellerID, was.ID, is, everybody)
		return answer{body: attachmentBody{attachmentOf(a)}, location: "/api/attachments/" + url.PathEscape(string(a.ID))}, err
	})
}

// detach ends an attachment, and answers with what stood.
func detach(c *call) (answer, error) {
	a, err := c.attachment(domain.EditProducts)
	if err != nil {
		return c.gone(err, domain.EditProducts, fields{"members": new(string)})
	}
	members := string(domain.KeepUntilEnd)
	if err := c.read(fields{"members": &members}); err != nil {
		return answer{}, err
	}
	return c.once(a.SellerID, func() (answer, error) {
		err := c.usher.Communities.Detach(c.r.Context(), a.SellerID, a.ID, domain.Leaving(members))
		return answer{body: attachmentBody{attachmentOf(a)}}, asField(err, "leaving", "members")
	})
}
