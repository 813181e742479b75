package domain

import (
	"strings"
	"testing"
	"time"
)

func TestCauses(t *testing.T) {
	both := Causes("").With(CausePlan).With(CauseBanned)
	same(t, "in order", both, Causes("banned plan"))
	same(t, "twice is once", both.With(CausePlan), both)
	same(t, "without", both.Without(CauseBanned), Causes("plan"))
	same(t, "without what is not in it", both.Without(CauseOwner), both)
	same(t, "has", both.Has(CausePlan), true)
	same(t, "the beginning of a cause is not the cause", Causes("role_order").Has("role"), false)
	same(t, "empty has none", Causes("").Has(CauseNone), false)
}

func TestCauseHealth(t *testing.T) {
	for cause, want := range map[Cause]Health{
		CauseBotMissing: HealthBotMissing, CauseTokenInvalid: HealthTokenInvalid, CausePlan: HealthTokenInvalid,
		CauseSecretUnreadable: HealthTokenInvalid, CauseRoleOrder: HealthWarning, CauseMissingPermission: HealthWarning,
		CauseTargetMissing: HealthWarning, CauseRoleRefused: HealthWarning,
		CauseServerFull: HealthOK, CauseEmailInvalid: HealthOK, CauseOwner: HealthOK, CauseNone: HealthOK, // of one person, not of all
	} {
		same(t, string(cause), cause.Health(), want)
	}
}

func TestTroubleError(t *testing.T) {
	same(t, "with a detail", (&Trouble{Cause: CauseRoleOrder, Detail: "403 50013"}).Error(), "community: role_order (403 50013)")
	same(t, "without", (&Trouble{Cause: CauseUnreachable}).Error(), "community: unreachable")
	if s := (&Trouble{Cause: CauseRoleOrder, Blocker: "role 9"}).Error(); strings.Contains(s, "9") {
		t.Error("names a role: " + s)
	}
}

func TestRetryAt(t *testing.T) {
	for _, tt := range []struct {
		name  string
		tries int
		share float64
		wait  time.Duration
	}{
		{"after the first try", 1, 1, 5 * time.Second},
		{"after the second, twice as long", 2, 1, 10 * time.Second},
		{"after the fifth", 5, 1, 80 * time.Second},
		{"chance waits a part of it", 5, 0.25, 20 * time.Second},
		{"chance waits not at all", 5, 0, 0},
		{"never more than six hours", 14, 1, 6 * time.Hour},
		{"never more than six hours, after very many", 4000, 1, 6 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			next, more := retryAt(tt.tries, t0, t0, tt.share)
			same(t, "wait", next.Sub(t0), tt.wait)
			same(t, "more", more, true)
		})
	}
	_, more := retryAt(20, t0, t0.Add(66*time.Hour), 1)
	same(t, "a try that comes as three days are over", more, true)
	_, more = retryAt(20, t0, t0.Add(66*time.Hour+1), 1)
	same(t, "a try that would come later", more, false)
}
