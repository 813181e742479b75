package discord_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/domain"
)

// holds checks that a call is not sent, and for how long.
func (w *world) holds(err error, want time.Duration) {
	w.t.Helper()
	if got, is := held(w.t, err); !is || got != want {
		w.t.Errorf("held for %s: %t (%v), want %s", got, is, err, want)
	}
}

// sends checks that a call is sent.
func (w *world) sends(err error) {
	w.t.Helper()
	if got, is := held(w.t, err); is {
		w.t.Errorf("held for %s: %v", got, err)
	}
}

func (w *world) kick(user string) error {
	_, err := w.Kick(w.t.Context(), guild, user, "")
	return err
}

func TestLimiter_bucket(t *testing.T) {
	w := newWorld(t)
	w.SetLimit(discordtest.OpKick, 2, 1500*time.Millisecond)
	w.sends(w.kick(ana))
	w.sends(w.kick(bob))
	w.holds(w.kick(owner), 1500*time.Millisecond)
	w.sends(second(w.Kick(t.Context(), other, ana, "")))           // another server's
	w.sends(w.GiveRole(t.Context(), guild, ana, paid, ""))         // another route's
	w.sends(second(w.TakeRole(t.Context(), guild, ana, paid, ""))) // and another
	w.now = w.now.Add(1499 * time.Millisecond)
	w.holds(w.kick(owner), time.Millisecond)
	w.now = w.now.Add(time.Millisecond)
	w.sends(w.kick(owner))
	w.sends(w.kick(ana))
	w.holds(w.kick(bob), 1500*time.Millisecond)
}

func TestLimiter_leavingHasOneBucket(t *testing.T) {
	w := newWorld(t)
	w.sends(second(w.Leave(t.Context(), guild)))
	w.holds(second(w.Leave(t.Context(), other)), time.Second)
}

func TestLimiter_sharedBucketOfTwoRoutes(t *testing.T) {
	w := newWorld(t)
	w.answerWith(discordtest.Reply{Status: 204, Header: http.Header{
		"X-RateLimit-Bucket": {"b1"}, "X-RateLimit-Limit": {"2"}, "X-RateLimit-Remaining": {"1"}, "X-RateLimit-Reset-After": {"1.000"},
	}})
	w.sends(w.kick(ana))
	w.sends(w.GiveRole(t.Context(), guild, ana, paid, ""))
	w.answerWith(discordtest.Reply{Status: 204, Header: http.Header{
		"X-RateLimit-Bucket": {"b1"}, "X-RateLimit-Limit": {"2"}, "X-RateLimit-Remaining": {"0"}, "X-RateLimit-Reset-After": {"0.500"},
	}})
	w.sends(w.kick(ana))
	w.holds(w.GiveRole(t.Context(), guild, ana, paid, ""), time.Second) // the longer of what was said
}

func TestLimiter_429(t *testing.T) {
	rows := []struct {
		name  string
		kind  discordtest.Kind
		reply *discordtest.Reply
		here  time.Duration // until this bucket's next
		else_ time.Duration // until anything else; 0: at once
	}{
		{"D-22 of a bucket holds that bucket", discordtest.Limited, nil, 2 * time.Second, 0},
		{"D-22 of a shared limit holds that bucket", discordtest.LimitedShared, nil, 2 * time.Second, 0},
		{"D-23 of the bot holds everything", discordtest.LimitedGlobally, nil, 65 * time.Second, 65 * time.Second},
		{"D-24 HTML holds everything", discordtest.LimitedHTML, nil, 2 * time.Second, 2 * time.Second},
		{"global without the header holds everything", "", &discordtest.Reply{Status: 429, Body: `{"retry_after":3.5,"global":true}`, Header: http.Header{"X-RateLimit-Bucket": {"b"}}}, 3500 * time.Millisecond, 3500 * time.Millisecond},
		{"without a bucket holds everything", "", &discordtest.Reply{Status: 429, Body: `{"retry_after":3.5}`}, 3500 * time.Millisecond, 3500 * time.Millisecond},
		{"the header may say more than the body", "", &discordtest.Reply{Status: 429, Body: `{"retry_after":3.5}`, Header: http.Header{"Retry-After": {"9"}}}, 9 * time.Second, 9 * time.Second},
		{"the body may say more than the header", "", &discordtest.Reply{Status: 429, Body: `{"retry_after":9.5}`, Header: http.Header{"Retry-After": {"3"}}}, 9500 * time.Millisecond, 9500 * time.Millisecond},
		{"a bucket that does not say how long", "", &discordtest.Reply{Status: 429, Body: `{}`, Header: http.Header{"X-RateLimit-Bucket": {"b"}}}, 5 * time.Second, 0},
		{"nonsense is not waited for", "", &discordtest.Reply{Status: 429, Body: `{"retry_after":-1}`, Header: http.Header{"Retry-After": {"NaN"}}}, time.Minute, time.Minute},
		{"nor is more than a day", "", &discordtest.Reply{Status: 429, Body: `{"retry_after":1e300}`}, 24 * time.Hour, 24 * time.Hour},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			if row.reply != nil {
				w.answerWith(*row.reply)
			} else {
				w.Fail(discordtest.Fault{Kind: row.kind})
			}
			if e := failed(t, w.kick(ana)); e.Class == discord.Held || e.RetryAfter != row.here {
				t.Errorf("the answer is %v", e)
			}
			w.Answer(nil)
			w.holds(w.kick(bob), row.here)
			for _, call := range []func() error{
				func() error { return w.GiveRole(t.Context(), guild, ana, paid, "") },
				func() error { return second(w.Kick(t.Context(), other, ana, "")) },
				func() error { return second(w.Me(t.Context(), token)) },
				func() error { return second(w.Exchange(t.Context(), "code", verifier)) },
			} {
				if row.else_ > 0 {
					w.holds(call(), row.else_)
				} else {
					w.sends(call())
				}
				w.Limiter().Resume() // the code was none
			}
			w.now = w.now.Add(row.here)
			w.sends(w.kick(bob))
		})
	}
}

