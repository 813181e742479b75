package app

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Mails shows the mails that are kept to be read here, see adapters/mail.
type Mails struct{ *core }

// Get returns a mail with its text.
func (m *Mails) Get(ctx context.Context, seller domain.SellerID, id domain.MailID) (domain.Mail, error) {
	return load(ctx, m.core, seller, func(ctx context.Context, tx ports.Tx) (domain.Mail, error) { return tx.Mails.ByID(ctx, id) })
}

// List returns mails after a cursor, oldest first.
func (m *Mails) List(ctx context.Context, seller domain.SellerID, after ports.Cursor, limit int) ([]domain.Mail, error) {
	return load(ctx, m.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Mail, error) {
		return tx.Mails.List(ctx, after, limit)
	})
}
