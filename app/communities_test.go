package app_test

import (
	"context"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// refusingCircle is a Circle that refuses every token for one cause.
type refusingCircle struct {
	ports.Community
	cause domain.Cause
}

func (r refusingCircle) Detect(context.Context, string, string) (string, []ports.Choice, error) {
	return "", nil, &domain.Trouble{Cause: r.cause}
}

func TestConnectCircle_saysWhatIsTrue(t *testing.T) {
	const blames = "check your API key"
	for name, row := range map[string]struct {
		cause domain.Cause
		says  string
		kind  domain.Kind
	}{
		"a token that Circle does not know is to be checked":        {domain.CauseTokenInvalid, blames, domain.KindOf(domain.ErrCommunityRefused)},
		"a plan without the API is named":                           {domain.CausePlan, "plan has no API access", domain.KindOf(domain.ErrCommunityRefused)},
		"of a Circle that does not answer, the token is not blamed": {domain.CauseUnreachable, "does not answer", domain.Unavailable},
		"nor of one that is asked too often":                        {domain.CauseRateLimited, "asked too often", domain.Unavailable},
		"a refusal that nobody knows is no more than said":          {domain.CauseRefused, "Circle refused", domain.KindOf(domain.ErrCommunityRefused)},
	} {
		t.Run(name, func(t *testing.T) {
			store, ana, circle := memstore.New(nil), fixture.Seller("ana"), refusingCircle{cause: row.cause}
			fixture.Fill(t, store, ana)
			u := must(app.New(app.Config{Store: store, Communities: map[domain.Service]ports.Community{domain.Circle: circle}, Circle: circle}))
			_, err := u.Communities.ConnectCircle(t.Context(), ana.ID, "a token of Ana's", "")
			if err == nil || !strings.Contains(err.Error(), row.says) || domain.KindOf(err) != row.kind {
				t.Errorf("got %v (%v), want %q (%v)", err, domain.KindOf(err), row.says, row.kind)
			}
			if err != nil && strings.Contains(err.Error(), blames) != (row.cause == domain.CauseTokenInvalid) {
				t.Errorf("of %s it says: %v", row.cause, err)
			}
		})
	}
}
