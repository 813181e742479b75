package cases

// The enumerations of the vocabulary of seats.
type (
	seatsRecurrence   string
	seatsDiscountKind string
	seatsEventName    string
	seatsPayment      string
	seatsReason       string
	seatsOutcome      string
	seatsError        string
	seatsState        string
)

func (seatsRecurrence) words() []string {
	return []string{"monthly", "quarterly", "biannually", "yearly", "every_two_years"}
}
func (seatsDiscountKind) words() []string { return []string{"percent", "per_seat", "per_subscription"} }
func (seatsEventName) words() []string {
	all := make([]string, 0, len(seatsArguments))
	for e := range seatsArguments {
		all = append(all, string(e))
	}
	return all
}
func (seatsPayment) words() []string {
	return []string{"ok", "declined", "requires_action", "unknown"}
}
func (seatsReason) words() []string { return []string{"revoked"} }
func (seatsOutcome) words() []string {
	return []string{
		"applied", "applied_free", "applied_in_trial", "applied_new_period", "scheduled", "pending_decrease_removed",
		"no_change", "granted", "requires_action", "unknown", "renewed", "renewed_free", "declined", "recovered",
		"not_due", "ended", "ended_now", "restarted", "resumed",
	}
}
func (seatsError) words() []string {
	return []string{
		"below_minimum_seats", "above_maximum_seats", "tier_capacity_exceeded", "seats_assigned", "no_seat_available",
		"mixed_direction", "credit_exceeds_charge", "payment_declined", "change_in_progress", "renewal_in_progress",
		"payment_overdue", "cancellation_scheduled", "fixed_length_no_plan_change", "quote_stale", "quote_expired",
		"key_reused", "not_active", "not_restartable", "not_cancelled", "already_active", "notice_too_short",
	}
}
func (seatsState) words() []string {
	return []string{"trialing", "active", "cancel_scheduled", "past_due", "ended"}
}

// seatsArguments are the events, each with what it takes.
var seatsArguments = map[seatsEventName][]string{
	"set_seats":      {"seats", "payment", "key"},
	"change_plan":    {"tier", "recurrence", "price_cents_per_seat", "seats", "payment"},
	"change_price":   {"price_cents_per_seat", "payment"},
	"seller_price":   {"price_cents_per_seat", "apply_to_existing", "effective_date"},
	"preview":        {"seats", "id"},
	"commit":         {"quote", "payment"},
	"payment_result": {"payment"},
	"assign":         {},
	"grant_seats":    {"seats"},
	"cancel":         {"by"},
	"uncancel":       {"by"},
	"end_now":        {"by", "reason"},
	"restart":        {"seats", "payment"},
	"renew":          {"payment"},
	"retry":          {"payment"},
	"pay_now":        {"seats", "payment"},
	"expire":         {},
	"chargeback":     {},
	"dispute_won":    {},
	"refund_current": {},
}
