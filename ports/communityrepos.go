package ports

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
)

// Connections keeps connections, and the sealed tokens of those that have one.
// One is open until it is closed, so also while it is being disconnected. A
// seller has one open connection to a community: Insert and Save fail with
// domain.ErrExists if there is another open one of that service and remote id;
// one without a remote id is in nobody's way. The transaction goes on.
type Connections interface {
	ByID(context.Context, domain.ConnectionID) (domain.Connection, error) // domain.ErrConnectionNotFound
	List(ctx context.Context, after Cursor, limit int) ([]domain.Connection, error)

	// ByRemote returns the open connections of all sellers to one community; an
	// empty remoteID finds none. System only, else domain.ErrScope.
	ByRemote(ctx context.Context, of domain.Service, remoteID string) ([]domain.Connection, error)

	Insert(context.Context, domain.Connection) error
	Save(context.Context, domain.Connection) error

	// Secret returns the token of a connection, sealed, with the number of the
	// secret that it was sealed with; nothing if it has none.
	Secret(context.Context, domain.ConnectionID) (Sealed, error)
	SetSecret(context.Context, domain.ConnectionID, Sealed) error // empty: it has none any more

	// AddCalls adds n calls to those of a connection in a month ("2026-03") and
	// returns how many those are; n may be 0.
	AddCalls(ctx context.Context, id domain.ConnectionID, month string, n int64) (int64, error)
}

// Sealed is a text as a [Sealer] sealed it. The zero value is none.
type Sealed struct {
	Text   string
	Number int
}

// Attachments keeps attachments. The connection and the product must be there.
// Save moves none to another: with another connection or product than it has it
// fails with domain.ErrAttachmentNotFound.
type Attachments interface {
	ByID(context.Context, domain.AttachmentID) (domain.Attachment, error) // domain.ErrAttachmentNotFound
	// ByProduct and ByConnection return removed ones too, by (created_at, id).
	ByProduct(context.Context, domain.ProductID) ([]domain.Attachment, error)
	ByConnection(context.Context, domain.ConnectionID) ([]domain.Attachment, error)
	Insert(context.Context, domain.Attachment) error
	Save(context.Context, domain.Attachment) error
}

// ClaimQuery chooses claims; the zero value means all of the seller's.
type ClaimQuery struct {
	ConnectionID domain.ConnectionID // empty: of any connection
	ProductID    domain.ProductID    // empty: of any product
	State        domain.ClaimState   // empty: in any state
	After        Cursor
	Limit        int // at most 1,000, which is also what 0 means
}

// Claims keeps claims. The connection and the purchase must be there. A
// connection, purchase and seat has one: Insert fails with domain.ErrExists. Save
// moves none to another: with another connection, purchase, seat or product than
// it has it fails with domain.ErrClaimNotFound. The transaction goes on.
type Claims interface {
	ByID(context.Context, domain.ClaimID) (domain.Claim, error) // domain.ErrClaimNotFound
	ByPurchase(context.Context, domain.PurchaseID) ([]domain.Claim, error)
	// Touching returns the claims of a connection whose Subject or OldSubject is
	// that, by (created_at, id); an empty subject finds none.
	Touching(context.Context, domain.ConnectionID, domain.Subject) ([]domain.Claim, error)
	ByEmail(ctx context.Context, email string) ([]domain.Claim, error) // normalised
	List(context.Context, ClaimQuery) ([]domain.Claim, error)          // by (created_at, id)
	Insert(context.Context, domain.Claim) error
	Save(context.Context, domain.Claim) error
	Delete(context.Context, domain.ClaimID) error // of what is not there: nothing
}

// Grants keeps grants. The connection must be there. A connection and subject
// have one: Insert fails with domain.ErrExists. Save moves none to another: with
// another connection or subject than it has it fails with
// domain.ErrGrantNotFound. The transaction goes on.
type Grants interface {
	ByID(context.Context, domain.GrantID) (*domain.Grant, error)                                            // domain.ErrGrantNotFound
	BySubject(context.Context, domain.ConnectionID, domain.Subject) (*domain.Grant, error)                  // domain.ErrGrantNotFound
	List(ctx context.Context, of domain.ConnectionID, after Cursor, limit int) ([]domain.GrantState, error) // by (created_at, id)
	Insert(context.Context, *domain.Grant) error

	// Save fails with domain.ErrMoved unless the row still has the version that
	// was read: a late answer changes nothing. The transaction goes on.
	Save(ctx context.Context, g *domain.Grant, was int64) error
	Delete(context.Context, domain.GrantID) error // of what is not there: nothing
}

// Passes keeps passes. All of it is System's only, else domain.ErrScope: who
// has the secret is found by its digest, and whose it is, is in the pass.
type Passes interface {
	ByDigest(context.Context, domain.Digest) (domain.Pass, error) // domain.ErrPassNotFound
	Insert(context.Context, domain.Pass) error                    // domain.ErrExists
	Save(context.Context, domain.Pass) error
	// Expire forgets up to limit passes that expired before that, and returns
	// how many; with a limit below 1 it forgets none.
	Expire(ctx context.Context, before time.Time, limit int) (int, error)
}

// Blocks keeps whom sellers do not let in, by address, normalised.
type Blocks interface {
	Has(ctx context.Context, email string) (bool, error)
	List(ctx context.Context, after string, limit int) ([]string, error) // in alphabetical order
	Put(ctx context.Context, email string, at time.Time) error           // twice is once
	Delete(ctx context.Context, email string) error                      // of what is not there: nothing
}
