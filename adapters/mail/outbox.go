package mail

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Outbox is a mailer that keeps mails in the store. A cause that the seller has
// a mail of already is done: the first one stays.
type Outbox struct{ store ports.Store }

// NewOutbox returns the outbox of a store.
func NewOutbox(store ports.Store) *Outbox { return &Outbox{store} }

// Send keeps a mail. One that breaks a rule of form is [domain.ErrInvalid].
func (o *Outbox) Send(ctx context.Context, m domain.Mail) error {
	if err := m.Check(); err != nil {
		return err
	}
	err := o.store.Update(ctx, ports.Seller(m.SellerID), func(ctx context.Context, tx ports.Tx) error {
		return tx.Mails.Insert(ctx, m)
	})
	if errors.Is(err, domain.ErrExists) {
		return nil
	}
	return err
}

var _ ports.Mailer = (*Outbox)(nil)
