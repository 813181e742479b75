package main

import (
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

type communitiesSetCmd struct {
	oneConnection
	SpaceGroup  *domain.TargetID `help:"Circle: space group of attachments that name none; empty: none." placeholder:"ID"`
	MembersOnly *bool            `help:"Whether also those are removed in the end who were there before usher." negatable:""`
	CallsLimit  *int64           `help:"Circle: how many calls a month the community's plan allows; 0: not known." placeholder:"N"`
}

// Run changes what is given of a connection's settings.
func (s communitiesSetCmd) Run(c *call) error {
	if s.SpaceGroup == nil && s.MembersOnly == nil && s.CallsLimit == nil {
		return wrongUse("", "nothing is to be changed", "give --space-group, --members-only or --calls-limit")
	}
	p, conn, done, err := s.find(c)
	if err != nil {
		return err
	}
	defer done()
	if conn.Service != domain.Circle && (s.SpaceGroup != nil || s.CallsLimit != nil) {
		return wrongUse("", "space groups and limits of calls are Circle's", "leave them out")
	}
	if s.CallsLimit != nil {
		if conn, err = p.Communities.SetQuota(c.ctx, conn.SellerID, conn.ID, *s.CallsLimit); err != nil {
			return flagged(err, "quota", "calls-limit")
		}
	}
	if s.SpaceGroup != nil {
		if conn, err = p.Communities.ChooseSpaceGroup(c.ctx, conn.SellerID, conn.ID, *s.SpaceGroup); err != nil {
			return flagged(err, "target", "space-group")
		}
	}
	if s.MembersOnly != nil {
		if conn, err = p.Communities.SetMembersOnly(c.ctx, conn.SellerID, conn.ID, *s.MembersOnly); err != nil {
			return err
		}
	}
	c.show(viewConnection(conn), connectionLines(conn)...)
	return nil
}

type communitiesChooseCmd struct {
	oneConnection
	Community string `help:"Which one, by its id at Circle; unless given, those are listed that can be chosen." placeholder:"ID"`
}

// Run chooses the community of a token that opens several.
func (k communitiesChooseCmd) Run(c *call) error {
	p, conn, done, err := k.find(c)
	if err != nil {
		return err
	}
	defer done()
	var offer app.CircleOffer
	if k.Community == "" {
		offer, err = p.Communities.Offer(c.ctx, conn.SellerID, conn.ID)
	} else {
		offer, err = p.Communities.ChooseCommunity(c.ctx, conn.SellerID, conn.ID, k.Community)
	}
	if err != nil {
		return err
	}
	c.doDue(p)
	c.showOffer(offer)
	return nil
}

type communitiesReattachCmd struct {
	attachmentPlace
	communitiesGives
	Attachment   domain.AttachmentID `help:"Which one, by id, if the product is attached there several times." placeholder:"ID"`
	AllVariants  bool                `help:"For all variants, also those to come." xor:"whom"`
	AllCustomers bool                `help:"Change it for present customers, too, and not only for new ones."`
	confirmed
}

// Run changes an attachment. What no flag names stays as it is.
func (r communitiesReattachCmd) Run(c *call) error {
	p, product, conn, done, err := r.find(c)
	if err != nil {
		return err
	}
	defer done()
	was, err := r.which(c, p, product, conn)
	if err != nil {
		return err
	}
	is := was.Attachment
	targets, err := r.targets(c, p, conn)
	if err != nil {
		return err
	}
	is.Targets, is.EndAction = targets, r.EndAction
	switch {
	case r.AllVariants:
		is.AllVariants, is.Variants = true, ""
	case len(r.Variant) > 0:
		is.AllVariants = false
		if is.Variants, err = c.chosenOf(p, product.SellerID, product.ID, r.Variant); err != nil {
			return err
		}
	}
	if r.AllCustomers {
		if err := c.confirmAll(r.confirmed, p, product); err != nil {
			return err
		}
	}
	attached, err := p.Communities.Reattach(c.ctx, product.SellerID, was.ID, is, r.AllCustomers)
	if err != nil {
		return attachFlagged(err)
	}
	c.doDue(p)
	c.show(viewAttachment(attached), attachmentLines(attached)...)
	return nil
}

// which finds the attachment that is meant.
func (r communitiesReattachCmd) which(c *call, p *app.Usher, product domain.Product, conn domain.Connection) (app.Attached, error) {
	all, err := p.Communities.Attachments(c.ctx, product.SellerID, product.ID)
	if err != nil {
		return app.Attached{}, err
	}
	var found []app.Attached
	for _, a := range all {
		if a.ConnectionID == conn.ID && (r.Attachment == "" || a.ID == r.Attachment) {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 0:
		return app.Attached{}, domain.ErrAttachmentNotFound
	case 1:
		return found[0], nil
	}
	return app.Attached{}, wrongUse("attachment", "the product is attached there several times", `name one; "usher communities attachments PRODUCT" shows them`)
}

type communitiesAttachmentsCmd struct{ oneProduct }

// Run lists what a product is attached to.
func (l communitiesAttachmentsCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	product, err := p.Catalog.Product(c.ctx, seller, l.Product)
	if err != nil {
		return err
	}
	all, err := p.Communities.Attachments(c.ctx, seller, product.ID)
	if err != nil {
		return err
	}
	columns := []column{left("ID"), left("SERVICE"), left("CONNECTION"), left("AT THE END"), left("WARNING")}
	return list(c, each(all), func(a app.Attached) any { return viewAttachment(a) }, columns, func(a app.Attached) []string {
		return []string{string(a.ID), string(a.Service), string(a.ConnectionID), string(a.EndAction), a.Warning}
	}, "No community comes with it. Attach one: usher communities attach "+printable(l.Product)+" --connection CONNECTION")
}
