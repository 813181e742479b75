package domain_test

import (
	"fmt"
	"time"

	"github.com/usherhq/usher/domain"
)

// The rules alone, without a store: what five seats cost instead of three, half
// a month before the next renewal.
func Example() {
	april := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	team := domain.RestoreMembership(domain.MembershipState{
		Status: domain.Active, AnchorAt: april, Recurrence: domain.Monthly, Cycle: 1, Seats: 3,
		Terms: domain.Terms{Unit: 1000, Currency: "usd"},
	})
	q, err := team.Quote(domain.AskSeats(5), domain.Limits{}, april.AddDate(0, 0, 15))
	fmt.Println(q.DueNow, "now, then", q.NextAmount, err)
	// Output: 10.00 USD now, then 50.00 USD <nil>
}
