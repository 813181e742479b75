package main

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type serveCmd struct {
	Listen                 string        `help:"Address to listen on." default:"127.0.0.1:8080" env:"USHER_LISTEN" placeholder:"HOST:PORT"`
	MetricsListen          string        `help:"Address for the metrics of Prometheus, at /metrics; there are none unless given. 127.0.0.1:9464 is the usual one." env:"USHER_METRICS_LISTEN" placeholder:"HOST:PORT"`
	TrustedProxies         []network     `help:"Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed." env:"USHER_TRUSTED_PROXIES" placeholder:"CIDR"`
	TLSCert                string        `name:"tls-cert" help:"Certificate file (PEM), to speak https." env:"USHER_TLS_CERT" placeholder:"FILE"`
	TLSKey                 string        `name:"tls-key" help:"File of its private key (PEM)." env:"USHER_TLS_KEY" placeholder:"FILE"`
	ProductIDRequiredAfter cutoff        `name:"product-id-required-after" help:"Products made after this time are verified by their id only; none: no product is." default:"2023-01-09T00:00:00Z" env:"USHER_PRODUCT_ID_REQUIRED_AFTER" placeholder:"TIME"`
	TestClock              clockFlag     `help:"Run on a clock that only moves when it is told to, and stands at this time; now: at the machine's, or where it stands. The data folder is made with it." env:"USHER_TEST_CLOCK" placeholder:"TIME"`
	DrainTimeout           time.Duration `help:"How long requests at work may take when the server is stopped." default:"15s" env:"USHER_DRAIN_TIMEOUT" placeholder:"DURATION"`
	DrainDelay             time.Duration `help:"How long /readyz says so before the port closes." default:"0s" env:"USHER_DRAIN_DELAY" placeholder:"DURATION"`
	logging
}

// publicURL is a web address without a path.
type publicURL string

// UnmarshalText reads https://keys.example.com.
func (p *publicURL) UnmarshalText(text []byte) error {
	s := strings.TrimRight(string(text), "/")
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return errors.New("must be a web address without a path, such as https://keys.example.com")
	}
	*p = publicURL(s)
	return nil
}

// cutoff is a time, or none.
type cutoff struct{ domain.Cutoff }

// UnmarshalText reads 2023-01-09T00:00:00Z, or none.
func (c *cutoff) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		c.Cutoff = domain.NoCutoff
		return nil
	}
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil || t.IsZero() {
		return errors.New("must be a time such as 2023-01-09T00:00:00Z, or none")
	}
	c.Cutoff = domain.CutoffAt(domain.Instant(t))
	return nil
}

// Run serves until the process is told to stop.
func (s *serveCmd) Run(c *call) error {
	if s.DrainTimeout <= 0 || s.DrainDelay < 0 {
		return wrongUse("drain-timeout", "must be more than 0, and drain-delay not less", "")
	}
	certificate, err := s.certificate()
	if err != nil {
		return err
	}
	l, err := listen(s.Listen) // before a data folder is made for nothing
	if err != nil {
		return err
	}
	defer l.Close()
	log := s.logger(c.err)
	seen, err := s.measure(c.ctx, log)
	if err != nil {
		return err
	}
	defer seen.close()
	public := cmp.Or(string(c.PublicURL), localURL(l, certificate != nil))
	p, f, done, err := c.openWith(opening{true, log, s.ProductIDRequiredAfter.Cutoff, s.TestClock.fresh(), public})
	if err != nil {
		return err
	}
	defer done()
	testClock, err := s.TestClock.check(c, p, f)
	if err != nil {
		return err
	}
	sellers, err := p.Sellers.List(c.ctx, ports.Cursor{}, 1)
	if err != nil {
		return err
	}
	srv := &server{
		usher: p, seen: seen, listener: l, tls: certificate, trusted: s.TrustedProxies, log: log,
		publicURL:  public,
		drainDelay: s.DrainDelay, drainTimeout: s.DrainTimeout, testClock: testClock,
	}
	if why, held, err := p.Holding.Held(c.ctx); err != nil {
		return err
	} else if held {
		srv.held = heldBecause(why)
	}
	return srv.run(c.ctx, func() {
		s.announce(c, srv, f, len(sellers) == 0)
		if c.json {
			view := map[string]any{"url": localURL(l, certificate != nil), "public_url": srv.publicURL, "data": f.path, "new": f.fresh}
			if !testClock.IsZero() {
				view["test_clock"] = testClock
			}
			if srv.seen.listener != nil {
				view["metrics_url"] = srv.seen.url()
			}
			c.encode(view)
		}
	})
}

