package domain

import "time"

// The events of memberships. A pending change is known by its number: the
// version of the membership that it was agreed at.
type (
	MembershipStarted struct {
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Trial        bool
		At           time.Time
	}
	MembershipChanged struct { // in force now
		MembershipID MembershipID
		PurchaseID   PurchaseID
		From, To     Holding
		At           time.Time
		Deferred     bool // it was agreed before, and scheduled
	}
	ChangeScheduled struct {
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Change       int64
		From, To     Holding // From is in force until then
		EffectiveAt  time.Time
		At           time.Time
	}
	ChangeApplied struct {
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Change       int64
		At           time.Time
	}
	ChangeSuperseded struct { // another change took its place
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Change       int64
		At           time.Time
	}
	ChangeWithdrawn struct {
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Change       int64
		At           time.Time
	}
	ChangeMoot struct { // the membership ended first
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Change       int64
		At           time.Time
	}
	ChangeDeclined struct { // the payment for it was declined, or given up
		MembershipID MembershipID
		PurchaseID   PurchaseID
		PaymentID    PaymentID
		At           time.Time
	}
	MembershipRenewed struct {
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Cycle        int
		Amount       int64 // minor units collected
		Skipped      int   // periods that passed and are never billed
		At           time.Time
	}
	RenewalFailed struct {
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Cycle        int
		Attempt      int
		GraceEndsAt  time.Time
		At           time.Time
	}
	MembershipRecovered struct {
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Cycle        int
		Amount       int64
		At           time.Time
	}
	MembershipCancelled struct { // asked for; access goes on until EndsAt
		MembershipID MembershipID
		PurchaseID   PurchaseID
		By           Actor
		EndsAt       time.Time
		At           time.Time
	}
	MembershipResumed struct {
		MembershipID MembershipID
		PurchaseID   PurchaseID
		At           time.Time
	}
	MembershipEnded struct { // access stopped at At
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Reason       EndReason
		At           time.Time
	}
	MembershipRestarted struct {
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Cycle        int
		Amount       int64
		At           time.Time
	}
	PeriodRefunded struct {
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Cycle        int
		Amount       int64
		At           time.Time
	}
	SeatsGranted struct {
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Seats        int // added; negative: taken back
		At           time.Time
	}
	SeatsShort struct { // fewer seats than assigned: the last assigned lose theirs
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Seats        int
		At           time.Time
	}
	MembershipDue struct { // somebody has to look at it then, see [Membership.Renew]
		MembershipID MembershipID
		PurchaseID   PurchaseID
		DueAt        time.Time
		At           time.Time
	}
	PriceAnnounced struct {
		MembershipID MembershipID
		PurchaseID   PurchaseID
		Unit         int64
		EffectiveAt  time.Time
		At           time.Time
	}
)

// The events of payments, refunds and seats.
type (
	PaymentIntended struct {
		PaymentID  PaymentID
		PurchaseID PurchaseID
		Kind       PaymentKind
		At         time.Time
	}
	PaymentPaid struct {
		PaymentID  PaymentID
		PurchaseID PurchaseID
		Kind       PaymentKind
		Amount     int64
		At         time.Time
	}
	PaymentDeclined struct {
		PaymentID  PaymentID
		PurchaseID PurchaseID
		Kind       PaymentKind
		At         time.Time
	}
	PaymentVoided struct {
		PaymentID  PaymentID
		PurchaseID PurchaseID
		At         time.Time
	}
	PaymentLate struct { // paid after it was voided: to be refunded
		PaymentID  PaymentID
		PurchaseID PurchaseID
		Amount     int64
		At         time.Time
	}
	PaymentRefunded struct {
		RefundID   RefundID
		PaymentID  PaymentID
		PurchaseID PurchaseID
		Amount     int64
		Currency   Currency
		Full       bool
		At         time.Time
	}
	RefundRefused struct {
		RefundID   RefundID
		PaymentID  PaymentID
		PurchaseID PurchaseID
		At         time.Time
	}
	RefundBegun struct { // whoever sees it makes sure that it gets an answer
		RefundID   RefundID
		PaymentID  PaymentID
		PurchaseID PurchaseID
		Amount     int64
		At         time.Time
	}
	PaymentDisputed struct {
		DisputeID  DisputeID
		PaymentID  PaymentID
		PurchaseID PurchaseID
		Amount     int64
		At         time.Time
	}
	DisputeClosed struct {
		DisputeID  DisputeID
		PaymentID  PaymentID
		PurchaseID PurchaseID
		Won        bool
		At         time.Time
	}
	SeatAssigned struct { // its holder is invited, or invited again
		SeatID     SeatID
		PurchaseID PurchaseID
		At         time.Time
	}
	SeatClaimed struct {
		SeatID     SeatID
		PurchaseID PurchaseID
		At         time.Time
	}
	SeatTakenBack struct {
		SeatID     SeatID
		PurchaseID PurchaseID
		At         time.Time
	}
)

