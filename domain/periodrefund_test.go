package domain

import "testing"

func TestRefundPeriod(t *testing.T) {
	for _, tt := range []struct {
		name   string
		of     func(*MembershipState)
		amount int64
		given  int64
		result Result
		status MembershipStatus
		code   string
	}{
		{"all of it", asItIs, 0, 5000, Applied, Active, ""},
		{"a part", asItIs, 1200, 1200, Applied, Active, ""},
		{"more than it cost is what it cost", asItIs, 9999, 5000, Applied, Active, ""},
		{"the rest", func(s *MembershipState) { s.GivenBack = 1200 }, 0, 5000, Applied, Active, ""},
		{"of one that is cancelled: it ends now", cancelledBy(Buyer), 0, 5000, EndedNow, Ended, ""},
		{"a part of one that is cancelled", cancelledBy(Buyer), 100, 100, EndedNow, Ended, ""},
		{"of a trial: nothing was paid", inTrial, 0, 0, NoChange, Trialing, ""},
		{"less than nothing", asItIs, -1, 0, "", "", "invalid"},
		{"of one that ended", endedBy(Buyer, Cancelled), 0, 0, "", "", "not_active"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, tt.of)
			refund := func() (Outcome, error) { return f.m.RefundPeriod(tt.amount, april(12)) }
			if tt.code != "" {
				f.refusal(&Error{Code: tt.code}, refund)
				return
			}
			same(t, "result", f.do(refund()).Result, tt.result)
			s := f.m.State()
			same(t, "given back", s.GivenBack, tt.given)
			same(t, "status", s.Status, tt.status)
			if tt.status == Ended {
				same(t, "cancelled", s.CancelledAt, april(12))
				same(t, "reason", s.EndReason, Cancelled)
				f.happened("membership.period_refunded", "membership.ended")
			}
		})
	}
	t.Run("the next period is whole again", func(t *testing.T) {
		f := live(t)
		f.do(f.m.RefundPeriod(0, april(12)))
		f.renew(paying, may(1))
		f.takes(5000)
		same(t, "given back", f.m.State().GivenBack, int64(0))
	})
	t.Run("what was given back in part is credit in part", func(t *testing.T) {
		f := live(t)
		f.do(f.m.RefundPeriod(2000, april(12)))
		f.ask(every(Yearly, 10000), april(16))
		f.takes(48500)
	})
}
