package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// broken is a store that finds nothing, for a reason.
type broken struct {
	ports.Store
	err error
}

func (b broken) Facts(context.Context, domain.Lookup) ([]domain.Facts, error) { return nil, b.err }

func (b broken) View(context.Context, ports.Scope, func(context.Context, ports.Tx) error) error {
	return b.err
}

// TestStatuses_everyKind: a kind that nobody thought of would be a 500.
func TestStatuses_everyKind(t *testing.T) {
	for _, kind := range domain.Kinds() {
		if statuses[kind] == 0 {
			t.Errorf("the kind %d has no status", kind)
		}
	}
	if len(statuses) != len(domain.Kinds()) {
		t.Errorf("there are %d statuses for %d kinds", len(statuses), len(domain.Kinds()))
	}
}

func TestRefuse(t *testing.T) {
	a := &api{log: slog.New(slog.DiscardHandler)}
	cause := errors.New("the cause, which is secret")
	as := func(kind domain.Kind) error {
		return fmt.Errorf("outside: %w", (&domain.Error{Kind: kind, Code: "the_code", Msg: "the message", Err: cause}))
	}
	const shown = `{"success":false,"message":"The message."}`
	for _, tt := range []struct {
		name   string
		err    error
		status int
		reason string
		body   string
	}{
		{"an error that is not the domain's is internal", cause, 500, "internal", `{"success":false,"message":"Internal error."}`},
		{"an internal one shows neither text nor code", as(domain.Internal), 500, "internal", `{"success":false,"message":"Internal error."}`},
		{"so does a kind from the future", as(200), 500, "internal", `{"success":false,"message":"Internal error."}`},
		{"what is invalid", as(domain.Invalid), 400, "the_code", shown},
		{"what is not found", as(domain.NotFound), 404, "the_code", shown},
		{"what somebody else has", as(domain.Conflict), 409, "the_code", shown},
		{"what the state forbids", as(domain.Precondition), 500, "the_code", shown},
		{"a payment refused", as(domain.Declined), 402, "the_code", shown},
		{"nobody known", as(domain.Unauthenticated), 401, "the_code", ""},
		{"somebody who may not", as(domain.Forbidden), 403, "the_code", ""},
		{"later", as(domain.Unavailable), 503, "the_code", shown},
		{"an input at fault is named", domain.InvalidField("id", "must be a string"), 400, "invalid", `{"success":false,"message":"The 'id' parameter must be a string."}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			a.refuse(w, httptest.NewRequest(http.MethodPost, "/v2/licenses/verify", nil), tt.err)
			if got := w.Header().Get("Usher-Reason"); w.Code != tt.status || got != tt.reason || w.Body.String() != tt.body {
				t.Errorf("answered %d %q %s\nwant %d %q %s", w.Code, got, w.Body, tt.status, tt.reason, tt.body)
			}
			if challenged := w.Header().Get("WWW-Authenticate") != ""; challenged != (tt.status == 401) {
				t.Errorf("WWW-Authenticate is %q", w.Header().Get("WWW-Authenticate"))
			}
			if later := w.Header().Get("Retry-After"); (later == "1") != (tt.status == 503) {
				t.Errorf("Retry-After is %q", later)
			}
		})
	}
}

// TestLog: an operator reads the cause, and never a key or a token.
func TestLog(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want string // part of the log; empty: nothing is logged
	}{
		{"a failure is logged with its cause", errors.New("disk full"), "disk full"},
		{"so is a request that was turned away", domain.ErrUnavailable.Because(errors.New("queue full")), "queue full"},
		{"a refusal is nobody's failure", domain.ErrLicenseNotFound, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop()
			s.wrap = failing(tt.err)
			server := s.open(t)
			for _, ask := range []asked{
				{"POST /v2/licenses/verify", verifyPencil, anasToken},
				{"POST /v2/licenses/verify?" + verifyPencil + "&access_token=" + anasToken, "", ""},
				{"PUT /v2/licenses/rotate", verifyPencil + "&access_token=" + anasToken, ""},
			} {
				ask.send(t, server)
			}
			log := s.log.String()
			if got := strings.Contains(log, tt.want) && log != ""; got != (tt.want != "") {
				t.Errorf("the log is %q, want %q in it", log, tt.want)
			}
			for _, secret := range []string{pencilKey, anasToken, pencilID} {
				if strings.Contains(log, secret) {
					t.Errorf("the log has %s:\n%s", secret, log)
				}
			}
		})
	}
}

// TestLog_clientGone: a client that leaves is not the server's failure.
func TestLog_clientGone(t *testing.T) {
	s := newShop()
	s.wrap = failing(context.Canceled)
	handler := s.handler(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequest(http.MethodPost, "/v2/licenses/verify?"+verifyPencil, nil).WithContext(gone)
	handler.ServeHTTP(httptest.NewRecorder(), r)
	if s.log.Len() > 0 {
		t.Errorf("logged %s", &s.log)
	}
}
