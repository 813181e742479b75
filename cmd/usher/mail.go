package main

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type mailCmd struct {
	List mailListCmd `cmd:"" help:"List the mails, the oldest first."`
	Show mailShowCmd `cmd:"" help:"Show a mail with its text. It may hold a license key or an invitation."`
}

type mailView struct {
	ID        domain.MailID `json:"id"`
	Cause     string        `json:"cause"` // what it is about; there is one mail for a cause
	To        string        `json:"to"`
	Subject   string        `json:"subject"`
	CreatedAt time.Time     `json:"created_at"`
}

func mailViewOf(m domain.Mail) mailView { return mailView{m.ID, m.Cause, m.To, m.Subject, m.CreatedAt} }

type mailListCmd struct {
	To string `help:"Only those to this e-mail address." placeholder:"EMAIL"`
}

// Run lists mails.
func (l mailListCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	all := func(yield func(domain.Mail, error) bool) {
		for m, err := range app.Paged(func(after ports.Cursor, n int) ([]domain.Mail, error) {
			return p.Mails.List(c.ctx, seller, after, n)
		}, func(m domain.Mail) ports.Cursor { return ports.Cursor{At: m.CreatedAt, ID: string(m.ID)} }) {
			if err == nil && l.To != "" && m.To != domain.NormalizeEmail(l.To) {
				continue
			}
			if !yield(m, err) {
				return
			}
		}
	}
	columns := []column{left("ID"), left("WRITTEN (UTC)"), left("TO"), left("SUBJECT")}
	return list(c, all, func(m domain.Mail) any { return mailViewOf(m) }, columns, func(m domain.Mail) []string {
		return []string{string(m.ID), day(m.CreatedAt), m.To, m.Subject}
	}, "There are no such mails.")
}

type mailShowCmd struct {
	Mail domain.MailID `arg:"" help:"Id of the mail, as mail list shows it."`
}

// Run shows a mail.
func (s mailShowCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	m, err := p.Mails.Get(c.ctx, seller, s.Mail)
	if err != nil {
		return err
	}
	if c.json {
		c.encode(struct {
			mailView
			Text string `json:"text"`
		}{mailViewOf(m), m.Text})
		return nil
	}
	c.show(nil, line{"to", m.To}, line{"subject", m.Subject}, line{"written", when(m.CreatedAt)})
	fmt.Fprintf(c.out, "\n%s\n", strings.TrimRight(printableText(m.Text), "\n"))
	return nil
}

// printableText is a text of several lines that does not steer a terminal.
func printableText(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}
