package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	chance "math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// benchPatience is how long an answer may take: a machine that has much else to do is
// slow, and not broken.
const benchPatience = 2 * time.Minute

// benched is the server that is measured, and who asks it.
type benched struct {
	cmd     *exec.Cmd
	leave   io.Closer // its standard input
	urls    map[string]string
	clients map[string][]*benchClient // by server
}

// startBenched starts this program again as the server. Of usher's variables it
// gets the address of the database only, which may hold a password.
func startBenched(c *call, profile string) (*benched, error) {
	failed := func(err error) error {
		return cannotOpen("the server that is to be measured did not start: "+err.Error(), "")
	}
	self, err := os.Executable()
	if err != nil {
		return nil, failed(err)
	}
	s := &benched{cmd: exec.Command(self, "bench", "--serve", "--data", c.Data), clients: map[string][]*benchClient{}}
	if profile != "" {
		s.cmd.Args = append(s.cmd.Args, "--profile", profile)
	}
	s.cmd.Args[0], s.cmd.Stderr = os.Args[0], c.err
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "USHER_") {
			s.cmd.Env = append(s.cmd.Env, v)
		}
	}
	s.cmd.Env = append(s.cmd.Env, "USHER_DATABASE="+string(c.Database))
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
	return s, nil
}

// stop ends the server, and waits until it has let go of its data.
func (s *benched) stop() {
	late := time.AfterFunc(benchPatience, func() { _ = s.cmd.Process.Kill() })
	defer late.Stop()
	for _, all := range s.clients {
		for _, c := range all {
			c.close()
		}
	}
	_ = s.leave.Close()
	_ = s.cmd.Wait()
}

// some returns so many clients of a server, connected.
func (s *benched) some(ctx context.Context, server string, n int, limit time.Time) ([]*benchClient, error) {
	at, err := url.Parse(s.urls[server])
	if err != nil {
		return nil, err
	}
	for len(s.clients[server]) < n {
		s.clients[server] = append(s.clients[server], &benchClient{address: at.Host})
	}
	all := s.clients[server][:n]
	for _, c := range all {
		if err := c.until(ctx, limit); err != nil {
			return nil, cannotOpen("the server that is measured does not answer: "+err.Error(), "")
		}
	}
	return all, nil
}

// can has the canned answer be one that usher gave.
func (s *benched) can(ctx context.Context, forms forms) error {
	all, err := s.some(ctx, asItIs, 1, time.Now().Add(benchPatience))
	if err != nil {
		return err
	}
	if err := all[0].ask(forms.request(nil, 0, reading)); err != nil {
		return err
	}
	_, body, _ := bytes.Cut(all[0].in, headEnd)
	body = body[:bytes.LastIndexByte(body, '}')+1]
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, s.urls["meter"], bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// used asks what the server has used so far.
func (s *benched) used(ctx context.Context) (m used, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.urls["meter"], nil)
	if err != nil {
		return m, err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return m, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return m, fmt.Errorf("the meter says %s", res.Status)
	}
	return m, json.NewDecoder(res.Body).Decode(&m)
}

// openClients is how many requests are under way at most that come at a rate.
const openClients = 64

// take measures one round of a figure, after a moment in which nothing is noted.
// Keys that are asked for the first time are asked for once: all of first.
func (s *benched) take(ctx context.Context, f *figure, forms forms, lasts time.Duration, first []int) error {
	clients := f.Clients
	if f.Rate != nil {
		clients = openClients
	}
	all, err := s.some(ctx, f.Server, clients, time.Now().Add(lasts+benchPatience))
	if err != nil {
		return err
	}
	defer untilInterrupted(ctx, all)()
	notes := &notes{began: time.Now()}
	var before used
	if f.Keys == unseen {
		if before, err = s.used(ctx); err != nil {
			return err
		}
		notes.noted.Store(true)
	}
	began := time.Now()
	var loops sync.WaitGroup
	for i, c := range all {
		draw := chance.New(chance.NewPCG(uint64(i), uint64(len(f.rates))))
		loops.Go(func() { c.loop(ctx, f, forms, draw, notes, first) })
	}
	if f.Keys != unseen {
		defer loops.Wait()
		defer notes.over.Store(true)
		pause(ctx, min(lasts/4, 300*time.Millisecond))
		if before, err = s.used(ctx); err != nil {
			return err
		}
		began = time.Now()
		notes.noted.Store(true)
		pause(ctx, lasts)
		notes.noted.Store(false)
	} else {
		loops.Wait()
	}
	spent := time.Since(began)
	after, err := s.used(ctx)
	if err != nil {
		return err
	}
	notes.over.Store(true)
	loops.Wait()
	return notes.into(f, spent, before, after)
}

// loop asks again and again: as soon as it has its answer or, at a rate, when
// it is time. Then what a request waits before it is sent counts as its wait.
func (c *benchClient) loop(ctx context.Context, f *figure, forms forms, draw *chance.Rand, notes *notes, first []int) {
	var waits []time.Duration
	var errs int
	var failed error
	defer func() { notes.add(waits, errs, failed) }()
	for !notes.over.Load() && c.conn != nil {
		due := time.Now()
		if f.Rate != nil {
			due = notes.next(*f.Rate)
			pause(ctx, time.Until(due))
		}
		key := 0
		switch f.Keys {
		case spread:
			key = draw.IntN(len(forms.keys))
		case unseen:
			i := int(notes.given.Add(1)) - 1
			if i >= len(first) {
				return
			}
			key = first[i]
		}
		c.out = forms.request(c.out[:0], key, f.Request)
		err := c.ask(c.out)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			errs++
			failed = err
		case notes.noted.Load():
			waits = append(waits, time.Since(due))
		}
	}
}

// untilInterrupted has what clients wait for fail when ctx ends, until the function
// that it returns is called.
func untilInterrupted(ctx context.Context, all []*benchClient) (stop func() bool) {
	var conns []net.Conn
	for _, c := range all {
		conns = append(conns, c.conn)
	}
	return context.AfterFunc(ctx, func() {
		for _, c := range conns {
			_ = c.SetDeadline(time.Unix(1, 0))
		}
	})
}

// pause waits, unless ctx ends.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
