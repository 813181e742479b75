package cases

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// theOutside plays both services: it answers the calls that the case lists, in
// their order, and notes every one that is not among them.
type theOutside struct {
	mu        sync.Mutex
	lists     []*callList // the case's, and the exchanged one; those that still fit
	any       bool        // in whatever order
	foreign   func(*http.Request) bool
	clock     func() time.Time    // machine time
	meanwhile func(time.Duration) // moves it
	vars      func(name string) string

	wrong  []string
	calls  int
	kicked bool // somebody was taken out
	cut    time.Duration
	lastAt time.Time
	bearer string // the last token that was answered
	urls   []string

	fault     func() error // of the next call, after its answer
	nobodyIDs int64
}

// callList is a script, and how far it has come.
type callList struct {
	calls []wantedCall
	done  []int // how often each was made
	next  int   // in listed order
	times [][]time.Time
}

func newCallList(calls []wantedCall) *callList {
	return &callList{calls: calls, done: make([]int, len(calls)), times: make([][]time.Time, len(calls))}
}

func newOutside(c *outsideCase) *theOutside {
	o := &theOutside{lists: []*callList{newCallList(c.Calls)}, any: c.CallOrder == "any"}
	if len(c.Exchangeable) > 0 {
		o.lists = append(o.lists, newCallList(exchanged(c.Calls, c.Exchangeable)))
	}
	return o
}

// exchanged writes both values of each pair for each other, wherever they stand.
func exchanged(calls []wantedCall, by pairs) []wantedCall {
	var swaps []string
	for _, p := range by {
		swaps = append(swaps, p[0], p[1], p[1], p[0])
	}
	swap := strings.NewReplacer(swaps...)
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case string:
			return swap.Replace(v)
		case object:
			made := make(object, len(v))
			for i, m := range v {
				made[i] = member{m.key, walk(m.value)}
			}
			return made
		case []any:
			made := make([]any, len(v))
			for i, e := range v {
				made[i] = walk(e)
			}
			return made
		}
		return v
	}
	all := slices.Clone(calls)
	for i := range all {
		c := &all[i]
		c.Path, c.Bearer = swap.Replace(c.Path), swap.Replace(c.Bearer)
		if c.Body.is != nil {
			c.Body.is = walk(c.Body.is).(object)
		}
		if c.RequestHeaders != nil {
			c.RequestHeaders = walk(c.RequestHeaders).(object)
		}
		c.Reply.Body = walk(c.Reply.Body)
	}
	return all
}

var (
	errClosed = errors.New("the connection was closed")
	errKilled = errors.New("the process is no more")
)

// RoundTrip answers a request.
func (o *theOutside) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	reply, fault := o.answer(r, body)
	if fault != nil {
		if err := fault(); err != nil {
			return nil, err
		}
	}
	if reply.Closed {
		return nil, errClosed
	}
	if d := time.Duration(reply.Delay); d > 0 {
		if err := o.late(r.Context(), d); err != nil {
			return nil, err
		}
	}
	return respond(r, reply), nil
}

// late has an answer come after so long, by the machine's clock, unless the
// caller gives up before.
func (o *theOutside) late(ctx context.Context, d time.Duration) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	end, limited := ctx.Deadline()
	patience := time.Until(end)
	if limited && patience < d {
		o.cut = max(o.cut, patience)
		o.meanwhile(patience)
		return context.DeadlineExceeded
	}
	o.meanwhile(d)
	return nil
}

// answer finds the reply to a request.
func (o *theOutside) answer(r *http.Request, body []byte) (wantedReply, func() error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.urls = append(o.urls, r.URL.String())
	if o.foreign != nil && o.foreign(r) {
		return o.nobodyYet(r, body), nil
	}
	o.calls++
	at := o.clock()
	fault := o.fault
	o.fault = nil
	var why []string
	var fit []*callList
	var reply *wantedReply
	for _, l := range o.lists {
		got, wrong := l.take(o, r, body, at)
		if wrong != "" {
			why = append(why, wrong)
			continue
		}
		fit = append(fit, l)
		if reply == nil {
			reply = got
		}
	}
	if len(fit) == 0 {
		o.wrong = append(o.wrong, fmt.Sprintf("call %d: %s %s %s: %s", o.calls, r.Method, r.URL.RequestURI(), show(o.spoken(body)), strings.Join(why, "; or ")))
		return wantedReply{Status: http.StatusInternalServerError}, nil
	}
	o.lists, o.lastAt = fit, at
	if r.Method == http.MethodDelete && wholeRemoval.MatchString(r.URL.Path) && reply.Status < 300 {
		o.kicked = true
	}
	if t, ok := at1(reply.Body, "access_token"); ok {
		o.bearer, _ = t.(string)
	}
	return *reply, fault
}

