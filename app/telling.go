package app

import (
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const deliverKind = "deliver" // tells one webhook what happened to one subject, in order

// deliverJob is the job of a delivery, and of all that wait with it.
func deliverJob(id domain.JobID, d domain.Delivery) ports.Job {
	return toldJob(id, d.SellerID, d.WebhookID, d.Subject, d.DueAt)
}

func toldJob(id domain.JobID, seller domain.SellerID, to domain.WebhookID, subject string, at time.Time) ports.Job {
	of := string(to) + " " + subject
	return ports.Job{ID: id, Kind: deliverKind, Lane: string(seller), Key: deliverKind + ":" + of, Payload: of, DueAt: at}
}

// webhookOf returns the webhook that such a job tells.
func webhookOf(j ports.Job) domain.WebhookID {
	to, _, _ := strings.Cut(j.Payload, " ")
	return domain.WebhookID(to)
}

// dueJob is the job that a delivery asks for that is made once more.
func dueJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	var e domain.DeliveryDue
	ok := read(row, &e)
	return toldJob(id, row.SellerID, e.WebhookID, e.Subject, row.At), ok
}

// tellings are what webhooks are told of an event: those of its seller that want
// to know, or the one that is tested.
func (w *Worker) tellings(e ports.Event, webhooks []domain.Webhook, at time.Time) []domain.Delivery {
	var tested domain.WebhookTested
	testing := read(e, &tested)
	var all []domain.Delivery
	for _, hook := range webhooks {
		if hook.SellerID != e.SellerID {
			continue
		}
		topic, ok := hook.Tells(e.Name, e.At)
		if testing && hook.ID == tested.WebhookID {
			topic, ok = domain.Topic(e.Name), true
		}
		if !ok {
			continue
		}
		now := domain.Later(e.At, at)
		all = append(all, domain.Delivery{
			ID: domain.DeliveryID(w.newID(e.At)), SellerID: e.SellerID, WebhookID: hook.ID, EventID: e.ID,
			Subject: e.Subject, Seq: e.Seq, Event: e.Name, Topic: topic, Payload: e.Payload, At: e.At,
			Status: domain.DeliveryWaiting, FirstDueAt: now, DueAt: now, CreatedAt: now,
		})
	}
	return all
}
