package domain

import "errors"

// A Kind says how a caller should react to an [Error]. Transports map kinds,
// never codes, to their statuses.
type Kind uint8

// The kinds of refusal. The zero Kind is an internal failure.
const (
	Internal        Kind = iota // unclassified: never shown to clients
	Invalid                     // the request is malformed or breaks a rule of form
	NotFound                    // the thing named does not exist, or must look so
	Conflict                    // something else has the name, or changed it first
	Precondition                // well formed, but the present state forbids it
	Declined                    // a payment was refused
	Unauthenticated             // nobody known is asking
	Forbidden                   // somebody known is asking for what is not theirs
	Unavailable                 // nothing was done; try again later
	kinds
)

// Kinds returns every kind, for tests that range over them.
func Kinds() []Kind {
	all := make([]Kind, kinds)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// Error is a refusal. It matches the sentinel it was copied from with
// errors.Is, whatever it was annotated with.
type Error struct {
	Kind  Kind
	Code  string // stable and machine readable, such as "license_disabled"
	Msg   string // one sentence that is safe to show
	Field string // the input at fault, if one is: "email"
	About string // the id of the thing refused about, if a caller needs it
	Err   error  // the cause, for operators only; never shown to clients
}

// Error returns the sentence with its field and cause.
func (e *Error) Error() string {
	s := e.Msg
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is matches by code, so an annotated copy still matches its sentinel.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Because returns a copy of e that carries its cause.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Err = cause
	return &c
}

// On returns a copy of e that names the thing it is about.
func (e *Error) On(id string) *Error {
	c := *e
	c.About = id
	return &c
}

// InvalidField returns an Invalid error of code "invalid" that names the input
// at fault and says how to mend it.
func InvalidField(field, msg string) *Error {
	return &Error{Kind: Invalid, Code: ErrInvalid.Code, Field: field, Msg: msg}
}

// KindOf reports err's kind: that of the outermost [Error] in its chain, and
// Internal if there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// CodeOf reports err's code: that of the outermost [Error] in its chain, and
// "internal" if there is none.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return "internal"
}

// What the licence API refuses.
var (
	ErrLicenseNotFound   = &Error{Kind: NotFound, Code: "license_not_found", Msg: "that license does not exist for the provided product"}
	ErrLicenseDisabled   = &Error{Kind: NotFound, Code: "license_disabled", Msg: "this license key has been disabled"}
	ErrAccessRevoked     = &Error{Kind: NotFound, Code: "access_revoked", Msg: "access to the purchase associated with this license has expired"}
	ErrNotOwner          = &Error{Kind: NotFound, Code: "not_owner", Msg: "not found"}
	ErrSeveralLicenses   = &Error{Kind: Invalid, Code: "several_licenses", Field: "product", Msg: "several products have this key; name the one that is meant"}
	ErrProductIDRequired = &Error{Kind: Precondition, Code: "product_id_required", Msg: "this product's licenses are verified by product id"}
)

// What is not there.
var (
	ErrSellerNotFound     = &Error{Kind: NotFound, Code: "seller_not_found", Msg: "no such seller"}
	ErrProductNotFound    = &Error{Kind: NotFound, Code: "product_not_found", Msg: "no such product"}
	ErrVariantNotFound    = &Error{Kind: NotFound, Code: "variant_not_found", Msg: "no such variant"}
	ErrPurchaseNotFound   = &Error{Kind: NotFound, Code: "purchase_not_found", Msg: "no such purchase"}
	ErrMembershipNotFound = &Error{Kind: NotFound, Code: "membership_not_found", Msg: "no such membership"}
	ErrTokenNotFound      = &Error{Kind: NotFound, Code: "token_not_found", Msg: "no such access token"}
	ErrCommandNotFound    = &Error{Kind: NotFound, Code: "command_not_found", Msg: "no command has that idempotency key"}
	ErrProgressNotFound   = &Error{Kind: NotFound, Code: "progress_not_found", Msg: "nothing of that name was ever started"}
)

