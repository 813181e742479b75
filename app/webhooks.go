package app

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Webhooks manages who is told what happens, and what they were told.
type Webhooks struct{ *core }

const (
	mostWebhooks  = 1000 // of a seller's, without deleted ones
	secretMark    = "whsec_"
	secretInBytes = 24
)

// NewWebhook is what a webhook is made with.
type NewWebhook struct {
	URL           string
	Name          string
	Topics        []domain.Topic // of events; empty: all
	Ping          domain.Topic   // not empty: it gets this ping instead, and no events
	ApplicationID domain.ApplicationID
	LikeUpstream  bool // a ping that is tried again only as the API does that usher is compatible with
}

// Add makes a webhook, and returns the secret that it signs with, which is not
// shown again; pings are not signed, and have none. A seller has at most 1,000:
// [domain.ErrTooManyWebhooks].
func (w *Webhooks) Add(ctx context.Context, seller domain.SellerID, n NewWebhook) (made domain.Webhook, secret string, err error) {
	at := w.at()
	made = domain.Webhook{
		ID: domain.WebhookID(w.newID(at)), SellerID: seller, ApplicationID: n.ApplicationID, Name: n.Name, URL: n.URL,
		Format: domain.EventFormat, Ping: n.Ping, Durable: !n.LikeUpstream, CreatedAt: at,
	}
	if made.Topics, err = domain.MakeTopics(n.Topics...); err != nil {
		return domain.Webhook{}, "", err
	}
	if n.Ping != "" {
		made.Format = domain.PingFormat
	} else {
		secret, made.SecretSetAt = w.newWebhookSecret(), at
	}
	if err := made.Check(); err != nil {
		return domain.Webhook{}, "", err
	}
	err = w.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		if _, err := tx.Sellers.ByID(ctx, seller); err != nil {
			return err
		}
		live := 0
		for o, err := range Paged(func(after ports.Cursor, n int) ([]domain.Webhook, error) { return tx.Webhooks.List(ctx, after, n) }, webhookPlace) {
			if err != nil {
				return err
			}
			if o.DeletedAt.IsZero() {
				live++
			}
		}
		if live >= mostWebhooks {
			return domain.ErrTooManyWebhooks
		}
		if err := tx.Webhooks.Insert(ctx, made); err != nil || secret == "" {
			return err
		}
		return tx.Webhooks.SetSecret(ctx, made.ID, w.sealWebhook(made, secret))
	})
	if err != nil {
		return domain.Webhook{}, "", err
	}
	return made, secret, nil
}

func webhookPlace(w domain.Webhook) ports.Cursor {
	return ports.Cursor{At: w.CreatedAt, ID: string(w.ID)}
}

// Get returns a webhook: [domain.ErrWebhookNotFound] if there is none, or not any
// more.
func (w *Webhooks) Get(ctx context.Context, seller domain.SellerID, id domain.WebhookID) (domain.Webhook, error) {
	return load(ctx, w.core, seller, func(ctx context.Context, tx ports.Tx) (domain.Webhook, error) { return webhookThere(ctx, tx, id) })
}

// webhookThere returns a webhook that is not deleted.
func webhookThere(ctx context.Context, tx ports.Tx, id domain.WebhookID) (domain.Webhook, error) {
	hook, err := tx.Webhooks.ByID(ctx, id)
	if err == nil && !hook.DeletedAt.IsZero() {
		return domain.Webhook{}, domain.ErrWebhookNotFound
	}
	return hook, err
}

// List returns up to limit webhooks after a cursor, the oldest first, without
// deleted ones.
func (w *Webhooks) List(ctx context.Context, seller domain.SellerID, after ports.Cursor, limit int) ([]domain.Webhook, error) {
	return load(ctx, w.core, seller, func(ctx context.Context, tx ports.Tx) (found []domain.Webhook, err error) {
		place, all := after, []domain.Webhook{}
		for len(all) < limit {
			some, err := tx.Webhooks.List(ctx, place, pageSize)
			if err != nil {
				return nil, err
			}
			for _, o := range some {
				if place = webhookPlace(o); o.DeletedAt.IsZero() && len(all) < limit {
					all = append(all, o)
				}
			}
			if len(some) < pageSize {
				break
			}
		}
		return all, nil
	})
}

// WebhookEdit is what is changed of a webhook; nil leaves it as it is.
type WebhookEdit struct {
	URL     *string
	Name    *string
	Topics  *[]domain.Topic
	Durable *bool // of pings: tried again for three days after every failure
}

// Edit changes a webhook. What waits for it goes to its new address.
func (w *Webhooks) Edit(ctx context.Context, seller domain.SellerID, id domain.WebhookID, e WebhookEdit) (domain.Webhook, error) {
	return w.change(ctx, seller, id, func(hook *domain.Webhook, _ time.Time) (err error) {
		if e.URL != nil {
			hook.URL = *e.URL
		}
		if e.Name != nil {
			hook.Name = *e.Name
		}
		if e.Durable != nil {
			hook.Durable = *e.Durable
		}
		if e.Topics != nil {
			hook.Topics, err = domain.MakeTopics(*e.Topics...)
		}
		return err
	})
}

