package main

import (
	"fmt"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

type webhooksRotateCmd struct{ oneWebhook }

// Run makes another secret.
func (r webhooksRotateCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	w, secret, err := p.Webhooks.RotateSecret(c.ctx, seller, r.Webhook)
	if err != nil {
		return err
	}
	return c.showSigningSecret(w, secret)
}

type webhooksDeleteCmd struct {
	oneWebhook
	confirmed
}

// Run ends a webhook.
func (d webhooksDeleteCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	w, err := p.Webhooks.Get(c.ctx, seller, d.Webhook)
	if err != nil {
		return err
	}
	if err := c.confirm(d.confirmed, fmt.Sprintf("Tell %s nothing any more? Its secret is forgotten.", printable(w.URL))); err != nil {
		return err
	}
	if err := p.Webhooks.Delete(c.ctx, seller, d.Webhook); err != nil {
		return err
	}
	c.show(struct {
		ID domain.WebhookID `json:"id"`
	}{d.Webhook}, line{"deleted", string(d.Webhook)})
	return nil
}

type webhooksTestCmd struct{ oneWebhook }

// Run tells a webhook that it is tested.
func (t webhooksTestCmd) Run(c *call) error {
	return t.run(c, func(p *app.Usher, seller domain.SellerID) (domain.Webhook, error) {
		if err := p.Webhooks.Test(c.ctx, seller, t.Webhook); err != nil {
			return domain.Webhook{}, err
		}
		c.doDue(p)
		c.hint("What came of it: usher deliveries list --webhook %s", t.Webhook)
		return p.Webhooks.Get(c.ctx, seller, t.Webhook)
	})
}
