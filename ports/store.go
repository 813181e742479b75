package ports

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
)

// Store keeps usher's state. Several processes may share one.
//
// Calls on the same store inside a View or Update, with the context that its
// closure was given, fail at once with [domain.ErrNested]. When too much waits,
// or the database cannot be reached or written, a call fails quickly with
// [domain.ErrUnavailable] and nothing is done.
type Store interface {
	// View runs fn on a snapshot: what fn reads was all true at one instant. A
	// write in fn fails with [domain.ErrReadOnly]. It lasts at most five
	// seconds; what takes longer is read in slices, each its own View.
	View(ctx context.Context, who Scope, fn func(context.Context, Tx) error) error

	// Update runs fn serializably, as if alone, and keeps all of its writes or
	// none: none if fn fails or panics or its context ends. It may run fn more
	// than once, so fn must do nothing that cannot be undone; it assigns to
	// captured variables and does not append to them. fn uses the context it is
	// given, keeps to one subject (a sale and what hangs on it), and saves what
	// it loaded before it appends events.
	Update(ctx context.Context, who Scope, fn func(context.Context, Tx) error) error

	// Facts returns the facts of every holder of a key, the longest-held
	// licence first, read by one statement: none if nobody has it. A ProductID
	// in what keeps to that product; its Permalink is not looked at. It is in
	// nobody's scope: the key is the secret that opens it.
	Facts(ctx context.Context, what domain.Lookup) ([]domain.Facts, error)

	// Count adds n to the uses of the licence that was seen, never below 0, and
	// returns the count after it; n may be 0 or negative. It fails with
	// [domain.ErrMoved], and counts nothing, if what was seen has changed or
	// gone. Concurrent calls share commits, each is answered with its own
	// number, and only after its use is durable. A caller whose context ends
	// gets no number, although the use may be counted. Nothing else changes
	// uses.
	Count(ctx context.Context, seen domain.Seen, n int) (uses int64, err error)

	Queue

	// TestClock returns the business time at which the store stands still, and
	// false if it was made without a test clock: then it has the machine's.
	TestClock(ctx context.Context) (at time.Time, ok bool, err error)

	// MoveTestClock moves it forward; back, it stays where it is. Without one it
	// fails with [domain.ErrNoTestClock].
	MoveTestClock(ctx context.Context, to time.Time) error
}

// Tx is the repositories of one transaction, valid until its closure returns.
// Loading what the scope does not reach is "not found"; so is saving it.
// Insert fails with [domain.ErrExists] if the id is there, in any scope; Save
// changes a row that is there and never makes one.
type Tx struct {
	Sellers     Sellers
	Products    Products
	Variants    Variants
	Purchases   Purchases
	Memberships Memberships
	Payments    Payments
	Refunds     Refunds
	Disputes    Disputes
	Seats       Seats
	Licenses    Licenses
	Tokens      Tokens
	Events      Events
	Commands    Commands
	Mails       Mails
	Connections Connections
	Attachments Attachments
	Claims      Claims
	Grants      Grants
	Passes      Passes
	Blocks      Blocks
	Progress    Progress

	Applications Applications
	Webhooks     Webhooks
	Deliveries   Deliveries
}
