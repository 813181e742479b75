package rpc

import (
	"context"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// toChange is a request that says what a member wants.
type toChange interface {
	GetTier() string
	GetRecurrence() usherv1.Recurrence
}

// readChange reads what a member wants, and whether that is anything.
func (s *server) readChange(ctx context.Context, m domain.MembershipState, seats *int32, r toChange) (q domain.Request, some bool, err error) {
	q = seatsAsked(seats)
	if q.Recurrence, err = wordOf[domain.Recurrence]("recurrence", r.GetRecurrence()); err != nil {
		return q, false, err
	}
	q.Tier, err = s.tierCalled(ctx, m, r.GetTier())
	return q, q != (domain.Request{}), err
}

// seatsAsked asks for so many seats, if that was said.
func seatsAsked(n *int32) domain.Request {
	if n == nil {
		return domain.Request{}
	}
	return domain.AskSeats(int(*n))
}

// tierCalled returns the tier of a membership's product that has that id or name;
// none for none.
func (s *server) tierCalled(ctx context.Context, m domain.MembershipState, name string) (domain.VariantID, error) {
	if name == "" {
		return "", nil
	}
	all, err := s.usher.Catalog.Variants(ctx, m.SellerID, m.ProductID)
	if err != nil {
		return "", err
	}
	return variantCalled(all, name, "tier")
}

// QuoteChange prices a change.
func (s *memberships) QuoteChange(ctx context.Context, r *usherv1.QuoteChangeRequest) (*usherv1.QuoteChangeResponse, error) {
	c, m, err := s.member(ctx, r.Membership, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	asked, some, err := s.readChange(ctx, m, r.Seats, r)
	if err != nil {
		return nil, err
	}
	if !some {
		return nil, domain.InvalidField("seats", "say what to change: seats, tier or recurrence")
	}
	q, err := s.usher.Memberships.Quote(ctx, c.seller, m.ID, asked)
	if err != nil {
		return nil, err
	}
	return &usherv1.QuoteChangeResponse{Quote: changeQuoteOf(q)}, nil
}

// ChangeMembership carries a quote of this membership out, or prices and carries
// out at once.
func (s *memberships) ChangeMembership(ctx context.Context, r *usherv1.ChangeMembershipRequest) (*usherv1.ChangeMembershipResponse, error) {
	c, m, err := s.member(ctx, r.Membership, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	asked, some, err := s.readChange(ctx, m, r.Seats, r)
	switch {
	case err != nil:
		return nil, err
	case r.Quote != "" && some:
		return nil, domain.InvalidField("quote", "says what is changed: leave seats, tier and recurrence out")
	case r.Quote == "" && !some:
		return nil, domain.InvalidField("seats", "say what to change: quote, or seats, tier or recurrence")
	}
	return paid(ctx, s.server, c, func(key string) (app.Done, error) {
		if r.Quote == "" {
			return s.usher.Memberships.Ask(ctx, c.seller, m.ID, asked, key)
		}
		q, err := s.usher.Memberships.QuoteOf(r.Quote)
		if err != nil {
			return app.Done{}, err
		}
		if q.MembershipID != m.ID {
			return app.Done{}, domain.ErrQuoteStale
		}
		return s.usher.Memberships.Change(ctx, c.seller, r.Quote, key)
	}, func(o *usherv1.Outcome) *usherv1.ChangeMembershipResponse {
		return &usherv1.ChangeMembershipResponse{Outcome: o}
	})
}

// RestartMembership begins a new period of a membership that has ended.
func (s *memberships) RestartMembership(ctx context.Context, r *usherv1.RestartMembershipRequest) (*usherv1.RestartMembershipResponse, error) {
	c, m, err := s.member(ctx, r.Membership, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	return paid(ctx, s.server, c, func(key string) (app.Done, error) {
		return s.usher.Memberships.Restart(ctx, c.seller, m.ID, c.by, seatsAsked(r.Seats), key)
	}, func(o *usherv1.Outcome) *usherv1.RestartMembershipResponse {
		return &usherv1.RestartMembershipResponse{Outcome: o}
	})
}

// PayNow pays what is overdue, with another card if one is named.
func (s *memberships) PayNow(ctx context.Context, r *usherv1.PayNowRequest) (*usherv1.PayNowResponse, error) {
	c, m, err := s.member(ctx, r.Membership, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	return paid(ctx, s.server, c, func(key string) (app.Done, error) {
		if r.Method != "" {
			return s.usher.Memberships.PayNowWith(ctx, c.seller, m.ID, r.Method, seatsAsked(r.Seats), key)
		}
		return s.usher.Memberships.PayNow(ctx, c.seller, m.ID, seatsAsked(r.Seats), key)
	}, func(o *usherv1.Outcome) *usherv1.PayNowResponse { return &usherv1.PayNowResponse{Outcome: o} })
}

// RefundPeriod gives money of the current period of a membership back.
func (s *memberships) RefundPeriod(ctx context.Context, r *usherv1.RefundPeriodRequest) (*usherv1.RefundPeriodResponse, error) {
	c, m, err := s.ownMember(ctx, r.Membership, domain.RefundSales)
	if err != nil {
		return nil, err
	}
	done, err := s.refund(ctx, c, m.PurchaseID, r.Amount, r.KeepAccess, func(amount int64, key string) (app.Refunded, error) {
		return s.usher.Payments.RefundPeriod(ctx, c.seller, m.ID, amount, key)
	})
	if err != nil {
		return nil, err
	}
	return &usherv1.RefundPeriodResponse{Refunds: refundsOf(done.Refunds), Purchase: purchaseOf(done.Purchase)}, nil
}
