package discordtest_test

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/discord/discordtest"
)

func TestFaults(t *testing.T) {
	rows := []struct {
		kind    discordtest.Kind
		status  int // 0: no answer
		effect  bool
		comment string
	}{
		{discordtest.ServerError, 500, false, "500"},
		{discordtest.BadGateway, 502, false, "502 with HTML"},
		{discordtest.Overloaded, 503, false, "503"},
		{discordtest.Limited, 429, false, "the bucket's limit"},
		{discordtest.LimitedShared, 429, false, "a shared limit"},
		{discordtest.LimitedGlobally, 429, false, "the bot's limit"},
		{discordtest.LimitedHTML, 429, false, "a ban"},
		{discordtest.Unauthorized, 401, false, "401"},
		{discordtest.Closed, 0, false, "a connection that ends before anything was done"},
		{discordtest.Lost, 0, true, "a connection that ends after it was done"},
		{discordtest.BrokenJSON, 200, true, "broken JSON after it was done"},
	}
	for _, row := range rows {
		t.Run(row.comment, func(t *testing.T) {
			w := newWorld(t)
			w.Fail(discordtest.Fault{Kind: row.kind, Op: discordtest.OpAdd})
			if a := w.asBot("GET", member, ""); a.status != 404 {
				t.Errorf("another call has the fault: %d", a.status)
			}
			a := w.asBot("PUT", member, token)
			if (a.err != nil) != (row.status == 0) || a.status != row.status {
				t.Errorf("answered %d %s (%v), want %d", a.status, a.body, a.err, row.status)
			}
			if w.in(ana) != row.effect {
				t.Errorf("ana is in: %t, want %t", w.in(ana), row.effect)
			}
			w.now = w.now.Add(time.Hour)
			if a := w.asBot("PUT", member, token); a.status != 201 && a.status != 204 {
				t.Errorf("the fault came twice: %d %s", a.status, a.body)
			}
		})
	}
	t.Run("an answer that comes too late, after it was done", func(t *testing.T) {
		w := newWorld(t)
		w.join(ana)
		w.Fail(discordtest.Fault{Kind: discordtest.Slow})
		ctx, cancel := context.WithCancel(t.Context())
		req, _ := http.NewRequestWithContext(ctx, "DELETE", w.URL+"/api/v10"+member, nil)
		req.Header.Set("User-Agent", agent)
		req.Header.Set("Authorization", "Bot bot-token")
		var wg sync.WaitGroup
		wg.Go(func() {
			if res, err := http.DefaultTransport.RoundTrip(req); err == nil {
				res.Body.Close()
				t.Errorf("answered %d", res.StatusCode)
			}
		})
		for len(w.Calls()) == 0 || w.in(ana) { // no answer, but it is done
			if t.Context().Err() != nil {
				t.Fatal("it was never done")
			}
			runtime.Gosched()
		}
		cancel()
		wg.Wait()
	})
	t.Run("an answer that is late comes", func(t *testing.T) {
		w := newWorld(t)
		w.Fail(discordtest.Fault{Kind: discordtest.Slow, Delay: time.Nanosecond})
		w.asBot("GET", member, "").want(t, 404, 10007)
	})
	t.Run("a server that closes waits for no slow answer", func(t *testing.T) {
		w := newWorld(t)
		w.Fail(discordtest.Fault{Kind: discordtest.Slow})
		closed := make(chan struct{})
		go func() {
			for len(w.Calls()) == 0 && t.Context().Err() == nil {
				runtime.Gosched()
			}
			w.Close()
			close(closed)
		}()
		w.asBot("GET", member, "")
		<-closed
	})
	t.Run("so many times, and then the next", func(t *testing.T) {
		w := newWorld(t)
		w.Fail(discordtest.Fault{Kind: discordtest.ServerError, Times: 2}, discordtest.Fault{Kind: discordtest.BadGateway})
		var got []int
		for range 4 {
			got = append(got, w.asBot("GET", member, "").status)
		}
		if want := [4]int{500, 500, 502, 404}; [4]int(got) != want {
			t.Errorf("answered %v, want %v", got, want)
		}
	})
	t.Run("401 from now on, until it is mended", func(t *testing.T) {
		w := newWorld(t)
		w.Fail(discordtest.Fault{Kind: discordtest.Unauthorized, Times: discordtest.Always})
		for range 3 {
			w.asBot("GET", member, "").is(t, 401, `{"message":"401: Unauthorized","code":0}`)
		}
		w.Mend()
		w.asBot("GET", member, "").want(t, 404, 10007)
	})
	t.Run("of a token call", func(t *testing.T) {
		w := newWorld(t)
		w.SetCode(discordtest.Code{Code: "code-1", UserID: ana})
		w.Fail(discordtest.Fault{Kind: discordtest.BrokenJSON, Op: discordtest.OpToken})
		w.exchange("code-1").is(t, 200, `{"id":`)
		w.exchange("code-1").is(t, 400, noCode)
		w.complained(t, "a code is exchanged a second time")
	})
	t.Run("a test may answer itself, and the rest is the model's", func(t *testing.T) {
		w := newWorld(t)
		w.Answer(func(c discordtest.Call) *discordtest.Reply {
			switch {
			case c.Op == discordtest.OpKick && c.Actor == "bot" && c.Guild == guild && c.User == ana:
				return &discordtest.Reply{Status: 404, Body: `{"code":10007}`, Header: http.Header{"x-ratelimit-bucket": {"b1"}}}
			case c.Op == discordtest.OpGiveRole && c.Role == paid:
				return &discordtest.Reply{Closed: true}
			}
			return nil
		})
		if a := w.asBot("DELETE", member, ""); a.status != 404 || a.header.Get("X-RateLimit-Bucket") != "b1" || !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
			t.Errorf("%d with %v", a.status, a.header)
		}
		if a := w.asBot("PUT", member+"/roles/"+paid, ""); a.err == nil {
			t.Errorf("answered %d", a.status)
		}
		w.asBot("GET", member, "").want(t, 404, 10007)
	})
}

func TestJournal(t *testing.T) {
	w := newWorld(t)
	w.asBot("GET", "/guilds/"+guild+"/members?limit=1&after=5", "")
	w.now = w.now.Add(time.Minute)
	w.send("GET", "/api/v10/users/@me", "", "Authorization", "Bearer token-of-ana")
	w.exchange("code-1")
	w.asBot("PUT", member+"/roles/"+paid, "")
	calls := w.Calls()
	type line struct{ path, actor, bearer, guild, user, role string }
	want := []line{
		{"/api/v10/guilds/" + guild + "/members?limit=1&after=5", "bot", "", guild, "", ""},
		{"/api/v10/users/@me", "user", "token-of-ana", "", "", ""},
		{"/api/oauth2/token", "app", "", "", "", ""},
		{"/api/v10" + member + "/roles/" + paid, "bot", "", guild, ana, paid},
	}
	if len(calls) != len(want) {
		t.Fatalf("%d calls, want %d", len(calls), len(want))
	}
	for i, c := range calls {
		if got := (line{c.Path, c.Actor, c.Bearer, c.Guild, c.User, c.Role}); got != want[i] {
			t.Errorf("call %d is %+v, want %+v", i, got, want[i])
		}
	}
	if c := calls[2]; c.Form.Get("code") != "code-1" || c.Op != discordtest.OpToken || c.Status != 400 || c.Reply != noCode || !c.At.Equal(t0.Add(time.Minute)) {
		t.Errorf("the token call is %+v", c)
	}
	if w.ForgetCalls(); len(w.Calls()) != 0 {
		t.Errorf("forgotten calls are %v", w.Calls())
	}
}
