package ports

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
)

// Cursor is a place in a list ordered by time of making, then id. The zero
// Cursor is before the first.
type Cursor struct {
	At time.Time
	ID string
}

// Sellers keeps sellers. In a seller's scope there is only that one.
type Sellers interface {
	ByID(context.Context, domain.SellerID) (domain.Seller, error)               // domain.ErrSellerNotFound
	List(ctx context.Context, after Cursor, limit int) ([]domain.Seller, error) // by (created_at, id)
	Insert(context.Context, domain.Seller) error                                // System only, else domain.ErrScope
	Save(context.Context, domain.Seller) error                                  // moves the product stamp of all of its products
}

// Products keeps products. Permalinks clash without regard to letter case:
// unique ones on the whole server, custom ones within the seller; both as
// domain.ErrPermalinkTaken.
type Products interface {
	ByID(context.Context, domain.ProductID) (domain.Product, error)            // domain.ErrProductNotFound
	ByPermalink(ctx context.Context, permalink string) (domain.Product, error) // the unique one, else the custom one
	List(ctx context.Context, after Cursor, limit int) ([]domain.Product, error)
	Insert(context.Context, domain.Product) error
	Save(context.Context, domain.Product) error // moves its stamp
}

// Variants keeps variants.
type Variants interface {
	ByProduct(context.Context, domain.ProductID) ([]domain.Variant, error) // by position, then id; deleted ones too
	Insert(context.Context, domain.Variant) error                          // moves the product's stamp
	Save(context.Context, domain.Variant) error                            // likewise
}

// PurchaseQuery chooses purchases; the zero value means all of the seller's.
type PurchaseQuery struct {
	ProductID domain.ProductID  // empty: of any product
	BundleOf  domain.PurchaseID // what this bundle's sale included; empty: whatever
	GiftOf    domain.PurchaseID // what this giver's sale gave; empty: whatever
	Email     string            // whose they are, normalised; empty: anybody's
	Terms     []string          // beginnings of words of name or e-mail, in lower case; all must match
	After     Cursor
	Limit     int // at most 1,000, which is also what 0 means
}

// SaleQuery chooses sales, newest first; the zero value means all of the
// seller's.
type SaleQuery struct {
	ProductID domain.ProductID // empty: of any product
	Email     string           // whose they are, normalised; empty: anybody's
	From      time.Time        // the oldest that count; zero: all
	Before    Cursor           // what is older than this place; zero: the newest
	Limit     int              // at most 1,000, which is also what 0 means
}

// Sold is what sales come to.
type Sold struct {
	Sales  int64 // not renewals
	Amount int64 // minor units, renewals and all, without what was given back
}

// Purchases keeps purchases, and their search terms with them. What a purchase
// names beside its product (membership, variants, the purchases it is of) may
// come later, as in an import; another seller's never shows in Facts.
type Purchases interface {
	ByID(context.Context, domain.PurchaseID) (*domain.Purchase, error)   // domain.ErrPurchaseNotFound
	ByOrderNumber(context.Context, int64) (*domain.Purchase, error)      // domain.ErrPurchaseNotFound
	List(context.Context, PurchaseQuery) ([]domain.PurchaseState, error) // by (created_at, id)

	// Newest lists the sales that count as such: those that were paid and the
	// trials that began. By (created_at, id), the last first.
	Newest(context.Context, SaleQuery) ([]domain.PurchaseState, error)

	// Sold sums what Newest would list of a product, and its paid renewals.
	Sold(context.Context, domain.ProductID) (Sold, error)

	// Unlicensed looks at the product's next purchases after a cursor, by
	// (created_at, id), at most so many of them as limit says, and returns those
	// that have no licence, whether they would earn one or not. next is where it
	// stopped, also if it found none; the zero Cursor: there are no more.
	Unlicensed(ctx context.Context, p domain.ProductID, after Cursor, limit int) (found []domain.PurchaseID, next Cursor, err error)

	// Insert fails with domain.ErrOrderNumberTaken if the seller has that
	// number: draw another, inside the same closure. The transaction goes on.
	Insert(context.Context, *domain.Purchase) error

	// Save moves the stamp of the purchase's licences, and of the licences of
	// gifts that it gave. It fails with domain.ErrOrderNumberTaken as Insert does.
	Save(context.Context, *domain.Purchase) error
}

