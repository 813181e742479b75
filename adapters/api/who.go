package api

import (
	"strings"

	"github.com/usherhq/usher/domain"
)

// holder returns the live token that the request carries, whoever's it is, and
// keeps it: else [domain.ErrUnauthenticated].
func (c *call) holder() (*domain.Token, error) {
	token, err := c.usher.Tokens.Holder(c.r.Context(), c.secret())
	if err == nil {
		c.token = token.State()
	}
	return token, err
}

// secret returns the token that the request carries, and nothing if it carries
// none.
func (c *call) secret() string {
	scheme, secret, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

// seller lets a seller's token through that has the scope.
func (c *call) seller(scope domain.Scope) (domain.SellerID, error) {
	token, err := c.holder()
	if err != nil {
		return "", err
	}
	return token.State().SellerID, token.Allow(scope)
}

// member returns the membership of the path, and as whom it is asked for: the
// seller with a token that has the scope, or the buyer with the own one. To
// anybody else there is no such membership; a seller without the scope is
// [domain.ErrForbidden].
func (c *call) member(scope domain.Scope) (domain.MembershipState, domain.Actor, error) {
	m, by, err := c.openMember(scope)
	if err != nil {
		return domain.MembershipState{}, "", domain.Hidden(err, domain.ErrMembershipNotFound)
	}
	return m, by, nil
}

func (c *call) openMember(scope domain.Scope) (m domain.MembershipState, by domain.Actor, err error) {
	token, err := c.holder()
	if err != nil {
		return m, "", err
	}
	id := c.r.PathValue("membership")
	if !domain.Storable(id) {
		return m, "", domain.ErrMembershipNotFound
	}
	if m, err = c.usher.Memberships.Get(c.r.Context(), token.State().SellerID, domain.MembershipID(id)); err != nil {
		return m, "", err
	}
	by, err = token.ActsFor(m.PurchaseID, scope)
	return m, by, err
}

// sale returns the id of the path's purchase, if whoever asks may: as
// [call.member], with the token of that sale.
func (c *call) sale(scope domain.Scope) (domain.PurchaseID, error) {
	token, err := c.holder()
	if err != nil {
		return "", domain.Hidden(err, domain.ErrPurchaseNotFound)
	}
	id := domain.PurchaseID(c.r.PathValue("purchase"))
	if !domain.Storable(string(id)) {
		return "", domain.ErrPurchaseNotFound
	}
	if _, err := c.usher.Sales.Get(c.r.Context(), token.State().SellerID, id); err != nil {
		return "", err
	}
	_, err = token.ActsFor(id, scope)
	return id, domain.Hidden(err, domain.ErrPurchaseNotFound)
}

// key returns the command key of a write, which is missing only if it need not be
// there.
func (c *call) key(needed bool) (string, error) {
	return c.token.CommandKey(c.r.Header.Values("Idempotency-Key"), needed)
}
