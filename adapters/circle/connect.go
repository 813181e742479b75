package circle

import (
	"context"
	"strings"
	"unicode"

	"github.com/usherhq/usher/domain"
)

// Found is what a token turned out to be for.
type Found struct {
	Dialect     Dialect
	Communities []Community // one for v2; for v1 maybe several, or none
}

// Connect finds out which dialect a token is for and what it can see: v2 first,
// then v1. Blanks around the token do not count; an empty one is
// [domain.ErrInvalid], and no call is made. What neither dialect takes is
// [TokenInvalid], or [PlanTooLow] if v2 knew the token. If v2 does not answer,
// v1 is not asked: a v2 token would be wrong there.
//
// With a dialect only that one is asked.
func (c *Client) Connect(ctx context.Context, t Token, only Dialect) (Found, error) {
	t = Token(strings.TrimSpace(string(t)))
	if t == "" {
		return Found{}, domain.InvalidField("token", "Enter an API token")
	}
	// Such a token cannot be sent. net/http would say so too, as if there were
	// no network.
	if strings.ContainsFunc(string(t), unicode.IsControl) {
		return Found{}, &Error{Call: "connect", Cause: TokenInvalid, Text: "the token has control characters"}
	}
	var first error
	for _, d := range []Dialect{V2, V1} {
		if only != "" && only != d {
			continue
		}
		all, err := c.As(Account{Dialect: d, Token: t}).Communities(ctx)
		switch {
		case err == nil:
			return Found{d, all}, nil
		case !is(err, TokenInvalid) && !is(err, PlanTooLow):
			return Found{}, err
		case first == nil:
			first = err
		}
	}
	return Found{}, first
}
