package rpc

import (
	"context"
	"net/http"
	"strings"

	"connectrpc.com/connect"

	"github.com/usherhq/usher/domain"
)

// caller is who asks, by the token that came.
type caller struct {
	seller domain.SellerID
	token  domain.TokenState
	by     domain.Actor // as whom: the seller, or the buyer with the own token
}

// sent are the headers, or the metadata, of a call.
func sent(ctx context.Context) http.Header {
	info, ok := connect.CallInfoForHandlerContext(ctx)
	if !ok {
		return http.Header{}
	}
	return info.RequestHeader()
}

// secret returns the token that the call carries, and nothing if it carries none.
func secret(ctx context.Context) string {
	scheme, secret, _ := strings.Cut(sent(ctx).Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

// holder returns the live token that the call carries, whoever's it is: else
// [domain.ErrUnauthenticated].
func (s *server) holder(ctx context.Context) (*domain.Token, error) {
	return s.usher.Tokens.Holder(ctx, secret(ctx))
}

// seller lets a seller's token through that has the scope.
func (s *server) seller(ctx context.Context, scope domain.Scope) (caller, error) {
	token, err := s.holder(ctx)
	if err != nil {
		return caller{}, err
	}
	c := caller{token.State().SellerID, token.State(), domain.SellerActor}
	return c, token.Allow(scope)
}

// owned returns what a request names by its id, or otherwise, of a seller's whose
// token has the scope. To anybody else, and to every buyer, it is not there
// (missing); a seller without the scope is [domain.ErrForbidden].
func owned[T any](ctx context.Context, s *server, scope domain.Scope, missing error, get func(domain.SellerID) (T, error)) (c caller, got T, err error) {
	token, err := s.holder(ctx)
	if err != nil {
		return c, got, domain.Hidden(err, missing)
	}
	c = caller{token.State().SellerID, token.State(), domain.SellerActor}
	if got, err = get(c.seller); err != nil {
		return c, got, err
	}
	return c, got, domain.Hidden(token.Allow(scope), missing)
}

// sale lets through who may ask for a sale: its seller, with a token that has the
// scope, or its buyer with the own one. To anybody else there is no such sale.
func (s *server) sale(ctx context.Context, id string, scope domain.Scope) (caller, error) {
	token, err := s.holder(ctx)
	if err != nil {
		return caller{}, domain.Hidden(err, domain.ErrPurchaseNotFound)
	}
	if _, err := s.usher.Sales.Get(ctx, token.State().SellerID, domain.PurchaseID(id)); err != nil {
		return caller{}, err
	}
	c, err := acting(token, domain.PurchaseID(id), scope)
	return c, domain.Hidden(err, domain.ErrPurchaseNotFound)
}

// member returns a membership, and who asks for it, as [server.sale] does.
func (s *server) member(ctx context.Context, id string, scope domain.Scope) (caller, domain.MembershipState, error) {
	token, err := s.holder(ctx)
	if err != nil {
		return caller{}, domain.MembershipState{}, domain.Hidden(err, domain.ErrMembershipNotFound)
	}
	m, err := s.usher.Memberships.Get(ctx, token.State().SellerID, domain.MembershipID(id))
	if err != nil {
		return caller{}, domain.MembershipState{}, err
	}
	c, err := acting(token, m.PurchaseID, scope)
	if err != nil {
		return caller{}, domain.MembershipState{}, domain.Hidden(err, domain.ErrMembershipNotFound)
	}
	return c, m, nil
}

// acting returns who asks by a token for a sale and what hangs on it.
func acting(token *domain.Token, sale domain.PurchaseID, scope domain.Scope) (caller, error) {
	by, err := token.ActsFor(sale, scope)
	return caller{token.State().SellerID, token.State(), by}, err
}

// ownSale lets a sale's seller through, with a token that has the scope. Its buyer
// is refused: [domain.ErrForbidden].
func (s *server) ownSale(ctx context.Context, id string, scope domain.Scope) (caller, error) {
	c, err := s.sale(ctx, id, scope)
	if err == nil {
		err = c.by.SellersOnly()
	}
	return c, err
}

// ownMember returns a membership to its seller, as [server.ownSale] does.
func (s *server) ownMember(ctx context.Context, id string, scope domain.Scope) (caller, domain.MembershipState, error) {
	c, m, err := s.member(ctx, id, scope)
	if err == nil {
		err = c.by.SellersOnly()
	}
	return c, m, err
}

// ours lets a seller's token through that has the scope, for what is looked up
// later: to anybody else it is not there (missing).
func (s *server) ours(ctx context.Context, scope domain.Scope, missing error) (caller, error) {
	c, err := s.seller(ctx, scope)
	return c, domain.Hidden(err, missing)
}
