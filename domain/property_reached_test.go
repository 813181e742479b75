package domain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
)

// What the random memberships must come by often, so that a property that holds
// was also put to the test: every line of the state machine, and every refusal.
const (
	bought           = "buying makes it active"
	beganTrial       = "a trial begins"
	trialPaid        = "a trial ends, and is paid: active"
	trialDeclined    = "a trial ends, and is declined: past due"
	trialCancelled   = "a trial is cancelled, to its end"
	increased        = "an increase is paid: more, in force now"
	increaseDeclined = "an increase is declined or voided: nothing changes"
	decreased        = "a decrease waits for the end"
	undone           = "a pending decrease is taken back"
	renewedPaid      = "a renewal is paid"
	renewalDeclined  = "a renewal is declined: past due"
	cancelled        = "an active one is cancelled, to the end of its period"
	revoked          = "an active one is revoked, at once"
	activeBack       = "a chargeback ends an active one"
	scheduledBack    = "a chargeback ends one that is cancelled"
	overdueBack      = "a chargeback ends one that is past due"
	ranItsLength     = "a fixed length is reached: completed"
	resumed          = "the buyer takes the own cancellation back"
	endReached       = "a cancelled one reaches its end"
	recovered        = "what was past due is paid: active"
	graceOver        = "grace is over: failed"
	overdueCancelled = "one that is past due is cancelled, at once"
	disputeWon       = "a dispute is won inside the paid period: as before"
	restarted        = "an ended one is restarted, and paid"
	restartDeclined  = "a restart is declined: still ended"
	restartForbidden = "a buyer's restart is refused"
	periodRefunded   = "the current period is refunded: same state"
	endedRefuses     = "an ended one refuses everything else"
)

var rows = []string{
	bought, beganTrial, trialPaid, trialDeclined, trialCancelled, increased, increaseDeclined, decreased, undone, renewedPaid,
	renewalDeclined, cancelled, revoked, activeBack, scheduledBack, overdueBack, ranItsLength, resumed, endReached, recovered,
	graceOver, overdueCancelled, disputeWon, restarted, restartDeclined, restartForbidden, periodRefunded, endedRefuses,
}

var refusals = []string{
	"below_minimum_seats", "above_maximum_seats", "tier_capacity_exceeded", "seats_assigned", "no_seat_available",
	"mixed_direction", "credit_exceeds_charge", "payment_declined", "change_in_progress", "renewal_in_progress", "payment_overdue",
	"cancellation_scheduled", "fixed_length_no_plan_change", "quote_stale", "quote_expired", "key_reused", "not_active",
	"not_restartable", "not_cancelled", "already_active", "notice_too_short",
}

// reached counts what the memberships came by, by the names above.
type reached struct {
	rows, codes map[string]int
	steps       int
}

func (c *reached) row(name string) { c.rows[name]++ }

func (c *reached) count(s step, was, is domain.MembershipState, out domain.Outcome, code string) {
	c.steps++
	if code != "" {
		c.codes[code]++
	}
	if out.Result == domain.PaymentRefused {
		c.codes["payment_declined"]++
	}
	kind := was.InFlight.Kind
	ends := was.Live() && is.Status == domain.Ended
	for name, is := range map[string]bool{
		trialPaid:        was.Status == domain.Trialing && out.Result == domain.Renewed && s.name == "settle",
		trialDeclined:    was.Status == domain.Trialing && out.Result == domain.RenewalDeclined,
		trialCancelled:   was.Status == domain.Trialing && s.name == "cancel" && out.Result == domain.Scheduled,
		increased:        kind == domain.ChangePayment && (out.Result == domain.Applied || out.Result == domain.AppliedNewPeriod) && s.name == "settle",
		increaseDeclined: kind == domain.ChangePayment && out.Result == domain.PaymentRefused,
		decreased:        s.name == "change" && out.Result == domain.Scheduled,
		undone:           out.Result == domain.PendingRemoved,
		renewedPaid:      was.Status == domain.Active && kind == domain.RenewalPayment && out.Result == domain.Renewed,
		renewalDeclined:  was.Status == domain.Active && out.Result == domain.RenewalDeclined,
		cancelled:        was.Status == domain.Active && s.name == "cancel" && out.Result == domain.Scheduled,
		revoked:          was.Status == domain.Active && ends && is.EndReason == domain.Revoked,
		activeBack:       was.Status == domain.Active && ends && is.EndReason == domain.Chargeback,
		scheduledBack:    was.Status == domain.CancelScheduled && ends && is.EndReason == domain.Chargeback,
		overdueBack:      was.Status == domain.PastDue && ends && is.EndReason == domain.Chargeback,
		ranItsLength:     ends && is.EndReason == domain.Completed,
		resumed:          s.name == "uncancel" && s.by == domain.Buyer && out.Result == domain.Resumed,
		endReached:       was.Status == domain.CancelScheduled && ends && is.DeactivatedAt.Equal(was.CancelledAt),
		recovered:        was.Status == domain.PastDue && out.Result == domain.Recovered,
		graceOver:        was.Status == domain.PastDue && ends && is.EndReason == domain.PaidNoMore,
		overdueCancelled: was.Status == domain.PastDue && ends && is.EndReason == domain.Cancelled,
		disputeWon:       was.EndReason == domain.Chargeback && s.name == "dispute won" && out.Result == domain.Resumed,
		restarted:        was.Status == domain.Ended && out.Result == domain.Restarted && s.name == "settle",
		restartDeclined:  kind == domain.RestartPayment && out.Result == domain.PaymentRefused,
		restartForbidden: was.Status == domain.Ended && s.name == "restart" && s.by == domain.Buyer && code == "not_restartable",
		periodRefunded:   s.name == "refund" && was.Live() && is.Live() && is.GivenBack > was.GivenBack,
		endedRefuses:     was.Status == domain.Ended && code == "not_active",
	} {
		if is {
			c.row(name)
		}
	}
}

// report prints how often each was reached, and fails if one was not often
// enough for so many memberships.
func (c *reached) report(t *testing.T) {
	t.Helper()
	least := 0
	switch begun := c.rows[bought] + c.rows[beganTrial]; {
	case begun >= 100_000:
		least = 100
	case begun >= 3000:
		least = 1
	}
	var b strings.Builder
	print := func(names []string, of map[string]int) {
		for _, name := range names {
			fmt.Fprintf(&b, "%9d  %s\n", of[name], name)
			if of[name] < least {
				t.Errorf("%q was reached %d times, want at least %d: draw more of it", name, of[name], least)
			}
		}
	}
	print(rows, c.rows)
	b.WriteString("           refused with\n")
	print(refusals, c.codes)
	t.Logf("%d steps came by\n%s", c.steps, b.String())
}