// wholeRemoval are the paths that take somebody out altogether.
var wholeRemoval = regexp.MustCompile(`^(/api/v10/guilds/\d+/members/\d+|/api/admin/v2/community_members/\d+|/api/v1/community_members)$`)

func at1(v any, key string) (any, bool) {
	o, ok := v.(object)
	if !ok {
		return nil, false
	}
	return o.get(key)
}

// take finds the call of a list that a request is, or says why it is none.
func (l *callList) take(o *theOutside, r *http.Request, body []byte, at time.Time) (*wantedReply, string) {
	if o.any {
		var why []string
		for i := range l.calls {
			if l.done[i] > 0 && l.calls[i].Repeat == nil {
				continue
			}
			wrong := l.differs(o, i, r, body, at)
			if wrong == "" {
				l.done[i]++
				l.times[i] = append(l.times[i], at)
				return &l.calls[i].Reply, ""
			}
			why = append(why, wrong)
		}
		return nil, "it is none of those that are left: " + strings.Join(why, ", ")
	}
	i := l.next
	if i > 0 && l.calls[i-1].Repeat != nil && (i == len(l.calls) || l.differs(o, i, r, body, at) != "") {
		i-- // the same once more
	}
	if i == len(l.calls) {
		return nil, "no call is left"
	}
	if wrong := l.differs(o, i, r, body, at); wrong != "" {
		return nil, wrong
	}
	l.done[i]++
	l.times[i] = append(l.times[i], at)
	l.next = i
	if rep := l.calls[i].Repeat; rep == nil || l.done[i] >= max(rep.AtLeast, 1) {
		l.next = i + 1
	}
	return &l.calls[i].Reply, ""
}

// differs says how a request is not that call; empty: it is.
func (l *callList) differs(o *theOutside, i int, r *http.Request, body []byte, at time.Time) string {
	want := l.calls[i]
	bad := func(what string, got, want any) string {
		return fmt.Sprintf("call %d: %s: got %v, want %v", i, what, got, want)
	}
	switch {
	case hosts[want.Service] != r.URL.Host:
		return bad("host", r.URL.Host, want.Service)
	case string(want.Method) != r.Method:
		return bad("method", r.Method, want.Method)
	case !samePath(want.Path, r.URL.RequestURI()):
		return bad("path", r.URL.RequestURI(), want.Path)
	}
	if wrong := o.actor(want, r); wrong != "" {
		return bad("actor", wrong, want.Actor)
	}
	if wrong := o.bodyDiffers(want.Body, r, body); wrong != "" {
		return bad("body", wrong, "")
	}
	for _, m := range want.RequestHeaders {
		var got any
		if values := r.Header.Values(m.key); len(values) > 0 {
			got = strings.Join(values, ", ")
		} else if _, matches := m.value.(object); matches {
			got = ""
		}
		if d := o.resolver().differences(m.key, o.filled(m.value), got, true); len(d) > 0 {
			return bad("header", d, "")
		}
	}
	if d := time.Duration(want.NotBefore); d > 0 && at.Sub(o.lastAt) < d {
		return bad("time since the last", at.Sub(o.lastAt), d)
	}
	return ""
}

var hosts = map[serviceName]string{"circle": "app.circle.so", "discord": "discord.com"}

// samePath compares byte for byte, but query fields in any order.
func samePath(want, got string) bool {
	wp, wq, _ := strings.Cut(want, "?")
	gp, gq, _ := strings.Cut(got, "?")
	w, g := strings.Split(wq, "&"), strings.Split(gq, "&")
	slices.Sort(w)
	slices.Sort(g)
	return wp == gp && slices.Equal(w, g)
}

