package rpc

import (
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// TestWebhooks_who has every procedure asked for Ana's webhook by who may not.
func TestWebhooks_who(t *testing.T) {
	w, to := newToldWorld(t)
	c := w.webhooks()
	id := must(c.AddWebhook(w.as(anaAll), &usherv1.AddWebhookRequest{Url: hooksURL})).Webhook.Id
	must(c.TestWebhook(w.as(anaAll), &usherv1.TestWebhookRequest{Webhook: id}))
	w.goTo(noon.Add(time.Second))
	delivery := must(c.ListDeliveries(w.as(anaAll), &usherv1.ListDeliveriesRequest{})).Deliveries[0].Id
	to.all()
	for _, tt := range []struct {
		name, missing string
		ask           func(token string) error
	}{
		{"get", "webhook_not_found", func(token string) error {
			_, err := c.GetWebhook(w.as(token), &usherv1.GetWebhookRequest{Webhook: id})
			return err
		}},
		{"edit", "webhook_not_found", func(token string) error {
			_, err := c.EditWebhook(w.as(token), &usherv1.EditWebhookRequest{Webhook: id, Name: proto.String("x")})
			return err
		}},
		{"rotate", "webhook_not_found", func(token string) error {
			_, err := c.RotateWebhookSecret(w.as(token), &usherv1.RotateWebhookSecretRequest{Webhook: id})
			return err
		}},
		{"pause", "webhook_not_found", func(token string) error {
			_, err := c.PauseWebhook(w.as(token), &usherv1.PauseWebhookRequest{Webhook: id})
			return err
		}},
		{"resume", "webhook_not_found", func(token string) error {
			_, err := c.ResumeWebhook(w.as(token), &usherv1.ResumeWebhookRequest{Webhook: id})
			return err
		}},
		{"delete", "webhook_not_found", func(token string) error {
			_, err := c.DeleteWebhook(w.as(token), &usherv1.DeleteWebhookRequest{Webhook: id})
			return err
		}},
		{"test", "webhook_not_found", func(token string) error {
			_, err := c.TestWebhook(w.as(token), &usherv1.TestWebhookRequest{Webhook: id})
			return err
		}},
		{"get a delivery", "delivery_not_found", func(token string) error {
			_, err := c.GetDelivery(w.as(token), &usherv1.GetDeliveryRequest{Delivery: delivery})
			return err
		}},
		{"replay a delivery", "delivery_not_found", func(token string) error {
			_, err := c.ReplayDelivery(w.as(token), &usherv1.ReplayDeliveryRequest{Delivery: delivery})
			return err
		}},
		{"replay what failed", "webhook_not_found", func(token string) error {
			_, err := c.ReplayFailedDeliveries(w.as(token), &usherv1.ReplayFailedDeliveriesRequest{Webhook: id})
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, token := range []string{"", nobodys, anaEnded, benAll} {
				refused(t, tt.ask(token), connect.CodeNotFound, tt.missing, "")
			}
			for _, token := range []string{anaEdits, anaSees, anaGives} {
				refused(t, tt.ask(token), connect.CodePermissionDenied, "forbidden", "")
			}
		})
	}
	if h := must(c.ListWebhooks(w.as(benAll), &usherv1.ListWebhooksRequest{})).Webhooks; len(h) != 0 {
		t.Errorf("Ben sees %v", h)
	}
	if d := must(c.ListDeliveries(w.as(benAll), &usherv1.ListDeliveriesRequest{})).Deliveries; len(d) != 0 {
		t.Errorf("Ben sees %v", d)
	}
	for _, token := range []string{anaEdits, anaSees, anaGives} {
		_, err := c.AddWebhook(w.as(token), &usherv1.AddWebhookRequest{Url: hooksURL})
		refused(t, err, connect.CodePermissionDenied, "forbidden", "")
		_, err = c.ListWebhooks(w.as(token), &usherv1.ListWebhooksRequest{})
		refused(t, err, connect.CodePermissionDenied, "forbidden", "")
		_, err = c.ListDeliveries(w.as(token), &usherv1.ListDeliveriesRequest{})
		refused(t, err, connect.CodePermissionDenied, "forbidden", "")
	}
	w.goTo(noon.Add(time.Minute))
	if got := to.all(); len(got) != 0 {
		t.Errorf("refused, they had %d sent", len(got))
	}
}

func TestWebhooks_form(t *testing.T) {
	w, _ := newToldWorld(t)
	c := w.webhooks()
	id := must(c.AddWebhook(w.as(anaAll), &usherv1.AddWebhookRequest{Url: hooksURL})).Webhook.Id
	for field, asked := range map[string]*usherv1.AddWebhookRequest{
		"url":     {Url: "ftp://example.com"},
		"topics":  {Url: hooksURL, Topics: []string{"license.eaten"}},
		"ping":    {Url: hooksURL, Ping: "eaten"},
		"durable": {Url: hooksURL, Durable: proto.Bool(false)},
	} {
		_, err := c.AddWebhook(w.as(anaAll), asked)
		refused(t, err, connect.CodeInvalidArgument, "invalid", field)
	}
	for field, asked := range map[string]*usherv1.EditWebhookRequest{
		"url":     {Webhook: id, Url: proto.String("")},
		"topics":  {Webhook: id, Topics: &usherv1.TopicSet{Topics: []string{"sale"}}},
		"durable": {Webhook: id, Durable: proto.Bool(false)},
	} {
		_, err := c.EditWebhook(w.as(anaAll), asked)
		refused(t, err, connect.CodeInvalidArgument, "invalid", field)
	}
	_, err := c.ListDeliveries(w.as(anaAll), &usherv1.ListDeliveriesRequest{Status: 99})
	refused(t, err, connect.CodeInvalidArgument, "invalid", "status")
	_, err = c.ReplayFailedDeliveries(w.as(anaAll), &usherv1.ReplayFailedDeliveriesRequest{Webhook: id, Since: &timestamppb.Timestamp{Nanos: -1}})
	refused(t, err, connect.CodeInvalidArgument, "invalid", "since")
	if left := must(c.ListWebhooks(w.as(anaAll), &usherv1.ListWebhooksRequest{})).Webhooks; len(left) != 1 {
		t.Errorf("there are %v", left)
	}
}

// TestWebhooks_ofAnApplication has a webhook belong to the program that asks.
func TestWebhooks_ofAnApplication(t *testing.T) {
	w, _ := newToldWorld(t)
	secret, made, err := w.usher.Applications.Create(t.Context(), w.ana, "my books", domain.Scopes(domain.AccountScope))
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := w.usher.Applications.Grant(t.Context(), app.Client{ID: made.ID, Secret: secret}, "")
	if err != nil {
		t.Fatal(err)
	}
	if h := must(w.webhooks().AddWebhook(w.as(token), &usherv1.AddWebhookRequest{Url: hooksURL, Ping: "sale"})).Webhook; h.Application != string(made.ID) || !h.Durable {
		t.Errorf("made %v", h)
	}
}