func TestLimiter_budget(t *testing.T) {
	w := newWorld(t)
	for i := range 25 {
		w.sends(second(w.Client.Guild(t.Context(), fmt.Sprint(1000+i))))
		if i == 0 {
			w.now = w.now.Add(400 * time.Millisecond)
		}
	}
	w.holds(second(w.Me(t.Context(), token)), 600*time.Millisecond)
	w.now = w.now.Add(600 * time.Millisecond)
	w.sends(second(w.Me(t.Context(), token)))
	w.holds(second(w.Me(t.Context(), token)), 400*time.Millisecond)
}

func TestLimiter_breaker(t *testing.T) {
	open := func(w *world) (domain.Cause, bool) { return w.Limiter().Breaker() }
	t.Run("a 401 to the bot stops every call, until its token is good again", func(t *testing.T) {
		w := newWorld(t)
		w.Fail(discordtest.Fault{Kind: discordtest.Unauthorized, Times: discordtest.Always})
		w.sends(w.kick(ana))
		if why, is := open(w); !is || why != domain.CauseBotTokenInvalid {
			t.Errorf("open: %t for %q", is, why)
		}
		w.holds(second(w.Client.Guild(t.Context(), guild)), 0)
		w.holds(second(w.Me(t.Context(), token)), 0)
		w.holds(second(w.Exchange(t.Context(), "code", verifier)), 0)
		w.sends(second(w.Self(t.Context())))
		w.holds(w.kick(ana), 0)
		w.Mend()
		w.sends(second(w.Self(t.Context())))
		if _, is := open(w); is {
			t.Error("it is open, though the token is good")
		}
		w.sends(w.kick(ana))
	})
	t.Run("a person's 401 stops nothing", func(t *testing.T) {
		w := newWorld(t)
		w.sends(second(w.Me(t.Context(), "wrong")))
		if _, is := open(w); is {
			t.Error("it is open")
		}
		w.sends(w.kick(ana))
	})
	t.Run("a client secret that is wrong stops every call, until somebody acts", func(t *testing.T) {
		w := newWorldWith(t, func(c *discord.Config) { c.ClientSecret = "wrong" })
		w.sends(second(w.Exchange(t.Context(), "code", verifier)))
		w.holds(w.kick(ana), 0)
		w.sends(second(w.Self(t.Context()))) // which says nothing of the secret
		w.holds(w.kick(ana), 0)
		w.Limiter().Resume()
		w.sends(w.kick(ana))
	})
	t.Run("a ban is open until it is over", func(t *testing.T) {
		w := newWorld(t)
		w.Fail(discordtest.Fault{Kind: discordtest.LimitedHTML, RetryAfter: time.Minute})
		w.sends(w.kick(ana))
		if why, is := open(w); !is || why != domain.CauseCloudflareBan {
			t.Errorf("open: %t for %q", is, why)
		}
		w.now = w.now.Add(time.Minute)
		if _, is := open(w); is {
			t.Error("it is open when the ban is over")
		}
	})
}

