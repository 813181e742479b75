package main

import (
	"fmt"
	"iter"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type webhooksCmd struct {
	Add          webhooksAddCmd    `cmd:"" help:"Tell an address what happens, and print the secret that it is signed with this once."`
	List         webhooksListCmd   `cmd:"" help:"List who is told."`
	Show         webhooksShowCmd   `cmd:"" help:"Show one."`
	Edit         webhooksEditCmd   `cmd:"" help:"Change where it leads and what it is told."`
	RotateSecret webhooksRotateCmd `cmd:"" help:"Make another secret; the one before signs beside it for a day."`
	Pause        webhooksPauseCmd  `cmd:"" help:"Send it nothing until it is resumed."`
	Resume       webhooksResumeCmd `cmd:"" help:"Send it what happens from now on."`
	Delete       webhooksDeleteCmd `cmd:"" help:"Send it nothing any more."`
	Test         webhooksTestCmd   `cmd:"" help:"Send it an event that says so."`
}

type webhookView struct {
	ID        domain.WebhookID `json:"id"`
	Name      string           `json:"name"`
	URL       string           `json:"url"`
	Format    domain.Format    `json:"format"`
	Topics    []domain.Topic   `json:"topics"` // of events; empty: all. Of a ping, the one
	Durable   bool             `json:"durable"`
	Failures  int64            `json:"failures"` // in a row
	StoppedAt *time.Time       `json:"stopped_at"`
	Stopped   string           `json:"stopped"`
	CreatedAt time.Time        `json:"created_at"`
}

func viewWebhook(w domain.Webhook) any { return webhookViewOf(w) }

func webhookViewOf(w domain.Webhook) webhookView {
	v := webhookView{w.ID, w.Name, w.URL, w.Format, []domain.Topic{}, w.Durable, w.Failures, at(w.StoppedAt), w.Stopped, w.CreatedAt}
	if v.Topics = append(v.Topics, w.Topics.All()...); w.Ping != "" {
		v.Topics = append(v.Topics, w.Ping)
	}
	return v
}

// topicsOf is what a webhook is told, for people.
func topicsOf(w domain.Webhook) string {
	switch {
	case w.Format == domain.PingFormat:
		return "the ping " + string(w.Ping)
	case w.Topics == "":
		return "everything"
	}
	return string(w.Topics)
}

// hookState is how it stands with a webhook, for people.
func hookState(w domain.Webhook) string {
	switch {
	case w.Stopped == domain.StoppedGone:
		return "stopped: it answered 410"
	case w.Stopped != "":
		return "paused"
	case w.Failures > 0:
		return fmt.Sprintf("failing, %d in a row", w.Failures)
	}
	return "live"
}

func (c *call) showWebhook(w domain.Webhook, more ...line) {
	c.show(webhookViewOf(w), append([]line{
		{"id", string(w.ID)}, {"name", w.Name}, {"url", w.URL}, {"told", topicsOf(w)}, {"state", hookState(w)},
	}, more...)...)
}

type webhooksAddCmd struct {
	URL    string         `arg:"" help:"Web address that is told."`
	Name   string         `help:"What you call it."`
	Topics []domain.Topic `help:"Events that it is told, such as license.issued or membership.*; all unless given." placeholder:"EVENT"`
	Ping   domain.Topic   `help:"A ping of Gumroad's instead, such as sale: a form, unsigned." placeholder:"PING"`
}

// Run makes a webhook. To a person, the secret alone goes to standard output.
func (a webhooksAddCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	w, secret, err := p.Webhooks.Add(c.ctx, seller, app.NewWebhook{URL: a.URL, Name: a.Name, Topics: a.Topics, Ping: a.Ping})
	if err != nil {
		return err
	}
	return c.showSigningSecret(w, secret)
}

// showSigningSecret shows a webhook with its secret, this once.
func (c *call) showSigningSecret(w domain.Webhook, secret string) error {
	switch {
	case c.json:
		c.encode(struct {
			webhookView
			Secret string `json:"secret,omitempty"`
		}{webhookViewOf(w), secret})
	case secret == "":
		c.showWebhook(w)
	default:
		fmt.Fprintln(c.out, secret)
		c.say("This is the secret of the webhook %s. It is shown this once: keep it now.", w.ID)
	}
	return nil
}

type webhooksListCmd struct{}

// Run lists webhooks.
func (webhooksListCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	return list(c, allWebhooks(c, p, seller), viewWebhook, []column{left("ID"), left("NAME"), left("URL"), left("TOLD"), left("STATE")},
		func(w domain.Webhook) []string {
			return []string{string(w.ID), w.Name, w.URL, topicsOf(w), hookState(w)}
		}, "Nobody is told what happens. Tell somebody: usher webhooks add https://example.com/hooks")
}

func allWebhooks(c *call, p *app.Usher, seller domain.SellerID) iter.Seq2[domain.Webhook, error] {
	return app.Paged(func(after ports.Cursor, n int) ([]domain.Webhook, error) {
		return p.Webhooks.List(c.ctx, seller, after, n)
	},
		func(w domain.Webhook) ports.Cursor { return ports.Cursor{At: w.CreatedAt, ID: string(w.ID)} })
}

// oneWebhook is the argument of commands about a webhook.
type oneWebhook struct {
	Webhook domain.WebhookID `arg:"" help:"Id of the webhook, as webhooks list shows it."`
}

// run does something about a webhook, and shows it.
func (o oneWebhook) run(c *call, do func(*app.Usher, domain.SellerID) (domain.Webhook, error)) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	w, err := do(p, seller)
	if err != nil {
		return err
	}
	c.showWebhook(w)
	return nil
}

