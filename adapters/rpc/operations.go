package rpc

import (
	"context"
	"strconv"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// operations is OperationsService.
type operations struct{ *server }

func (s *operations) ListDeadJobs(ctx context.Context, r *usherv1.ListDeadJobsRequest) (*usherv1.ListDeadJobsResponse, error) {
	c, err := s.seller(ctx, domain.ViewSales)
	if err != nil {
		return nil, err
	}
	limit := int(r.Limit)
	if limit == 0 {
		limit = onePage
	}
	if limit < 1 || limit > onePage {
		return nil, domain.InvalidField("limit", "must be 1 to "+strconv.Itoa(onePage)+", or 0 for that many")
	}
	dead, err := s.usher.Worker.Dead(ctx, c.seller, limit)
	if err != nil {
		return nil, err
	}
	told := &usherv1.ListDeadJobsResponse{}
	for _, j := range dead {
		told.Jobs = append(told.Jobs, &usherv1.DeadJob{Id: string(j.ID), Kind: j.Kind, Key: j.Key, Tries: small(j.Tries), Why: j.Why, DeadAt: stamp(j.DeadAt)})
	}
	return told, nil
}

func (s *operations) ReviveJob(ctx context.Context, r *usherv1.ReviveJobRequest) (*usherv1.ReviveJobResponse, error) {
	c, err := s.seller(ctx, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.ReviveJobResponse, error) {
		if err := s.usher.Worker.Revive(ctx, c.seller, domain.JobID(r.Job)); err != nil {
			return nil, err
		}
		return &usherv1.ReviveJobResponse{}, nil
	})
}

func (s *operations) ListMails(ctx context.Context, r *usherv1.ListMailsRequest) (*usherv1.ListMailsResponse, error) {
	c, err := s.seller(ctx, domain.ViewSales)
	if err != nil {
		return nil, err
	}
	all, next, err := list(r, func(after ports.Cursor, limit int) ([]domain.Mail, error) {
		return s.usher.Mails.List(ctx, c.seller, after, limit)
	}, func(m domain.Mail) ports.Cursor { return ports.Cursor{At: m.CreatedAt, ID: string(m.ID)} }, mailOf)
	if err != nil {
		return nil, err
	}
	return &usherv1.ListMailsResponse{Mails: all, NextPageToken: next}, nil
}

func (s *operations) GetMail(ctx context.Context, r *usherv1.GetMailRequest) (*usherv1.GetMailResponse, error) {
	_, m, err := owned(ctx, s.server, domain.AccountScope, domain.ErrMailNotFound, func(seller domain.SellerID) (domain.Mail, error) {
		return s.usher.Mails.Get(ctx, seller, domain.MailID(r.Mail))
	})
	if err != nil {
		return nil, err
	}
	return &usherv1.GetMailResponse{Mail: mailOf(m), Text: m.Text}, nil
}

func mailOf(m domain.Mail) *usherv1.Mail {
	return &usherv1.Mail{Id: string(m.ID), Cause: m.Cause, To: m.To, Subject: m.Subject, CreatedAt: stamp(m.CreatedAt)}
}

func (s *operations) GetHold(ctx context.Context, _ *usherv1.GetHoldRequest) (*usherv1.GetHoldResponse, error) {
	if _, err := s.seller(ctx, domain.ViewSales); err != nil {
		return nil, err
	}
	why, held, err := s.usher.Holding.Held(ctx)
	if err != nil {
		return nil, err
	}
	return &usherv1.GetHoldResponse{Held: held, Since: stamp(why.Since), BackupTakenAt: stamp(why.Backup)}, nil
}
