package cases

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// receiver is who the webhooks of a case lead to, at hooks.example.com and
// wherever else the case says: it stands behind the sender's HTTP client.
type receiver struct {
	mu     sync.Mutex
	clock  *clock
	status int // that it answers
	err    error
	got    []sent
}

// sent is one request that it got.
type sent struct {
	at          time.Time
	url         string
	contentType string
	fields      object
}

func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := sent{at: r.clock.now(), url: req.URL.String(), contentType: req.Header.Get("Content-Type")}
	if strings.Contains(s.contentType, "json") {
		v, err := parse(body)
		if err != nil {
			return nil, err
		}
		s.fields, _ = v.(object)
	} else {
		s.fields, err = fieldsOf(string(body))
	}
	r.got = append(r.got, s)
	if err = errors.Join(err, r.err); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: r.status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(nil)), Request: req}, nil
}

// fieldsOf reads a form whose names are as they stand; those that come several times
// are a list.
func fieldsOf(form string) (o object, err error) {
	values, err := url.ParseQuery(form)
	for name, all := range values {
		var v any = all[0]
		if strings.HasSuffix(name, "[]") {
			list := []any{}
			for _, one := range all {
				list = append(list, one)
			}
			v = list
		}
		o = append(o, member{key: name, value: v})
	}
	return o, err
}

// listens sets what the receiver answers in a step, and forgets what it got before.
func (s *stage) listens(e step) {
	r := s.receiver
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got, r.err, r.status = nil, nil, http.StatusOK
	if e.ReceiverStatus != 0 {
		r.status = e.ReceiverStatus
	}
	switch e.ReceiverError {
	case "connection_refused":
		r.err = syscall.ECONNREFUSED
	case "timeout":
		r.err = timedOut{}
	}
}

type timedOut struct{}

func (timedOut) Error() string   { return "timed out" }
func (timedOut) Timeout() bool   { return true }
func (timedOut) Temporary() bool { return true }

// subscribe makes the resource subscriptions of a case, each by an application of
// its own, as a program does.
func (s *stage) subscribe(g given) {
	s.Helper()
	owner := s.sellers["owner"]
	for _, e := range g.ResourceSubscriptions {
		var all []domain.Scope
		for _, scope := range e.is.AppTokenScopes {
			all = append(all, domain.Scope(scope))
		}
		if len(all) == 0 {
			all = []domain.Scope{domain.ViewSales}
		}
		scopes, err := domain.MakeScopes(all...)
		s.must(err)
		app := fixture.Application(owner)
		secret := "token of the application of " + e.name
		fixture.Fill(s.T, s.store, app, fixture.Token(owner, secret, func(t *domain.TokenState) { t.ApplicationID, t.Scopes = app.ID, scopes }))
		form := url.Values{"resource_name": {string(e.is.ResourceName)}, "post_url": {e.is.PostURL}}
		r, err := http.NewRequestWithContext(s.Context(), http.MethodPut, s.server.URL+"/v2/resource_subscriptions", strings.NewReader(form.Encode()))
		s.must(err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", "Bearer "+secret)
		a := s.send(r)
		s.must(a.err)
		id, ok := at(a.json, "resource_subscription.id")
		text, isText := id.(string)
		if !ok || !isText {
			s.Fatalf("%s is not subscribed: %s", e.name, a.body)
		}
		s.things[e.name] = thing{is: aHook, seller: owner.ID, id: text}
		s.hooks = append(s.hooks, subscribed{e.name, string(e.is.ResourceName), e.is.PostURL})
	}
}

// subscribed is a resource subscription of the case.
type subscribed struct{ name, resource, url string }

// to returns the name of the subscription that a request is for.
func (s *stage) to(r sent) string {
	resource, _ := r.fields.get("resource_name")
	for _, h := range s.hooks {
		if h.url == r.url && h.resource == resource {
			return h.name
		}
	}
	return "nobody"
}

// told compares what the receiver got with what it should.
func (s *stage) told(want result) (wrong []string) {
	s.receiver.mu.Lock()
	got := slices.Clone(s.receiver.got)
	s.receiver.mu.Unlock()
	fail := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if want.Webhooks != nil {
		if len(got) != len(*want.Webhooks) {
			fail("webhooks: got %d, want %d: %s", len(got), len(*want.Webhooks), s.shown(got))
			return wrong
		}
		left := slices.Clone(got)
		for i, w := range *want.Webhooks { // of several subscriptions none is first
			at := slices.IndexFunc(left, func(r sent) bool { return s.to(r) == w.To })
			if at < 0 {
				fail("webhooks[%d]: %s got none: %s", i, w.To, s.shown(got))
				continue
			}
			wrong = append(wrong, s.hook(fmt.Sprintf("webhooks[%d]", i), w, left[at])...)
			left = slices.Delete(left, at, at+1)
		}
	}
	if want.Attempts != nil && len(got) != *want.Attempts {
		fail("webhook_attempts: got %d, want %d", len(got), *want.Attempts)
	}
	if want.Delays != nil {
		var delays []int
		for i := 1; i < len(got); i++ {
			delays = append(delays, int(got[i].at.Sub(got[i-1].at)/time.Second))
		}
		if !slices.Equal(delays, []int(want.Delays)) {
			fail("delays_s: got %v, want %v", delays, want.Delays)
		}
	}
	if want.Forms != nil && len(want.Forms) != len(got) {
		fail("attempt_form_subset: got %d attempts, want %d", len(got), len(want.Forms))
	} else {
		for i, w := range want.Forms {
			wrong = append(wrong, s.resolver().differences(fmt.Sprintf("attempt_form_subset[%d]", i), texts(w), got[i].fields, false)...)
		}
	}
	return wrong
}

func (s *stage) hook(path string, want sentHook, got sent) (wrong []string) {
	if want.ContentType != "" && want.ContentType != got.contentType {
		wrong = append(wrong, fmt.Sprintf("%s.content_type: got %s, want %s", path, got.contentType, want.ContentType))
	}
	expected := any(want.FormSubset)
	if !strings.Contains(got.contentType, "json") {
		expected = texts(want.FormSubset)
	}
	wrong = append(wrong, s.resolver().differences(path+".form_subset", expected, got.fields, false)...)
	for _, name := range want.Absent {
		if v, there := got.fields.get(name); there {
			wrong = append(wrong, fmt.Sprintf("%s.absent: got %s for %s", path, show(v), name))
		}
	}
	return wrong
}

// texts writes numbers, booleans and null as a form has them: as texts.
func texts(v any) any {
	switch v := v.(type) {
	case object:
		if word, _, err := matcher(v); word != "" || err != nil {
			return v
		}
		o := make(object, len(v))
		for i, m := range v {
			o[i] = member{key: m.key, value: texts(m.value)}
		}
		return o
	case json.Number:
		return v.String()
	case bool:
		return fmt.Sprint(v)
	case nil:
		return ""
	}
	return v
}

func (s *stage) shown(all []sent) (names []string) {
	for _, r := range all {
		names = append(names, s.to(r)+" "+show(r.fields))
	}
	return names
}