type webhooksShowCmd struct{ oneWebhook }

// Run shows a webhook.
func (s webhooksShowCmd) Run(c *call) error {
	return s.run(c, func(p *app.Usher, seller domain.SellerID) (domain.Webhook, error) {
		return p.Webhooks.Get(c.ctx, seller, s.Webhook)
	})
}

type webhooksEditCmd struct {
	oneWebhook
	Address *string        `help:"Web address that is told." placeholder:"URL"`
	Name    *string        `help:"What you call it."`
	Topics  []domain.Topic `help:"Events that it is told." placeholder:"EVENT" xor:"topics"`
	All     bool           `help:"Tell it all events." xor:"topics"`
	Durable *bool          `help:"Try pings for three days after every failure, as events are." negatable:""`
}

// Run changes what is given.
func (e webhooksEditCmd) Run(c *call) error {
	edit := app.WebhookEdit{URL: e.Address, Name: e.Name, Durable: e.Durable}
	if e.All || len(e.Topics) > 0 {
		edit.Topics = &e.Topics
	}
	if edit == (app.WebhookEdit{}) {
		return wrongUse("", "there is nothing to change", "give --address, --name, --topics, --all or --durable")
	}
	return e.run(c, func(p *app.Usher, seller domain.SellerID) (domain.Webhook, error) {
		return p.Webhooks.Edit(c.ctx, seller, e.Webhook, edit)
	})
}

type webhooksPauseCmd struct{ oneWebhook }

// Run has nothing sent.
func (w webhooksPauseCmd) Run(c *call) error {
	return w.run(c, func(p *app.Usher, seller domain.SellerID) (domain.Webhook, error) {
		return p.Webhooks.Pause(c.ctx, seller, w.Webhook)
	})
}

type webhooksResumeCmd struct{ oneWebhook }

// Run has it sent to again.
func (w webhooksResumeCmd) Run(c *call) error {
	return w.run(c, func(p *app.Usher, seller domain.SellerID) (domain.Webhook, error) {
		return p.Webhooks.Resume(c.ctx, seller, w.Webhook)
	})
}
