package main

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
)

type sandboxCmd struct {
	Listen string `help:"Address to listen on, of this machine only: nobody is asked who they are." default:"127.0.0.1:8090" placeholder:"HOST:PORT"`
	Book   string `help:"File of its book; kept in memory unless given." placeholder:"FILE"`
}

// Run serves the sandbox processor until the process is told to stop.
func (s sandboxCmd) Run(c *call) error {
	l, err := listen(s.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	if !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
		return wrongUse("listen", "must be an address of this machine only, such as 127.0.0.1:8090", "")
	}
	p, err := sandbox.Open(sandbox.Options{Now: time.Now, File: s.Book})
	if err != nil {
		return cannotOpen("the book cannot be used: "+err.Error(), "choose another file with --book")
	}
	defer p.Close()
	srv := &http.Server{
		Handler:           sandbox.Handler(p),
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	url := localURL(l, false)
	c.show(map[string]string{"url": url, "book": s.Book}, line{"sandbox", url}, line{"book", s.Book})
	c.hint("No money moves. Ask it with --payments sandbox --sandbox-url %s; Ctrl-C ends it.", url)
	select {
	case err := <-ended:
		return err
	case <-c.ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), readTimeout)
	defer cancel()
	return srv.Shutdown(last)
}
