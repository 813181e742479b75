package domain

import (
	"testing"
	"time"
)

func TestMembershipState_Check(t *testing.T) {
	type M = MembershipState
	anchor := second(t0)
	good := M{
		ID: "m", SellerID: "ana", ProductID: "club", PurchaseID: "sale", Version: 1, Status: Active,
		AnchorAt: anchor, Recurrence: Monthly, Cycle: 1, Terms: Terms{Tier: "standard", Unit: 1000, Currency: "usd"},
		Seats: 5, LastAt: anchor, CreatedAt: t0,
	}
	ended := func(why EndReason) func(*M) {
		return func(m *M) { m.Status, m.EndReason, m.DeactivatedAt = Ended, why, anchor }
	}
	trial := func(m *M) {
		m.Status, m.Cycle, m.FreeTrialEndsAt, m.AnchorAt = Trialing, 0, anchor.AddDate(0, 0, 7), anchor.AddDate(0, 0, 7)
	}
	overdue := func(m *M) {
		m.Status = PastDue
		m.Outstanding = Outstanding{Amount: 5000, Attempts: 1, DueAt: anchor, GraceEndsAt: anchor.AddDate(0, 0, 5)}
	}
	flying := func(m *M) {
		m.InFlight = InFlight{PaymentID: "y", Kind: ChangePayment, Target: Target{Seats: 6}, PricedAt: anchor, Due: 1, ExpiresAt: anchor.AddDate(0, 0, 1)}
	}
	noticed := func(m *M) {
		m.Notice = PriceNotice{Tier: "standard", Recurrence: Monthly, Unit: 1200, EffectiveAt: anchor, NotifiedAt: anchor}
	}
	with := func(mods ...func(*M)) func(*M) {
		return func(m *M) {
			for _, mod := range mods {
				mod(m)
			}
		}
	}
	rows := []row[M]{
		{"no id", func(m *M) { m.ID = "" }, "id"},
		{"no seller", func(m *M) { m.SellerID = "" }, "seller"},
		{"no product", func(m *M) { m.ProductID = "" }, "product"},
		{"no purchase", func(m *M) { m.PurchaseID = "" }, "purchase"},
		{"no recurrence", func(m *M) { m.Recurrence = "" }, "recurrence"},
		{"an unknown recurrence", func(m *M) { m.Recurrence = "weekly" }, "recurrence"},

		{"no anchor", func(m *M) { m.AnchorAt = time.Time{} }, "anchor_at"},
		{"no time", func(m *M) { m.CreatedAt = time.Time{} }, "created_at"},
		{"an anchor in another zone", func(m *M) { m.AnchorAt = m.AnchorAt.In(time.FixedZone("x", 3600)) }, "anchor_at"},
		{"a negative offset", func(m *M) { m.Offset = -1 }, "offset"},
		{"a trial that ended before it began", with(trial, func(m *M) { m.CreatedAt = m.FreeTrialEndsAt }), "free_trial_ends_at"},

		{"no status", func(m *M) { m.Status = "" }, "status"},
		{"an unknown status", func(m *M) { m.Status = "paused" }, "status"},
		{"an unknown reason", func(m *M) { m.EndReason = "bored" }, "end_reason"},
		{"cancelled by a stranger", func(m *M) { m.CancelledBy = "stranger" }, "cancelled_by"},
		{"cancelled by its buyer", func(m *M) { m.CancelledBy = Buyer }, ""},
		{"cancelled by its seller", func(m *M) { m.CancelledBy = SellerActor }, ""},
		{"cancelled by an admin", func(m *M) { m.CancelledBy = Admin }, ""},
		{"a live one with a reason to have ended", func(m *M) { m.EndReason = Cancelled }, "end_reason"},
		{"an ended one without a reason", ended(""), "end_reason"},
		{"cancelled and over", ended(Cancelled), ""},
		{"failed and over", ended(PaidNoMore), ""},
		{"completed", ended(Completed), ""},
		{"revoked", ended(Revoked), ""},
		{"an ended one whose access never stopped", with(ended(Revoked), func(m *M) { m.DeactivatedAt = time.Time{} }), "deactivated_at"},
		{"a live one whose access stopped", func(m *M) { m.DeactivatedAt = anchor }, "deactivated_at"},
		{"a chargeback of nobody knows what", ended(Chargeback), "before"},
		{"a chargeback", with(ended(Chargeback), func(m *M) { m.Before = Active }), ""},
		{"a state before a chargeback that was none", with(ended(Revoked), func(m *M) { m.Before = Active }), "before"},
		{"scheduled to end at no time", func(m *M) { m.Status = CancelScheduled }, "cancelled_at"},
		{"scheduled to end", func(m *M) { m.Status, m.CancelledAt = CancelScheduled, m.Period().EndAt }, ""},
		{"overdue for nothing", func(m *M) { m.Status = PastDue }, "outstanding"},
		{"overdue", overdue, ""},
		{"a debt of one that is not overdue", with(overdue, func(m *M) { m.Status = Active }), "outstanding"},
		{"a chargeback of one that was overdue", with(overdue, ended(Chargeback), func(m *M) { m.Before = PastDue }), ""},
		{"a chargeback that forgot a debt", with(ended(Chargeback), func(m *M) { m.Before = PastDue }), "outstanding"},
		{"a negative cycle", func(m *M) { m.Cycle = -1 }, "cycle"},
		{"no paid cycle and no trial", func(m *M) { m.Cycle, m.CreatedAt = 0, t0.AddDate(0, 0, -1) }, "cycle"},
		{"active in cycle 0", with(trial, func(m *M) { m.Status = Active }), "cycle"},
		{"overdue in cycle 0", with(trial, overdue), "cycle"},
		{"a trial in a paid cycle", with(trial, func(m *M) { m.Cycle = 1 }), "cycle"},
		{"a trial", trial, ""},
		{"a cancelled trial", with(trial, func(m *M) { m.Status, m.CancelledAt = CancelScheduled, m.AnchorAt }), ""},
		{"a trial that does not end at the anchor", with(trial, func(m *M) { m.FreeTrialEndsAt = anchor.AddDate(0, 0, 6) }), "anchor_at"},
		{"a trial with an offset", with(trial, func(m *M) { m.Offset = 1 }), "anchor_at"},

		{"fewer charges than none", func(m *M) { m.Charges = -1 }, "charges"},
		{"no paid seat", func(m *M) { m.Seats = 0 }, "seats"},
		{"more seats than there may be", func(m *M) { m.Seats, m.Terms.Unit = 1<<30+1, 0 }, "seats"},
		{"more free seats than there may be", func(m *M) { m.Complimentary = 1 << 30 }, "complimentary_seats"},
		{"free seats below 0", func(m *M) { m.Complimentary = -1 }, "complimentary_seats"},
		{"assigned seats below 0", func(m *M) { m.Assigned = -1 }, "assigned_seats"},
		{"more assigned than seats", func(m *M) { m.Assigned = 6 }, "assigned_seats"},
		{"free seats assigned as well", func(m *M) { m.Assigned, m.Complimentary = 7, 2 }, ""},
		{"a refund below 0", func(m *M) { m.GivenBack = -1 }, "given_back"},
		{"a long tier", func(m *M) { m.Terms.Tier = VariantID(longText) }, "tier"},
		{"a unit below 0", func(m *M) { m.Terms.Unit = -1 }, "unit"},
		{"included seats below 0", func(m *M) { m.Terms.Included = -1 }, "included_seats"},
		{"no currency", func(m *M) { m.Terms.Currency = "" }, "currency"},
		{"a currency in capitals", func(m *M) { m.Terms.Currency = "USD" }, "currency"},
		{"a discount of an unknown kind", func(m *M) { m.Terms.Discount = Discount{Kind: "half", Value: 1} }, "discount"},
		{"a discount without a kind", func(m *M) { m.Terms.Discount = Discount{Value: 1} }, "discount"},
		{"a discount below 0", func(m *M) { m.Terms.Discount = Discount{Kind: PerSeat, Value: -1} }, "discount"},
		{"a discount of negative cycles", func(m *M) { m.Terms.Discount = Discount{Kind: PerSeat, Value: 1, Cycles: -1} }, "discount"},
		{"a discount of 101 percent", func(m *M) { m.Terms.Discount = Discount{Kind: Percent, Value: 101} }, "discount"},
		{"a discount of 100 percent", func(m *M) { m.Terms.Discount = Discount{Kind: Percent, Value: 100} }, ""},
		{"a price that no number holds", func(m *M) { m.Seats, m.Terms.Unit = 10, 1<<63-1 }, "unit"},
		{"collected below 0", func(m *M) { m.Ledger.Settled = -1 }, "ledger"},
		{"a ledger that no amount holds", func(m *M) { m.Ledger.Owed = Exact{Hi: 1 << 63} }, "ledger"},

		{"a pending unknown recurrence", func(m *M) { m.Pending = PendingChange{Recurrence: "weekly", Priced: true} }, "pending"},
		{"pending seats below 0", func(m *M) { m.Pending.Seats = -1 }, "pending"},
		{"a pending price below 0", func(m *M) { m.Pending = PendingChange{Unit: -1, Priced: true} }, "pending"},
		{"a pending price that does not count", func(m *M) { m.Pending.Unit = 1 }, "pending"},
		{"a pending tier without a price", func(m *M) { m.Pending.Tier = "basic" }, "pending"},
		{"a pending recurrence without a price", func(m *M) { m.Pending.Recurrence = Monthly }, "pending"},
		{"a long pending tier", func(m *M) { m.Pending = PendingChange{Tier: VariantID(longText), Priced: true} }, "pending"},
		{"a pending free tier", func(m *M) { m.Pending = PendingChange{Seats: 2, Tier: "free", Priced: true, Change: 2} }, ""},
		{"an announced price", noticed, ""},
		{"an announced price below 0", with(noticed, func(m *M) { m.Notice.Unit = -1 }), "notice"},
		{"an announced price that never counts", with(noticed, func(m *M) { m.Notice.EffectiveAt = time.Time{} }), "notice"},
		{"an announced price of a long tier", with(noticed, func(m *M) { m.Notice.Tier = VariantID(longText) }), "notice"},
		{"a payment in flight", flying, ""},
		{"nothing known in flight", with(flying, func(m *M) { m.InFlight.PaymentID = "" }), "in_flight"},
		{"in flight for an unknown kind", with(flying, func(m *M) { m.InFlight.Kind = "tip" }), "in_flight"},
		{"a negative amount in flight", with(flying, func(m *M) { m.InFlight.Due = -1 }), "in_flight"},
		{"in flight since never", with(flying, func(m *M) { m.InFlight.PricedAt = time.Time{} }), "in_flight"},
		{"in flight without an answer", with(flying, func(m *M) { m.InFlight.ExpiresAt = time.Time{} }), ""},
		{"in flight for no seats", with(flying, func(m *M) { m.InFlight.Target.Seats = 0 }), "in_flight"},
		{"a long payment in flight", with(flying, func(m *M) { m.InFlight.PaymentID = PaymentID(longText) }), "in_flight"},
		{"a long tier in flight", with(flying, func(m *M) { m.InFlight.Target.Tier = VariantID(longText) }), "in_flight"},
		{"a debt below 0", with(overdue, func(m *M) { m.Outstanding.Amount = -1 }), "outstanding"},
		{"a carried debt below 0", with(overdue, func(m *M) { m.Outstanding.Carried = -1 }), "outstanding"},
		{"overdue before any try", with(overdue, func(m *M) { m.Outstanding.Attempts = 0 }), "outstanding"},
		{"overdue since never", with(overdue, func(m *M) { m.Outstanding.DueAt = time.Time{} }), "outstanding"},
		{"overdue for ever", with(overdue, func(m *M) { m.Outstanding.GraceEndsAt = time.Time{} }), "outstanding"},
	}
	half := time.Second / 2
	for field, at := range map[string]func(*M) *time.Time{
		"anchor_at":                 func(m *M) *time.Time { return &m.AnchorAt },
		"free_trial_ends_at":        func(m *M) *time.Time { return &m.FreeTrialEndsAt },
		"cancel_requested_at":       func(m *M) *time.Time { return &m.CancelRequestedAt },
		"cancelled_at":              func(m *M) *time.Time { return &m.CancelledAt },
		"failed_at":                 func(m *M) *time.Time { return &m.FailedAt },
		"ended_at":                  func(m *M) *time.Time { return &m.EndedAt },
		"deactivated_at":            func(m *M) *time.Time { return &m.DeactivatedAt },
		"last_at":                   func(m *M) *time.Time { return &m.LastAt },
		"notice.effective_at":       func(m *M) *time.Time { return &m.Notice.EffectiveAt },
		"notice.notified_at":        func(m *M) *time.Time { return &m.Notice.NotifiedAt },
		"in_flight.priced_at":       func(m *M) *time.Time { return &m.InFlight.PricedAt },
		"in_flight.expires_at":      func(m *M) *time.Time { return &m.InFlight.ExpiresAt },
		"outstanding.due_at":        func(m *M) *time.Time { return &m.Outstanding.DueAt },
		"outstanding.grace_ends_at": func(m *M) *time.Time { return &m.Outstanding.GraceEndsAt },
		"outstanding.retry_at":      func(m *M) *time.Time { return &m.Outstanding.RetryAt },
	} {
		rows = append(rows, row[M]{"half a second in " + field, func(m *M) { *at(m) = anchor.Add(half) }, field})
	}
	checks(t, good, M.Check, rows)
}
