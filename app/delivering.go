package app

import (
	"context"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	pingWithin  = 5 * time.Second // of machine time, as the API that usher is compatible with
	eventWithin = 15 * time.Second
	skipAtOnce  = 100
)

// delivered is deliver, for who only wants to know how it ended.
func (w *Worker) delivered(ctx context.Context, j ports.Job) ports.Done {
	d, _ := w.deliver(ctx, j)
	return d
}

// deliver tells a webhook what it waits to be told of one subject, in order, and
// is back when something can be tried again. It reports whether the last that was
// tried was taken; true if nothing was.
func (w *Worker) deliver(ctx context.Context, j ports.Job) (d ports.Done, well bool) {
	to, subject, _ := strings.Cut(j.Payload, " ")
	line := backlog{seller: domain.SellerID(j.Lane), to: domain.WebhookID(to), subject: subject}
	kept := context.WithoutCancel(ctx)
	for over := after(rowWithin); ; {
		if over() || ctx.Err() != nil {
			return w.lookAgain(j, w.at()), true
		}
		next, err := w.next(kept, line)
		switch {
		case err != nil:
			return w.failed(j, err), true
		case next.none:
			return ports.Done{Job: j}, true
		case !next.until.IsZero():
			return w.lookAgain(j, next.until), true
		case next.skipped:
			continue
		}
		post := next.post
		if post == (domain.Post{}) {
			if post, err = w.poster.Post(ctx, next.message); err != nil {
				return w.lookAgain(j, w.at()), true // nobody knows whether it came: it goes again, under its id
			}
		}
		if err := w.posted(kept, next.delivery, post); err != nil {
			return w.failed(j, err), true
		}
		if well = post.OK(); !well {
			return w.lookAgain(j, w.at()), false
		}
	}
}

// backlog is what a webhook waits to be told of one subject.
type backlog struct {
	seller  domain.SellerID
	to      domain.WebhookID
	subject string
}

// parcel is what comes next of it.
type parcel struct {
	none     bool      // nothing waits
	until    time.Time // not before that
	skipped  bool      // look again
	delivery domain.Delivery
	message  ports.Message
	post     domain.Post // what it came to already, since nothing can be sent
}

// next says what a webhook is to be told next, which is then to be tried.
func (w *Worker) next(ctx context.Context, of backlog) (p parcel, err error) {
	at, now := w.at(), w.machine()
	var hook, admitted domain.Webhook
	var skip string
	err = w.store.View(ctx, ports.Seller(of.seller), func(ctx context.Context, tx ports.Tx) (err error) {
		p, skip = parcel{}, ""
		if hook, err = tx.Webhooks.ByID(ctx, of.to); err != nil {
			return err
		}
		some, err := tx.Deliveries.Waiting(ctx, of.to, of.subject, 1)
		if err != nil || len(some) == 0 {
			p.none = err == nil
			return err
		}
		p.delivery = some[0]
		if !hook.Live() {
			skip = "stopped"
			return nil
		}
		if p.delivery.DueAt.After(at) {
			p.until = p.delivery.DueAt
			return nil
		}
		admitted = hook
		if until, ok := admitted.Admit(at); !ok {
			p.until = until
			return nil
		}
		if p.message, skip, err = w.message(ctx, tx, hook, p.delivery, at); err != nil || skip != "" || hook.SecretSetAt.IsZero() {
			return err
		}
		sealed, err := tx.Webhooks.Secret(ctx, hook.ID)
		if err != nil {
			return err
		}
		secrets, err := w.openWebhook(hook, sealed)
		if err != nil || len(secrets) == 0 {
			p.post.Why = "secret_unreadable"
			return nil
		}
		if !hook.BothSign(at) {
			secrets = secrets[:1]
		}
		p.message.ID, p.message.At, p.message.Secrets = string(p.delivery.EventID), now, secrets
		return nil
	})
	switch {
	case err != nil || p.none || !p.until.IsZero():
		return p, err
	case skip == "stopped":
		return parcel{skipped: true}, w.skipStopped(ctx, of, at)
	case skip != "":
		return parcel{skipped: true}, w.skip(ctx, p.delivery, skip, at)
	case admitted != hook:
		until, err := w.admit(ctx, of, at)
		p.until = until
		return p, err
	}
	return p, nil
}

