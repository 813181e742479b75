package domain

import "time"

// Check refuses a membership whose fields break a rule of form or do not fit
// together, naming the field.
func (s MembershipState) Check() error {
	err := first(checkID("id", string(s.ID)), checkID("seller", string(s.SellerID)),
		checkID("product", string(s.ProductID)), checkID("purchase", string(s.PurchaseID)), checkText("method", s.Method, maxIDInBytes))
	if err != nil {
		return err
	}
	if _, err := ParseRecurrence(string(s.Recurrence)); err != nil {
		return err
	}
	return first(s.checkTimes(), s.checkStatus(), s.checkSeats(), s.checkOpen())
}

func (s MembershipState) checkTimes() error {
	if s.AnchorAt.IsZero() {
		return InvalidField("anchor_at", "is missing")
	}
	if s.CreatedAt.IsZero() {
		return InvalidField("created_at", "is missing")
	}
	for _, t := range []struct {
		field string
		at    time.Time
	}{
		{"anchor_at", s.AnchorAt}, {"free_trial_ends_at", s.FreeTrialEndsAt}, {"cancel_requested_at", s.CancelRequestedAt},
		{"cancelled_at", s.CancelledAt}, {"failed_at", s.FailedAt}, {"ended_at", s.EndedAt},
		{"deactivated_at", s.DeactivatedAt}, {"last_at", s.LastAt},
		{"notice.effective_at", s.Notice.EffectiveAt}, {"notice.notified_at", s.Notice.NotifiedAt},
		{"in_flight.priced_at", s.InFlight.PricedAt}, {"in_flight.expires_at", s.InFlight.ExpiresAt},
		{"outstanding.due_at", s.Outstanding.DueAt}, {"outstanding.grace_ends_at", s.Outstanding.GraceEndsAt},
		{"outstanding.retry_at", s.Outstanding.RetryAt},
	} {
		if t.at != second(t.at) {
			return InvalidField(t.field, "must be a whole second in UTC")
		}
	}
	if s.Offset < 0 {
		return InvalidField("offset", "must not be negative")
	}
	if p := s.Period(); !p.EndAt.After(p.StartAt) {
		return InvalidField("free_trial_ends_at", "must be later than created_at in a trial")
	}
	return nil
}

func (s MembershipState) checkStatus() error {
	switch s.Status {
	case Trialing, Active, CancelScheduled, PastDue, Ended:
	default:
		return InvalidField("status", "must be trialing, active, cancel_scheduled, past_due or ended")
	}
	switch s.EndReason {
	case "", Cancelled, PaidNoMore, Completed, Revoked, Chargeback:
	default:
		return InvalidField("end_reason", "must be cancelled, failed, completed, revoked or chargeback")
	}
	switch s.CancelledBy {
	case "", Buyer, SellerActor, Admin:
	default:
		return InvalidField("cancelled_by", "must be buyer, seller or admin")
	}
	switch {
	case (s.Status == Ended) != (s.EndReason != ""):
		return InvalidField("end_reason", "belongs to an ended membership, and to no other")
	case (s.Status == Ended) == s.DeactivatedAt.IsZero():
		return InvalidField("deactivated_at", "belongs to an ended membership, and to no other")
	case (s.EndReason == Chargeback) != (s.Before != ""):
		return InvalidField("before", "belongs to a membership that a chargeback ended, and to no other")
	case s.Status == CancelScheduled && s.CancelledAt.IsZero():
		return InvalidField("cancelled_at", "is missing")
	case (s.Status == PastDue || s.Before == PastDue) != (s.Outstanding != Outstanding{}):
		return InvalidField("outstanding", "belongs to a membership that is past due, and to no other")
	case s.Sequence < 0:
		return InvalidField("sequence", "must not be negative")
	case s.Elsewhere && s.InFlight != (InFlight{}):
		return InvalidField("in_flight", "a membership that is charged elsewhere has no payment of ours in flight")
	case s.Cycle < 0:
		return InvalidField("cycle", "must not be negative")
	case s.Cycle == 0 && (s.FreeTrialEndsAt.IsZero() || s.Status == Active || s.Status == PastDue):
		return InvalidField("cycle", "is 0 in a trial only")
	case s.Status == Trialing && s.Cycle != 0:
		return InvalidField("cycle", "must be 0 in a trial")
	case s.Cycle == 0 && (s.AnchorAt != s.FreeTrialEndsAt || s.Offset != 0):
		return InvalidField("anchor_at", "must be the end of the trial while it runs")
	}
	return nil
}

func (s MembershipState) checkSeats() error {
	if s.Charges < 0 {
		return InvalidField("charges", "must not be negative")
	}
	if s.Seats < 1 || s.Seats > mostSeats {
		return InvalidField("seats", "must be at least 1, and at most 1073741824")
	}
	if s.Complimentary < 0 || s.Complimentary > mostSeats-s.Seats {
		return InvalidField("complimentary_seats", "must not be negative, and with the others at most 1073741824")
	}
	if s.Assigned < 0 || s.Assigned > s.SeatsNow() {
		return InvalidField("assigned_seats", "must be 0 up to the number of seats")
	}
	if s.GivenBack < 0 {
		return InvalidField("given_back", "must not be negative")
	}
	if err := s.Terms.check(); err != nil {
		return err
	}
	if _, err := s.Terms.Price(s.Seats, s.Cycle); err != nil {
		return InvalidField("unit", "the price of all seats is too large")
	}
	if _, err := s.Ledger.due(s.Period().seconds()); err != nil || s.Ledger.Settled < 0 {
		return InvalidField("ledger", "is not what a period can owe")
	}
	return nil
}

// checkOpen checks what is pending, announced, in flight or outstanding.
func (s MembershipState) checkOpen() error {
	p := s.Pending
	if p.Recurrence != "" {
		if _, err := ParseRecurrence(string(p.Recurrence)); err != nil {
			return InvalidField("pending", "has an unknown recurrence")
		}
	}
	if p.Seats < 0 || p.Unit < 0 || p.Unit != 0 && !p.Priced || !p.Priced && (p.Tier != "" || p.Recurrence != "") {
		return InvalidField("pending", "has a negative number, or a tier or recurrence without its price")
	}
	if n := s.Notice; n.Unit < 0 || n != (PriceNotice{}) && n.EffectiveAt.IsZero() {
		return InvalidField("notice", "has a negative price or no effective_at")
	}
	if f := s.InFlight; f != (InFlight{}) && (f.PaymentID == "" || !f.Kind.known() || f.Due < 0 || f.PricedAt.IsZero() || f.Target.Seats < 1) {
		return InvalidField("in_flight", "lacks its payment, kind, time or seats")
	}
	if o := s.Outstanding; o != (Outstanding{}) && (o.Amount < 0 || o.Carried < 0 || o.Attempts < 1 || o.DueAt.IsZero() || o.GraceEndsAt.IsZero() && !s.Elsewhere) {
		return InvalidField("outstanding", "lacks its amount, attempts or times")
	}
	return first(checkText("pending", string(p.Tier), maxIDInBytes), checkText("notice", string(s.Notice.Tier), maxIDInBytes),
		checkText("in_flight", string(s.InFlight.PaymentID), maxIDInBytes), checkText("in_flight", string(s.InFlight.Target.Tier), maxIDInBytes))
}
