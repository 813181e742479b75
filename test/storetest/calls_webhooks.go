package storetest

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// withWebhooks adds the rows of what tells others.
func withWebhooks(rows map[string]method) map[string]method {
	maps.Copy(rows, webhookMethods)
	return rows
}

var webhookMethods = map[string]method{
	"Applications.ByID":     same(domain.ErrApplicationNotFound).with(func(d *deal) []any { return rows(d.application.ID) }),
	"Applications.ByClient": method{stranger: domain.ErrScope, nobody: domain.ErrScope}.with(func(d *deal) []any { return rows(d.application.ID) }),
	"Applications.List":     method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.Cursor{}, 100) }),
	"Applications.Insert":   same(domain.ErrScope).writing(func(d *deal) []any { return rows(fixture.Application(d.seller)) }),
	"Applications.Save":     same(domain.ErrApplicationNotFound).writing(func(d *deal) []any { return rows(renamed(d.application)) }),

	"Webhooks.ByID":      same(domain.ErrWebhookNotFound).with(func(d *deal) []any { return rows(d.webhook.ID) }),
	"Webhooks.List":      method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.Cursor{}, 100) }),
	"Webhooks.Insert":    same(domain.ErrScope).writing(func(d *deal) []any { return rows(fixture.Webhook(d.seller)) }),
	"Webhooks.Save":      same(domain.ErrWebhookNotFound).writing(func(d *deal) []any { return rows(renamed(d.webhook)) }),
	"Webhooks.Secret":    same(domain.ErrWebhookNotFound).with(func(d *deal) []any { return rows(d.webhook.ID) }),
	"Webhooks.SetSecret": same(domain.ErrWebhookNotFound).writing(func(d *deal) []any { return rows(d.webhook.ID, ports.Sealed{Text: "another", Number: 2}) }),

	"Deliveries.ByID":    same(domain.ErrDeliveryNotFound).with(func(d *deal) []any { return rows(d.waits.ID) }),
	"Deliveries.Waiting": same(nothing).with(func(d *deal) []any { return rows(d.webhook.ID, d.waits.Subject, 100) }),
	"Deliveries.List":    method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.DeliveryQuery{}) }),
	"Deliveries.Insert":  same(domain.ErrScope).writing(func(d *deal) []any { return rows(fixture.Delivery(d.webhook)) }),
	"Deliveries.Save": same(domain.ErrDeliveryNotFound).writing(func(d *deal) []any {
		s := d.waits
		s.Skip("test", fixture.T0)
		return rows(s)
	}),
	"Deliveries.Forget": method{stranger: domain.ErrScope, nobody: domain.ErrScope}.writing(func(*deal) []any { return rows(longAgo.Add(time.Microsecond), 1000) }),
}

// listeners are what a deal has that is told, or asks.
type listeners struct {
	application domain.Application
	webhook     domain.Webhook
	waits, told domain.Delivery // told may be forgotten
}

func newListeners(d *deal) (l listeners) {
	l.application = fixture.Distinct(fixture.Application(d.seller))
	l.webhook = fixture.Distinct(fixture.Webhook(d.seller))
	l.webhook.DeletedAt = time.Time{}
	l.waits = fixture.Distinct(fixture.Delivery(l.webhook))
	l.told = fixture.Delivery(l.webhook, func(d *domain.Delivery) { d.Status, d.DoneAt = domain.DeliveryDelivered, longAgo })
	return l
}

// dumpWebhooks writes down what a seller has that is told, or asks.
func dumpWebhooks(ctx context.Context, tx ports.Tx, lines func(what string, things any)) error {
	applications, err := tx.Applications.List(ctx, ports.Cursor{}, 1000)
	lines("applications", applications)
	webhooks, err2 := tx.Webhooks.List(ctx, ports.Cursor{}, 1000)
	lines("webhooks", webhooks)
	errs := []error{err, err2}
	for _, w := range webhooks {
		secret, err := tx.Webhooks.Secret(ctx, w.ID)
		lines("secret", secret)
		errs = append(errs, err)
	}
	deliveries, err := tx.Deliveries.List(ctx, ports.DeliveryQuery{})
	lines("deliveries", deliveries)
	return errors.Join(append(errs, err)...)
}
