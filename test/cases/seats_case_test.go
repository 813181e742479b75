package cases

// seatsCase is one line of seats.jsonl. Its fields, and those of the types
// below, are the whole vocabulary; what a field may hold is its type.
type seatsCase struct {
	ID       string        `case:"id"`
	Title    string        `case:"title"`
	Source   string        `case:"source"`
	Note     string        `case:"note"`
	Inferred yes           `case:"inferred"`
	Priority priority      `case:"priority"`
	Given    seatsGiven    `case:"given"`
	Events   []seatsEvent  `case:"events"`
	Expect   []seatsExpect `case:"expect"`
}

type seatsGiven struct {
	Recurrence   seatsRecurrence `case:"recurrence"`
	Currency     string          `case:"currency"`
	Unit         int64           `case:"price_cents_per_seat"`
	Seats        int             `case:"seats"`
	PeriodStart  stamp           `case:"period_start"`
	PeriodEnd    stamp           `case:"period_end"`
	AnchorAt     *stamp          `case:"anchor_at"`
	TrialEnd     *stamp          `case:"trial_end"`
	FixedCycles  int             `case:"fixed_cycles"`
	MaxSeats     int             `case:"max_seats"`
	CapacityLeft *int            `case:"tier_capacity_left"`
	Assigned     int             `case:"assigned_seats"`
	Included     int             `case:"included_seats"`
	MinCharge    int64           `case:"min_charge_cents"`
	Discount     *seatsDiscount  `case:"discount"`
}

type seatsDiscount struct {
	Kind   seatsDiscountKind `case:"kind"`
	Value  int64             `case:"value"`
	Cycles int               `case:"cycles"`
}

type seatsEvent struct {
	At   stamp          `case:"at"`
	Do   seatsEventName `case:"do"`
	Args seatsArgs      `case:"args"`
}

// seatsArgs are the arguments of all events; what is left out is as it is.
type seatsArgs struct {
	Seats           *int            `case:"seats"`
	Tier            string          `case:"tier"`
	Recurrence      seatsRecurrence `case:"recurrence"`
	Unit            *int64          `case:"price_cents_per_seat"`
	Payment         seatsPayment    `case:"payment"`
	Key             string          `case:"key"`
	ID              string          `case:"id"`
	Quote           string          `case:"quote"`
	By              actor           `case:"by"`
	Reason          seatsReason     `case:"reason"`
	ApplyToExisting bool            `case:"apply_to_existing"`
	EffectiveDate   stamp           `case:"effective_date"`
}

// seatsExpect is what must come of an event. What is left out is not compared.
type seatsExpect struct {
	AfterEvent     int              `case:"after_event"`
	Outcome        *seatsOutcome    `case:"outcome"`
	Error          *seatsError      `case:"error"`
	Replayed       yes              `case:"replayed"`
	Charge         *int64           `case:"charge_cents"`
	State          *seatsState      `case:"state"`
	Access         *bool            `case:"access"`
	SeatsNow       *int             `case:"seats_now"`
	SeatsNext      null[int]        `case:"seats_next"`
	NextAt         null[stamp]      `case:"next_renewal_at"`
	NextCents      null[int64]      `case:"next_renewal_cents"`
	PeriodEnd      *stamp           `case:"period_end"`
	AmountPending  *int64           `case:"amount_pending_cents"`
	Deferred       *int64           `case:"deferred_cents"`
	UnusedCredit   *int64           `case:"unused_credit_cents"`
	Outstanding    *int64           `case:"outstanding_cents"`
	GraceEndsAt    *stamp           `case:"grace_ends_at"`
	CancelledAt    *stamp           `case:"cancelled_at"`
	FailedAt       *stamp           `case:"failed_at"`
	EndedAt        *stamp           `case:"ended_at"`
	DeactivatedAt  *stamp           `case:"deactivated_at"`
	Assigned       *int             `case:"assigned"`
	Skipped        *int             `case:"skipped_periods"`
	TierNow        *string          `case:"tier_now"`
	TierNext       *string          `case:"tier_next"`
	RecurrenceNext *seatsRecurrence `case:"recurrence_next"`
	Preview        *seatsPreview    `case:"preview"`
}

type seatsPreview struct {
	DueNow    *int64 `case:"due_now_cents"`
	SeatsNow  *int   `case:"seats_now"`
	SeatsNext *int   `case:"seats_next"`
	NextCents *int64 `case:"next_renewal_cents"`
}
