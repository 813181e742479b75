package app

import (
	"context"
	"strings"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// eraseMails deletes the mails that are kept and are about somebody, by their
// address, or by a name of theirs in an invitation. It comes last: who writes a
// mail meanwhile looks again after it, see [Worker.sendOf].
func (c *core) eraseMails(ctx context.Context, seller domain.SellerID, email string, names map[string]bool) error {
	mails := Mails{c}
	return each(Paged(func(after ports.Cursor, limit int) ([]domain.Mail, error) {
		return mails.List(ctx, seller, after, limit)
	},
		func(m domain.Mail) ports.Cursor { return placeOf(m.CreatedAt, m.ID) }), func(m domain.Mail) error {
		if !mailIsAbout(m, email, names) {
			return nil
		}
		return c.forgetMail(ctx, seller, m.ID)
	})
}

func (c *core) forgetMail(ctx context.Context, seller domain.SellerID, id domain.MailID) error {
	return c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error { return tx.Mails.Delete(ctx, id) })
}

func mailIsAbout(m domain.Mail, email string, names map[string]bool) bool {
	if domain.NormalizeEmail(m.To) == email || holdsAddress(m.Subject, email) || holdsAddress(m.Text, email) {
		return true
	}
	payer, _, invites := strings.Cut(m.Text, saysInvites)
	return invites && payer != "" && names[payer]
}

// holdsAddress reports whether a text holds an address, and not only as a part of
// another one.
func holdsAddress(text, email string) bool {
	const partOf = "abcdefghijklmnopqrstuvwxyz0123456789._%+-"
	text = strings.ToLower(text)
	for {
		before, after, found := strings.Cut(text, email)
		if !found {
			return false
		}
		rest := strings.TrimPrefix(after, ".") // which may end a sentence
		if strings.TrimRight(before, partOf) == before && strings.TrimLeft(rest, partOf) == rest {
			return true
		}
		text = after
	}
}
