package app

import (
	"encoding/json"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const deliverKind = "deliver" // tells one webhook what happened to one subject, in order

// delivering is what a job of that kind is for.
type delivering struct {
	WebhookID domain.WebhookID
	Subject   string
}

// deliverJob is the job of a delivery, and of all that wait with it.
func deliverJob(id domain.JobID, d domain.Delivery) ports.Job {
	payload, err := json.Marshal(delivering{d.WebhookID, d.Subject})
	if err != nil {
		panic(err) // a plain struct
	}
	return ports.Job{
		ID: id, Kind: deliverKind, Lane: string(d.SellerID), Key: deliverKind + ":" + string(d.WebhookID) + ":" + d.Subject,
		Payload: string(payload), DueAt: d.DueAt,
	}
}

// tellings are what webhooks are told of an event: those of its seller that want
// to know, or the one that is tested.
func (w *Worker) tellings(e ports.Event, webhooks []domain.Webhook) []domain.Delivery {
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
		now := domain.Later(e.At, w.at())
		all = append(all, domain.Delivery{
			ID: domain.DeliveryID(w.jobID(e.At)), SellerID: e.SellerID, WebhookID: hook.ID, EventID: e.ID,
			Subject: e.Subject, Seq: e.Seq, Event: e.Name, Topic: topic, Payload: e.Payload, At: e.At,
			Status: domain.DeliveryWaiting, FirstDueAt: now, DueAt: now, CreatedAt: now,
		})
	}
	return all
}