// TestLimiter_keepsEveryLimit lets a bot with any limits make any calls, and
// wait as it is told: Discord never answers 429, and every call is sent in the end.
func TestLimiter_keepsEveryLimit(t *testing.T) {
	w := newWorldDirect(t)
	rapid.Check(t, func(t *rapid.T) {
		for _, op := range []discordtest.Op{discordtest.OpKick, discordtest.OpGiveRole, discordtest.OpMember} {
			w.SetLimit(op, rapid.IntRange(1, 40).Draw(t, "calls"), time.Duration(rapid.IntRange(1, 3000).Draw(t, "ms"))*time.Millisecond)
		}
		w.now = w.now.Add(time.Hour)
		servers := []string{guild, other}
		for range rapid.IntRange(1, 60).Draw(t, "n") {
			ctx, server := context.Background(), rapid.SampledFrom(servers).Draw(t, "server")
			call := rapid.SampledFrom([]func() error{
				func() error { return second(w.Kick(ctx, server, ana, "")) },
				func() error { return w.GiveRole(ctx, server, ana, paid, "") },
				func() error { _, _, err := w.Member(ctx, server, ana); return err },
			}).Draw(t, "call")
			w.now = w.now.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "pause")) * time.Millisecond)
			err := call()
			for tries := 0; ; tries++ {
				wait, is := held(w.t, err)
				if !is {
					break
				}
				if wait <= 0 || tries > 3 {
					t.Fatalf("held for %s the %dth time: %v", wait, tries, err)
				}
				w.now = w.now.Add(wait)
				err = call()
			}
			if e, ok := err.(*discord.Error); ok && e.Status == http.StatusTooManyRequests {
				t.Fatalf("too early: %v", e)
			}
		}
	})
}

// flight is a call that waits for its answer until the test gives it.
type flight struct {
	answer chan discordtest.Reply
	done   chan error
}

// fly sends a kick and returns when Discord has it.
func (w *world) fly(user string) flight {
	w.t.Helper()
	f := flight{make(chan discordtest.Reply), make(chan error, 1)}
	there := make(chan struct{})
	w.Answer(func(discordtest.Call) *discordtest.Reply {
		close(there)
		r := <-f.answer
		return &r
	})
	go func() { f.done <- w.kick(user) }()
	<-there
	w.Answer(nil)
	return f
}

// land answers it: so many are left of so many.
func (f flight) land(left, limit int) error {
	f.answer <- discordtest.Reply{Status: 204, Header: http.Header{
		"X-RateLimit-Bucket": {"b1"}, "X-RateLimit-Limit": {fmt.Sprint(limit)},
		"X-RateLimit-Remaining": {fmt.Sprint(left)}, "X-RateLimit-Reset-After": {"1.000"},
	}}
	return <-f.done
}

func TestLimiter_callsUnderWay(t *testing.T) {
	const soon = 250 * time.Millisecond
	t.Run("count until they are answered", func(t *testing.T) {
		w := newWorld(t)
		w.sends(w.fly(ana).land(2, 3)) // of three, two are left
		a, b := w.fly(ana), w.fly(bob)
		w.holds(w.kick(owner), time.Second)
		w.sends(a.land(1, 3)) // the other one is that one
		w.holds(w.kick(owner), time.Second)
		w.sends(b.land(0, 3))
		w.holds(w.kick(owner), time.Second)
	})
	t.Run("count against a bucket that is full again", func(t *testing.T) {
		w := newWorld(t)
		w.sends(w.fly(ana).land(0, 2))
		w.now = w.now.Add(time.Second)
		a, b := w.fly(ana), w.fly(bob)
		w.holds(w.kick(owner), soon)
		w.sends(a.land(1, 2))
		w.holds(w.kick(owner), time.Second)
		w.sends(b.land(0, 2))
	})
	t.Run("may be answered in another order", func(t *testing.T) {
		w := newWorld(t)
		a, b := w.fly(ana), w.fly(bob)
		w.sends(b.land(0, 2))
		w.sends(a.land(1, 2))
		w.holds(w.kick(owner), time.Second)
	})
	t.Run("go when nothing is known yet", func(t *testing.T) {
		w := newWorld(t)
		var all []flight
		for range 5 {
			all = append(all, w.fly(ana))
		}
		for i, f := range all {
			w.sends(f.land(7-i, 8))
		}
	})
	t.Run("end without an answer, too", func(t *testing.T) {
		w := newWorld(t)
		w.sends(w.fly(ana).land(0, 1))
		w.now = w.now.Add(time.Second)
		w.Fail(discordtest.Fault{Kind: discordtest.Closed})
		w.sends(w.kick(ana))
		w.sends(w.kick(ana))
	})
}
