package api

import (
	"errors"
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
		return domain.MembershipState{}, "", hidden(err, domain.ErrMembershipNotFound)
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
	by, err = actor(token, m.PurchaseID, scope)
	return m, by, err
}

// sale returns the id of the path's purchase, if whoever asks may: as
// [call.member], with the token of that sale.
func (c *call) sale(scope domain.Scope) (domain.PurchaseID, error) {
	token, err := c.holder()
	if err != nil {
		return "", hidden(err, domain.ErrPurchaseNotFound)
	}
	id := domain.PurchaseID(c.r.PathValue("purchase"))
	if !domain.Storable(string(id)) {
		return "", domain.ErrPurchaseNotFound
	}
	if _, err := c.usher.Sales.Get(c.r.Context(), token.State().SellerID, id); err != nil {
		return "", err
	}
	_, err = actor(token, id, scope)
	return id, hidden(err, domain.ErrPurchaseNotFound)
}

// actor returns as whom a token acts for a sale and what hangs on it.
func actor(token *domain.Token, sale domain.PurchaseID, scope domain.Scope) (domain.Actor, error) {
	if token.Opens(sale) {
		return domain.Buyer, nil
	}
	return domain.SellerActor, token.Allow(scope)
}

// sellersOnly refuses a buyer what only the seller may do.
func sellersOnly(by domain.Actor) error {
	if by != domain.SellerActor {
		return domain.ErrForbidden
	}
	return nil
}

// hidden makes what a stranger is refused with look like what is not there.
func hidden(err, as error) error {
	if errors.Is(err, domain.ErrUnauthenticated) {
		return as
	}
	return err
}

// maxKey is how long an idempotency key may be: with what it is prefixed with it
// is still a processor's.
const maxKey = 100

// key returns the command key of a write, which is missing only if it need not
// be there. A buyer's keys are a room of their own: two buyers who both count
// from 1 are in nobody's way.
func (c *call) key(needed bool) (string, error) {
	const field = "idempotency_key"
	given := c.r.Header.Values("Idempotency-Key")
	switch {
	case len(given) == 0 && !needed:
		return "", nil
	case len(given) == 0:
		return "", domain.InvalidField(field, "the header Idempotency-Key is missing: with it this can be sent again, and is done once")
	case len(given) > 1:
		return "", domain.InvalidField(field, "the header Idempotency-Key is there more than once")
	}
	key := given[0]
	if key == "" || len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' }) {
		return "", domain.InvalidField(field, "the header Idempotency-Key must be 1 to 100 visible ASCII characters, such as a UUID")
	}
	if c.token.Scopes == "" {
		return "buyer/" + string(c.token.ID) + "/" + key, nil
	}
	return key, nil
}
