package sqlrepo

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type mails struct{ repo }

// mailAAD ties what is sealed of a mail to its row.
func mailAAD(seller domain.SellerID, id domain.MailID) []byte {
	return []byte("mail:" + string(seller) + ":" + string(id))
}

// sealedMail is what of a mail nobody else may read: to whom it goes, too.
type sealedMail struct{ To, Subject, Text string }

var mailColumns = cols(`id seller_id cause sealed secret created_at`)

func (r mails) args(m domain.Mail) ([]any, error) {
	open, err := json.Marshal(sealedMail{m.To, m.Subject, m.Text})
	if err != nil {
		return nil, err
	}
	sealed, secret := r.k.Seal(mailAAD(m.SellerID, m.ID), open)
	return []any{string(m.ID), string(m.SellerID), m.Cause, sealed, secret, m.CreatedAt}, nil
}

func (r mails) scan(rows Rows) (m domain.Mail, err error) {
	var sealed []byte
	var secret int
	if err := rows.Scan((*string)(&m.ID), (*string)(&m.SellerID), &m.Cause, &sealed, &secret, Time(&m.CreatedAt)); err != nil {
		return m, err
	}
	open, err := r.k.Open(secret, mailAAD(m.SellerID, m.ID), sealed)
	if err != nil {
		return m, err
	}
	var s sealedMail
	err = json.Unmarshal(open, &s)
	m.To, m.Subject, m.Text = s.To, s.Subject, s.Text
	return m, err
}

var mailFrom = `SELECT ` + mailColumns.names("") + ` FROM usher_mails WHERE seller_id = $1`

func (r mails) ByID(ctx context.Context, id domain.MailID) (domain.Mail, error) {
	return one(ctx, r.c, r.scan, domain.ErrMailNotFound, mailFrom+` AND id = $2`, r.seller(), string(id))
}

func (r mails) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Mail, error) {
	return many(ctx, r.c, r.scan, mailFrom+` AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
		r.seller(), since(after), after.ID, most(limit))
}

func (r mails) Delete(ctx context.Context, id domain.MailID) error {
	_, err := r.c.Exec(ctx, `DELETE FROM usher_mails WHERE id = $1 AND seller_id = $2`, string(id), r.seller())
	return err
}

var mailInsert = `INSERT INTO usher_mails (` + mailColumns.names("") + `)
	SELECT ` + mailColumns.params() + ` FROM usher_sellers WHERE id = $2 ON CONFLICT DO NOTHING`

func (r mails) Insert(ctx context.Context, m domain.Mail) error {
	if err := r.inserting(m.SellerID); err != nil {
		return err
	}
	args, err := r.args(m)
	if err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, mailInsert, args...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(r.lacking(ctx, domain.ErrSellerNotFound, hasSeller, r.seller()), error(domain.ErrExists))
}
