package verify

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
)

var (
	noon = time.Date(2026, 4, 16, 12, 0, 0, 0, time.UTC)
	pen  = License{Key: "85DB562A-C11D4B06-A2335A6B-8C079166", Product: "pen"}
)

// field is an app in the field: a client on a clock of its own, and what it asks.
type field struct {
	t      testing.TB
	now    time.Time
	mood   atomic.Pointer[mood]
	asked  []*usherv1.VerifyRequest // what came; the server answers one at a time
	waited []time.Duration
	o      Options
	url    string
	*Client
}

// mood is how the server answers.
type mood func(http.ResponseWriter, *http.Request, *field)

// answering answers as usher does.
func answering(answer func() (*usherv1.VerifyResponse, error)) mood {
	return func(w http.ResponseWriter, r *http.Request, f *field) {
		_, h := usherv1connect.NewLicenseServiceHandler(stub{answer: answer, field: f})
		h.ServeHTTP(w, r)
	}
}

type stub struct {
	usherv1connect.UnimplementedLicenseServiceHandler
	answer func() (*usherv1.VerifyResponse, error)
	field  *field
}

func (s stub) Verify(_ context.Context, r *usherv1.VerifyRequest) (*usherv1.VerifyResponse, error) {
	s.field.asked = append(s.field.asked, r)
	return s.answer()
}

func entitled(e *usherv1.Entitlement) mood {
	return answering(func() (*usherv1.VerifyResponse, error) {
		return &usherv1.VerifyResponse{Verification: &usherv1.Verification{
			License: &usherv1.License{Id: "l1", Key: pen.Key}, Entitlement: e, Purchase: &usherv1.Purchase{Email: "bo@example.com"}, ProductName: "Pen",
		}}, nil
	})
}

func refusing(code connect.Code, details ...proto.Message) mood {
	return answering(func() (*usherv1.VerifyResponse, error) {
		e := connect.NewError(code, errors.New("a sentence"))
		for _, m := range details {
			d, err := connect.NewErrorDetail(m)
			if err != nil {
				return nil, err
			}
			e.AddDetail(d)
		}
		return nil, e
	})
}

func saying(status int, body string) mood {
	return func(w http.ResponseWriter, _ *http.Request, f *field) {
		f.asked = append(f.asked, nil)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// The moods of a server.
var (
	yes      = entitled(&usherv1.Entitlement{Active: true, Reason: "ok", Seats: 1})
	ended    = entitled(&usherv1.Entitlement{Reason: "membership_ended"})
	until    = entitled(&usherv1.Entitlement{Active: true, Reason: "ok", AccessUntil: timestamppb.New(noon.Add(time.Hour))})
	unknown  = refusing(connect.CodeNotFound, &usherv1.ErrorDetail{Code: "license_not_found"})
	disabled = refusing(connect.CodeNotFound, &usherv1.ErrorDetail{Code: "license_disabled"})
	down     = refusing(connect.CodeUnavailable, &usherv1.ErrorDetail{Code: "unavailable"})
	broken   = refusing(connect.CodeInternal, &usherv1.ErrorDetail{Code: "internal"})
	empty    = answering(func() (*usherv1.VerifyResponse, error) { return &usherv1.VerifyResponse{}, nil })
	foreign  = refusing(connect.CodeNotFound)
	other    = refusing(connect.CodeNotFound, &usherv1.Money{}, &usherv1.ErrorDetail{})
	portal   = saying(http.StatusForbidden, "<h1>Room number?</h1>")
	welcome  = saying(http.StatusOK, "<h1>Welcome</h1>")
	gone     = saying(http.StatusNotFound, "no such site")
	cut      = mood(func(http.ResponseWriter, *http.Request, *field) { panic(http.ErrAbortHandler) })
	silent   = mood(func(_ http.ResponseWriter, r *http.Request, _ *field) {
		_, _ = io.Copy(io.Discard, r.Body) // only then a server sees that its client has gone
		<-r.Context().Done()
	})
)

func newField(t testing.TB, mods ...func(*Options)) *field {
	f := &field{t: t, now: noon}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*f.mood.Load())(w, r, f) }))
	t.Cleanup(s.Close)
	f.url = s.URL
	f.o = Options{
		Now:    func() time.Time { return f.now },
		Sleep:  func(ctx context.Context, d time.Duration) error { f.waited = append(f.waited, d); return ctx.Err() },
		Random: func() float64 { return 0 },
	}
	for _, mod := range mods {
		mod(&f.o)
	}
	f.restart()
	return f
}

// restart is another run of the app.
func (f *field) restart() {
	f.t.Helper()
	c, err := New(f.url, &f.o)
	if err != nil {
		f.t.Fatal(err)
	}
	f.Client = c
}

// after asks so much later, while the server is in that mood.
func (f *field) after(d time.Duration, m mood) Verdict {
	f.now = f.now.Add(d)
	f.mood.Store(&m)
	f.asked, f.waited = nil, nil
	return f.Check(f.t.Context(), pen)
}

