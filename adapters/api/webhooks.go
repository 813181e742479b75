package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// webhookRoutes are those that telling others is about, by path.
func webhookRoutes() map[string]actions {
	of := func(method string, do action) actions { return actions{method: do} }
	return map[string]actions{
		"/api/webhooks":                         {http.MethodGet: listWebhooks, http.MethodPost: addWebhook},
		"/api/webhooks/{webhook}":               {http.MethodGet: getWebhook, http.MethodPatch: editWebhook, http.MethodDelete: deleteWebhook},
		"/api/webhooks/{webhook}/rotate-secret": of(http.MethodPost, rotateWebhookSecret),
		"/api/webhooks/{webhook}/pause":         of(http.MethodPost, pauseWebhook),
		"/api/webhooks/{webhook}/resume":        of(http.MethodPost, resumeWebhook),
		"/api/webhooks/{webhook}/test":          of(http.MethodPost, testWebhook),
		"/api/webhooks/{webhook}/replay":        of(http.MethodPost, replayFailed),
		"/api/webhooks/{webhook}/deliveries":    of(http.MethodGet, listWebhookDeliveries),
		"/api/deliveries":                       of(http.MethodGet, listDeliveries),
		"/api/deliveries/{delivery}":            of(http.MethodGet, getDelivery),
		"/api/deliveries/{delivery}/replay":     of(http.MethodPost, replayDelivery),
	}
}

// listWebhooks shows a page of a seller's webhooks, without deleted ones.
func listWebhooks(c *call) (answer, error) {
	seller, err := c.seller(domain.AccountScope)
	if err != nil {
		return answer{}, err
	}
	limit, mark, err := c.query(nil)
	if err != nil {
		return answer{}, err
	}
	after, err := ports.PlaceAt(mark)
	if err != nil {
		return answer{}, err
	}
	all, err := c.usher.Webhooks.List(c.r.Context(), seller, after, limit+1)
	if err != nil {
		return answer{}, err
	}
	body := webhooksBody{Webhooks: []webhook{}}
	all, body.Next = page(all, limit, func(o domain.Webhook) ports.Cursor { return ports.Cursor{At: o.CreatedAt, ID: string(o.ID)} })
	for _, o := range all {
		body.Webhooks = append(body.Webhooks, webhookOf(o))
	}
	return answer{body: body}, nil
}

// addWebhook has an address told what happens. Its secret is answered here, and
// where another is made.
func addWebhook(c *call) (answer, error) {
	seller, err := c.seller(domain.AccountScope)
	if err != nil {
		return answer{}, err
	}
	var address, name, ping string
	var topics []string
	durable := true
	if err := c.read(fields{"url": &address, "name": &name, "topics": &topics, "ping": &ping, "durable": &durable}); err != nil {
		return answer{}, err
	}
	n := app.NewWebhook{URL: address, Name: name, Topics: topicsOf(topics), Ping: domain.Topic(ping), LikeUpstream: !durable}
	return c.once(seller, func() (answer, error) {
		made, secret, err := c.usher.Webhooks.Add(c.r.Context(), seller, n)
		return answer{
			status: http.StatusCreated, body: webhookSecretBody{webhookOf(made), optional(secret)}, location: "/api/webhooks/" + url.PathEscape(string(made.ID)),
		}, err
	})
}

func topicsOf(names []string) []domain.Topic {
	all := make([]domain.Topic, len(names))
	for i, name := range names {
		all[i] = domain.Topic(name)
	}
	return all
}

// webhook returns the webhook of the path.
func (c *call) webhook() (domain.Webhook, error) {
	return owned(c, domain.AccountScope, "webhook", domain.ErrWebhookNotFound, func(seller domain.SellerID, id string) (domain.Webhook, error) {
		return c.usher.Webhooks.Get(c.r.Context(), seller, domain.WebhookID(id))
	})
}

// getWebhook shows a webhook.
func getWebhook(c *call) (answer, error) {
	hook, err := c.webhook()
	return answer{body: webhookBody{webhookOf(hook)}}, err
}

