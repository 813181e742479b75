package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
)

// processorIs are the conditions of a processor, and also how it lives on: its
// book is a file, and its clock is moved by who asks it.
type processorIs struct {
	Book string // empty: in memory
	Now  time.Time
}

// beProcessor serves a sandbox until the parent has no more to say.
func beProcessor(p *pipe) error {
	var is processorIs
	if err := p.in.Decode(&is); err != nil {
		return err
	}
	var now atomic.Pointer[time.Time]
	now.Store(&is.Now)
	s, err := sandbox.Open(sandbox.Options{Now: func() time.Time { return *now.Load() }, File: is.Book})
	if err != nil {
		return err
	}
	defer s.Close()
	mux := http.NewServeMux()
	mux.Handle("/", sandbox.Handler(s))
	mux.HandleFunc("POST /clock", func(w http.ResponseWriter, r *http.Request) {
		var at time.Time
		if err := json.NewDecoder(r.Body).Decode(&at); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		for was := now.Load(); at.After(*was) && !now.CompareAndSwap(was, &at); was = now.Load() {
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	if err := p.say("http://" + l.Addr().String()); err != nil {
		return err
	}
	var none json.RawMessage
	if err := p.in.Decode(&none); !errors.Is(err, io.EOF) {
		return fmt.Errorf("a processor takes no orders from its parent: %v", err)
	}
	server.Close()
	<-served
	return nil
}

// startProcessor starts a processor and returns its address. It lives as long as
// the test.
func startProcessor(t *testing.T, is processorIs) string {
	t.Helper()
	c := start(t, "processor", is)
	var url string
	if !c.hear(&url) {
		_ = c.gone()
		t.Fatalf("the processor has died\n%s", c.stderr)
	}
	return url
}

// clockOf returns a function that tells a processor what time it is.
func clockOf(url string, now func(context.Context) (time.Time, error)) func(context.Context) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	var last atomic.Int64
	return func(ctx context.Context) error {
		at, err := now(ctx)
		if err != nil || last.Load() == at.UnixMicro() {
			return err
		}
		text, err := json.Marshal(at)
		if err != nil {
			return err
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/clock", bytes.NewReader(text))
		if err != nil {
			return err
		}
		res, err := client.Do(r)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("the processor's clock: %s", res.Status)
		}
		last.Store(at.UnixMicro())
		return nil
	}
}