func (MembershipStarted) EventName() string   { return "membership.started" }
func (MembershipChanged) EventName() string   { return "membership.changed" }
func (ChangeScheduled) EventName() string     { return "membership.change_scheduled" }
func (ChangeApplied) EventName() string       { return "membership.change_applied" }
func (ChangeSuperseded) EventName() string    { return "membership.change_superseded" }
func (ChangeWithdrawn) EventName() string     { return "membership.change_withdrawn" }
func (ChangeMoot) EventName() string          { return "membership.change_moot" }
func (ChangeDeclined) EventName() string      { return "membership.change_declined" }
func (MembershipRenewed) EventName() string   { return "membership.renewed" }
func (RenewalFailed) EventName() string       { return "membership.renewal_failed" }
func (MembershipRecovered) EventName() string { return "membership.recovered" }
func (MembershipCancelled) EventName() string { return "membership.cancelled" }
func (MembershipResumed) EventName() string   { return "membership.resumed" }
func (MembershipEnded) EventName() string     { return "membership.ended" }
func (MembershipRestarted) EventName() string { return "membership.restarted" }
func (PeriodRefunded) EventName() string      { return "membership.period_refunded" }
func (SeatsGranted) EventName() string        { return "membership.seats_granted" }
func (SeatsShort) EventName() string          { return "membership.seats_short" }
func (MembershipDue) EventName() string       { return "membership.due" }
func (PriceAnnounced) EventName() string      { return "membership.price_announced" }
func (PaymentIntended) EventName() string     { return "payment.intended" }
func (PaymentPaid) EventName() string         { return "payment.paid" }
func (PaymentDeclined) EventName() string     { return "payment.declined" }
func (PaymentVoided) EventName() string       { return "payment.voided" }
func (PaymentLate) EventName() string         { return "payment.late" }
func (PaymentRefunded) EventName() string     { return "payment.refunded" }
func (RefundRefused) EventName() string       { return "payment.refund_refused" }
func (RefundBegun) EventName() string         { return "payment.refund_begun" }
func (PaymentDisputed) EventName() string     { return "payment.disputed" }
func (DisputeClosed) EventName() string       { return "payment.dispute_closed" }
func (SeatAssigned) EventName() string        { return "seat.invited" }
func (SeatClaimed) EventName() string         { return "seat.claimed" }
func (SeatTakenBack) EventName() string       { return "seat.revoked" }

func (e MembershipStarted) EventSubject() string   { return string(e.PurchaseID) }
func (e MembershipChanged) EventSubject() string   { return string(e.PurchaseID) }
func (e ChangeScheduled) EventSubject() string     { return string(e.PurchaseID) }
func (e ChangeApplied) EventSubject() string       { return string(e.PurchaseID) }
func (e ChangeSuperseded) EventSubject() string    { return string(e.PurchaseID) }
func (e ChangeWithdrawn) EventSubject() string     { return string(e.PurchaseID) }
func (e ChangeMoot) EventSubject() string          { return string(e.PurchaseID) }
func (e ChangeDeclined) EventSubject() string      { return string(e.PurchaseID) }
func (e MembershipRenewed) EventSubject() string   { return string(e.PurchaseID) }
func (e RenewalFailed) EventSubject() string       { return string(e.PurchaseID) }
func (e MembershipRecovered) EventSubject() string { return string(e.PurchaseID) }
func (e MembershipCancelled) EventSubject() string { return string(e.PurchaseID) }
func (e MembershipResumed) EventSubject() string   { return string(e.PurchaseID) }
func (e MembershipEnded) EventSubject() string     { return string(e.PurchaseID) }
func (e MembershipRestarted) EventSubject() string { return string(e.PurchaseID) }
func (e PeriodRefunded) EventSubject() string      { return string(e.PurchaseID) }
func (e SeatsGranted) EventSubject() string        { return string(e.PurchaseID) }
func (e SeatsShort) EventSubject() string          { return string(e.PurchaseID) }
func (e MembershipDue) EventSubject() string       { return string(e.PurchaseID) }
func (e PriceAnnounced) EventSubject() string      { return string(e.PurchaseID) }
func (e PaymentIntended) EventSubject() string     { return string(e.PurchaseID) }
func (e PaymentPaid) EventSubject() string         { return string(e.PurchaseID) }
func (e PaymentDeclined) EventSubject() string     { return string(e.PurchaseID) }
func (e PaymentVoided) EventSubject() string       { return string(e.PurchaseID) }
func (e PaymentLate) EventSubject() string         { return string(e.PurchaseID) }
func (e PaymentRefunded) EventSubject() string     { return string(e.PurchaseID) }
func (e RefundRefused) EventSubject() string       { return string(e.PurchaseID) }
func (e RefundBegun) EventSubject() string         { return string(e.PurchaseID) }
func (e PaymentDisputed) EventSubject() string     { return string(e.PurchaseID) }
func (e DisputeClosed) EventSubject() string       { return string(e.PurchaseID) }
func (e SeatAssigned) EventSubject() string        { return string(e.PurchaseID) }
func (e SeatClaimed) EventSubject() string         { return string(e.PurchaseID) }
func (e SeatTakenBack) EventSubject() string       { return string(e.PurchaseID) }