// What the state of a thing forbids.
var (
	ErrAlreadyRefunded  = &Error{Kind: Precondition, Code: "already_refunded", Msg: "the purchase is already refunded"}
	ErrRefundTooLarge   = &Error{Kind: Invalid, Code: "refund_too_large", Field: "amount", Msg: "more than what is left of the purchase's price"}
	ErrNotCharged       = &Error{Kind: Precondition, Code: "not_charged", Msg: "the purchase was not charged"}
	ErrNotDisputed      = &Error{Kind: Precondition, Code: "not_disputed", Msg: "the purchase is not disputed"}
	ErrNotRevocable     = &Error{Kind: Precondition, Code: "not_revocable", Msg: "access of a refunded purchase or of a membership is not revoked by hand"}
	ErrNotRevoked       = &Error{Kind: Precondition, Code: "not_revoked", Msg: "access to the purchase is not revoked"}
	ErrNotPending       = &Error{Kind: Precondition, Code: "not_pending", Msg: "the purchase is not waiting for its payment"}
	ErrNotPreordered    = &Error{Kind: Precondition, Code: "not_preordered", Msg: "the purchase is not a preorder that waits for its release"}
	ErrNotLicensed      = &Error{Kind: Precondition, Code: "not_licensed", Msg: "the product has no license keys; switch licensing on first"}
	ErrNoSeats          = &Error{Kind: Precondition, Code: "seats_not_offered", Msg: "seats are offered on licensed memberships only"}
	ErrNotForSale       = &Error{Kind: Precondition, Code: "not_for_sale", Field: "product", Msg: "the product is not published, or sold before its release only"}
	ErrBelowLeastCharge = &Error{Kind: Precondition, Code: "below_least_charge", Field: "quantity", Msg: "it costs less than the processor collects; nothing can be charged for so few"}
	ErrDeleted          = &Error{Kind: Precondition, Code: "product_deleted", Msg: "the product is deleted"}
	ErrNotDeleted       = &Error{Kind: Precondition, Code: "product_not_deleted", Msg: "the product is not deleted, or was deleted too long ago"}
)

// What a membership's state forbids (its codes are permanent).
var (
	ErrBelowMinimumSeats   = &Error{Kind: Invalid, Code: "below_minimum_seats", Field: "seats", Msg: "at least one seat is paid for; cancel the membership instead"}
	ErrAboveMaximumSeats   = &Error{Kind: Invalid, Code: "above_maximum_seats", Field: "seats", Msg: "more seats than the product sells to one buyer"}
	ErrTierCapacity        = &Error{Kind: Precondition, Code: "tier_capacity_exceeded", Field: "seats", Msg: "the tier has not so many seats left"}
	ErrSeatsAssigned       = &Error{Kind: Precondition, Code: "seats_assigned", Field: "seats", Msg: "more seats are assigned than would be left; free some first"}
	ErrNoSeatAvailable     = &Error{Kind: Precondition, Code: "no_seat_available", Msg: "every seat is assigned, or will be gone at the next renewal"}
	ErrMixedDirection      = &Error{Kind: Precondition, Code: "mixed_direction", Msg: "one part of the change is more and the other less; ask for them one after the other"}
	ErrCreditExceedsCharge = &Error{Kind: Precondition, Code: "credit_exceeds_charge", Msg: "what is left of the paid period is worth more than the new one costs"}
	ErrPaymentDeclined     = &Error{Kind: Declined, Code: "payment_declined", Msg: "the payment was declined; nothing has changed"}
	ErrAnswerLost          = &Error{Kind: Conflict, Code: "answer_lost", Msg: "the command that has this idempotency key was begun, and what it answered is not known; look at the thing before asking again under another key"}
	ErrChangeInProgress    = &Error{Kind: Conflict, Code: "change_in_progress", Msg: "a payment for this membership has no answer yet; try again when it has"}
	ErrRenewalInProgress   = &Error{Kind: Conflict, Code: "renewal_in_progress", Msg: "the period is over and its renewal has not run; try again in a moment"}
	ErrPaymentOverdue      = &Error{Kind: Precondition, Code: "payment_overdue", Msg: "a payment is overdue; pay it first"}
	ErrCancelScheduled     = &Error{Kind: Precondition, Code: "cancellation_scheduled", Msg: "the membership is cancelled at the end of its period; take that back first"}
	ErrFixedLength         = &Error{Kind: Precondition, Code: "fixed_length_no_plan_change", Msg: "a membership of fixed length keeps its seats, tier and recurrence"}
	ErrQuoteStale          = &Error{Kind: Conflict, Code: "quote_stale", Field: "quote", Msg: "the membership has changed since this quote; ask for a new one"}
	ErrQuoteExpired        = &Error{Kind: Conflict, Code: "quote_expired", Field: "quote", Msg: "the quote is too old; ask for a new one"}
	ErrNotActive           = &Error{Kind: Precondition, Code: "not_active", Msg: "the membership has ended"}
	ErrNotRestartable      = &Error{Kind: Precondition, Code: "not_restartable", Msg: "the buyer cannot restart this membership"}
	ErrNotCancelled        = &Error{Kind: Precondition, Code: "not_cancelled", Msg: "no cancellation is scheduled"}
	ErrAlreadyActive       = &Error{Kind: Precondition, Code: "already_active", Msg: "the membership has not ended"}
	ErrChargedElsewhere    = &Error{Kind: Precondition, Code: "charged_elsewhere", Msg: "somebody else charges this membership; change it there, and record what became of it"}
	ErrChargedHere         = &Error{Kind: Precondition, Code: "charged_here", Msg: "this membership is charged here; only what somebody else charges is recorded"}
	ErrNoticeTooShort      = &Error{Kind: Invalid, Code: "notice_too_short", Field: "effective_at", Msg: "members are told of a new price at least seven days before"}
)