// editWebhook changes what is given of a webhook.
func editWebhook(c *call) (answer, error) {
	hook, err := c.webhook()
	if err != nil {
		return answer{}, err
	}
	var e app.WebhookEdit
	var topics *[]string
	if err := c.read(fields{"url": &e.URL, "name": &e.Name, "topics": &topics, "durable": &e.Durable}); err != nil {
		return answer{}, err
	}
	if topics != nil {
		all := topicsOf(*topics)
		e.Topics = &all
	}
	if e == (app.WebhookEdit{}) {
		return answer{}, malformed("must say what to change: url, name, topics or durable")
	}
	return c.onceOrAgain(hook.SellerID, func() (answer, error) {
		hook, err := c.usher.Webhooks.Edit(c.r.Context(), hook.SellerID, hook.ID, e)
		return answer{body: webhookBody{webhookOf(hook)}}, err
	})
}

// deleteWebhook ends a webhook, and answers with what stood.
func deleteWebhook(c *call) (answer, error) {
	hook, err := c.webhook()
	if err != nil {
		return c.gone(err, domain.AccountScope, nil)
	}
	if err := c.read(nil); err != nil {
		return answer{}, err
	}
	return c.once(hook.SellerID, func() (answer, error) {
		err := c.usher.Webhooks.Delete(c.r.Context(), hook.SellerID, hook.ID)
		return answer{body: webhookBody{webhookOf(hook)}}, err
	})
}

// rotateWebhookSecret makes another secret. Done twice it would end the one that
// receivers know, so it is never done again for an answer that was lost.
func rotateWebhookSecret(c *call) (answer, error) {
	return forWebhook(c, c.once, func(ctx context.Context, hook domain.Webhook) (any, error) {
		hook, secret, err := c.usher.Webhooks.RotateSecret(ctx, hook.SellerID, hook.ID)
		return webhookSecretBody{webhookOf(hook), optional(secret)}, err
	})
}

// pauseWebhook has nothing sent to it.
func pauseWebhook(c *call) (answer, error) {
	return forWebhook(c, c.onceOrAgain, func(ctx context.Context, hook domain.Webhook) (any, error) {
		hook, err := c.usher.Webhooks.Pause(ctx, hook.SellerID, hook.ID)
		return webhookBody{webhookOf(hook)}, err
	})
}

// resumeWebhook has it sent to again.
func resumeWebhook(c *call) (answer, error) {
	return forWebhook(c, c.onceOrAgain, func(ctx context.Context, hook domain.Webhook) (any, error) {
		hook, err := c.usher.Webhooks.Resume(ctx, hook.SellerID, hook.ID)
		return webhookBody{webhookOf(hook)}, err
	})
}

// testWebhook sends it an event that says that it is a test, after the answer.
func testWebhook(c *call) (answer, error) {
	return forWebhook(c, c.onceOrAgain, func(ctx context.Context, hook domain.Webhook) (any, error) {
		err := c.usher.Webhooks.Test(ctx, hook.SellerID, hook.ID)
		return webhookBody{webhookOf(hook)}, err
	})
}

// forWebhook does something about the webhook of the path that takes no fields.
func forWebhook(c *call, once onceFunc, do func(context.Context, domain.Webhook) (any, error)) (answer, error) {
	hook, err := c.webhook()
	if err != nil {
		return answer{}, err
	}
	if err := c.read(nil); err != nil {
		return answer{}, err
	}
	return once(hook.SellerID, func() (answer, error) {
		body, err := do(c.r.Context(), hook)
		return answer{body: body}, err
	})
}

// replayFailed has sent once more what a webhook did not take.
func replayFailed(c *call) (answer, error) {
	hook, err := c.webhook()
	if err != nil {
		return answer{}, err
	}
	var since *time.Time
	if err := c.read(fields{"since": &since}); err != nil {
		return answer{}, err
	}
	if since == nil {
		since = &time.Time{}
	}
	return c.onceOrAgain(hook.SellerID, func() (answer, error) {
		n, err := c.usher.Webhooks.ReplayFailed(c.r.Context(), hook.SellerID, hook.ID, *since)
		return answer{body: replayedBody{n}}, err
	})
}
