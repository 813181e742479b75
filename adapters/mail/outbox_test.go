package mail_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/mail"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func TestOutbox(t *testing.T) {
	store := memstore.New(nil)
	ana, bob := fixture.Seller("ana"), fixture.Seller("bob")
	fixture.Fill(t, store, ana, bob)
	outbox := mail.NewOutbox(store)
	of := func(s domain.Seller, id domain.MailID, cause, text string) domain.Mail {
		return domain.Mail{ID: id, SellerID: s.ID, Cause: cause, To: "bo@example.com", Subject: "Hello", Text: text, CreatedAt: fixture.T0.Add(time.Minute)}
	}
	first, second, other := of(ana, "1", "receipt:a", "one"), of(ana, "2", "receipt:b", "two"), of(bob, "3", "receipt:a", "three")
	again := of(ana, "4", "receipt:a", "again")
	for _, m := range []domain.Mail{first, first, second, other, again} {
		if err := outbox.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		of   domain.Seller
		want []domain.Mail
	}{{ana, []domain.Mail{first, second}}, {bob, []domain.Mail{other}}} {
		err := store.View(t.Context(), ports.Seller(row.of.ID), func(ctx context.Context, tx ports.Tx) error {
			got, err := tx.Mails.List(ctx, ports.Cursor{}, 10)
			if !slices.Equal(got, row.want) {
				t.Errorf("%s has the mails %+v, want %+v", row.of.Name, got, row.want)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestOutbox_refuses(t *testing.T) {
	store := memstore.New(nil)
	ana := fixture.Seller("ana")
	fixture.Fill(t, store, ana)
	fine := domain.Mail{ID: "1", SellerID: ana.ID, Cause: "receipt:a", To: "bo@example.com", Subject: "Hello", Text: "Bo", CreatedAt: fixture.T0}
	broken := fine
	broken.Subject = "Hello\r\nBcc: al@example.com"
	if err := mail.NewOutbox(store).Send(t.Context(), broken); !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("of two lines of subject it says %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := mail.NewOutbox(store).Send(ctx, fine); !errors.Is(err, context.Canceled) {
		t.Errorf("of a store that fails it says %v", err)
	}
}