// What the state of a payment, a refund, a dispute or a seat forbids.
var (
	ErrPaymentNotFound = &Error{Kind: NotFound, Code: "payment_not_found", Msg: "no such payment"}
	ErrRefundNotFound  = &Error{Kind: NotFound, Code: "refund_not_found", Msg: "no such refund"}
	ErrDisputeNotFound = &Error{Kind: NotFound, Code: "dispute_not_found", Msg: "no such dispute"}
	ErrMailNotFound    = &Error{Kind: NotFound, Code: "mail_not_found", Msg: "no such mail"}
	ErrJobNotFound     = &Error{Kind: NotFound, Code: "job_not_found", Msg: "no such job among those that were given up"}
	ErrSeatNotFound    = &Error{Kind: NotFound, Code: "seat_not_found", Msg: "no such seat"}
	ErrPaymentClosed   = &Error{Kind: Conflict, Code: "payment_closed", Msg: "the payment or refund has another answer already"}
	ErrRefundRefused   = &Error{Kind: Declined, Code: "refund_refused", Msg: "the processor refused to give the money back; nothing was refunded"}
	ErrDisputeClosed   = &Error{Kind: Conflict, Code: "dispute_closed", Msg: "the dispute has the other outcome already"}
	ErrSeatClaimed     = &Error{Kind: Precondition, Code: "seat_claimed", Msg: "the seat was claimed already"}
	ErrSeatRevoked     = &Error{Kind: Precondition, Code: "seat_revoked", Msg: "the seat was taken back"}
)

// What communities refuse.
var (
	ErrConnectionNotFound = &Error{Kind: NotFound, Code: "connection_not_found", Msg: "no such community is connected"}
	ErrAttachmentNotFound = &Error{Kind: NotFound, Code: "attachment_not_found", Msg: "the product is not attached to such a community"}
	ErrClaimNotFound      = &Error{Kind: NotFound, Code: "claim_not_found", Msg: "nobody has such a claim"}
	ErrGrantNotFound      = &Error{Kind: NotFound, Code: "grant_not_found", Msg: "nobody was let in like that"}
	ErrPassNotFound       = &Error{Kind: NotFound, Code: "pass_not_found", Msg: "the link or session is not known here; ask for a new one"}
	ErrPassSpent          = &Error{Kind: Precondition, Code: "pass_spent", Msg: "the link was used already, or is too old; ask for a new one"}
	ErrConnectionTaken    = &Error{Kind: Conflict, Code: "connection_taken", Msg: "this community is already connected by another seller of this server"}
	ErrNoAccess           = &Error{Kind: Precondition, Code: "no_access", Msg: "what was bought has ended, or gives no access to a community"}
	ErrAccountBound       = &Error{Kind: Conflict, Code: "account_bound", Msg: "the access is already used by another account"}
	ErrCommunityRefused   = &Error{Kind: Precondition, Code: "community_refused", Msg: "the community refuses it"}
	ErrNotConfigured      = &Error{Kind: Precondition, Code: "not_configured", Msg: "this server is not set up for that; see the settings"}
	ErrErased             = &Error{Kind: Precondition, Code: "erased", Msg: "who bought this was forgotten on request"}
)