// Memberships keeps memberships.
type Memberships interface {
	ByID(context.Context, domain.MembershipID) (*domain.Membership, error) // domain.ErrMembershipNotFound
	List(ctx context.Context, after Cursor, limit int) ([]domain.MembershipState, error)

	// Newest lists the live ones of a product, by (created_at, id), the last
	// first: those older than a place, or the newest, if it is zero.
	Newest(ctx context.Context, of domain.ProductID, before Cursor, limit int) ([]domain.MembershipState, error)

	Insert(context.Context, *domain.Membership) error
	Save(context.Context, *domain.Membership) error // moves the stamp of the licences of all its purchases

	// SeatsIn counts the seats of a tier that the seller's memberships other
	// than except take up, and those that sales wait to pay for: the sum of
	// [domain.MembershipState.SeatsIn] and of [domain.PaymentState.SeatsIn].
	SeatsIn(ctx context.Context, tier domain.VariantID, except domain.MembershipID) (int, error)
}

// Payments keeps payments. The purchase that one names must be there; its
// membership may come later, as in an import.
//
// Insert and Save fail with domain.ErrExists if another payment of the seller
// has its key or the processor's id of it, and with domain.ErrAlreadyPaid if a
// membership would have two paid renewals of one cycle, by the same seller's
// payments: what another seller's name is in nobody's way. The transaction goes
// on. What belongs to one purchase or payment is listed by (created_at, id).
type Payments interface {
	ByID(context.Context, domain.PaymentID) (*domain.Payment, error) // domain.ErrPaymentNotFound
	ByPurchase(context.Context, domain.PurchaseID) ([]domain.PaymentState, error)
	List(ctx context.Context, after Cursor, limit int) ([]domain.PaymentState, error)

	// Renewals lists the renewals that were paid, those of sales of that product
	// and address, by (created_at, id), the last first.
	Renewals(context.Context, SaleQuery) ([]domain.PaymentState, error)

	Insert(context.Context, *domain.Payment) error
	Save(context.Context, *domain.Payment) error
}

// Refunds keeps refunds, the rows of payments. The payment must be there.
// Insert and Save fail with domain.ErrExists if another refund of the seller
// has its key.
type Refunds interface {
	ByID(context.Context, domain.RefundID) (domain.Refund, error) // domain.ErrRefundNotFound
	ByPayment(context.Context, domain.PaymentID) ([]domain.Refund, error)
	List(ctx context.Context, after Cursor, limit int) ([]domain.Refund, error)
	Insert(context.Context, domain.Refund) error
	Save(context.Context, domain.Refund) error
}

// Disputes keeps disputes, the rows of payments. The payment must be there.
// List goes by (opened_at, id).
type Disputes interface {
	ByID(context.Context, domain.DisputeID) (domain.Dispute, error) // domain.ErrDisputeNotFound
	ByPayment(context.Context, domain.PaymentID) ([]domain.Dispute, error)
	List(ctx context.Context, after Cursor, limit int) ([]domain.Dispute, error)
	Insert(context.Context, domain.Dispute) error
	Save(context.Context, domain.Dispute) error
}

// Seats keeps named seats. The purchase must be there. Insert and Save fail with
// domain.ErrSeatTaken if the address has another seat of the purchase that is
// not revoked. The transaction goes on.
type Seats interface {
	ByID(context.Context, domain.SeatID) (domain.Seat, error)             // domain.ErrSeatNotFound
	ByPurchase(context.Context, domain.PurchaseID) ([]domain.Seat, error) // revoked ones too
	List(ctx context.Context, after Cursor, limit int) ([]domain.Seat, error)
	Insert(context.Context, domain.Seat) error
	Save(context.Context, domain.Seat) error
}

// CountedLicense is a licence with its uses, as they were at that instant.
type CountedLicense struct {
	License domain.LicenseState
	Uses    int64
}

