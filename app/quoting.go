package app

import (
	"cmp"
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Quoted is a quote and the id by which it is carried out. Nothing is stored:
// the id holds the quote, sealed, and any process with the same secrets
// honours it.
type Quoted struct {
	ID string
	domain.Quote
}

// Quote prices a request; see [domain.Membership.Quote]. It changes nothing. A
// request for another tier or recurrence that names no price is for today's, see
// [domain.Product.ListPrice].
func (m *Memberships) Quote(ctx context.Context, seller domain.SellerID, id domain.MembershipID, r domain.Request) (Quoted, error) {
	at := m.at()
	q, err := load(ctx, m.core, seller, func(ctx context.Context, tx ports.Tx) (domain.Quote, error) {
		member, err := tx.Memberships.ByID(ctx, id)
		if err != nil {
			return domain.Quote{}, err
		}
		limits, err := m.limits(ctx, tx, member.State(), r.Tier)
		if err != nil {
			return domain.Quote{}, err
		}
		agreed, err := atListPrice(ctx, tx, member.State(), r, at)
		if err != nil {
			return domain.Quote{}, err
		}
		return member.Quote(agreed, limits, at)
	})
	if err != nil {
		return Quoted{}, err
	}
	return Quoted{m.sealed(quotesOnly, q), q}, nil
}

// Change carries a quote out, for exactly what it said; see
// [domain.Membership.Change]. An id that is none is [domain.ErrQuoteStale].
func (m *Memberships) Change(ctx context.Context, seller domain.SellerID, quote, key string) (Done, error) {
	var q domain.Quote
	if err := m.unseal(quotesOnly, quote, &q); err != nil {
		return Done{}, err
	}
	return m.command(ctx, seller, q.MembershipID, key, asked{"change", q.MembershipID, q.Request, ""}, q.Request.Tier, func(s step) (domain.Outcome, error) {
		return s.member.Change(q, s.limits, s.payment, s.key, s.at)
	})
}

// Ask quotes and carries out at once, for whoever needs no preview. The price
// is as with [Memberships.Quote].
func (m *Memberships) Ask(ctx context.Context, seller domain.SellerID, id domain.MembershipID, r domain.Request, key string) (Done, error) {
	return m.command(ctx, seller, id, key, asked{"change", id, r, ""}, r.Tier, func(s step) (domain.Outcome, error) {
		agreed, err := s.listed(r)
		if err != nil {
			return domain.Outcome{}, err
		}
		q, err := s.member.Quote(agreed, s.limits, s.at)
		if err != nil {
			return domain.Outcome{}, err
		}
		return s.member.Change(q, s.limits, s.payment, s.key, s.at)
	})
}

// QuoteOf returns what a quote's id holds, for whoever has to know which
// membership it is of. An id that is none is [domain.ErrQuoteStale].
func (m *Memberships) QuoteOf(id string) (q domain.Quote, err error) {
	err = m.unseal(quotesOnly, id, &q)
	return q, err
}

// Next returns the next renewal of a membership, with what the processor will
// collect; see [domain.MembershipState.Next].
func (m *Memberships) Next(s domain.MembershipState) (domain.Renewal, bool) {
	return s.Next(m.charger.LeastCharge(s.Terms.Currency))
}

// atListPrice returns the request with the price that goes with another tier or
// recurrence, if it names none: what both cost today. Who keeps both keeps the
// own price.
func atListPrice(ctx context.Context, tx ports.Tx, s domain.MembershipState, r domain.Request, at time.Time) (domain.Request, error) {
	s = s.CaughtUp(at)
	tier, every := cmp.Or(r.Tier, s.Terms.Tier), cmp.Or(r.Recurrence, s.Recurrence)
	if r.HasUnit || tier == s.Terms.Tier && every == s.Recurrence {
		return r, nil
	}
	product, err := tx.Products.ByID(ctx, s.ProductID)
	if err != nil {
		return r, err
	}
	variants, err := tx.Variants.ByProduct(ctx, s.ProductID)
	if err != nil {
		return r, err
	}
	r.Unit, err = product.ListPrice(every, tier, variants)
	r.HasUnit = true
	return r, err
}
