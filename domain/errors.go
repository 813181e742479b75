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
	ErrProgressNotFound   = &Error{Kind: NotFound, Code: "progress_not_found", Msg: "nothing of that name was ever started"}
)

// What the state of a thing forbids.
var (
	ErrAlreadyRefunded = &Error{Kind: Precondition, Code: "already_refunded", Msg: "the purchase is already refunded"}
	ErrRefundTooLarge  = &Error{Kind: Invalid, Code: "refund_too_large", Field: "amount", Msg: "more than what is left of the purchase's price"}
	ErrNotCharged      = &Error{Kind: Precondition, Code: "not_charged", Msg: "the purchase was not charged"}
	ErrNotDisputed     = &Error{Kind: Precondition, Code: "not_disputed", Msg: "the purchase is not disputed"}
	ErrNotRevocable    = &Error{Kind: Precondition, Code: "not_revocable", Msg: "access of a refunded purchase or of a membership is not revoked by hand"}
	ErrNotRevoked      = &Error{Kind: Precondition, Code: "not_revoked", Msg: "access to the purchase is not revoked"}
	ErrNotPending      = &Error{Kind: Precondition, Code: "not_pending", Msg: "the purchase is not waiting for its payment"}
	ErrNotPreordered   = &Error{Kind: Precondition, Code: "not_preordered", Msg: "the purchase is not a preorder that waits for its release"}
	ErrNotLicensed     = &Error{Kind: Precondition, Code: "not_licensed", Msg: "the product has no license keys; switch licensing on first"}
	ErrNoSeats         = &Error{Kind: Precondition, Code: "seats_not_offered", Msg: "seats are offered on licensed memberships only"}
	ErrMembershipSale  = &Error{Kind: Precondition, Code: "membership_sale", Msg: "memberships are not sold one by one yet; import them"}
	ErrDeleted         = &Error{Kind: Precondition, Code: "product_deleted", Msg: "the product is deleted"}
	ErrNotDeleted      = &Error{Kind: Precondition, Code: "product_not_deleted", Msg: "the product is not deleted, or was deleted too long ago"}
)

// What is taken.
var (
	ErrExists           = &Error{Kind: Conflict, Code: "exists", Msg: "something with this id is there already"}
	ErrPermalinkTaken   = &Error{Kind: Conflict, Code: "permalink_taken", Field: "permalink", Msg: "another product has this permalink"}
	ErrLicenseExists    = &Error{Kind: Conflict, Code: "license_exists", Msg: "the purchase has a license already"}
	ErrKeyTaken         = &Error{Kind: Conflict, Code: "key_taken", Field: "key", Msg: "another license of this product has this key"}
	ErrOrderNumberTaken = &Error{Kind: Conflict, Code: "order_number_taken", Field: "order_number", Msg: "another purchase of this seller has this order number"}
	ErrKeyReused        = &Error{Kind: Conflict, Code: "key_reused", Field: "idempotency_key", Msg: "this idempotency key came before with another request"}
)

// Who may.
var (
	ErrUnauthenticated = &Error{Kind: Unauthenticated, Code: "unauthenticated", Msg: "the access token is missing, unknown or revoked"}
	ErrForbidden       = &Error{Kind: Forbidden, Code: "forbidden", Msg: "the access token lacks the scope for this"}
)

// What stores and arithmetic say.
var (
	ErrInvalid     = &Error{Kind: Invalid, Code: "invalid", Msg: "the input is not valid"}
	ErrOverflow    = &Error{Kind: Invalid, Code: "overflow", Msg: "the amount is too large"}
	ErrCurrency    = &Error{Kind: Invalid, Code: "currency_mismatch", Msg: "the amounts are of different currencies"}
	ErrReadOnly    = &Error{Kind: Internal, Code: "read_only", Msg: "write inside View"}
	ErrNested      = &Error{Kind: Internal, Code: "nested", Msg: "the store was used inside its own View or Update"}
	ErrScope       = &Error{Kind: Internal, Code: "scope", Msg: "not in this transaction's scope"}
	ErrMoved       = &Error{Kind: Conflict, Code: "moved", Msg: "what was read has changed meanwhile"}
	ErrConflict    = &Error{Kind: Conflict, Code: "conflict", Msg: "something else changed it first; try again"}
	ErrUnavailable = &Error{Kind: Unavailable, Code: "unavailable", Msg: "nothing was done; try again in a moment"}
	ErrWrongSecret = &Error{Kind: Internal, Code: "wrong_secret", Msg: "the secret is not the one this database was made with"}
)
