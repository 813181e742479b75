package api

import (
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// What telling others looks like. A secret is in no view.
type (
	webhook struct {
		ID          domain.WebhookID      `json:"id"`
		Application *domain.ApplicationID `json:"application"` // through which it was asked for
		Name        *string               `json:"name"`
		URL         string                `json:"url"`
		Format      domain.Format         `json:"format"`
		Topics      []domain.Topic        `json:"topics"` // of events; empty: all
		Ping        *domain.Topic         `json:"ping"`   // the one that it gets, and no events
		Durable     bool                  `json:"durable"`
		SecretSetAt *time.Time            `json:"secret_set_at"`
		RotatedAt   *time.Time            `json:"rotated_at"` // the secret before it signs for a day from then on
		Failures    int64                 `json:"failures"`   // in a row
		RetryAt     *time.Time            `json:"retry_at"`   // nothing is tried before that
		StoppedAt   *time.Time            `json:"stopped_at"`
		Stopped     *string               `json:"stopped"` // why
		CreatedAt   time.Time             `json:"created_at"`
	}
	delivery struct {
		ID         domain.DeliveryID     `json:"id"`
		Webhook    domain.WebhookID      `json:"webhook"`
		EventID    domain.EventID        `json:"event_id"` // the receiver knows it by this
		Event      string                `json:"event"`
		Topic      domain.Topic          `json:"topic"` // what it is told: the event's name, or a ping
		Subject    string                `json:"subject"`
		HappenedAt time.Time             `json:"happened_at"`
		Status     domain.DeliveryStatus `json:"status"`
		Tries      int64                 `json:"tries"`
		DueAt      *time.Time            `json:"due_at"` // null: it is not tried again
		TriedAt    *time.Time            `json:"tried_at"`
		Answered   *int64                `json:"answered"` // the last HTTP status
		Why        *string               `json:"why"`      // the code of the last failure
		DoneAt     *time.Time            `json:"done_at"`
		CreatedAt  time.Time             `json:"created_at"`
	}
	request struct {
		URL         string `json:"url"`
		ContentType string `json:"content_type"`
		Body        string `json:"body"`
	}
)

// The bodies of answers about it.
type (
	webhooksBody struct {
		Webhooks []webhook `json:"webhooks"`
		Next     *string   `json:"next"`
	}
	webhookBody struct {
		Webhook webhook `json:"webhook"`
	}
	webhookSecretBody struct {
		Webhook webhook `json:"webhook"`
		Secret  *string `json:"secret"` // null: pings are not signed
	}
	replayedBody struct {
		Replayed int `json:"replayed"`
	}
	deliveriesBody struct {
		Deliveries []delivery `json:"deliveries"`
		Next       *string    `json:"next"`
	}
	deliveryBody struct {
		Delivery delivery `json:"delivery"`
	}
	deliveryRequestBody struct {
		Delivery delivery `json:"delivery"`
		Request  *request `json:"request"` // that would be made now; null: there is nothing to tell
	}
)

func webhookOf(w domain.Webhook) webhook {
	return webhook{
		ID: w.ID, Application: optional(w.ApplicationID), Name: optional(w.Name), URL: w.URL, Format: w.Format,
		Topics: append([]domain.Topic{}, w.Topics.All()...), Ping: optional(w.Ping), Durable: w.Durable,
		SecretSetAt: when(w.SecretSetAt), RotatedAt: when(w.RotatedAt), Failures: w.Failures, RetryAt: when(w.RetryAt),
		StoppedAt: when(w.StoppedAt), Stopped: optional(w.Stopped), CreatedAt: w.CreatedAt.UTC(),
	}
}

func deliveryOf(d domain.Delivery) delivery {
	v := delivery{
		ID: d.ID, Webhook: d.WebhookID, EventID: d.EventID, Event: d.Event, Topic: d.Topic, Subject: d.Subject, HappenedAt: d.At.UTC(),
		Status: d.Status, Tries: d.Tries, TriedAt: when(d.TriedAt), Why: optional(d.Why), DoneAt: when(d.DoneAt), CreatedAt: d.CreatedAt.UTC(),
	}
	if d.Status == domain.DeliveryWaiting {
		v.DueAt = when(d.DueAt)
	}
	if d.Answered != 0 {
		v.Answered = &d.Answered
	}
	return v
}

func requestOf(m ports.Message) *request {
	if m.URL == "" {
		return nil
	}
	return &request{m.URL, m.ContentType, string(m.Body)}
}