const (
	botToken     = "bot-token-of-the-runner"
	clientID     = "600000000000000002"
	clientSecret = "client-secret-of-the-runner"
	botID        = "600000000000000001"
	pagesURL     = "https://usher.example"
	redirectURI  = pagesURL + "/integrations/discord/callback"
)

// actor says who made a call, if it is not who should.
func (o *theOutside) actor(want wantedCall, r *http.Request) string {
	auth := r.Header.Get("Authorization")
	scheme, token, _ := strings.Cut(auth, " ")
	ok := false
	switch want.Actor {
	case "":
		return ""
	case "bot":
		ok = scheme == "Bot" && token == o.vars("bot_token")
	case "user":
		bearer := want.Bearer
		if bearer == "" {
			bearer = o.bearer
		}
		ok = scheme == "Bearer" && token == bearer
	case "app":
		id, secret, basic := r.BasicAuth() // each escaped as in a form (RFC 6749, section 2.3.1)
		ok = basic && id == clientID && secret == url.QueryEscape(o.vars("client_secret")) || !basic && auth == ""
	case "v1-token":
		ok = scheme == "Token" && token != ""
	case "v2-token":
		ok = scheme == "Bearer" && token != ""
	}
	if ok {
		return ""
	}
	return "another, by " + scheme
}

func (o *theOutside) bodyDiffers(want null[object], r *http.Request, body []byte) string {
	if !want.set {
		return ""
	}
	if want.null || want.is == nil {
		if len(body) > 0 {
			return string(body)
		}
		return ""
	}
	if form, ok := want.is.get("form"); ok && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return err.Error()
		}
		values.Del("client_id")
		values.Del("client_secret")
		var got object
		for k, v := range values {
			got = append(got, member{k, strings.Join(v, ", ")})
		}
		return strings.Join(o.resolver().differences("form", o.filled(form), got, true), "; ")
	}
	got, err := parse(body)
	if err != nil {
		return "no JSON: " + string(body)
	}
	return strings.Join(o.resolver().differences("body", o.filled(want.is), got, true), "; ")
}

// resolver resolves no reference: what stands for something is filled in before.
func (o *theOutside) resolver() resolver {
	return func(ref reference) (string, error) { return "", fmt.Errorf("%v stands for nothing here", ref) }
}

// filled writes what placeholders stand for.
func (o *theOutside) filled(v any) any {
	switch v := v.(type) {
	case string:
		if name, ok := strings.CutPrefix(v, "$"); ok {
			return o.vars(name)
		}
	case object:
		if _, isMatcher := v.get("$match"); isMatcher {
			return v
		}
		made := make(object, len(v))
		for i, m := range v {
			made[i] = member{m.key, o.filled(m.value)}
		}
		return made
	case []any:
		made := make([]any, len(v))
		for i, e := range v {
			made[i] = o.filled(e)
		}
		return made
	}
	return v
}

func (o *theOutside) spoken(body []byte) any {
	if v, err := parse(body); err == nil {
		return v
	}
	return string(body)
}

// respond makes the answer that a reply describes.
func respond(r *http.Request, reply wantedReply) *http.Response {
	var text []byte
	header := http.Header{}
	switch b := expand(reply.Body).(type) {
	case nil:
	case string:
		text = []byte(b)
		if strings.HasPrefix(b, "<") {
			header.Set("Content-Type", "text/html")
		}
	default:
		text = []byte(show(b))
		header.Set("Content-Type", "application/json")
	}
	for _, m := range reply.Headers {
		header.Set(m.key, fmt.Sprint(m.value))
	}
	return &http.Response{
		StatusCode: reply.Status, Status: fmt.Sprint(reply.Status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(text)), ContentLength: int64(len(text)), Request: r,
	}
}

// expand writes out $members and $space_groups.
func expand(v any) any {
	id := func(n int64) json.Number { return json.Number(fmt.Sprint(n)) }
	switch v := v.(type) {
	case object:
		if from, to, ok := numbered(v, "$members"); ok {
			all := []any{}
			for n := from; n <= to; n++ {
				all = append(all, object{{"id", id(n)}, {"email", fmt.Sprintf("m%d@example.com", n)}, {"active", true}})
			}
			return all
		}
		if from, to, ok := numbered(v, "$space_groups"); ok {
			all := []any{}
			for n := from; n <= to; n++ {
				all = append(all, object{{"id", id(n)}, {"name", fmt.Sprintf("Group %d", n)}})
			}
			return all
		}
		made := make(object, len(v))
		for i, m := range v {
			made[i] = member{m.key, expand(m.value)}
		}
		return made
	case []any:
		made := make([]any, len(v))
		for i, e := range v {
			made[i] = expand(e)
		}
		return made
	}
	return v
}

