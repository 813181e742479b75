package domain

import (
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Ids are opaque strings, one type for each thing, so that none is passed for
// another. Those usher makes come from [NewID]; imported ones are kept as they
// came. They do not sort by age.
type (
	SellerID      string // a seller
	ProductID     string // a product
	VariantID     string // a version or tier
	PurchaseID    string // a sale; the sale_id of the REST wire
	MembershipID  string // a membership
	LicenseID     string // a licence, whatever key it has at the moment
	SeatID        string // a seat; empty on a licence that belongs to its whole purchase
	PaymentID     string // one try to take money
	RefundID      string // money of a payment on its way back
	DisputeID     string // a bank taking a payment back
	TokenID       string // an access token, not its secret
	MailID        string // a mail
	ConnectionID  string // a link to a community
	AttachmentID  string // a rule that lets customers of a product in
	ClaimID       string // one reason for somebody to be in
	GrantID       string // what was given to one person in one community
	ApplicationID string // a program with tokens of its own; its client_id
	WebhookID     string // an address that is told what happens
	DeliveryID    string // one thing to tell a webhook
	EventID       string // an event
	JobID         string // a job
)

// UserID is the decimal id, at most 13 digits, that a seller or a signed-in
// buyer is known by. It is empty for a guest.
type UserID string

// NewID makes an id: the 16 bytes of a UUID of version 7 (RFC 9562) in
// URL-safe base64 with padding, 24 characters that end in "==".
func NewID(at time.Time, random [10]byte) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(at.UnixMilli())<<16)
	copy(b[6:], random[:])
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return base64.URLEncoding.EncodeToString(b[:])
}

// NewUserID makes a decimal id of at most 13 digits, never 0.
func NewUserID(random uint64) UserID {
	const most = 9_999_999_999_999
	return UserID(strconv.FormatUint(random%most+1, 10))
}

// NewOrderNumber makes an order number in 1..2^30-1. It is unique per seller
// only once a store has taken it; on [ErrOrderNumberTaken] draw again.
func NewOrderNumber(random uint32) int64 {
	const most = 1<<30 - 1
	return int64(random%most) + 1
}

// NewPermalink makes a permalink of six lower-case letters.
func NewPermalink(random uint64) string {
	var b [6]byte
	for i := range b {
		b[i] = 'a' + byte(random%26)
		random /= 26
	}
	return string(b[:])
}

// Storable reports whether s may be asked of or kept in a store: it is valid
// UTF-8 without a NUL. Whatever is not cannot be the name of anything.
func Storable(s string) bool {
	return utf8.ValidString(s) && !strings.Contains(s, "\x00")
}

// checkText refuses what no store keeps alike, and what is longer than most bytes.
func checkText(field, s string, most int) error {
	switch {
	case !Storable(s):
		return InvalidField(field, "must be valid UTF-8 without NUL characters")
	case len(s) > most:
		return InvalidField(field, "must be at most "+strconv.Itoa(most)+" bytes")
	}
	return nil
}

const maxIDInBytes = 255

// maxListInBytes is how long a list in a state may be, as it is kept: together
// with everything else it still fits into one line of an export.
const maxListInBytes = 50_000

// checkID refuses an id that is empty or not storable.
func checkID(field, id string) error {
	if id == "" {
		return InvalidField(field, "is missing")
	}
	return checkText(field, id, maxIDInBytes)
}

// first returns the first error that is not nil.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
