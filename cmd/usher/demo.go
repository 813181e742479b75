package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type demoCmd struct {
	Listen    string    `help:"Address to listen on; 127.0.0.1:8080 unless given, or another port if that is taken." placeholder:"HOST:PORT"`
	TestClock clockFlag `help:"Where its clock stands when it is made; it only moves when it is told to." default:"now" placeholder:"TIME"`
	logging
}

// demoView is what a program needs to know of a demo.
type demoView struct {
	URL         string            `json:"url"`
	AdminURL    string            `json:"admin_url"`
	AccessToken string            `json:"access_token"`
	ProductID   domain.ProductID  `json:"product_id"`
	LicenseKey  domain.LicenseKey `json:"license_key"`
	Data        string            `json:"data"`
	StandInsURL string            `json:"standins_url"` // who is in the stand-ins of Circle and Discord
}

// Run serves sample data. It takes no setting of a real server: its data is in
// the folder that --data names, or in a temporary one, and its secrets are
// there too. It runs on a test clock, its processor is a sandbox, and for Circle
// and Discord it has stand-ins.
func (d demoCmd) Run(c *call) error {
	l, err := d.listen()
	if err != nil {
		return err
	}
	defer l.Close()
	if c.explicit("database") {
		return wrongUse("database", "a demo keeps its data in a folder", "leave it out, or name a folder with --data")
	}
	if c.explicit("discord-client-id") {
		return wrongUse("discord-client-id", "a demo lets nobody into a real server", "leave it out, or try it with usher serve --test-clock now --payments sandbox")
	}
	c.Database = ""
	temporary := !c.explicit("data")
	if temporary {
		if c.Data, err = os.MkdirTemp("", "usher-demo-"); err != nil {
			return cannotOpen("no temporary folder can be made: "+err.Error(), "name a folder with --data")
		}
		defer os.RemoveAll(c.Data)
	}
	c.ownSecrets = true
	c.Payments, c.SandboxURL = "sandbox", ""
	log := d.logger(c.err)
	beside, err := listenForStandIns()
	if err != nil {
		return err
	}
	c.standIns = startStandIns(beside, rand.Text(), log)
	defer c.standIns.stop()
	p, f, done, err := c.openWith(opening{make: true, log: log, testClock: d.TestClock.fresh(), publicURL: localURL(l, false)})
	if err != nil {
		return err
	}
	defer done()
	demo, err := loadDemo(c, p, f)
	if err != nil {
		return err
	}
	clock, err := d.TestClock.check(c, p, f)
	if err != nil {
		return err
	}
	if err := c.standIns.keepIn(standInsFile(c.Data)); err != nil {
		return err
	}
	if err := demo.connect(c, p, c.standIns); err != nil {
		return err
	}
	if err := demo.resume(c, p); err != nil {
		return err
	}
	sale, err := p.Sales.Get(c.ctx, demo.Seller, demo.Purchase)
	if err != nil {
		return err
	}
	url := localURL(l, false)
	view := demoView{url, url + "/admin", demo.AccessToken, demo.Product, sale.License.Key, c.Data, c.standIns.page}
	srv := &server{usher: p, listener: l, log: log, publicURL: url, drainTimeout: 5 * time.Second, testClock: clock}
	return srv.run(c.ctx, func() { d.announce(c, view, srv, temporary) })
}

// listen takes the usual port, or any if that is taken and none was asked for.
func (d demoCmd) listen() (net.Listener, error) {
	if d.Listen != "" {
		return listen(d.Listen)
	}
	if l, err := listen("127.0.0.1:8080"); err == nil {
		return l, nil
	}
	return listen("127.0.0.1:0")
}

// announce says what to try. The key and the token are results, so they go to
// standard output, and never to the log beside it.
func (d demoCmd) announce(c *call, v demoView, srv *server, temporary bool) {
	if c.json {
		c.encode(v)
		return
	}
	keep := ""
	if temporary {
		keep = " (gone when the demo ends; --data DIR keeps it)"
	}
	say := func(format string, args ...any) { fmt.Fprintf(c.out, format+"\n", args...) }
	say("usher %s, a demo      data  %s%s", version(), v.Data, keep)
	say("  API  %s/v2  %s/api\n", v.URL, v.URL)
	say("Verify a license key: paste this in another terminal.\n")
	say("  curl %s/v2/licenses/verify -d product_id=%s -d license_key=%s\n", v.URL, v.ProductID, v.LicenseKey)
	say("Disable it, and verify it again:\n")
	say("  curl -X PUT %s/v2/licenses/disable -d access_token=%s -d product_id=%s -d license_key=%s\n", v.URL, v.AccessToken, v.ProductID, v.LicenseKey)
	say("See who bought what:\n")
	say("  %s purchases list --data %s\n", self(), quoted(v.Data))
	say("Sell three seats of a membership, and let a month pass:\n")
	say("  %s purchases buy --product inkwell-club --variant Readers --quantity 3 --email you@example.com --method sandbox_pays --data %s", self(), quoted(v.Data))
	say("  %s clock advance 1mo --data %s\n", self(), quoted(v.Data))
	say("Let a member into Circle and Discord, pretend ones that this demo runs, and see who is in:\n")
	say("  %s purchases buy --product inkwell-club --variant Publishers --email zoe@example.com --method sandbox_pays --data %s", self(), quoted(v.Data))
	say("  curl %s\n", v.StandInsURL)
	say("Circle has invited her. Discord she joins herself: open %s/d/ACCESS-TOKEN in a browser, with the", v.URL)
	say("access token that buying printed. Then cancel her membership, let a month pass, and look again:\n")
	say("  %s memberships cancel MEMBERSHIP --data %s", self(), quoted(v.Data))
	say("  %s clock advance 1mo --data %s\n", self(), quoted(v.Data))
	say("%s\n", frozen(srv.testClock))
	say("Ctrl-C ends the demo.\n")
}

// demoSettings has every command that opens the folder take the same processor.
func demoSettings(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	return writeFile(path, func(w io.Writer) error {
		_, err := io.WriteString(w, `{"payments": "sandbox"}`+"\n")
		return err
	})
}

// loadDemo finds the demo that a data folder has, or fills it with one. It
// refuses a folder that holds something else. What the demo is made from is
// kept first, so that one that was cut short goes on where it stopped.
func loadDemo(c *call, p *app.Usher, f folder) (demoFile, error) {
	path := filepath.Join(f.path, "demo.json")
	demo, err := readDemo(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		some, err := p.Sellers.List(c.ctx, ports.Cursor{}, 1)
		if err != nil {
			return demo, err
		}
		at, test, err := p.Clock.Now(c.ctx)
		if err != nil {
			return demo, err
		}
		if len(some) > 0 || !test {
			return demo, &fault{exitConflict, "not_a_demo", f.path + " holds data that is not a demo's", "data", "choose another folder with --data, or none"}
		}
		if err := demoSettings(filepath.Join(f.path, "usher.json")); err != nil {
			return demo, err
		}
		demo = newDemo(at)
		if err := demo.write(path); err != nil {
			return demo, cannotOpen("the demo cannot be kept: "+err.Error(), "")
		}
	case err != nil:
		return demo, cannotOpen(path+" cannot be read: "+err.Error(), "remove the folder, or choose another with --data")
	}
	_, err = p.Transfer.Import(c.ctx, demo.source(), false)
	return demo, err
}
