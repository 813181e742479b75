package sandbox_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// each asks everything that a charger can be asked.
func each(t *testing.T, c ports.Charger) map[string]error {
	o := order("key", sandbox.Pays)
	_, charged := c.Charge(t.Context(), o)
	_, seen, found := c.Find(t.Context(), o)
	if found == nil && !seen {
		t.Error("Find is sure that the order was never seen")
	}
	_, voided := c.Void(t.Context(), o)
	_, refunded := c.Refund(t.Context(), ports.RefundOrder{Refund: "r", SellerID: "seller", Key: "r", Ref: "ref", Amount: o.Amount})
	return map[string]error{"Charge": charged, "Find": found, "Void": voided, "Refund": refunded}
}

const terms = `{"key_life_seconds":82800}`

// TestStrangers has others answer in the sandbox's place. None of it may be
// taken for an answer.
func TestStrangers(t *testing.T) {
	rows := []struct {
		name   string
		status int
		body   string
	}{
		{"an empty object", 200, `{}`},
		{"an empty body", 200, ``},
		{"a page", 200, `<html>`},
		{"paid, without an id", 200, `{"order":"seen","status":"paid"}`},
		{"a status that is no answer", 200, `{"order":"seen","status":"voided","ref":"r"}`},
		{"a decline that nobody knows", 200, `{"order":"seen","status":"declined","decline":"why","ref":"r"}`},
		{"never seen, and paid", 200, `{"order":"never_seen","status":"paid","ref":"r"}`},
		{"done, without an id", 200, `{"refund":"done"}`},
		{"an answer under a status that is none", 201, `{"order":"seen","status":"paid","ref":"r","refund":"done"}`},
		{"an answer cut short", 200, `{"order":"seen","status":"paid"`},
		{"an error of its own", 500, `{"code":"internal"}`},
		{"a refusal of its own", 409, `{"code":"conflict"}`},
		{"nothing there", 404, `not found`},
		{"a gateway", 502, ``},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
				if q.URL.Path == "/terms" {
					io.WriteString(w, terms)
					return
				}
				w.WriteHeader(r.status)
				io.WriteString(w, r.body)
			}))
			t.Cleanup(s.Close)
			c, err := sandbox.Dial(t.Context(), s.URL, 0)
			if err != nil {
				t.Fatal(err)
			}
			for name, err := range each(t, c) {
				if err == nil || domain.KindOf(err) != domain.Internal {
					t.Errorf("%s: got %v, want that nobody knows", name, err)
				}
			}
		})
	}
}

// TestNoRedirect: an order goes to whom it was addressed, and to nobody else.
func TestNoRedirect(t *testing.T) {
	p := open(t, sandbox.Options{Now: func() time.Time { return start }})
	other := httptest.NewServer(sandbox.Handler(p))
	t.Cleanup(other.Close)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/terms" {
			io.WriteString(w, terms)
			return
		}
		http.Redirect(w, q, other.URL+q.URL.Path, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(s.Close)
	c, err := sandbox.Dial(t.Context(), s.URL, 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range each(t, c) {
		if err == nil {
			t.Errorf("%s followed a redirect", name)
		}
	}
	if got := look(t, p, order("key", "")); got.Charges != 0 {
		t.Error("somebody else took the money")
	}
}

// TestNobodyThere: a call that never left says so, and one that did does not.
func TestNobodyThere(t *testing.T) {
	hang, done := make(chan struct{}), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/terms" {
			io.WriteString(w, terms)
			return
		}
		<-hang
	}))
	c, err := sandbox.Dial(t.Context(), s.URL, 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range each(t, c) {
		if err == nil || errors.Is(err, domain.ErrUnavailable) {
			t.Errorf("%s of one who never answers: got %v, want that nobody knows", name, err)
		}
	}
	go func() { s.Close(); close(done) }()
	close(hang)
	<-done
	c.Close()
	for name, err := range each(t, c) {
		if !errors.Is(err, domain.ErrUnavailable) {
			t.Errorf("%s of one who is not there: got %v, want unavailable", name, err)
		}
	}
	if _, err := sandbox.Dial(t.Context(), s.URL, 0); !errors.Is(err, domain.ErrUnavailable) {
		t.Errorf("Dial: got %v, want unavailable", err)
	}
}