func TestCheck(t *testing.T) {
	const day = 24 * time.Hour
	type step struct {
		after  time.Duration
		mood   mood
		state  State
		reason string
	}
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"a yes", []step{{0, yes, Valid, ""}}},
		{"a license that nobody has", []step{{0, unknown, Denied, "license_not_found"}}},
		{"a yes, and then no more", []step{{0, yes, Valid, ""}, {day, disabled, Denied, "license_disabled"}}},
		{"nothing was ever heard", []step{{0, down, Unknown, NeverSeen}}},
		{"an outage after a yes", []step{{0, yes, Valid, ""}, {day, down, Stale, ""}}},
		{"an outage to the end of the grace, and on", []step{{0, yes, Valid, ""}, {7 * day, down, Stale, ""}, {1, down, Unknown, TooOld}}},
		{"the grace begins with each yes", []step{{0, yes, Valid, ""}, {7 * day, yes, Valid, ""}, {7 * day, down, Stale, ""}}},
		{"a no ends what was remembered", []step{{0, yes, Valid, ""}, {day, disabled, Denied, "license_disabled"}, {day, down, Unknown, NeverSeen}}},
		{"so does an entitlement that ended", []step{{0, yes, Valid, ""}, {day, ended, Denied, "membership_ended"}, {day, down, Unknown, NeverSeen}}},
		{"a yes that named its end", []step{{0, until, Valid, ""}, {time.Hour - 1, down, Stale, ""}, {1, down, Unknown, Ended}}},
		{"an outage leaves what was remembered", []step{{0, yes, Valid, ""}, {day, down, Stale, ""}, {day, down, Stale, ""}}},
		{"after an outage usher is asked again", []step{{0, yes, Valid, ""}, {day, down, Stale, ""}, {day, disabled, Denied, "license_disabled"}}},
		{"a clock that was set back", []step{{0, yes, Valid, ""}, {-time.Hour, down, Stale, ""}, {-1, down, Unknown, TooOld}}},
		{"a failure inside", []step{{0, yes, Valid, ""}, {day, broken, Stale, ""}}},
		{"an answer about nothing", []step{{0, yes, Valid, ""}, {day, empty, Stale, ""}}},
		{"a refusal without a detail is somebody else's", []step{{0, yes, Valid, ""}, {day, foreign, Stale, ""}}},
		{"nor is one with another detail usher's", []step{{0, yes, Valid, ""}, {day, other, Stale, ""}}},
		{"the portal of a hotel", []step{{0, yes, Valid, ""}, {day, portal, Stale, ""}}},
		{"a portal that says all is well", []step{{0, welcome, Unknown, NeverSeen}}},
		{"another site at the address", []step{{0, yes, Valid, ""}, {day, gone, Stale, ""}}},
		{"a connection that is cut", []step{{0, yes, Valid, ""}, {day, cut, Stale, ""}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newField(t)
			for i, s := range tt.steps {
				v := f.after(s.after, s.mood)
				heard := v.State == Valid || v.State == Denied
				if v.State != s.state || v.Reason != s.reason || v.OK() != (s.state == Valid || s.state == Stale) || (v.Err == nil) != heard || v.FileErr != nil {
					t.Fatalf("step %d is %v for %q, %v; want %v for %q", i, v.State, v.Reason, v.Err, s.state, s.reason)
				}
				if tries := len(f.waited) + 1; heard != (tries == 1) {
					t.Errorf("step %d is %v after %d tries", i, v.State, tries)
				}
			}
		})
	}
}

func TestCheck_waitsLongerEachTime(t *testing.T) {
	chance := 0.0
	f := newField(t, func(o *Options) {
		o.Tries, o.Wait, o.Random = 4, 100*time.Millisecond, func() float64 { return chance }
	})
	f.after(0, down)
	if want := []time.Duration{100e6, 200e6, 400e6}; !slices.Equal(f.waited, want) || len(f.asked) != 4 {
		t.Errorf("%d tries waited %v, want %v", len(f.asked), f.waited, want)
	}
	chance = 0.5
	f.after(0, down)
	if want := []time.Duration{75e6, 150e6, 300e6}; !slices.Equal(f.waited, want) {
		t.Errorf("with chance it waited %v, want %v", f.waited, want)
	}
}

func TestCheck_aTryHasItsTime(t *testing.T) {
	f := newField(t, func(o *Options) { o.TryTimeout, o.Tries = time.Millisecond, 2 })
	v := f.after(0, silent)
	if v.State != Unknown || connect.CodeOf(v.Err) != connect.CodeDeadlineExceeded || len(f.waited) != 1 {
		t.Errorf("got %v, %v after %d waits", v.State, v.Err, len(f.waited))
	}
}