// Licenses keeps licences. It never writes uses, save the number that Insert
// starts with: they are [Store.Count]'s.
type Licenses interface {
	ByID(context.Context, domain.LicenseID) (*domain.License, error) // domain.ErrLicenseNotFound

	// ByPurchase returns the licence of the purchase's seat, or of the whole
	// purchase if the seat is empty; else domain.ErrLicenseNotFound.
	ByPurchase(context.Context, domain.PurchaseID, domain.SeatID) (*domain.License, error)

	List(ctx context.Context, after Cursor, limit int) ([]CountedLicense, error)

	// Uses returns how often a licence was used; else domain.ErrLicenseNotFound.
	Uses(context.Context, domain.LicenseID) (int64, error)

	// Insert fails with domain.ErrLicenseExists if the purchase's seat has a
	// licence and domain.ErrKeyTaken if the product has the key, letter case
	// and trailing blanks aside. The transaction goes on.
	Insert(ctx context.Context, l *domain.License, uses int64) error

	// Save moves the licence's stamp; domain.ErrKeyTaken as Insert.
	Save(context.Context, *domain.License) error
}

// Tokens keeps access tokens. List returns those of the seller, not those of
// sales and seats; the sale, seat or application of one must be there, and Save
// moves none to another.
type Tokens interface {
	ByID(context.Context, domain.TokenID) (*domain.Token, error)    // domain.ErrTokenNotFound
	ByDigest(context.Context, domain.Digest) (*domain.Token, error) // System only, else domain.ErrScope
	List(ctx context.Context, after Cursor, limit int) ([]domain.TokenState, error)
	// Live reports whether an application has a token that is not revoked and
	// allows the scope; for an empty id, whether the seller has one of their own.
	Live(context.Context, domain.ApplicationID, domain.Scope) (bool, error)
	Insert(context.Context, *domain.Token) error
	Save(context.Context, *domain.Token) error
}

// Mails keeps mails to be read here, their text sealed where the store seals.
type Mails interface {
	ByID(context.Context, domain.MailID) (domain.Mail, error) // domain.ErrMailNotFound
	List(ctx context.Context, after Cursor, limit int) ([]domain.Mail, error)
	Insert(context.Context, domain.Mail) error   // domain.ErrExists if the seller has one of its cause
	Delete(context.Context, domain.MailID) error // of what is not there: nothing
}

// Events keeps what happened, for those who are told of it. In a seller's
// scope only: an event belongs to one.
type Events interface {
	// Append adds events, in this order. Their Seq and SellerID are the store's
	// to give. Nothing else makes an event.
	Append(context.Context, ...Event) error
}

// Commands remembers the commands that came with an idempotency key, and what
// was answered. In a seller's scope only.
type Commands interface {
	// Begin takes the key for c, and reports true. If the key is taken it
	// reports false and the command that has it, with the answer kept.
	Begin(ctx context.Context, c Command) (was Command, fresh bool, err error)
	// ByKey returns the command that has the key, or
	// [domain.ErrCommandNotFound].
	ByKey(ctx context.Context, key string) (Command, error)
	// Finish keeps the answer and the state, sealed where the store seals.
	Finish(ctx context.Context, key, state string, answer []byte) error
	// Release frees the key of a command that was begun and not finished. One
	// that has an answer keeps it, and a key that is free stays free.
	Release(ctx context.Context, key string) error
}

// Command is a command that came with an idempotency key.
type Command struct {
	Key       string
	Request   domain.Digest // of the request; another request under the same key is refused
	State     string        // "started", then "done"
	Answer    []byte        // nil until Finish
	CreatedAt time.Time
}

// Task is how far a long piece of work has come.
type Task struct {
	ID         string // "past_sales:<product>", "import:<digest of the file>"
	Done       int64  // pieces done so far
	Total      int64  // as estimated when it began; 0: unknown
	Cursor     Cursor // where it goes on
	StartedAt  time.Time
	FinishedAt time.Time // zero: it goes on
}

// Progress keeps how far long work has come, in the same transaction as the
// work. A seller's tasks and the system's are apart.
type Progress interface {
	ByID(ctx context.Context, id string) (Task, error) // domain.ErrProgressNotFound
	Put(context.Context, Task) error                   // makes or replaces
}
