package app

import (
	"cmp"
	"context"

	"github.com/usherhq/usher/domain"
)

// PayNowWith is [Memberships.PayNow] with another card or account, which pays
// from then on, whether or not this payment succeeds. Both are one command: what
// is overdue is not tried by itself in between, for seats that nobody wants.
func (m *Memberships) PayNowWith(ctx context.Context, seller domain.SellerID, id domain.MembershipID, method string, r domain.Request, key string) (Done, error) {
	return m.command(ctx, seller, id, key, asked{"pay_now with " + method, id, r, ""}, "", func(s step) (domain.Outcome, error) {
		first, err := s.member.SetMethod(method, s.at)
		if err != nil {
			return domain.Outcome{}, err
		}
		o, err := s.member.PayNow(r, s.limits, s.payment, s.key, s.at)
		o.Events, o.Voided = append(first.Events, o.Events...), cmp.Or(o.Voided, first.Voided) // of boundaries that the first one passed
		return o, err
	})
}
