package rpc

import (
	"context"
	"errors"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// AnnouncePrice prepares a new price of what a member has.
func (s *memberships) AnnouncePrice(ctx context.Context, r *usherv1.AnnouncePriceRequest) (*usherv1.AnnouncePriceResponse, error) {
	c, m, err := s.ownMember(ctx, r.Membership, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	from, err := instant("effective_at", r.EffectiveAt)
	switch {
	case err != nil:
		return nil, err
	case r.UnitPrice == nil:
		return nil, domain.InvalidField("unit_price", "is missing: what one seat will cost for one period")
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.AnnouncePriceResponse, error) {
		d, err := s.usher.Memberships.AnnouncePrice(ctx, c.seller, m.ID, *r.UnitPrice, from)
		if err != nil {
			return nil, asField(err, "price", "unit_price")
		}
		return &usherv1.AnnouncePriceResponse{Outcome: s.outcome(d)}, nil
	})
}

// RecordReport keeps what became of a membership that somebody else charges.
func (s *memberships) RecordReport(ctx context.Context, r *usherv1.RecordReportRequest) (*usherv1.RecordReportResponse, error) {
	c, m, err := s.ownMember(ctx, r.Membership, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	report, err := s.readReport(ctx, m, r)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.RecordReportResponse, error) {
		d, err := s.usher.Memberships.Record(ctx, c.seller, m.ID, report, r.OutsideId)
		if err != nil {
			return nil, asField(err, "unit", "unit_price")
		}
		if d.Replayed {
			replayed(ctx)
		}
		return &usherv1.RecordReportResponse{Outcome: s.outcome(d)}, nil
	})
}

func (s *server) readReport(ctx context.Context, m domain.MembershipState, r *usherv1.RecordReportRequest) (report domain.Report, err error) {
	report = domain.Report{Sequence: r.Sequence, Seats: int(r.Seats), Reason: domain.EndReason(r.Reason), Amount: r.Amount}
	if r.UnitPrice != nil {
		report.Unit, report.HasUnit = *r.UnitPrice, true
	}
	if report.Kind, err = wordOf[domain.ReportKind]("kind", r.Kind); err != nil {
		return report, err
	}
	if report.By, err = wordOf[domain.Actor]("by", r.By); err != nil {
		return report, err
	}
	if report.HappenedAt, err = instant("happened_at", r.HappenedAt); err != nil {
		return report, err
	}
	if report.EndsAt, err = instant("ends_at", r.EndsAt); err != nil {
		return report, err
	}
	report.Tier, err = s.tierCalled(ctx, m, r.Tier)
	return report, err
}

// asField is a refusal of a field by the name that it has here.
func asField(err error, field, here string) error {
	if e, ok := errors.AsType[*domain.Error](err); ok && e.Field == field {
		copied := *e
		copied.Field = here
		return &copied
	}
	return err
}

func changeQuoteOf(q app.Quoted) *usherv1.ChangeQuote {
	told := &usherv1.ChangeQuote{
		Quote: q.ID, Result: string(q.Result), DueNow: moneyOf(q.DueNow), Credit: moneyOf(domain.Money{Amount: q.Credit, Currency: q.DueNow.Currency}),
		SeatsNow: small(q.SeatsNow), PricedAt: stamp(q.PricedAt), ExpiresAt: stamp(q.ExpiresAt),
	}
	if !q.NextAt.IsZero() {
		told.SeatsNext = small(q.SeatsNext)
		told.NextPayment = &usherv1.NextPayment{At: stamp(q.NextAt), Amount: moneyOf(q.NextAmount), Seats: small(q.SeatsNext)}
	}
	return told
}