// TestOneRequest counts what arrives: each call is sent once, also when the
// connection ends without an answer.
func TestOneRequest(t *testing.T) {
	p := open(t, sandbox.Options{Now: func() time.Time { return start }})
	h, n := sandbox.Handler(p), 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/charge" {
			n++
		}
		h.ServeHTTP(w, q)
	}))
	t.Cleanup(s.Close)
	c, err := sandbox.Dial(t.Context(), s.URL, 0)
	if err != nil {
		t.Fatal(err)
	}
	charge(t, c, order("first", sandbox.Pays)) // leaves a connection to be used again
	if _, err := c.Charge(t.Context(), order("key", sandbox.LosesAnswer)); err == nil {
		t.Error("the lost answer arrived")
	}
	if _, err := c.Charge(t.Context(), order("key", "")); err != nil {
		t.Error(err)
	}
	s.Close()
	if n != 3 {
		t.Errorf("%d requests arrived, want 3", n)
	}
}

// TestNoAnswer: where no answer is to come, not even a failure is one.
func TestNoAnswer(t *testing.T) {
	s := httptest.NewServer(sandbox.Handler(open(t, sandbox.Options{Now: func() time.Time { return start }})))
	t.Cleanup(s.Close)
	for _, method := range []string{sandbox.LosesAnswer, sandbox.AnswersLater, sandbox.NeverArrives} {
		body := `{"payment":"p","seller":"s","key":"` + method + `","amount":1,"currency":"usd","method":"` + method + `"}`
		res, err := http.Post(s.URL+"/charge", "application/json", strings.NewReader(body))
		if err == nil {
			res.Body.Close()
			t.Errorf("%s was answered %s", method, res.Status)
		}
	}
}

// TestHandler sends what no Client sends.
func TestHandler(t *testing.T) {
	const fine = `{"payment":"p","seller":"s","key":"k","amount":1,"currency":"usd","method":"sandbox_pays"}`
	rows := []struct {
		name, method, path, kind, body string
		want                           int
	}{
		{"an order", "POST", "/charge", "application/json", fine, 200},
		{"with a charset", "POST", "/charge", "application/json; charset=utf-8", fine, 200},
		{"a form of another site's page", "POST", "/charge", "text/plain", fine, 415},
		{"no type", "POST", "/charge", "", fine, 415},
		{"a field that nobody knows", "POST", "/charge", "application/json", strings.Replace(fine, "{", `{"amuont":2,`, 1), 409},
		{"half an amount", "POST", "/charge", "application/json", strings.Replace(fine, ":1,", ":1.5,", 1), 409},
		{"an amount in words", "POST", "/charge", "application/json", strings.Replace(fine, ":1,", `:"1",`, 1), 409},
		{"two orders", "POST", "/charge", "application/json", fine + fine, 409},
		{"no order", "POST", "/charge", "application/json", ``, 409},
		{"too much", "POST", "/charge", "application/json", `{"payment":"` + strings.Repeat("a", 1<<16) + `"}`, 409},
		{"a look", "GET", "/charge", "", ``, 405},
		{"another place", "POST", "/capture", "application/json", fine, 404},
	}
	p := open(t, sandbox.Options{Now: func() time.Time { return start }})
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			q := httptest.NewRequest(r.method, r.path, strings.NewReader(r.body))
			if r.kind != "" {
				q.Header.Set("Content-Type", r.kind)
			}
			w := httptest.NewRecorder()
			sandbox.Handler(p).ServeHTTP(w, q)
			if w.Code != r.want {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, r.want)
			}
		})
	}
	if b, err := p.Book(t.Context()); err != nil || len(b.Charges) != 1 {
		t.Errorf("the book has %d charges, %v; want 1", len(b.Charges), err)
	}
}

// TestBrokenFile: what went wrong in there is not told, and is no refusal.
func TestBrokenFile(t *testing.T) {
	p := open(t, sandbox.Options{Now: func() time.Time { return start }, File: t.TempDir() + "/book.jsonl"})
	c := serve(t, p)
	p.Close()
	for name, err := range each(t, c) {
		if err == nil || domain.KindOf(err) != domain.Internal || strings.Contains(err.Error(), "book.jsonl") {
			t.Errorf("%s: got %v, want that nobody knows, and no path", name, err)
		}
	}
}
