package domain

import (
	"strings"
	"testing"
	"time"
)

func TestSetMethod(t *testing.T) {
	refused := func(s *MembershipState) { overdue(s); s.Outstanding.RetryAt = time.Time{} }
	for _, tt := range []struct {
		name  string
		of    []func(*MembershipState)
		to    string
		code  string
		retry time.Time
	}{
		{"of one that is active", nil, "card", "", time.Time{}},
		{"of one that ended", []func(*MembershipState){endedBy(Buyer, Cancelled)}, "card", "", time.Time{}},
		{"of one that is tried again anyway", []func(*MembershipState){overdue}, "card", "", may(2)},
		{"of one that waits for another card", []func(*MembershipState){refused}, "card", "", may(1).Add(time.Hour)},
		{"of one that somebody else charges", []func(*MembershipState){func(s *MembershipState) { s.Elsewhere = true }}, "card", "charged_elsewhere", time.Time{}},
		{"to nothing", nil, "", "invalid", time.Time{}},
		{"to what no store keeps", nil, "a\x00", "invalid", time.Time{}},
		{"to what is too long", nil, strings.Repeat("a", 256), "invalid", time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, tt.of...)
			was, at := f.m.State(), april(2)
			if was.Status == PastDue {
				at = may(1).Add(time.Hour)
			}
			o, err := f.m.SetMethod(tt.to, at)
			if tt.code != "" {
				if CodeOf(err) != tt.code || f.m.State() != was {
					t.Errorf("it came to %v", err)
				}
				return
			}
			s := f.m.State()
			if err != nil || o.Result != Applied || s.Method != tt.to || s.Version != was.Version+1 {
				t.Errorf("it came to %v of %q, %v", o.Result, s.Method, err)
			}
			same(t, "next try", s.Outstanding.RetryAt, tt.retry)
			if o, err := f.m.SetMethod(tt.to, at); err != nil || o.Result != NoChange || f.m.State() != s {
				t.Errorf("twice it came to %v, %v", o.Result, err)
			}
		})
	}
	t.Run("what was refused is paid with the next card", func(t *testing.T) {
		f := live(t, refused)
		f.do(f.m.SetMethod("card", may(2)))
		o := f.renew(paying, may(2))
		if o.Result != Recovered || f.m.State().Status != Active {
			t.Errorf("it came to %s", o.Result)
		}
	})
}
