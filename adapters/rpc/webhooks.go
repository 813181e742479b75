package rpc

import (
	"context"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// webhooks is WebhookService.
type webhooks struct{ *server }

func (s *webhooks) AddWebhook(ctx context.Context, r *usherv1.AddWebhookRequest) (*usherv1.AddWebhookResponse, error) {
	c, err := s.seller(ctx, domain.AccountScope)
	if err != nil {
		return nil, err
	}
	asked := app.NewWebhook{
		URL: r.Url, Name: r.Name, Topics: readTopics(r.Topics), Ping: domain.Topic(r.Ping), ApplicationID: c.token.ApplicationID,
		LikeUpstream: r.Durable != nil && !*r.Durable,
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.AddWebhookResponse, error) {
		made, secret, err := s.usher.Webhooks.Add(ctx, c.seller, asked)
		if err != nil {
			return nil, err
		}
		return &usherv1.AddWebhookResponse{Webhook: webhookOf(made), Secret: secret}, nil
	})
}

func (s *webhooks) GetWebhook(ctx context.Context, r *usherv1.GetWebhookRequest) (*usherv1.GetWebhookResponse, error) {
	_, hook, err := s.webhook(ctx, r.Webhook)
	if err != nil {
		return nil, err
	}
	return &usherv1.GetWebhookResponse{Webhook: webhookOf(hook)}, nil
}

// webhook returns one to its seller.
func (s *webhooks) webhook(ctx context.Context, id string) (caller, domain.Webhook, error) {
	return owned(ctx, s.server, domain.AccountScope, domain.ErrWebhookNotFound, func(seller domain.SellerID) (domain.Webhook, error) {
		return s.usher.Webhooks.Get(ctx, seller, domain.WebhookID(id))
	})
}

func (s *webhooks) ListWebhooks(ctx context.Context, r *usherv1.ListWebhooksRequest) (*usherv1.ListWebhooksResponse, error) {
	c, err := s.seller(ctx, domain.AccountScope)
	if err != nil {
		return nil, err
	}
	all, next, err := list(r, func(after ports.Cursor, limit int) ([]domain.Webhook, error) {
		return s.usher.Webhooks.List(ctx, c.seller, after, limit)
	}, func(w domain.Webhook) ports.Cursor { return ports.Cursor{At: w.CreatedAt, ID: string(w.ID)} }, webhookOf)
	if err != nil {
		return nil, err
	}
	return &usherv1.ListWebhooksResponse{Webhooks: all, NextPageToken: next}, nil
}

func (s *webhooks) EditWebhook(ctx context.Context, r *usherv1.EditWebhookRequest) (*usherv1.EditWebhookResponse, error) {
	c, err := s.mine(ctx)
	if err != nil {
		return nil, err
	}
	edit := app.WebhookEdit{URL: r.Url, Name: r.Name, Durable: r.Durable}
	if r.Topics != nil {
		topics := readTopics(r.Topics.Topics)
		edit.Topics = &topics
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.EditWebhookResponse, error) {
		hook, err := s.usher.Webhooks.Edit(ctx, c.seller, domain.WebhookID(r.Webhook), edit)
		if err != nil {
			return nil, err
		}
		return &usherv1.EditWebhookResponse{Webhook: webhookOf(hook)}, nil
	})
}

// mine lets through who may change a webhook, which is looked up later: not before
// it is known whether the command came before, since then it may be deleted.
func (s *webhooks) mine(ctx context.Context) (caller, error) {
	return s.ours(ctx, domain.AccountScope, domain.ErrWebhookNotFound)
}

func (s *webhooks) RotateWebhookSecret(ctx context.Context, r *usherv1.RotateWebhookSecretRequest) (*usherv1.RotateWebhookSecretResponse, error) {
	c, err := s.mine(ctx)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.RotateWebhookSecretResponse, error) {
		hook, secret, err := s.usher.Webhooks.RotateSecret(ctx, c.seller, domain.WebhookID(r.Webhook))
		if err != nil {
			return nil, err
		}
		return &usherv1.RotateWebhookSecretResponse{Webhook: webhookOf(hook), Secret: secret}, nil
	})
}

func (s *webhooks) PauseWebhook(ctx context.Context, r *usherv1.PauseWebhookRequest) (*usherv1.PauseWebhookResponse, error) {
	c, err := s.mine(ctx)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.PauseWebhookResponse, error) {
		hook, err := s.usher.Webhooks.Pause(ctx, c.seller, domain.WebhookID(r.Webhook))
		if err != nil {
			return nil, err
		}
		return &usherv1.PauseWebhookResponse{Webhook: webhookOf(hook)}, nil
	})
}

func (s *webhooks) ResumeWebhook(ctx context.Context, r *usherv1.ResumeWebhookRequest) (*usherv1.ResumeWebhookResponse, error) {
	c, err := s.mine(ctx)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.ResumeWebhookResponse, error) {
		hook, err := s.usher.Webhooks.Resume(ctx, c.seller, domain.WebhookID(r.Webhook))
		if err != nil {
			return nil, err
		}
		return &usherv1.ResumeWebhookResponse{Webhook: webhookOf(hook)}, nil
	})
}

func (s *webhooks) DeleteWebhook(ctx context.Context, r *usherv1.DeleteWebhookRequest) (*usherv1.DeleteWebhookResponse, error) {
	c, err := s.mine(ctx)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.DeleteWebhookResponse, error) {
		return &usherv1.DeleteWebhookResponse{}, s.usher.Webhooks.Delete(ctx, c.seller, domain.WebhookID(r.Webhook))
	})
}

func (s *webhooks) TestWebhook(ctx context.Context, r *usherv1.TestWebhookRequest) (*usherv1.TestWebhookResponse, error) {
	c, err := s.mine(ctx)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.TestWebhookResponse, error) {
		return &usherv1.TestWebhookResponse{}, s.usher.Webhooks.Test(ctx, c.seller, domain.WebhookID(r.Webhook))
	})
}

// readTopics reads topics, whether there are such or not.
func readTopics(given []string) []domain.Topic {
	topics := make([]domain.Topic, len(given))
	for i, t := range given {
		topics[i] = domain.Topic(t)
	}
	return topics
}

func webhookOf(w domain.Webhook) *usherv1.Webhook {
	told := &usherv1.Webhook{
		Id: string(w.ID), Application: string(w.ApplicationID), Name: w.Name, Url: w.URL, Format: enumOf[usherv1.WebhookFormat](w.Format),
		Ping: string(w.Ping), Durable: w.Durable, SecretSetAt: stamp(w.SecretSetAt), RotatedAt: stamp(w.RotatedAt), Failures: w.Failures,
		RetryAt: stamp(w.RetryAt), StoppedAt: stamp(w.StoppedAt), Stopped: w.Stopped, CreatedAt: stamp(w.CreatedAt),
	}
	for _, t := range w.Topics.All() {
		told.Topics = append(told.Topics, string(t))
	}
	return told
}