func TestCheck_endsWithItsContext(t *testing.T) {
	f := newField(t)
	f.after(0, yes)
	ctx, cancel := context.WithCancel(t.Context())
	f.o.Sleep = func(context.Context, time.Duration) error { cancel(); return ctx.Err() }
	f.restart()
	f.after(0, yes)
	f.mood.Store(&down)
	f.asked = nil
	if v := f.Check(ctx, pen); v.State != Stale || v.Err == nil || len(f.asked) != 1 {
		t.Errorf("given up while it waits, it is %v after %d tries, %v", v.State, len(f.asked), v.Err)
	}
	if v := f.Check(ctx, pen); v.State != Stale || v.Err == nil {
		t.Errorf("given up before, it is %v, %v", v.State, v.Err)
	}
}

func TestCount_countsWithTheFirstTryOnly(t *testing.T) {
	f := newField(t)
	f.mood.Store(&down)
	f.Count(t.Context(), pen)
	var counted []bool
	for _, r := range f.asked {
		counted = append(counted, r.Count)
	}
	if !slices.Equal(counted, []bool{true, false, false}) {
		t.Errorf("counted %v", counted)
	}
	if f.after(0, yes); len(f.asked) != 1 || f.asked[0].Count {
		t.Errorf("Check asked %v", f.asked)
	}
}

func TestRefusedConnection(t *testing.T) {
	f := newField(t)
	f.after(0, yes)
	s := httptest.NewServer(nil)
	s.Close()
	f.url = s.URL
	answers := f.answer
	f.restart()
	f.answer = answers
	if v := f.Check(t.Context(), pen); v.State != Stale || v.Err == nil {
		t.Errorf("got %v, %v", v.State, v.Err)
	}
}

func TestFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "licenses")
	f := newField(t, func(o *Options) { o.File = file })
	if v := f.after(0, yes); v.State != Valid || v.FileErr != nil {
		t.Fatalf("got %v, %v", v.State, v.FileErr)
	}
	about, err := os.Stat(file)
	if err != nil || about.Mode().Perm() != 0o600 {
		t.Fatalf("the file has mode %v, %v", about.Mode(), err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{pen.Key, strings.ToLower(pen.Key), pen.Key[:8], "bo@example.com"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the file shows %s", secret)
		}
	}
	f.restart()
	v := f.after(time.Hour, down)
	if v.State != Stale || !v.AsOf.Equal(noon) || v.Answer.GetProductName() != "Pen" || v.Answer.Purchase != nil || v.Answer.License.Key != "" {
		t.Errorf("after a restart it is %v as of %v: %v", v.State, v.AsOf, v.Answer)
	}
	if v := f.Check(t.Context(), License{Key: strings.ToLower(pen.Key) + " ", Product: "pen"}); v.State != Stale {
		t.Errorf("the key in small letters is %v", v.State)
	}
	if v := f.Check(t.Context(), License{Key: pen.Key, Product: "ink"}); v.State != Unknown {
		t.Errorf("the key for another product is %v", v.State)
	}
	f.after(0, disabled)
	f.restart()
	if v := f.after(0, down); v.State != Unknown {
		t.Errorf("denied, and after a restart, it is %v", v.State)
	}
	f.after(0, yes)
	f.mood.Store(&yes)
	f.now = f.now.Add(8 * 24 * time.Hour)
	f.Check(t.Context(), License{Key: "another", Product: "pen"})
	if len(f.answer.last) != 1 {
		t.Errorf("%d answers are kept, of which one counts", len(f.answer.last))
	}
}

func TestFile_thatIsOfNoUse(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"half a file": `{"version":1,"answ`, "of another version": `{"version":2}`, "nothing": ""} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			f := newField(t, func(o *Options) { o.File = file })
			if v := f.after(0, down); v.State != Unknown || v.FileErr == nil {
				t.Errorf("got %v, %v", v.State, v.FileErr)
			}
			if v := f.after(0, yes); v.State != Valid || v.FileErr != nil {
				t.Errorf("then %v, %v", v.State, v.FileErr)
			}
		})
	}
	f := newField(t, func(o *Options) { o.File = filepath.Join(dir, "no such folder", "x") })
	if v := f.after(0, yes); v.State != Valid || v.FileErr == nil {
		t.Errorf("without its folder it is %v, %v", v.State, v.FileErr)
	}
	if v := f.after(0, down); v.State != Stale {
		t.Errorf("and then %v", v.State)
	}
}

func TestGrace_canBeNone(t *testing.T) {
	f := newField(t, func(o *Options) { o.Grace = -1 })
	f.after(0, yes)
	if v := f.after(0, down); v.State != Unknown {
		t.Errorf("got %v", v.State)
	}
}

func TestNew_refuses(t *testing.T) {
	for _, at := range []string{"", "usher.example.com", "ftp://usher.example.com", "https://", "https://u:p@usher.example.com", "https://usher.example.com?x=1", "https://usher.example.com#x", ":"} {
		if c, err := New(at, nil); err == nil {
			t.Errorf("%q made %v", at, c)
		}
	}
	if _, err := New("https://usher.example.com/", nil); err != nil {
		t.Error(err)
	}
}

func TestState_words(t *testing.T) {
	for s, want := range map[State]string{Unknown: "unknown", Valid: "valid", Stale: "stale", Denied: "denied"} {
		if s.String() != want {
			t.Errorf("%d is %q", s, s)
		}
	}
}