// What webhooks and applications refuse.
var (
	ErrWebhookNotFound     = &Error{Kind: NotFound, Code: "webhook_not_found", Msg: "no such webhook"}
	ErrDeliveryNotFound    = &Error{Kind: NotFound, Code: "delivery_not_found", Msg: "no such delivery"}
	ErrApplicationNotFound = &Error{Kind: NotFound, Code: "application_not_found", Msg: "no such application"}
	ErrTooManyWebhooks     = &Error{Kind: Precondition, Code: "too_many_webhooks", Msg: "there are 1,000 webhooks already; delete one first"}
	ErrNotSigned           = &Error{Kind: Precondition, Code: "webhook_not_signed", Msg: "pings are not signed: this webhook has no secret"}
	ErrWebhookStopped      = &Error{Kind: Precondition, Code: "webhook_stopped", Msg: "nothing is sent to this webhook; resume it first"}
)

// What is taken.
var (
	ErrExists           = &Error{Kind: Conflict, Code: "exists", Msg: "something with this id is there already"}
	ErrPermalinkTaken   = &Error{Kind: Conflict, Code: "permalink_taken", Field: "permalink", Msg: "another product has this permalink"}
	ErrLicenseExists    = &Error{Kind: Conflict, Code: "license_exists", Msg: "the purchase has a license already"}
	ErrKeyTaken         = &Error{Kind: Conflict, Code: "key_taken", Field: "key", Msg: "another license of this product has this key"}
	ErrOrderNumberTaken = &Error{Kind: Conflict, Code: "order_number_taken", Field: "order_number", Msg: "another purchase of this seller has this order number"}
	ErrSeatTaken        = &Error{Kind: Conflict, Code: "seat_taken", Field: "email", Msg: "this address has a seat of the purchase already"}
	ErrAlreadyPaid      = &Error{Kind: Conflict, Code: "already_paid", Msg: "this cycle of the membership is paid already"}
	ErrKeyReused        = &Error{Kind: Conflict, Code: "key_reused", Field: "idempotency_key", Msg: "this idempotency key came before with another request"}
)

// Who may.
var (
	ErrUnauthenticated = &Error{Kind: Unauthenticated, Code: "unauthenticated", Msg: "the access token is missing, unknown or revoked"}
	ErrForbidden       = &Error{Kind: Forbidden, Code: "forbidden", Msg: "the access token lacks the scope for this"}
)

// What stores and arithmetic say.
var (
	ErrNoTestClock   = &Error{Kind: Precondition, Code: "no_test_clock", Msg: "the clock of this server is the machine's; only a test clock can be moved"}
	ErrInvalid       = &Error{Kind: Invalid, Code: "invalid", Msg: "the input is not valid"}
	ErrOverflow      = &Error{Kind: Invalid, Code: "overflow", Msg: "the amount is too large"}
	ErrCurrency      = &Error{Kind: Invalid, Code: "currency_mismatch", Msg: "the amounts are of different currencies"}
	ErrReadOnly      = &Error{Kind: Internal, Code: "read_only", Msg: "write inside View"}
	ErrNested        = &Error{Kind: Internal, Code: "nested", Msg: "the store was used inside its own View or Update"}
	ErrEffectsWithin = &Error{Kind: Internal, Code: "effects_within", Msg: "this reaches beyond the caller's transaction; do it outside, once that is committed"}
	ErrScope         = &Error{Kind: Internal, Code: "scope", Msg: "not in this transaction's scope"}
	ErrMoved         = &Error{Kind: Conflict, Code: "moved", Msg: "what was read has changed meanwhile"}
	ErrConflict      = &Error{Kind: Conflict, Code: "conflict", Msg: "something else changed it first; try again"}
	ErrUnavailable   = &Error{Kind: Unavailable, Code: "unavailable", Msg: "nothing was done; try again in a moment"}
	ErrHeld          = &Error{Kind: Unavailable, Code: "charges_held", Msg: "charges are held here for the moment; nothing was charged"}
	ErrWrongSecret   = &Error{Kind: Internal, Code: "wrong_secret", Msg: "the secret is not the one this database was made with"}
)