// Pause has nothing sent to a webhook until it is resumed, also of what waits.
// Twice is once.
func (w *Webhooks) Pause(ctx context.Context, seller domain.SellerID, id domain.WebhookID) (domain.Webhook, error) {
	return w.change(ctx, seller, id, func(hook *domain.Webhook, at time.Time) error {
		hook.Stop(domain.StoppedBySeller, at)
		return nil
	})
}

// Resume has a webhook sent to again, what happens from now on; what failed
// meanwhile can be replayed. Twice is once.
func (w *Webhooks) Resume(ctx context.Context, seller domain.SellerID, id domain.WebhookID) (domain.Webhook, error) {
	return w.change(ctx, seller, id, func(hook *domain.Webhook, _ time.Time) error {
		hook.Resume()
		return nil
	})
}

// Delete ends a webhook, and forgets its secret. What it was told can be seen
// for a while.
func (w *Webhooks) Delete(ctx context.Context, seller domain.SellerID, id domain.WebhookID) error {
	at := w.at()
	return w.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		hook, err := webhookThere(ctx, tx, id)
		if err != nil {
			return err
		}
		hook.DeletedAt = at
		if err := tx.Webhooks.Save(ctx, hook); err != nil {
			return err
		}
		return tx.Webhooks.SetSecret(ctx, id, ports.Sealed{})
	})
}

func (w *Webhooks) change(ctx context.Context, seller domain.SellerID, id domain.WebhookID, do func(*domain.Webhook, time.Time) error) (domain.Webhook, error) {
	at := w.at()
	var hook domain.Webhook
	err := w.update(ctx, seller, func(ctx context.Context, tx ports.Tx) (err error) {
		if hook, err = webhookThere(ctx, tx, id); err != nil {
			return err
		}
		if err := do(&hook, at); err != nil {
			return err
		}
		if err := hook.Check(); err != nil {
			return err
		}
		return tx.Webhooks.Save(ctx, hook)
	})
	return hook, err
}

// RotateSecret gives a webhook another secret, and returns it. The one before
// signs beside it for a day. Pings are not signed: [domain.ErrNotSigned].
func (w *Webhooks) RotateSecret(ctx context.Context, seller domain.SellerID, id domain.WebhookID) (hook domain.Webhook, secret string, err error) {
	at := w.at()
	secret = w.newWebhookSecret()
	err = w.update(ctx, seller, func(ctx context.Context, tx ports.Tx) (err error) {
		if hook, err = webhookThere(ctx, tx, id); err != nil {
			return err
		}
		if hook.Format != domain.EventFormat {
			return domain.ErrNotSigned
		}
		sealed, err := tx.Webhooks.Secret(ctx, id)
		if err != nil {
			return err
		}
		all := secret
		if had, err := w.openWebhook(hook, sealed); err == nil && len(had) > 0 { // of one that opens no more nobody can sign
			hook.RotatedAt, all = at, secret+" "+had[0]
		}
		hook.SecretSetAt = at
		if err := tx.Webhooks.Save(ctx, hook); err != nil {
			return err
		}
		return tx.Webhooks.SetSecret(ctx, id, w.sealWebhook(hook, all))
	})
	if err != nil {
		return domain.Webhook{}, "", err
	}
	return hook, secret, nil
}

// Test tells a webhook that it is tested, whatever it wants to be told. A stopped
// one is [domain.ErrWebhookStopped].
func (w *Webhooks) Test(ctx context.Context, seller domain.SellerID, id domain.WebhookID) error {
	at := w.at()
	return w.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		hook, err := webhookThere(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case !hook.Live():
			return domain.ErrWebhookStopped
		}
		return w.emit(ctx, tx, at, domain.WebhookTested{WebhookID: id, At: at})
	})
}

func (c *core) newWebhookSecret() string {
	var b [secretInBytes]byte
	c.random(b[:])
	return secretMark + base64.StdEncoding.EncodeToString(b[:])
}

// webhookSecretName binds sealed secrets to their row.
func webhookSecretName(w domain.Webhook) []byte {
	return []byte("webhook:" + string(w.SellerID) + ":" + string(w.ID))
}

// sealWebhook seals the secrets of a webhook, the newest first, apart by a blank.
func (c *core) sealWebhook(w domain.Webhook, secrets string) ports.Sealed {
	sealed, number := c.sealer.Seal(webhookSecretName(w), []byte(secrets))
	return ports.Sealed{Text: base64.StdEncoding.EncodeToString(sealed), Number: number}
}

func (c *core) openWebhook(w domain.Webhook, s ports.Sealed) ([]string, error) {
	if s.Text == "" {
		return nil, nil
	}
	sealed, err := base64.StdEncoding.DecodeString(s.Text)
	if err != nil {
		return nil, err
	}
	plain, err := c.sealer.Open(s.Number, webhookSecretName(w), sealed)
	return strings.Fields(string(plain)), err
}
