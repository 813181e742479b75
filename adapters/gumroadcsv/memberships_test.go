package gumroadcsv_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const at = "Purchase Time (UTC timezone)"

// paidFor says of each payment which purchase it is of, and for which cycle.
func paidFor(t *testing.T, text string) (all []string) {
	for _, p := range only[domain.PaymentState](t, text) {
		all = append(all, fmt.Sprintf("%s of %s: %s %d", p.ID, p.PurchaseID, p.Kind, p.Cycle))
	}
	slices.Sort(all)
	return all
}

func TestSource_findsTheSaleOfARenewal(t *testing.T) {
	january, june := cells{at: "2025-01-05 12:00:00 UTC"}, cells{at: "2025-06-20 12:00:00 UTC"}
	on := func(time string, other cells) cells {
		all := cells{at: time + " 12:00:00 UTC"}
		for k, v := range other {
			all[k] = v
		}
		return all
	}
	for _, tt := range []struct {
		name string
		rows [][]string
		want []string // of the renewals
	}{
		{"the only one of the buyer", [][]string{row("a", "1", member(january)), row("b", "2", member(on("2025-01-06", cells{"Purchase Email": "cy@example.com"}))), row("r", "3", renewed(on("2025-02-05", nil)))},
			[]string{"r of a: renewal 2"}},
		{"by its key, whoever pays", [][]string{row("a", "1", member(cells{"License Key": "k1"})), row("b", "2", member(cells{"License Key": "k2"})), row("r", "3", renewed(on("2025-02-28", cells{"License Key": "K2", "Purchase Email": "cy@example.com"})))},
			[]string{"r of b: renewal 2"}},
		{"of a gift, by the receiver", [][]string{row("a", "1", member(cells{"Giftee Email": "dee@example.com"})), row("r", "3", renewed(on("2025-02-28", cells{"Purchase Email": "dee@example.com"})))},
			[]string{"r of a: renewal 2"}},
		{"in a file that is sorted the other way round", [][]string{row("s", "4", renewed(on("2025-03-05", nil))), row("r", "3", renewed(on("2025-02-05", nil))), row("a", "1", member(january))},
			[]string{"r of a: renewal 2", "s of a: renewal 3"}},
		{"two at a time, each when it was due", [][]string{row("a", "1", member(january)), row("b", "2", member(on("2025-01-20", nil))), row("r", "3", renewed(on("2025-02-05", nil))), row("s", "4", renewed(on("2025-02-20", nil))), row("u", "5", renewed(on("2025-03-05", nil)))},
			[]string{"r of a: renewal 2", "s of b: renewal 2", "u of a: renewal 3"}},
		{"not the one that lapsed", [][]string{row("a", "1", member(january)), row("b", "2", member(june)), row("r", "3", renewed(on("2025-07-20", nil))), row("s", "4", renewed(on("2025-08-20", nil)))},
			[]string{"r of b: renewal 2", "s of b: renewal 3"}},
		{"the one that ends on the same day", [][]string{row("a", "1", member(on("2025-01-05", cells{"Subscription End Date": "2025-03-05"}))), row("b", "2", member(on("2025-01-06", nil))), row("r", "3", renewed(on("2025-02-06", cells{"Subscription End Date": "2025-03-05"})))},
			[]string{"r of a: renewal 2"}},
		{"the one that was cancelled at the same time", [][]string{row("a", "1", member(on("2025-01-05", cells{"Cancellation Date": "2025-02-07 10:00:00 UTC"}))), row("b", "2", member(on("2025-01-06", nil))), row("r", "3", renewed(on("2025-02-06", cells{"Cancellation Date": "2025-02-07 10:00:00 UTC"})))},
			[]string{"r of a: renewal 2"}},
		{"the one that is charged as often", [][]string{row("a", "1", member(cells{"Recurrence": "yearly", at: "2024-02-06 12:00:00 UTC"})), row("b", "2", member(on("2025-01-05", nil))), row("r", "3", renewed(on("2025-02-06", nil)))},
			[]string{"r of b: renewal 2"}},
		{"the one with the same variants", [][]string{row("a", "1", member(on("2025-01-05", cells{"Variants": "(Gold)"}))), row("b", "2", member(on("2025-01-06", nil))), row("r", "3", renewed(on("2025-02-06", cells{"Variants": "(Gold)"})))},
			[]string{"r of a: renewal 2"}},
		{"of those due at the same time the later one", [][]string{row("b", "2", member(on("2025-01-31", nil))), row("a", "1", member(on("2025-01-30", nil))), row("r", "3", renewed(on("2025-02-28", nil)))},
			[]string{"r of b: renewal 2"}},
		{"after a trial, which is no cycle", [][]string{row("a", "1", member(on("2025-01-05", cells{"Free trial purchase?": "1"}))), row("r", "3", renewed(on("2025-01-12", nil))), row("s", "4", renewed(on("2025-02-12", nil)))},
			[]string{"r of a: renewal 1", "s of a: renewal 2"}},
		{"of instalments", [][]string{row("a", "1", january), row("r", "3", on("2025-02-05", cells{"Recurring Charge?": "1"}))},
			[]string{"r of a: renewal 2"}},
		{"one that was free is a cycle, and no payment", [][]string{row("a", "1", member(january)), row("r", "3", renewed(on("2025-02-05", cells{"Sale Price ($)": "0"}))), row("s", "4", renewed(on("2025-03-05", nil)))},
			[]string{"s of a: renewal 3"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := slices.DeleteFunc(paidFor(t, sheet(tt.rows...)), func(s string) bool { return s[0] < 'r' })
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			for _, p := range only[domain.PurchaseState](t, sheet(tt.rows...)) {
				if p.ID >= "r" && len(p.ID) == 1 {
					t.Errorf("the renewal %s became a purchase", p.ID)
				}
			}
		})
	}
}

