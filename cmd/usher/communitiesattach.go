package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// attachmentPlace is where an attachment hangs.
type attachmentPlace struct {
	oneProduct
	Connection string `help:"Connection, by id; or by the name or service of the only one." required:"" placeholder:"CONNECTION"`
}

func (a attachmentPlace) find(c *call) (p *app.Usher, product domain.Product, conn domain.Connection, done func(), err error) {
	p, seller, done, err := c.work()
	if err != nil {
		return nil, product, conn, nil, err
	}
	if product, err = p.Catalog.Product(c.ctx, seller, a.Product); err == nil {
		conn, err = c.findConnection(p, seller, a.Connection, "connection")
	}
	if err != nil {
		done()
		return nil, product, conn, nil, err
	}
	return p, product, conn, done, nil
}

type attachmentView struct {
	ID         domain.AttachmentID `json:"id"`
	Connection domain.ConnectionID `json:"connection"`
	Product    domain.ProductID    `json:"product"`
	All        bool                `json:"all_variants"`
	Variants   []domain.VariantID  `json:"variants"`
	Gives      []domain.TargetID   `json:"gives"` // roles, or one space group
	EndAction  domain.EndAction    `json:"end_action"`
	From       *time.Time          `json:"from"` // customers of before are left out; null: nobody is
	Warning    string              `json:"warning"`
	CreatedAt  time.Time           `json:"created_at"`
}

func viewAttachment(a app.Attached) attachmentView {
	v := attachmentView{ID: a.ID, Connection: a.ConnectionID, Product: a.ProductID, All: a.AllVariants, Variants: []domain.VariantID{}, Gives: targetList(a.Targets),
		EndAction: a.EndAction, From: at(a.FromAt), Warning: a.Warning, CreatedAt: a.CreatedAt}
	for id := range a.Variants.All() {
		v.Variants = append(v.Variants, id)
	}
	return v
}

func targetList(of domain.Targets) []domain.TargetID {
	all := []domain.TargetID{}
	for t := range of.All() {
		all = append(all, t)
	}
	return all
}

func attachmentLines(a app.Attached) []line {
	whose, gives := "all customers", []string{}
	if !a.FromAt.IsZero() {
		whose = "customers from " + when(a.FromAt) + " on"
	}
	for t := range a.Targets.All() {
		gives = append(gives, string(t))
	}
	return []line{{"id", string(a.ID)}, {"product", string(a.ProductID)}, {"connection", string(a.ConnectionID)}, {"for", whose},
		{"gives", strings.Join(gives, ", ")}, {"at the end", string(a.EndAction)}, {"warning", a.Warning}}
}

// communitiesGives says what an attachment gives, to whom, and how it ends.
type communitiesGives struct {
	Role       []string         `help:"Discord: role that they get, by id or name; may come several times." placeholder:"ROLE"`
	SpaceGroup domain.TargetID  `help:"Circle: id of the space group that they get into; the connection's unless given." placeholder:"ID"`
	EndAction  domain.EndAction `help:"What happens at the end: none, remove_roles or kick at Discord, none, remove_from_space_group or remove_from_community at Circle; they are removed unless given." placeholder:"WHAT"`
	Variant    []string         `help:"Only for who has this variant, by id or name; may come several times. All variants, also those to come, unless given." placeholder:"VARIANT" xor:"whom"`
}

type communitiesAttachCmd struct {
	attachmentPlace
	communitiesGives
	AllCustomers bool `help:"Let present customers in, too, and not only new ones."`
	confirmed
}

// Run attaches a product.
func (a communitiesAttachCmd) Run(c *call) error {
	p, product, conn, done, err := a.find(c)
	if err != nil {
		return err
	}
	defer done()
	made := domain.Attachment{ConnectionID: conn.ID, ProductID: product.ID, AllVariants: len(a.Variant) == 0, EndAction: a.EndAction}
	if made.Targets, err = a.targets(c, p, conn); err != nil {
		return err
	}
	if made.Variants, err = c.chosenOf(p, product.SellerID, product.ID, a.Variant); err != nil {
		return err
	}
	if a.AllCustomers {
		if err := c.confirmAll(a.confirmed, p, product); err != nil {
			return err
		}
	}
	attached, err := p.Communities.Attach(c.ctx, product.SellerID, made, a.AllCustomers)
	if err != nil {
		return attachFlagged(err)
	}
	c.doDue(p)
	c.show(viewAttachment(attached), attachmentLines(attached)...)
	return nil
}

