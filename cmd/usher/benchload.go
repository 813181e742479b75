package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	chance "math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// benched is the server that is measured, and who asks it.
type benched struct {
	cmd    *exec.Cmd
	leave  io.Closer // its standard input
	urls   map[string]string
	client *http.Client
}

// startBenched starts this program again as the server.
func startBenched(c *call) (*benched, error) {
	failed := func(err error) error {
		return cannotOpen("the server that is to be measured did not start: "+err.Error(), "")
	}
	self, err := os.Executable()
	if err != nil {
		return nil, failed(err)
	}
	s := &benched{cmd: exec.Command(self, "bench", "--serve", "--data", c.Data)}
	s.cmd.Args[0], s.cmd.Stderr = os.Args[0], c.err
	if s.leave, err = s.cmd.StdinPipe(); err != nil {
		return nil, failed(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, failed(err)
	}
	if err := s.cmd.Start(); err != nil {
		return nil, failed(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		err = json.Unmarshal([]byte(line), &s.urls)
	}
	if err != nil {
		s.stop()
		return nil, failed(err)
	}
	const most = 512 // connections
	s.client = &http.Client{Timeout: readTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: most, DisableCompression: true}}
	return s, nil
}

// stop ends the server, and waits until it has let go of its data.
func (s *benched) stop() {
	late := time.AfterFunc(readTimeout, func() { _ = s.cmd.Process.Kill() })
	defer late.Stop()
	_ = s.leave.Close()
	_ = s.cmd.Wait()
}

// ask sends one request and returns the answer's body.
func (s *benched) ask(ctx context.Context, method, url, body string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", res.Status, got)
	}
	return got, err
}

// verify verifies a key.
func (s *benched) verify(ctx context.Context, f *figure, forms forms, draw *chance.Rand) ([]byte, error) {
	return s.ask(ctx, http.MethodPost, s.urls[f.Server]+"/v2/licenses/verify", forms.body(f, draw))
}

// can has the canned answer be one that usher gave.
func (s *benched) can(ctx context.Context, forms forms) error {
	body, err := s.verify(ctx, &figure{Server: asItIs, Request: reading, Keys: oneKey}, forms, nil)
	if err != nil {
		return err
	}
	_, err = s.ask(ctx, http.MethodPut, s.urls["meter"], string(body))
	return err
}

// used asks what the server has used so far.
func (s *benched) used(ctx context.Context) (m used, err error) {
	body, err := s.ask(ctx, http.MethodGet, s.urls["meter"], "")
	if err == nil {
		err = json.Unmarshal(body, &m)
	}
	return m, err
}

// take measures one round of a figure, after a moment in which nothing is noted.
func (s *benched) take(ctx context.Context, f *figure, forms forms, lasts time.Duration) error {
	load, end := context.WithCancel(ctx)
	defer end()
	var notes notes
	var loops sync.WaitGroup
	clients := f.Clients
	if f.Rate != nil {
		clients = openClients
	}
	for i := range clients {
		draw := chance.New(chance.NewPCG(uint64(i), uint64(len(f.rates))))
		loops.Go(func() { s.loop(load, f, forms, draw, &notes) })
	}
	pause(ctx, min(lasts/5, 300*time.Millisecond))
	before, err := s.used(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	notes.open()
	pause(ctx, lasts)
	notes.close()
	spent := time.Since(began)
	after, err := s.used(ctx)
	end()
	loops.Wait()
	if err != nil {
		return err
	}
	return notes.into(f, spent, before, after)
}

// openClients is how many requests are under way at most that come at a rate.
const openClients = 64

// loop asks again and again: as soon as it has its answer or, at a rate, when
// it is time. Then what a request waits before it is sent counts as its wait.
func (s *benched) loop(ctx context.Context, f *figure, forms forms, draw *chance.Rand, notes *notes) {
	for ctx.Err() == nil {
		due := time.Now()
		if f.Rate != nil {
			due = notes.next(*f.Rate)
			pause(ctx, time.Until(due))
		}
		_, err := s.verify(ctx, f, forms, draw)
		if ctx.Err() != nil {
			return
		}
		notes.add(time.Since(due), err)
	}
}

// pause waits, unless ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
