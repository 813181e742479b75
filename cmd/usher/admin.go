package main

import (
	"fmt"
	"time"

	"github.com/usherhq/usher/domain"
)

type adminCmd struct {
	Link adminLinkCmd `cmd:"" help:"Print a link that opens the seller's pages in a browser, once, within ten minutes."`
}

// usualURL is where a server is that was started without an address.
const usualURL = "http://127.0.0.1:8080"

type adminLinkCmd struct{}

// Run makes a link. To a person, it alone goes to standard output, so that it
// can be opened by another program.
func (adminLinkCmd) Run(c *call) error {
	at := string(c.PublicURL)
	if at == "" {
		at = usualURL
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	secret, err := p.Sessions.Link(c.ctx, seller)
	if err != nil {
		return err
	}
	link := at + "/admin/link/" + secret
	if c.json {
		c.encode(map[string]any{"url": link, "valid_for_in_seconds": int64(domain.PassLink.Lives() / time.Second)})
		return nil
	}
	fmt.Fprintln(c.out, link)
	c.say("Open it in a browser: it is good once, for ten minutes, and whoever has it acts as the seller.")
	if c.PublicURL == "" {
		c.say("If the server is elsewhere, name its address: usher admin link --url https://keys.example.com")
	}
	return nil
}
