package main

import (
	"fmt"
	"iter"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type deliveriesCmd struct {
	List   deliveriesListCmd   `cmd:"" help:"List what webhooks were told and will be, the latest first."`
	Show   deliveriesShowCmd   `cmd:"" help:"Show one, with what would be sent now."`
	Replay deliveriesReplayCmd `cmd:"" help:"Send one once more, or all that a webhook did not take."`
}

type deliveryView struct {
	ID        domain.DeliveryID     `json:"id"`
	Webhook   domain.WebhookID      `json:"webhook"`
	Event     domain.EventID        `json:"event"` // the receiver knows it by this
	Type      domain.Topic          `json:"type"`
	Subject   string                `json:"subject"`
	Status    domain.DeliveryStatus `json:"status"`
	Tries     int64                 `json:"tries"`
	DueAt     *time.Time            `json:"due_at"` // null: it is not tried again
	TriedAt   *time.Time            `json:"tried_at"`
	Answered  int64                 `json:"answered"` // the last HTTP status; 0: there was none
	Why       string                `json:"why"`      // the code of the last failure
	CreatedAt time.Time             `json:"created_at"`
	DoneAt    *time.Time            `json:"done_at"`
}

func viewDelivery(d domain.Delivery) any { return deliveryViewOf(d) }

func deliveryViewOf(d domain.Delivery) deliveryView {
	due := d.DueAt
	if d.Status != domain.DeliveryWaiting {
		due = time.Time{}
	}
	return deliveryView{d.ID, d.WebhookID, d.EventID, d.Topic, d.Subject, d.Status, d.Tries, at(due), at(d.TriedAt), d.Answered, d.Why, d.CreatedAt, at(d.DoneAt)}
}

type deliveriesListCmd struct {
	Webhook domain.WebhookID      `help:"Only to this webhook." placeholder:"ID"`
	Status  domain.DeliveryStatus `help:"Only those: waiting, delivered, failed or skipped." enum:",waiting,delivered,failed,skipped" default:"" placeholder:"STATUS"`
	Limit   int                   `help:"At most so many." default:"100" placeholder:"N"`
}

// Run lists deliveries.
func (l deliveriesListCmd) Run(c *call) error {
	if l.Limit < 1 {
		return wrongUse("limit", "must be at least 1", "")
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	columns := []column{left("ID"), left("TYPE"), left("STATUS"), right("TRIES"), right("ANSWER"), left("WHY"), left("MADE (UTC)")}
	return list(c, l.all(c, p, seller), viewDelivery, columns, func(d domain.Delivery) []string {
		return []string{string(d.ID), string(d.Topic), string(d.Status), fmt.Sprint(d.Tries), answerOf(d), d.Why, day(d.CreatedAt)}
	}, "Nobody was told anything.")
}

// all reads them page by page.
func (l deliveriesListCmd) all(c *call, p *app.Usher, seller domain.SellerID) iter.Seq2[domain.Delivery, error] {
	return func(yield func(domain.Delivery, error) bool) {
		q := ports.DeliveryQuery{WebhookID: l.Webhook, Status: l.Status}
		for left := l.Limit; left > 0; {
			q.Limit = min(left, 1000)
			some, err := p.Webhooks.Deliveries(c.ctx, seller, q)
			if err != nil {
				yield(domain.Delivery{}, err)
				return
			}
			for _, d := range some {
				if !yield(d, nil) {
					return
				}
				q.Before = ports.Cursor{At: d.CreatedAt, ID: string(d.ID)}
			}
			if left -= len(some); len(some) < q.Limit {
				return
			}
		}
	}
}

func answerOf(d domain.Delivery) string {
	if d.Answered == 0 {
		return ""
	}
	return fmt.Sprint(d.Answered)
}

type deliveriesShowCmd struct {
	Delivery domain.DeliveryID `arg:"" help:"Id of the delivery, as deliveries list shows it."`
}

// Run shows a delivery.
func (s deliveriesShowCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	d, m, err := p.Webhooks.Delivery(c.ctx, seller, s.Delivery)
	if err != nil {
		return err
	}
	c.show(struct {
		deliveryView
		URL         string `json:"url"`
		ContentType string `json:"content_type"`
		Body        string `json:"body"` // as it would be sent now; empty: there is nothing to tell
	}{deliveryViewOf(d), m.URL, m.ContentType, string(m.Body)},
		line{"id", string(d.ID)}, line{"event", string(d.EventID)}, line{"type", string(d.Topic)}, line{"status", string(d.Status)},
		line{"tries", fmt.Sprint(d.Tries)}, line{"answer", answerOf(d)}, line{"why", d.Why}, line{"url", m.URL}, line{"body", string(m.Body)})
	return nil
}

type deliveriesReplayCmd struct {
	Delivery domain.DeliveryID `arg:"" optional:"" help:"Id of the delivery."`
	Failed   domain.WebhookID  `help:"All that this webhook did not take." placeholder:"WEBHOOK"`
	Since    time.Time         `help:"Of those, what was made since then; all unless given." placeholder:"TIME"`
}

// Run has deliveries made once more.
func (r deliveriesReplayCmd) Run(c *call) error {
	if (r.Delivery == "") == (r.Failed == "") {
		return wrongUse("", "say which: a delivery, or --failed and a webhook", "usher deliveries list shows both")
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	n := 1
	if r.Delivery != "" {
		_, err = p.Webhooks.Replay(c.ctx, seller, r.Delivery)
	} else {
		n, err = p.Webhooks.ReplayFailed(c.ctx, seller, r.Failed, r.Since)
	}
	if err != nil {
		return err
	}
	c.doDue(p)
	c.show(struct {
		Replayed int `json:"replayed"`
	}{n}, line{"sent once more", fmt.Sprint(n)})
	return nil
}
