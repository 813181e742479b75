package rpc

import (
	"context"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// ListAttachments shows what a product is attached to, and how many use it now.
func (s *communities) ListAttachments(ctx context.Context, r *usherv1.ListAttachmentsRequest) (*usherv1.ListAttachmentsResponse, error) {
	c, p, err := s.product(ctx, domain.ViewSales, r.Product)
	if err != nil {
		return nil, err
	}
	all, err := s.usher.Communities.Attachments(ctx, c.seller, p.ID)
	if err != nil {
		return nil, err
	}
	n, err := s.usher.Communities.CurrentCustomers(ctx, c.seller, p.ID)
	if err != nil {
		return nil, err
	}
	told := &usherv1.ListAttachmentsResponse{CurrentCustomers: small(n)}
	for _, a := range all {
		told.Attachments = append(told.Attachments, attachmentOf(a))
	}
	return told, nil
}

// GetAttachment shows an attachment.
func (s *communities) GetAttachment(ctx context.Context, r *usherv1.GetAttachmentRequest) (*usherv1.GetAttachmentResponse, error) {
	_, a, err := owned(ctx, s.server, domain.ViewSales, domain.ErrAttachmentNotFound, func(seller domain.SellerID) (app.Attached, error) {
		return s.usher.Communities.Attachment(ctx, seller, domain.AttachmentID(r.Attachment))
	})
	if err != nil {
		return nil, err
	}
	return &usherv1.GetAttachmentResponse{Attachment: attachmentOf(a)}, nil
}

// AttachProduct lets who buys a product into a community.
func (s *communities) AttachProduct(ctx context.Context, r *usherv1.AttachProductRequest) (*usherv1.AttachProductResponse, error) {
	c, p, err := s.product(ctx, domain.EditProducts, r.Product)
	if err != nil {
		return nil, err
	}
	if _, err := c.key(ctx, true); err != nil {
		return nil, err
	}
	if r.Connection == "" {
		return nil, domain.InvalidField("connection", "is missing: the id of a community's connection")
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.AttachProductResponse, error) {
		conn, err := s.usher.Communities.Get(ctx, c.seller, domain.ConnectionID(r.Connection))
		if err != nil {
			return nil, err
		}
		made := domain.Attachment{SellerID: c.seller, ConnectionID: conn.ID, ProductID: p.ID, AllVariants: true}
		if err := s.rule(ctx, conn, r.Rule, &made); err != nil {
			return nil, err
		}
		a, err := s.usher.Communities.Attach(ctx, c.seller, made, r.Rule.GetAllCustomers())
		if err != nil {
			return nil, err
		}
		return &usherv1.AttachProductResponse{Attachment: attachmentOf(a)}, nil
	})
}

// EditAttachment changes what an attachment covers, gives and ends with. What it
// replaces is not there any more for a repeat, which is answered all the same.
func (s *communities) EditAttachment(ctx context.Context, r *usherv1.EditAttachmentRequest) (*usherv1.EditAttachmentResponse, error) {
	c, err := s.ours(ctx, domain.EditProducts, domain.ErrAttachmentNotFound)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.EditAttachmentResponse, error) {
		was, err := s.usher.Communities.Attachment(ctx, c.seller, domain.AttachmentID(r.Attachment))
		if err != nil {
			return nil, err
		}
		conn, err := s.usher.Communities.Get(ctx, c.seller, was.ConnectionID)
		if err != nil {
			return nil, err
		}
		is := was.Attachment
		if err := s.rule(ctx, conn, r.Rule, &is); err != nil {
			return nil, err
		}
		a, err := s.usher.Communities.Reattach(ctx, c.seller, was.ID, is, r.Rule.GetAllCustomers())
		if err != nil {
			return nil, err
		}
		return &usherv1.EditAttachmentResponse{Attachment: attachmentOf(a)}, nil
	})
}

// Detach ends an attachment, and answers with what stood.
func (s *communities) Detach(ctx context.Context, r *usherv1.DetachRequest) (*usherv1.DetachResponse, error) {
	c, err := s.ours(ctx, domain.EditProducts, domain.ErrAttachmentNotFound)
	if err != nil {
		return nil, err
	}
	members, err := wordOf[domain.Leaving]("members", r.Members)
	if err != nil {
		return nil, err
	}
	if members == "" {
		members = domain.KeepUntilEnd
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.DetachResponse, error) {
		a, err := s.usher.Communities.Attachment(ctx, c.seller, domain.AttachmentID(r.Attachment))
		if err != nil {
			return nil, err
		}
		if err := s.usher.Communities.Detach(ctx, c.seller, a.ID, members); err != nil {
			return nil, err
		}
		return &usherv1.DetachResponse{Attachment: attachmentOf(a)}, nil
	})
}

// rule puts what a request says onto an attachment of a connection. What was left
// out stays.
func (s *server) rule(ctx context.Context, conn domain.Connection, r *usherv1.Rule, a *domain.Attachment) (err error) {
	all := r.GetAllVariants()
	switch {
	case len(r.GetRoles()) > 0 && conn.Service != domain.Discord:
		return domain.InvalidField("roles", "go with Discord only; Circle has a space_group")
	case r.GetSpaceGroup() != "" && conn.Service != domain.Circle:
		return domain.InvalidField("space_group", "goes with Circle only; Discord has roles")
	case all && len(r.GetVariants()) > 0:
		return domain.InvalidField("variants", "are named only if it is not for all of them")
	}
	if r != nil && r.AllVariants != nil {
		a.AllVariants, a.Variants = all, ""
	}
	if len(r.GetVariants()) > 0 {
		a.AllVariants = false
		if a.Variants, err = s.chosen(ctx, a.SellerID, a.ProductID, r.GetVariants()); err != nil {
			return err
		}
	}
	var gives []domain.TargetID
	for _, role := range r.GetRoles() {
		gives = append(gives, domain.TargetID(role))
	}
	if r.GetSpaceGroup() != "" {
		gives = append(gives, domain.TargetID(r.GetSpaceGroup()))
	}
	if len(gives) > 0 {
		a.Targets = domain.MakeTargets(gives...)
	}
	end, err := wordOf[domain.EndAction]("end_action", r.GetEndAction())
	if end != "" {
		a.EndAction = end
	}
	return err
}