func TestSource_saysHowAMembershipStands(t *testing.T) {
	type wanted struct {
		status                          domain.MembershipStatus
		cancelled, ended, trial, anchor string
		cycle                           int
	}
	last := row("z", "99", cells{at: "2025-06-01 00:00:00 UTC"}) // how late the file is
	for _, tt := range []struct {
		name   string
		first  cells
		second cells // a renewal
		want   wanted
	}{
		{"it goes on", nil, nil, wanted{status: domain.Active, anchor: "2025-01-31T12:00:00", cycle: 1}},
		{"its last charge began its period", nil, cells{at: "2025-02-28 12:00:00 UTC"}, wanted{status: domain.Active, anchor: "2025-02-28T12:00:00", cycle: 2}},
		{"cancelled for a day that is to come, on which its period ends", cells{"Recurrence": "yearly", "Cancellation Date": "2025-03-01 10:00:00 UTC", "Subscription End Date": "2026-01-31"}, nil,
			wanted{status: domain.CancelScheduled, cancelled: "2026-01-31T12:00:00", anchor: "2025-01-31T12:00:00", cycle: 1}},
		{"cancelled for a day on which no period ends", cells{"Cancellation Date": "2025-03-01 10:00:00 UTC", "Subscription End Date": "2025-03-02"}, nil,
			wanted{status: domain.Ended, cancelled: "2025-03-02T23:59:59", anchor: "2025-01-31T12:00:00", cycle: 1}},
		{"cancelled, and it does not say for when", cells{"Cancellation Date": "2025-02-01 10:00:00 UTC"}, nil,
			wanted{status: domain.Ended, cancelled: "2025-02-28T12:00:00", anchor: "2025-01-31T12:00:00", cycle: 1}},
		{"cancelled after the period was over", cells{"Cancellation Date": "2025-04-01 10:00:00 UTC"}, nil,
			wanted{status: domain.Ended, cancelled: "2025-04-01T10:00:00", anchor: "2025-01-31T12:00:00", cycle: 1}},
		{"ended", cells{"Subscription End Date": "2025-02-28"}, nil, wanted{status: domain.Ended, ended: "2025-02-28T12:00:00", anchor: "2025-01-31T12:00:00", cycle: 1}},
		{"ended at a time that is said", cells{"Subscription End Date": "2025-02-28 11:00:00 UTC"}, nil, wanted{status: domain.Ended, ended: "2025-02-28T11:00:00", anchor: "2025-01-31T12:00:00", cycle: 1}},
		{"about to end, by nobody's wish", cells{"Subscription End Date": "2025-08-01"}, nil, wanted{status: domain.CancelScheduled, cancelled: "2025-08-01T23:59:59", anchor: "2025-01-31T12:00:00", cycle: 1}},
		{"ended, as only its sale says", cells{"Subscription End Date": "2025-03-28"}, cells{at: "2025-02-28 12:00:00 UTC"}, wanted{status: domain.Ended, ended: "2025-03-28T12:00:00", anchor: "2025-02-28T12:00:00", cycle: 2}},
		{"a trial", cells{"Free trial purchase?": "1"}, nil, wanted{status: domain.Trialing, trial: "2025-02-28T12:00:00", anchor: "2025-02-28T12:00:00"}},
		{"a trial that is over", cells{"Free trial purchase?": "1"}, cells{at: "2025-02-07 12:00:00 UTC"}, wanted{status: domain.Active, trial: "2025-02-07T12:00:00", anchor: "2025-02-07T12:00:00", cycle: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows := [][]string{last, row("a", "1", member(tt.first))}
			if tt.second != nil {
				rows = append(rows, row("r", "2", renewed(tt.second)))
			}
			all := only[domain.MembershipState](t, sheet(rows...))
			if len(all) != 1 {
				t.Fatalf("got %+v", all)
			}
			m := all[0]
			stamp := func(t interface {
				IsZero() bool
				Format(string) string
			}) string {
				if t.IsZero() {
					return ""
				}
				return t.Format("2006-01-02T15:04:05")
			}
			got := wanted{m.Status, stamp(m.CancelledAt), stamp(m.EndedAt), stamp(m.FreeTrialEndsAt), stamp(m.AnchorAt), m.Cycle}
			if got != tt.want || !m.Elsewhere || m.Installments || m.PurchaseID != "a" {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// What a membership's purchase shows is in force; what the sale came to is kept.
func TestSource_showsWhatIsInForce(t *testing.T) {
	text := sheet(
		row("a", "1", member(cells{"Variants": "(Silver)", "Partial Refund ($)": "1"})),
		row("r", "2", renewed(cells{at: "2025-02-28 12:00:00 UTC", "Variants": "(Gold)", "Quantity": "3", "Sale Price ($)": "25.00", "License Key": "k", "License Key Activation Count": "4", "License Key Enabled?": "0"})),
		row("s", "3", renewed(cells{at: "2025-03-28 12:00:00 UTC", "Quantity": "3", "Sale Price ($)": "25.00", "Fully Refunded?": "1", "License Key": "k"})),
	)
	p, m := only[domain.PurchaseState](t, text)[0], only[domain.MembershipState](t, text)[0]
	if p.Price.Amount != 2500 || p.Sold().Amount != 800 || p.Quantity != 3 || p.Refunded != 100 || !p.Multiseat || p.FullyRefunded() {
		t.Errorf("the purchase is %+v", p)
	}
	if price := m.Price(); m.Seats != 3 || price.Amount != 2500 || m.GivenBack != 2500 || m.Assigned != 1 {
		t.Errorf("the membership is %+v", m)
	}
	l := only[ports.CountedLicense](t, text)
	if len(l) != 1 || l[0].License.PurchaseID != "a" || l[0].License.Key != "k" || l[0].Uses != 4 || l[0].License.DisabledAt.IsZero() {
		t.Errorf("the key that only renewals name is %+v", l)
	}
	payments := only[domain.PaymentState](t, text)
	if len(payments) != 3 || payments[0].Target.Unit != 800 || payments[1].Target.Seats != 3 || payments[1].Target.Tier == payments[0].Target.Tier || payments[2].Refunded != 2500 {
		t.Errorf("the payments are %+v", payments)
	}
	if plan := only[domain.MembershipState](t, sheet(row("a", "1", nil), row("r", "2", cells{"Recurring Charge?": "1", at: "2025-02-28 12:00:00 UTC"})))[0]; !plan.Installments || plan.Recurrence != domain.Monthly || plan.Cycle != 2 {
		t.Errorf("the instalments are %+v", plan)
	}
}
