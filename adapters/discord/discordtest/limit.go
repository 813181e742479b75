package discordtest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// limit is how many calls a bucket has in a while.
type limit struct {
	calls int
	per   time.Duration
}

// usual is the limit of calls that nobody set one for.
var usual = limit{50, time.Second}

// globalCalls is how many calls a bot has in a second, of all buckets.
const globalCalls = 50

// bucket is a limit at work.
type bucket struct {
	left  int
	reset time.Time
}

// SetLimit says how many calls of an operation a server's bucket has, and in
// what time. Without it, leaving has one a second and all others fifty.
func (d *Discord) SetLimit(op Op, calls int, per time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.limits[op] = limit{calls, per}
	clear(d.buckets)
}

// spend takes a call off its bucket and off the bot's limit, and returns the
// headers that go with the answer; or the refusal, if nothing is left.
func (d *Discord) spend(c *Call) (http.Header, *Reply) {
	now := d.now()
	if c.Actor == "bot" {
		d.sent = slices.DeleteFunc(d.sent, func(at time.Time) bool { return now.Sub(at) >= time.Second })
		if len(d.sent) >= globalCalls {
			r := globally(d.sent[0].Add(time.Second).Sub(now))
			return nil, &r
		}
		d.sent = append(d.sent, now)
	}
	l, b := d.bucket(c)
	if b.left == 0 {
		r := d.limited(c, b.reset.Sub(now), "user")
		return nil, &r
	}
	b.left--
	return headers(c, l.calls, b.left, b.reset.Sub(now), b.reset), nil
}

// bucket returns a call's limit and bucket; one whose time is over is full.
func (d *Discord) bucket(c *Call) (limit, *bucket) {
	l, set := d.limits[c.Op]
	if !set {
		l = usual
	}
	key := c.bucketKey()
	b := d.buckets[key]
	if b == nil || !d.now().Before(b.reset) {
		b = &bucket{l.calls, d.now().Add(l.per)}
		d.buckets[key] = b
	}
	return l, b
}

// bucketKey tells apart what has limits of its own: a route for each server,
// and for each person who asks.
func (c *Call) bucketKey() string { return string(c.Op) + ":" + c.Guild + ":" + c.Bearer }

// limited is the answer to a call too many in its bucket.
func (d *Discord) limited(c *Call, wait time.Duration, scope string) Reply {
	l, _ := d.bucket(c)
	r := tooMany(wait, false).with(headers(c, l.calls, 0, wait, d.now().Add(wait)))
	return r.with(http.Header{"X-Ratelimit-Scope": {scope}, "Retry-After": {whole(wait)}})
}

// globally is the answer to a bot's call too many.
func globally(wait time.Duration) Reply {
	return tooMany(wait, true).with(http.Header{
		"X-Ratelimit-Scope": {"global"}, "X-Ratelimit-Global": {"true"}, "Retry-After": {whole(wait)},
	})
}

func tooMany(wait time.Duration, global bool) Reply {
	return Reply{Status: http.StatusTooManyRequests, Body: encode(struct {
		Message    string          `json:"message"`
		RetryAfter json.RawMessage `json:"retry_after"`
		Global     bool            `json:"global"`
	}{"You are being rate limited.", json.RawMessage(seconds(wait)), global})}
}

func headers(c *Call, calls, left int, wait time.Duration, reset time.Time) http.Header {
	return http.Header{
		"X-Ratelimit-Bucket":      {bucketName(c.Op)},
		"X-Ratelimit-Limit":       {strconv.Itoa(calls)},
		"X-Ratelimit-Remaining":   {strconv.Itoa(left)},
		"X-Ratelimit-Reset":       {fmt.Sprintf("%.3f", float64(reset.UnixMilli())/1000)},
		"X-Ratelimit-Reset-After": {seconds(wait)},
		"Via":                     {"1.1 google"},
	}
}

// bucketName is what Discord calls a route's bucket: nothing to make sense of.
func bucketName(op Op) string {
	h := fnv.New64a()
	h.Write([]byte(op))
	return fmt.Sprintf("%016x", h.Sum64())
}

// seconds writes a time to wait, to the millisecond and never too short.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%.3f", math.Ceil(float64(d)/float64(time.Millisecond))/1000)
}

// whole writes it in whole seconds.
func whole(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
