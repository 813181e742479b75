package api

import (
	"slices"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// listDeliveries shows what webhooks were told, and will be. Those of a deleted one
// stay for a while, so an id is only compared.
func listDeliveries(c *call) (answer, error) {
	seller, err := c.seller(domain.AccountScope)
	if err != nil {
		return answer{}, err
	}
	var to string
	return c.deliveries(seller, map[string]*string{"webhook": &to}, func() domain.WebhookID { return domain.WebhookID(to) })
}

// listWebhookDeliveries shows those of the webhook of the path.
func listWebhookDeliveries(c *call) (answer, error) {
	hook, err := c.webhook()
	if err != nil {
		return answer{}, err
	}
	return c.deliveries(hook.SellerID, nil, func() domain.WebhookID { return hook.ID })
}

// deliveries answers a page of them. to is asked once the query is read into into.
func (c *call) deliveries(seller domain.SellerID, into map[string]*string, to func() domain.WebhookID) (answer, error) {
	var status string
	names := map[string]*string{"status": &status}
	for name, place := range into {
		names[name] = place
	}
	limit, mark, err := c.query(names)
	if err != nil {
		return answer{}, err
	}
	q := ports.DeliveryQuery{WebhookID: to(), Status: domain.DeliveryStatus(status), Limit: limit + 1}
	if status != "" && !slices.Contains(deliveryStatuses, q.Status) {
		return answer{}, domain.InvalidField("status", "there is no such status")
	}
	if q.Before, err = ports.PlaceAt(mark); err != nil {
		return answer{}, err
	}
	all, err := c.usher.Webhooks.Deliveries(c.r.Context(), seller, q)
	if err != nil {
		return answer{}, err
	}
	body := deliveriesBody{Deliveries: []delivery{}}
	all, body.Next = page(all, limit, func(o domain.Delivery) ports.Cursor { return ports.Cursor{At: o.CreatedAt, ID: string(o.ID)} })
	for _, o := range all {
		body.Deliveries = append(body.Deliveries, deliveryOf(o))
	}
	return answer{body: body}, nil
}

var deliveryStatuses = []domain.DeliveryStatus{domain.DeliveryWaiting, domain.DeliveryDelivered, domain.DeliveryFailed, domain.DeliverySkipped}

// sent is a delivery, and what would be sent now.
type sent struct {
	domain.Delivery
	message ports.Message
}

// delivery returns the delivery of the path.
func (c *call) delivery() (sent, error) {
	return owned(c, domain.AccountScope, "delivery", domain.ErrDeliveryNotFound, func(seller domain.SellerID, id string) (sent, error) {
		d, m, err := c.usher.Webhooks.Delivery(c.r.Context(), seller, domain.DeliveryID(id))
		return sent{d, m}, err
	})
}

// getDelivery shows a delivery.
func getDelivery(c *call) (answer, error) {
	s, err := c.delivery()
	if err != nil {
		return answer{}, err
	}
	return answer{body: deliveryRequestBody{deliveryOf(s.Delivery), requestOf(s.message)}}, nil
}

// replayDelivery has it sent once more, under the same id, after the answer.
func replayDelivery(c *call) (answer, error) {
	s, err := c.delivery()
	if err != nil {
		return answer{}, err
	}
	if err := c.read(nil); err != nil {
		return answer{}, err
	}
	return c.onceOrAgain(s.SellerID, func() (answer, error) {
		d, err := c.usher.Webhooks.Replay(c.r.Context(), s.SellerID, s.ID)
		return answer{body: deliveryBody{deliveryOf(d)}}, err
	})
}
