package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/adapters/web"
	"github.com/usherhq/usher/adapters/webhook"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// standInsFile is where a demo's folder says where its stand-ins are. Who opens a
// folder that has it asks those, and never the real services.
func standInsFile(data string) string { return filepath.Join(data, "standins.json") }

// listenForStandIns takes their usual port, or any.
func listenForStandIns() (net.Listener, error) {
	if l, err := listen("127.0.0.1:8091"); err == nil {
		return l, nil
	}
	return listen("127.0.0.1:0")
}

// standInServices are the services of a demo. publicURL is where its server is
// reached; empty: this is none.
func standInServices(at, publicURL string) services {
	return services{publicURL: publicURL, circleURL: at + circlePath, standIns: true, reach: webhook.Loopback, discord: &discord.Config{
		ClientID: standInsApp.ClientID, ClientSecret: standInsApp.ClientSecret, BotToken: standInsApp.BotToken,
		RedirectURI: publicURL + web.CallbackPath, Version: version(),
		AuthorizeURL: at + discordPath + "/oauth2/authorize", APIURL: at + discordPath + "/api",
	}}
}

// demoServices are those of the folder, if it is a demo's. Without its demo the
// stand-ins are not there, which is said.
func (c *call) demoServices(publicURL string) (s services, ok bool, err error) {
	path := standInsFile(c.Data)
	f, err := readStandIns(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, false, nil
	}
	if err != nil {
		return s, false, cannotOpen(path+" cannot be read: "+err.Error(), "")
	}
	if !areThere(c.ctx, f.URL) {
		c.hint("(!) This demo is not running, and neither are its Circle and Discord: nobody is let in or removed until usher demo --data %s", quoted(c.Data))
	}
	return standInServices(f.URL, publicURL), true, nil
}

// areThere reports whether stand-ins are there.
func areThere(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// connect connects the demo's shop to the stand-ins, as its seller would in a
// browser, and lets those in who buy the club's tier Publishers. What was done
// once is not done again: the seller may have undone it.
func (d *demoFile) connect(c *call, p *app.Usher, s *standIns) error {
	if d.Connected {
		return nil
	}
	offer, err := p.Communities.ConnectCircle(c.ctx, d.Seller, standInsToken, "v2")
	if err != nil {
		return err
	}
	const browser = "the demo's own"
	address, err := p.Communities.StartDiscord(c.ctx, d.Seller, browser)
	if err != nil {
		return err
	}
	back, err := s.discord.Agree(address, discordtest.Consent{UserID: standInsOwner, GuildID: standInsServer})
	if err != nil {
		return err
	}
	u, err := url.Parse(back)
	if err != nil {
		return err
	}
	server, err := p.Communities.FinishDiscord(c.ctx, d.Seller, browser, app.Callback{State: u.Query().Get("state"), Code: u.Query().Get("code")})
	if err != nil {
		return err
	}
	if err := s.save(); err != nil { // that the bot is in
		return err
	}
	sold := newSample(*d)
	for _, a := range []domain.Attachment{
		{ConnectionID: offer.Connection.ID, Targets: domain.MakeTargets(domain.TargetID(fmt.Sprint(standInsSpaceGroup)))},
		{ConnectionID: server.ID, Targets: domain.MakeTargets(standInsRole)},
	} {
		a.ProductID, a.Variants = sold.club.ID, sold.variant("Publishers")
		err := d.attach(c, p, a)
		if kind := domain.KindOf(err); err != nil && kind != domain.NotFound && kind != domain.Precondition {
			return err // else the seller has deleted what was to be attached
		}
	}
	d.Connected = true
	return d.write(filepath.Join(c.Data, "demo.json"))
}

// attach attaches the product, unless a start that was cut short has.
func (d *demoFile) attach(c *call, p *app.Usher, a domain.Attachment) error {
	all, err := p.Communities.Attachments(c.ctx, d.Seller, a.ProductID)
	if err != nil {
		return err
	}
	for _, was := range all {
		if was.ConnectionID == a.ConnectionID {
			return nil
		}
	}
	_, err = p.Communities.Attach(c.ctx, d.Seller, a, false)
	return err
}

// resume tries again what could not be done while the stand-ins were not there.
func (d *demoFile) resume(c *call, p *app.Usher) error {
	for m, err := range allPeople(c, p, d.Seller, ports.ClaimQuery{}) {
		if err != nil {
			return err
		}
		switch m.State {
		case domain.ClaimPending, domain.ClaimRemoving, domain.ClaimFailed:
			if err := p.Communities.Retry(c.ctx, d.Seller, m.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