// admit marks that a webhook that is known to be dead is tried, unless somebody
// else does so already.
func (w *Worker) admit(ctx context.Context, of backlog, at time.Time) (until time.Time, err error) {
	err = w.update(ctx, of.seller, func(ctx context.Context, tx ports.Tx) error {
		hook, err := tx.Webhooks.ByID(ctx, of.to)
		if err != nil {
			return err
		}
		var ok bool
		if until, ok = hook.Admit(at); !ok {
			return nil
		}
		return tx.Webhooks.Save(ctx, hook)
	})
	return until, err
}

// posted notes what a try came to, unless somebody else has tried it meanwhile.
func (w *Worker) posted(ctx context.Context, was domain.Delivery, post domain.Post) error {
	at := w.at()
	return w.store.Update(ctx, ports.Seller(was.SellerID), func(ctx context.Context, tx ports.Tx) error {
		d, err := tx.Deliveries.ByID(ctx, was.ID)
		if err != nil || d != was {
			return err
		}
		hook, err := tx.Webhooks.ByID(ctx, d.WebhookID)
		if err != nil {
			return err
		}
		before := hook
		hook.Posted(&d, post, at)
		if err := tx.Deliveries.Save(ctx, d); err != nil || hook == before {
			return err
		}
		return tx.Webhooks.Save(ctx, hook)
	})
}

// skip ends a delivery of which there is nothing to tell.
func (w *Worker) skip(ctx context.Context, was domain.Delivery, why string, at time.Time) error {
	return w.store.Update(ctx, ports.Seller(was.SellerID), func(ctx context.Context, tx ports.Tx) error {
		d, err := tx.Deliveries.ByID(ctx, was.ID)
		if err != nil || d != was {
			return err
		}
		d.Skip(why, at)
		return tx.Deliveries.Save(ctx, d)
	})
}

// skipStopped ends what waits for a webhook that nothing is sent to any more.
func (w *Worker) skipStopped(ctx context.Context, of backlog, at time.Time) error {
	return w.store.Update(ctx, ports.Seller(of.seller), func(ctx context.Context, tx ports.Tx) error {
		hook, err := tx.Webhooks.ByID(ctx, of.to)
		if err != nil || hook.Live() {
			return err
		}
		some, err := tx.Deliveries.Waiting(ctx, of.to, of.subject, skipAtOnce)
		if err != nil {
			return err
		}
		for _, d := range some {
			d.Skip("stopped", at)
			if err := tx.Deliveries.Save(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// message writes what a webhook is told by a delivery; skip says why it is told
// nothing.
func (c *core) message(ctx context.Context, tx ports.Tx, hook domain.Webhook, d domain.Delivery, at time.Time) (m ports.Message, skip string, err error) {
	write, within := c.eventBody, eventWithin
	if hook.Format == domain.PingFormat {
		write, within = c.pingBody, pingWithin
		if may, err := mayBeTold(ctx, tx, hook); err != nil || !may {
			return m, "not_allowed", err
		}
	}
	n, skip, err := c.news(ctx, tx, hook, d, at)
	if err != nil || skip != "" {
		return m, skip, err
	}
	if write == nil {
		return m, "not_written", nil
	}
	m = ports.Message{URL: hook.URL, Within: within}
	m.ContentType, m.Body, err = write(n)
	return m, "", err
}

// mayBeTold reports whether who asked for a ping may still see sales. Who was
// asked for here, and not through a token, may.
func mayBeTold(ctx context.Context, tx ports.Tx, hook domain.Webhook) (bool, error) {
	if hook.ApplicationID == "" && hook.Durable {
		return true, nil
	}
	if hook.ApplicationID != "" {
		a, err := tx.Applications.ByID(ctx, hook.ApplicationID)
		if err != nil || !a.RevokedAt.IsZero() {
			return false, err
		}
	}
	return tx.Tokens.Live(ctx, hook.ApplicationID, domain.ViewSales)
}
