package ports

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
)

// Applications keeps applications.
type Applications interface {
	ByID(context.Context, domain.ApplicationID) (domain.Application, error)            // domain.ErrApplicationNotFound
	ByClient(ctx context.Context, id domain.ApplicationID) (domain.Application, error) // of any seller; System only, else domain.ErrScope
	List(ctx context.Context, after Cursor, limit int) ([]domain.Application, error)   // by (created_at, id)
	Insert(context.Context, domain.Application) error                                  // domain.ErrExists
	Save(context.Context, domain.Application) error
}

// Webhooks keeps webhooks, deleted ones too, and their sealed secrets.
type Webhooks interface {
	ByID(context.Context, domain.WebhookID) (domain.Webhook, error)              // domain.ErrWebhookNotFound
	List(ctx context.Context, after Cursor, limit int) ([]domain.Webhook, error) // by (created_at, id)
	Insert(context.Context, domain.Webhook) error                                // domain.ErrExists
	Save(context.Context, domain.Webhook) error

	// Secret returns the secrets that it signs with, sealed, with the number of
	// the secret that they were sealed with; nothing if it has none.
	Secret(context.Context, domain.WebhookID) (Sealed, error)
	SetSecret(context.Context, domain.WebhookID, Sealed) error // empty: it has none any more
}

// DeliveryQuery chooses deliveries; the zero value means all of the seller's.
type DeliveryQuery struct {
	WebhookID domain.WebhookID      // empty: to any webhook
	Status    domain.DeliveryStatus // empty: of any
	Before    Cursor                // the zero value: from the newest on
	Limit     int                   // at most 1,000, which is also what 0 means
}

// Deliveries keeps deliveries. The webhook must be there, deleted or not. A
// webhook has one delivery of an event: Insert fails with domain.ErrExists. Save
// moves none to another: with another webhook, event, subject or place than it
// has it fails with domain.ErrDeliveryNotFound. The transaction goes on.
type Deliveries interface {
	ByID(context.Context, domain.DeliveryID) (domain.Delivery, error) // domain.ErrDeliveryNotFound
	// Waiting returns up to limit deliveries that wait, of one subject to one
	// webhook, in order: by (seq, id).
	Waiting(ctx context.Context, to domain.WebhookID, subject string, limit int) ([]domain.Delivery, error)
	List(context.Context, DeliveryQuery) ([]domain.Delivery, error) // the newest first, by (created_at, id)
	Insert(context.Context, domain.Delivery) error
	Save(context.Context, domain.Delivery) error
	// Forget deletes up to limit deliveries, of any seller, that do not wait and
	// were done before that, and returns how many; with a limit below 1, none.
	// System only, else domain.ErrScope.
	Forget(ctx context.Context, before time.Time, limit int) (int, error)
}
