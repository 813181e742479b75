package circle_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/circle/circletest"
)

func add(email string) func(circle.API) error {
	return func(a circle.API) error { _, err := a.Add(context.Background(), email, []int64{paid}); return err }
}

func find(email string) func(circle.API) error {
	return func(a circle.API) error { _, _, err := a.Find(context.Background(), email); return err }
}

func remove(email string, id int64) func(circle.API) error {
	return func(a circle.API) error { return a.Remove(context.Background(), circle.Member{ID: id, Email: email}) }
}

func addTo(email string, group int64) func(circle.API) error {
	return func(a circle.API) error { _, err := a.AddToGroup(context.Background(), email, group); return err }
}

func takeFrom(email string, group int64) func(circle.API) error {
	return func(a circle.API) error { return a.RemoveFromGroup(context.Background(), email, group) }
}

func list(a circle.API) error { _, _, err := a.SpaceGroups(context.Background(), 1); return err }

// TestRedirect_isNotFollowed keeps the token from another server, also with an
// HTTP client that would follow.
func TestRedirect_isNotFollowed(t *testing.T) {
	asked := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer other.Close()
	w := newWorld(t)
	own := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
	client := circle.New(&circle.Options{BaseURL: w.URL + "/", HTTP: own})
	w.Fail(1, circletest.Reply{Status: 307, Header: map[string]string{"Location": other.URL}})
	failed(t, find(bob)(client.As(account(circle.V2))), circle.Unreadable)
	if asked {
		t.Error("the other server was asked")
	}
	if own.CheckRedirect(nil, nil) != nil {
		t.Error("the client that was handed in was changed")
	}
}

func TestDeadline(t *testing.T) {
	w := newWorld(t)
	client := circle.New(&circle.Options{BaseURL: w.URL, Timeout: 50 * time.Millisecond})
	w.Fail(1, circletest.Slow())
	err := add(bob)(client.As(account(circle.V2)))
	failed(t, err, circle.Unavailable)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
	discreet(t, err)
	if _, in := w.Member(gumroad, bob); !in {
		t.Error("bob was not added, so this was no slow answer")
	}
}

func TestContext(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.client.As(account(circle.V2)).Add(ctx, bob, nil)
	failed(t, err, circle.Unavailable)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want it canceled", err)
	}
	discreet(t, err)
	if n := len(w.Journal()); n != 0 {
		t.Errorf("%d calls were made with a canceled context", n)
	}
}

// TestNoNetwork has errors of package net, which quote the URL.
func TestNoNetwork(t *testing.T) {
	w := newWorld(t)
	w.Close()
	both(t, func(t *testing.T, _ *world, _ circle.API, d circle.Dialect) {
		err := find(bob)(w.client.As(account(d)))
		failed(t, err, circle.Unavailable)
		discreet(t, err)
		if !strings.Contains(err.Error(), "dial tcp") {
			t.Errorf("%v does not say what is wrong", err)
		}
		if failed(t, err, circle.Unavailable).Lost {
			t.Error("it is said to be done, perhaps, though it never left")
		}
	})
}

// TestOddAnswers are no HTTP; net/http quotes them in its errors.
func TestOddAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(c, "HTTP/1.1 bob@example.com %s\r\n\r\n", tokenV2)
		c.Close()
	}))
	defer server.Close()
	client := circle.New(&circle.Options{BaseURL: server.URL})
	err := find(bob)(client.As(account(circle.V2)))
	failed(t, err, circle.Unavailable)
	discreet(t, err)
}

func TestToken_isNotShown(t *testing.T) {
	a := account(circle.V2)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("a", "account", a, "token", a.Token)
	encoded, err := json.Marshal(a)
	none(t, err)
	for _, text := range []string{
		fmt.Sprintf("%v %+v %#v %s %q %x %d", a.Token, a.Token, a.Token, a.Token, a.Token, a.Token, a.Token),
		fmt.Sprintf("%v %+v %#v", a, a, &a),
		string(encoded), log.String(),
	} {
		if strings.Contains(text, tokenV2) || strings.Contains(text, fmt.Sprintf("%x", tokenV2)) {
			t.Errorf("the token is shown: %s", text)
		}
		if !strings.Contains(text, "(token)") {
			t.Errorf("nobody sees that there is a token: %s", text)
		}
	}
}