// confirmAll asks whether present customers are meant, too.
func (c *call) confirmAll(yes confirmed, p *app.Usher, product domain.Product) error {
	n, err := p.Communities.CurrentCustomers(c.ctx, product.SellerID, product.ID)
	if err != nil {
		return err
	}
	return c.confirm(yes, fmt.Sprintf("Let %d present customers of %q in?", n, printable(product.Name)))
}

// attachFlagged is a refusal of an attachment as one of the flag that it came from.
func attachFlagged(err error) error {
	return flagged(flagged(flagged(err, "roles", "role"), "end_action", "end-action"), "space_group", "space-group")
}

// targets are what the flags name. A role's name is looked up in the server.
func (a communitiesGives) targets(c *call, p *app.Usher, conn domain.Connection) (domain.Targets, error) {
	switch {
	case len(a.Role) > 0 && conn.Service != domain.Discord:
		return "", wrongUse("role", "goes with Discord only", "name a space group with --space-group")
	case a.SpaceGroup != "" && conn.Service != domain.Circle:
		return "", wrongUse("space-group", "goes with Circle only", "name a role with --role")
	case a.SpaceGroup != "":
		return domain.MakeTargets(a.SpaceGroup), nil
	case len(a.Role) == 0:
		return "", nil
	}
	choices, err := p.Communities.Choices(c.ctx, conn.SellerID, conn.ID)
	if err != nil {
		return "", err
	}
	var ids []domain.TargetID
	for _, word := range a.Role {
		id, named := domain.TargetID(word), 0
		for _, role := range choices {
			if role.ID == word {
				id, named = domain.TargetID(word), 1
				break
			}
			if strings.EqualFold(role.Name, word) {
				id = domain.TargetID(role.ID)
				named++
			}
		}
		switch {
		case named == 0:
			return "", &fault{exitNotFound, "role_not_found", "the server has no role " + printable(word), "role", `"usher communities show ` + string(conn.ID) + `" shows its roles`}
		case named > 1:
			return "", wrongUse("role", fmt.Sprintf("%d roles are called %s", named, printable(word)), "name it by its id")
		}
		ids = append(ids, id)
	}
	return domain.MakeTargets(ids...), nil
}

type communitiesDetachCmd struct {
	attachmentPlace
	Members domain.Leaving `help:"What becomes of those who are in: ${enum}; until what they paid for ends unless given." enum:"keep,keep_until_end,remove" default:"keep_until_end" placeholder:"WHAT"`
	confirmed
}

// Run detaches a product. Of several attachments to the connection all go.
func (d communitiesDetachCmd) Run(c *call) error {
	p, product, conn, done, err := d.find(c)
	if err != nil {
		return err
	}
	defer done()
	all, err := p.Communities.Attachments(c.ctx, product.SellerID, product.ID)
	if err != nil {
		return err
	}
	var gone []app.Attached
	for _, a := range all {
		if a.ConnectionID == conn.ID {
			gone = append(gone, a)
		}
	}
	if len(gone) == 0 {
		return domain.ErrAttachmentNotFound
	}
	if d.Members == domain.RemoveMembers {
		if err := c.confirm(d.confirmed, fmt.Sprintf("Remove everybody from %q who is in for %q?", printable(conn.Name), printable(product.Name))); err != nil {
			return err
		}
	}
	views := []attachmentView{}
	for _, a := range gone {
		if err := p.Communities.Detach(c.ctx, product.SellerID, a.ID, d.Members); err != nil {
			return err
		}
		views = append(views, viewAttachment(a))
	}
	c.doDue(p)
	c.show(views, line{"detached", product.Name}, line{"from", conn.Name}, line{"members", string(d.Members)})
	return nil
}
