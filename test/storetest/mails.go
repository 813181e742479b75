package storetest

import (
	"context"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func insertMail(m domain.Mail) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Mails.Insert(ctx, m) }
}

var mailAggregate = aggregate[domain.Mail]{
	notFound: domain.ErrMailNotFound,
	bare:     bareMail,
	full:     bareMail,
	byID: func(ctx context.Context, tx ports.Tx, m domain.Mail) (domain.Mail, error) {
		return tx.Mails.ByID(ctx, m.ID)
	},
	insert: func(ctx context.Context, tx ports.Tx, m domain.Mail) error { return tx.Mails.Insert(ctx, m) },
	list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.Mail, error) {
		return tx.Mails.List(ctx, after, limit)
	},
}

func bareMail(_ *testing.T, w *world) domain.Mail { return fixture.Mail(w.ana) }

var mailTests = mailAggregate.tests(tests{
	"OneOfACause":   mailOneOfCause,
	"CausesAreOdd":  mailOddCauses,
	"TextsAreExact": mailTexts,
	"Deleted":       mailDeleted,
})

// mailDeleted: it is gone, its cause is free, twice is once, and a stranger
// deletes none.
func mailDeleted(t *testing.T, w *world) {
	m, other := fixture.Mail(w.ana), fixture.Mail(w.ana)
	fixture.Fill(t, w, m, other)
	remove := func(ctx context.Context, tx ports.Tx) error { return tx.Mails.Delete(ctx, m.ID) }
	w.update(t, ports.Seller(w.bob.ID), remove)
	mailAggregate.wantStored(t, w, "after a stranger", m)
	for range 2 {
		w.update(t, w.of, remove)
		_, err := mailAggregate.load(t, w, m)
		wantErr(t, "after it", err, domain.ErrMailNotFound)
	}
	mailAggregate.wantStored(t, w, "another one", other)
	fixture.Fill(t, w, fixture.Mail(w.ana, func(again *domain.Mail) { again.Cause = m.Cause }))
}

// mailOneOfCause: the same cause twice is one mail; another seller's is another.
func mailOneOfCause(t *testing.T, w *world) {
	first := fixture.Mail(w.ana)
	again := fixture.Mail(w.ana, func(m *domain.Mail) { m.Cause = first.Cause })
	theirs := fixture.Mail(w.bob, func(m *domain.Mail) { m.Cause = first.Cause })
	fixture.Fill(t, w, first)
	w.refuses(t, "a second of the cause", insertMail(again), domain.ErrExists)
	_, err := mailAggregate.load(t, w, again)
	wantErr(t, "after it", err, domain.ErrMailNotFound)
	mailAggregate.wantStored(t, w, "the first", first)
	fixture.Fill(t, w, theirs)
}

func mailOddCauses(t *testing.T, w *world) {
	for _, cause := range fixture.OddIDs() {
		m := fixture.Mail(w.ana, func(m *domain.Mail) { m.Cause = cause })
		fixture.Fill(t, w, m)
		mailAggregate.wantStored(t, w, "of the cause "+cause, m)
	}
}

// mailTexts come back byte for byte, and a long one whole.
func mailTexts(t *testing.T, w *world) {
	for _, text := range []string{"Dear <b>Ann</b> & Bob,\r\n\t\"key\"\u2028 \\ é 日本 \U0001f511", strings.Repeat("é\n", 50_000)} {
		m := fixture.Mail(w.ana, func(m *domain.Mail) { m.Text, m.Subject, m.To = text, "<> & "+text[:20], "o'hara+\"<>\"@example.com" })
		fixture.Fill(t, w, m)
		mailAggregate.wantStored(t, w, "what was written", m)
	}
}