// nobodyYet answers as a community in which nobody is.
func (o *theOutside) nobodyYet(r *http.Request, body []byte) wantedReply {
	o.nobodyIDs++
	id := json.Number(fmt.Sprint(2_000_000 + o.nobodyIDs))
	path := r.URL.Path
	none := func(what string) wantedReply {
		return wantedReply{Status: 404, Body: object{{"success", false}, {"message", "Oops! Missing record. Please try again later."},
			{"error_details", object{{"message", "Missing record: " + what}}}}}
	}
	ok := func(status int, v any) wantedReply { return wantedReply{Status: status, Body: v} }
	switch {
	case r.URL.Host == hosts["discord"] && r.Method == http.MethodPut && !strings.Contains(path, "/roles/"):
		return ok(201, object{{"user", object{{"id", path[strings.LastIndex(path, "/")+1:]}}}, {"roles", []any{}}})
	case r.URL.Host == hosts["discord"] && r.Method == http.MethodPut:
		return ok(204, nil)
	case r.URL.Host == hosts["discord"]:
		return ok(404, object{{"message", "Unknown Member"}, {"code", json.Number("10007")}})
	case strings.HasSuffix(path, "/search"):
		return none("community member")
	case r.Method == http.MethodDelete:
		return none("community member")
	case r.Method == http.MethodPost && strings.HasPrefix(path, "/api/v1"):
		return ok(200, object{{"success", true}, {"message", "This user has been added to the community and has been added to the spaces / space groups specified."},
			{"user", object{{"id", id}, {"community_member_id", id}}}})
	case r.Method == http.MethodPost && strings.HasSuffix(path, "/community_members"):
		said, _ := parse(body)
		email, _ := at1(said, "email")
		return ok(201, object{{"message", "This user has been invited to the community"}, {"community_member", object{{"id", id}, {"email", email}, {"active", false}}}})
	case r.Method == http.MethodPost:
		return ok(200, object{{"success", true}, {"message", "User has been added to the space group."}})
	}
	return ok(200, object{{"page", json.Number("1")}, {"has_next_page", false}, {"records", []any{}}})
}

// left says which calls were not made, and which came at the wrong times.
func (o *theOutside) left() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.wrong) > 0 {
		return o.wrong
	}
	var first []string
	for i, l := range o.lists {
		wrong := l.left()
		if len(wrong) == 0 {
			return nil
		}
		if i == 0 {
			first = wrong
		}
	}
	return first
}

func (l *callList) left() (wrong []string) {
	for i, c := range l.calls {
		least := 1
		if c.Repeat != nil {
			least = max(least, c.Repeat.AtLeast)
		}
		if l.done[i] < least {
			wrong = append(wrong, fmt.Sprintf("call %d, %s %s, was made %d times, want %d", i, c.Method, c.Path, l.done[i], least))
			continue
		}
		if c.Repeat == nil || c.Repeat.Gaps == "" && c.Repeat.GapAtMost == 0 {
			continue
		}
		var gaps []time.Duration
		for j := 1; j < len(l.times[i]); j++ {
			gaps = append(gaps, l.times[i][j].Sub(l.times[i][j-1]))
		}
		for j, g := range gaps {
			if most := time.Duration(c.Repeat.GapAtMost); most > 0 && g > most {
				wrong = append(wrong, fmt.Sprintf("call %d: waited %s, more than %s", i, g, most))
			}
			capped := c.Repeat.GapAtMost > 0 && j > 0 && gaps[j-1] == time.Duration(c.Repeat.GapAtMost)
			if c.Repeat.Gaps == "growing" && j > 0 && g <= gaps[j-1] && !capped && j < len(gaps)-1 {
				wrong = append(wrong, fmt.Sprintf("call %d: the waits do not grow: %s", i, gaps))
				break
			}
		}
	}
	return wrong
}
