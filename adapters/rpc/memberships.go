package rpc

import (
	"context"

	"google.golang.org/protobuf/proto"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// memberships is MembershipService.
type memberships struct{ *server }

// GetMembership shows a membership as it is now, whether or not the worker has
// come by.
func (s *memberships) GetMembership(ctx context.Context, r *usherv1.GetMembershipRequest) (*usherv1.GetMembershipResponse, error) {
	_, m, err := s.member(ctx, r.Membership, domain.ViewSales)
	if err != nil {
		return nil, err
	}
	now, _, err := s.usher.Clock.Now(ctx)
	if err != nil {
		return nil, err
	}
	return &usherv1.GetMembershipResponse{Membership: s.membership(m.CaughtUp(now))}, nil
}

// CancelMembership ends a membership when what is paid for ends.
func (s *memberships) CancelMembership(ctx context.Context, r *usherv1.CancelMembershipRequest) (*usherv1.CancelMembershipResponse, error) {
	return plain(ctx, s.server, r, onceOrAgain, func(ctx context.Context, c caller, m domain.MembershipState) (app.Done, error) {
		return s.usher.Memberships.Cancel(ctx, c.seller, m.ID, c.by)
	}, func(o *usherv1.Outcome) *usherv1.CancelMembershipResponse {
		return &usherv1.CancelMembershipResponse{Outcome: o}
	})
}

// UncancelMembership takes that back.
func (s *memberships) UncancelMembership(ctx context.Context, r *usherv1.UncancelMembershipRequest) (*usherv1.UncancelMembershipResponse, error) {
	return plain(ctx, s.server, r, once, func(ctx context.Context, c caller, m domain.MembershipState) (app.Done, error) {
		return s.usher.Memberships.Uncancel(ctx, c.seller, m.ID, c.by)
	}, func(o *usherv1.Outcome) *usherv1.UncancelMembershipResponse {
		return &usherv1.UncancelMembershipResponse{Outcome: o}
	})
}

// EndMembership takes a membership away.
func (s *memberships) EndMembership(ctx context.Context, r *usherv1.EndMembershipRequest) (*usherv1.EndMembershipResponse, error) {
	return plain(ctx, s.server, r, onceOrAgain, func(ctx context.Context, c caller, m domain.MembershipState) (app.Done, error) {
		if err := c.by.SellersOnly(); err != nil {
			return app.Done{}, err
		}
		return s.usher.Memberships.EndNow(ctx, c.seller, m.ID, c.by)
	}, func(o *usherv1.Outcome) *usherv1.EndMembershipResponse {
		return &usherv1.EndMembershipResponse{Outcome: o}
	})
}

// KeepMembership takes back what waits for the next period.
func (s *memberships) KeepMembership(ctx context.Context, r *usherv1.KeepMembershipRequest) (*usherv1.KeepMembershipResponse, error) {
	return plain(ctx, s.server, r, onceOrAgain, s.keep, func(o *usherv1.Outcome) *usherv1.KeepMembershipResponse {
		return &usherv1.KeepMembershipResponse{Outcome: o}
	})
}

// keep asks for what is in force today, at the member's own price. It is carried
// out by a quote, so what changes meanwhile is never undone by it.
func (s *memberships) keep(ctx context.Context, c caller, m domain.MembershipState) (app.Done, error) {
	now, _, err := s.usher.Clock.Now(ctx)
	if err != nil {
		return app.Done{}, err
	}
	is := m.CaughtUp(now)
	q, err := s.usher.Memberships.Quote(ctx, c.seller, m.ID, domain.Request{
		Seats: is.SeatsNow(), HasSeats: true, Tier: is.Terms.Tier, Recurrence: is.Recurrence, Unit: is.Terms.Unit, HasUnit: true,
	})
	if err != nil {
		return app.Done{}, err
	}
	if q.Result != domain.NoChange && q.Result != domain.PendingRemoved { // it has changed since it was read
		return app.Done{}, domain.ErrConflict
	}
	return s.usher.Memberships.Change(ctx, c.seller, q.ID, "")
}

// SetMethod names the card or account that pays from now on.
func (s *memberships) SetMethod(ctx context.Context, r *usherv1.SetMethodRequest) (*usherv1.SetMethodResponse, error) {
	return plain(ctx, s.server, r, onceOrAgain, func(ctx context.Context, c caller, m domain.MembershipState) (app.Done, error) {
		return s.usher.Memberships.SetMethod(ctx, c.seller, m.ID, r.Method)
	}, func(o *usherv1.Outcome) *usherv1.SetMethodResponse { return &usherv1.SetMethodResponse{Outcome: o} })
}

// ofMembership is a request that names a membership.
type ofMembership interface {
	proto.Message
	GetMembership() string
}

// plain runs a command that takes no key of its own, for who may ask for it, by
// once or onceOrAgain.
func plain[M any, P message[M]](ctx context.Context, s *server, r ofMembership, keep keeper[P], do func(context.Context, caller, domain.MembershipState) (app.Done, error), answer func(*usherv1.Outcome) P) (P, error) {
	c, m, err := s.member(ctx, r.GetMembership(), domain.EditProducts)
	if err != nil {
		return nil, err
	}
	return keep(ctx, s, c, r, func(ctx context.Context) (P, error) {
		d, err := do(ctx, c, m)
		if err != nil {
			return nil, err
		}
		return answer(s.outcome(d)), nil
	})
}

// paid runs a command that takes a key of its own.
func paid[M any, P message[M]](ctx context.Context, s *server, c caller, do func(key string) (app.Done, error), answer func(*usherv1.Outcome) P) (P, error) {
	key, err := c.key(ctx, true)
	if err != nil {
		return nil, err
	}
	d, err := do(key)
	if d.Replayed {
		replayed(ctx)
	}
	if err != nil {
		return nil, err
	}
	return answer(s.outcome(d)), nil
}

func (s *server) outcome(d app.Done) *usherv1.Outcome {
	return &usherv1.Outcome{
		Result: string(d.Result), Membership: s.membership(d.Membership), Payment: paymentOf(d.Payment),
		Credit: moneyOf(domain.Money{Amount: d.Credit, Currency: d.Membership.Terms.Currency}), SkippedPeriods: small(d.Skipped),
	}
}
