package storetest

import (
	"context"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func insertApplication(a domain.Application) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Applications.Insert(ctx, a) }
}

func insertWebhook(w domain.Webhook) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Webhooks.Insert(ctx, w) }
}

var applicationAggregate = aggregate[domain.Application]{
	notFound: domain.ErrApplicationNotFound,
	bare:     func(_ *testing.T, w *world) domain.Application { return fixture.Application(w.ana) },
	full:     func(_ *testing.T, w *world) domain.Application { return fixture.Application(w.ana) },
	byID: func(ctx context.Context, tx ports.Tx, a domain.Application) (domain.Application, error) {
		return tx.Applications.ByID(ctx, a.ID)
	},
	insert: func(ctx context.Context, tx ports.Tx, a domain.Application) error {
		return tx.Applications.Insert(ctx, a)
	},
	save: func(ctx context.Context, tx ports.Tx, a domain.Application) error {
		return tx.Applications.Save(ctx, a)
	},
	list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.Application, error) {
		return tx.Applications.List(ctx, after, limit)
	},
}

var applicationTests = applicationAggregate.tests(tests{"ByClient": applicationByClient, "LiveTokens": applicationTokens})

// applicationByClient: the system finds anybody's.
func applicationByClient(t *testing.T, w *world) {
	mine, theirs := fixture.Application(w.ana), fixture.Application(w.bob)
	fixture.Fill(t, w, mine, theirs)
	client := func(id domain.ApplicationID) func(context.Context, ports.Tx) (domain.Application, error) {
		return func(ctx context.Context, tx ports.Tx) (domain.Application, error) {
			return tx.Applications.ByClient(ctx, id)
		}
	}
	for _, a := range []domain.Application{mine, theirs} {
		wantSame(t, "by its client", read(t, w, ports.System, client(a.ID)), a)
	}
	_, err := try(t, w, ports.System, client("x"))
	wantErr(t, "of an unknown client", err, domain.ErrApplicationNotFound)
}

// applicationTokens: those of one's own and those of an application are apart, and
// neither a revoked one counts nor one without the scope.
func applicationTokens(t *testing.T, w *world) {
	app, other := fixture.Application(w.ana), fixture.Application(w.ana)
	fixture.Fill(t, w, app, other)
	live := func(of domain.ApplicationID, scope domain.Scope) bool {
		return read(t, w, w.of, func(ctx context.Context, tx ports.Tx) (bool, error) { return tx.Tokens.Live(ctx, of, scope) })
	}
	for _, of := range []domain.ApplicationID{"", app.ID} {
		add := func(scopes domain.Scopes, revoked bool) {
			k := fixture.Token(w.ana, fixture.ID())
			k.Scopes, k.ApplicationID = scopes, of
			if revoked {
				k.RevokedAt = fixture.T0
			}
			fixture.Fill(t, w, k)
		}
		if live(of, domain.ViewSales) {
			t.Errorf("%q has a token before it was made", of)
		}
		add("edit_products view_public", false)
		add("view_sales", true)
		if live(of, domain.ViewSales) {
			t.Errorf("a token of %q counts that has another scope, or is revoked", of)
		}
		add("edit_products view_sales", false)
		if !live(of, domain.ViewSales) || live(of, domain.RefundSales) {
			t.Errorf("the token of %q does not count for its scope alone", of)
		}
		add("account", false)
		if !live(of, domain.RefundSales) {
			t.Errorf("the scope of everything does not count for %q", of)
		}
	}
	if live(other.ID, domain.ViewSales) {
		t.Error("another application's token counts")
	}
	k := fixture.Token(w.ana, fixture.ID())
	k.ApplicationID = "x"
	w.refuses(t, "a token of an unknown application", func(ctx context.Context, tx ports.Tx) error {
		return tx.Tokens.Insert(ctx, domain.RestoreToken(k))
	}, domain.ErrApplicationNotFound)
}

var webhookAggregate = aggregate[domain.Webhook]{
	notFound: domain.ErrWebhookNotFound,
	bare:     func(_ *testing.T, w *world) domain.Webhook { return fixture.Webhook(w.ana) },
	full:     func(_ *testing.T, w *world) domain.Webhook { return fixture.Webhook(w.ana) },
	byID: func(ctx context.Context, tx ports.Tx, h domain.Webhook) (domain.Webhook, error) {
		return tx.Webhooks.ByID(ctx, h.ID)
	},
	insert: func(ctx context.Context, tx ports.Tx, h domain.Webhook) error { return tx.Webhooks.Insert(ctx, h) },
	save:   func(ctx context.Context, tx ports.Tx, h domain.Webhook) error { return tx.Webhooks.Save(ctx, h) },
	list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.Webhook, error) {
		return tx.Webhooks.List(ctx, after, limit)
	},
}

var webhookTests = webhookAggregate.tests(tests{"Secret": webhookSecret, "OfTheEventsSellers": webhooksGiven})

func webhookSecret(t *testing.T, w *world) {
	one, other := fixture.Webhook(w.ana), fixture.Webhook(w.ana)
	fixture.Fill(t, w, one, other)
	secret := func(id domain.WebhookID) ports.Sealed {
		return read(t, w, w.of, func(ctx context.Context, tx ports.Tx) (ports.Sealed, error) { return tx.Webhooks.Secret(ctx, id) })
	}
	for _, s := range []ports.Sealed{{Text: "\xff\x00 sealed", Number: 3}, {Text: "again", Number: 1}, {}} {
		w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return tx.Webhooks.SetSecret(ctx, one.ID, s) })
		wantSame(t, "what was set", secret(one.ID), s)
		wantSame(t, "another's", secret(other.ID), ports.Sealed{})
		w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return tx.Webhooks.Save(ctx, one) })
		wantSame(t, "after a save", secret(one.ID), s)
	}
}

// webhooksGiven: a plan is given the live webhooks of the sellers of the events,
// and no others.
func webhooksGiven(t *testing.T, w *world) {
	one, two, theirs := fixture.Webhook(w.ana), fixture.Webhook(w.ana), fixture.Webhook(w.bob)
	stopped := fixture.Webhook(w.ana, func(h *domain.Webhook) { h.StoppedAt, h.Stopped = fixture.T0, domain.StoppedGone })
	deleted := fixture.Webhook(w.ana, func(h *domain.Webhook) { h.DeletedAt = fixture.T0 })
	fixture.Fill(t, w, one, two, theirs, stopped, deleted)
	given := func() (got []domain.Webhook) {
		_, err := w.Dispatch(t.Context(), 10, func(_ []ports.Event, all []domain.Webhook) ([]ports.Job, []domain.Delivery) {
			got = all
			return nil, nil
		})
		must(t, err)
		return got
	}
	w.append(t, w.of, event("a sale"), event("a sale"))
	wantAll(t, "of an event of ana's", given(), one, two)
	w.append(t, w.of, event("a sale"))
	w.append(t, ports.Seller(w.bob.ID), event("a sale"))
	wantAll(t, "of both", given(), one, two, theirs)
}