// certificate reads the files of TLS; both are given, or none.
func (s *serveCmd) certificate() (*tls.Config, error) {
	switch {
	case s.TLSCert == "" && s.TLSKey == "":
		return nil, nil
	case s.TLSCert == "":
		return nil, wrongUse("tls-cert", "is missing: the private key is of no use without its certificate", "")
	case s.TLSKey == "":
		return nil, wrongUse("tls-key", "is missing: the certificate is of no use without its private key", "")
	}
	pair, err := tls.LoadX509KeyPair(s.TLSCert, s.TLSKey)
	if err != nil {
		return nil, cannotOpen("the TLS files cannot be used: "+err.Error(), "")
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// announce says where the server is and what to do next: in words, or in the
// log if that is for programs.
func (s *serveCmd) announce(c *call, srv *server, f folder, empty bool) {
	local := localURL(srv.listener, srv.tls != nil)
	exposed := s.exposed(srv)
	open := srv.seen.exposed()
	if s.LogFormat == "json" {
		srv.log.Info("serving", "version", version(), "url", local, "public_url", srv.publicURL, "data", f.path, "new", f.fresh)
		if exposed != "" {
			srv.log.Warn(exposed)
		}
		if open != "" {
			srv.log.Warn(open)
		}
		if !srv.testClock.IsZero() {
			srv.log.Warn(frozen(srv.testClock))
		}
		if srv.held != "" {
			srv.log.Warn(srv.held)
		}
		return
	}
	c.say("usher %s      data  %s", version(), f)
	c.say("  API     %s/v2  %s/api", local, local)
	if srv.publicURL != local {
		c.say("  public  %s/v2", srv.publicURL)
	}
	c.say("  health  %s/healthz  %s/readyz", local, local)
	if srv.seen.listener != nil {
		c.say("  metrics %s", srv.seen.url())
	}
	if exposed != "" {
		c.say("\n(!) %s", exposed)
	}
	if open != "" {
		c.say("\n(!) %s", open)
	}
	if !srv.testClock.IsZero() {
		c.say("\n(!) %s", frozen(srv.testClock))
	}
	if srv.held != "" {
		c.say("\n(!) %s", srv.held)
	}
	if empty {
		data := f.flag()
		c.say("\nNobody sells here yet. In another terminal, also while this one runs:\n")
		c.say(`  %s sellers add --name "Ana Press" --email ana@example.com%s`, self(), data)
		c.say(`  %s products add --name Inkwell --price 2900 --licensed%s`, self(), data)
		c.say(`  %s tokens create --name "My shop" --scopes account%s`, self(), data)
		c.say("\nJust looking?  %s demo", self())
	}
	c.say("")
}

// exposed says what is wrong with serving others in plain http, if that is done.
func (s *serveCmd) exposed(srv *server) string {
	a := srv.listener.Addr().(*net.TCPAddr)
	if a.IP.IsLoopback() || srv.tls != nil || len(s.TrustedProxies) > 0 {
		return ""
	}
	return fmt.Sprintf("%s is open to other machines over plain http: keys and access tokens can be read on the way. "+
		"Give --tls-cert and --tls-key, or name the proxy in front that speaks https with --trusted-proxies.", a)
}
