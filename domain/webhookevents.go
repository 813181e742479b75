package domain

import "time"

// The events of webhooks are for usher's own work: no webhook is told of them but
// the one that is tested.
type (
	DeliveryDue struct { // there is something to send
		WebhookID WebhookID
		Subject   string // of the deliveries
		At        time.Time
	}
	WebhookTested struct {
		WebhookID WebhookID
		At        time.Time
	}
)

func (DeliveryDue) EventName() string   { return "webhook.due" }
func (WebhookTested) EventName() string { return "webhook.tested" }

func (e DeliveryDue) EventSubject() string   { return string(e.WebhookID) }
func (e WebhookTested) EventSubject() string { return string(e.WebhookID) }
