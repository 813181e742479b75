package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type mail struct{ domain.Mail }

func (m mail) place() (domain.SellerID, time.Time, string) {
	return m.SellerID, m.CreatedAt, string(m.ID)
}

type mails struct{ *tx }

func (r mails) ByID(ctx context.Context, id domain.MailID) (domain.Mail, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Mail{}, err
	}
	m, ok := find(r.tx, r.mails, string(id))
	if !ok {
		return domain.Mail{}, domain.ErrMailNotFound
	}
	return m.Mail, nil
}

func (r mails) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Mail, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Mail
	for _, m := range list(r.mails, r.mails.pages[r.seller], after, limit, nil) {
		found = append(found, m.Mail)
	}
	return found, nil
}

func (r mails) Delete(ctx context.Context, id domain.MailID) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	if old, ok := find(r.tx, r.mails, string(id)); ok {
		unset(r.tx, r.causes, ofSeller{old.SellerID, old.Cause})
		drop(r.tx, r.mails, old)
	}
	return nil
}

func (r mails) Insert(ctx context.Context, m domain.Mail) error {
	if err := r.inserting(ctx, m.SellerID); err != nil {
		return err
	}
	cause := ofSeller{m.SellerID, m.Cause}
	if _, there := r.mails.rows[string(m.ID)]; there {
		return domain.ErrExists
	}
	if _, taken := r.causes[cause]; taken {
		return domain.ErrExists
	}
	set(r.tx, r.causes, cause, m.ID)
	put(r.tx, r.mails, mail{m})
	return nil
}
