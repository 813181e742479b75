package communitytest

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
)

// perStep are what may become of a call that changes who is in.
var perStep = map[string]func(*testing.T, *world, step){
	"twice": func(t *testing.T, w *world, s step) {
		for range 2 {
			if err := s.do(t.Context(), w); err != nil || !s.done(w) {
				t.Errorf("%v, and done: %t", err, s.done(w))
			}
		}
	},
	"whose answer is lost after the effect": func(t *testing.T, w *world, s step) { lost(t, w, s, true) },
	"that is lost before the effect":        func(t *testing.T, w *world, s step) { lost(t, w, s, false) },
	"that finds the service at fault": func(t *testing.T, w *world, s step) {
		for _, status := range []int{500, 502, 503, 504} {
			body := "<html><h1>Bad Gateway</h1></html>"
			if status == 500 {
				body = `{"message":"Internal Server Error"}`
			}
			before := w.Service.Calls()
			w.Service.Say(status, http.Header{"Content-Type": {"text/html"}}, body)
			got := w.unreachable(s.do(t.Context(), w))
			if status != http.StatusServiceUnavailable && !got.Lost {
				t.Errorf("after %d it is known that it was not done", status)
			}
			if s.done(w) || w.Service.Calls() != before+1 {
				t.Errorf("after %d it is done: %t, after %d calls", status, s.done(w), w.Service.Calls()-before)
			}
		}
		again(t, w, s)
	},
	"that is too many": func(t *testing.T, w *world, s step) {
		for _, l := range w.Limits {
			t.Run(l.Name, func(t *testing.T) {
				w := w.anew(t)
				w.arrange(s)
				w.Service.Say(l.Status, l.Header, l.Body)
				before := w.Service.Calls()
				for try := range 2 { // the second is not even sent
					got := w.troubled(s.do(t.Context(), w))
					if got.Party != domain.WaitActs && got.Party != domain.OperatorActs || !got.TryAt.Equal(w.Now.Add(l.Wait)) || got.Lost || got.Done {
						t.Errorf("try %d is %+v, want to come again at %v", try, got, w.Now.Add(l.Wait))
					}
				}
				if n := w.Service.Calls() - before; n != 1 || s.done(w) {
					t.Errorf("after %d calls it is done: %t", n, s.done(w))
				}
			})
		}
	},
	"that waits too long": func(t *testing.T, w *world, s step) {
		patient := w.Community
		w.Community = w.Hasty
		w.unreachable(s.do(t.Context(), w))
		w.Community = patient
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w.Service.Hold(cancel)
		if got := w.unreachable(s.do(ctx, w)); !got.Lost {
			t.Errorf("nobody knows whether it was done, and the trouble is %+v", got)
		}
		again(t, w, s)
	},
	"answered by a page that says 404": func(t *testing.T, w *world, s step) {
		w.Service.Say(http.StatusNotFound, http.Header{"Content-Type": {"text/html"}}, "<html>not here</html>")
		if err := s.do(t.Context(), w); err == nil {
			t.Error("it is taken for done")
		} else if got := w.troubled(err); got.Done {
			t.Errorf("it is taken for done: %+v", got)
		}
	},
}

// perCall are what may become of any call.
var perCall = map[string]func(*testing.T, *world, step){
	"whose credentials are refused": func(t *testing.T, w *world, s step) {
		w.Service.Refuse()
		got := w.troubled(s.do(t.Context(), w))
		if got.Party != w.Refused.Party || got.Cause != w.Refused.Cause || got.Lost || got.Done {
			t.Errorf("the trouble is %+v, want %+v", got, w.Refused)
		}
		if s.done != nil && s.done(w) {
			t.Error("it is done")
		}
	},
	"that is cancelled": func(t *testing.T, w *world, s step) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		before := w.Service.Calls()
		w.unreachable(s.do(ctx, w))
		if n := w.Service.Calls() - before; n != 0 {
			t.Errorf("%d calls were made", n)
		}
	},
	"where nobody listens": func(t *testing.T, w *world, s step) {
		w.Service.Close()
		w.unreachable(s.do(t.Context(), w))
	},
}

// lost has a call without an answer, which is made again.
func lost(t *testing.T, w *world, s step, effect bool) {
	t.Helper()
	before := w.Service.Calls()
	w.Service.Lose(effect)
	if got := w.unreachable(s.do(t.Context(), w)); !got.Lost {
		t.Errorf("nobody knows whether it was done, and the trouble is %+v", got)
	}
	if s.done(w) != effect {
		t.Errorf("it is done: %t", s.done(w))
	}
	if n := w.Service.Calls() - before; n != 1 {
		t.Errorf("it was sent %d times", n)
	}
	again(t, w, s)
}

// again makes a call that must do it now.
func again(t *testing.T, w *world, s step) {
	t.Helper()
	w.Service.Heal()
	if err := s.do(t.Context(), w); err != nil || !s.done(w) {
		t.Errorf("made again: %v, and done: %t", err, s.done(w))
	}
}

// answers are those that are none.
var answers = map[string]func(*testing.T, *world){
	"what is no answer is not believed": func(t *testing.T, w *world) {
		for name, body := range map[string]string{
			"broken JSON": `{"id":`, "a page": "<html>oops</html>", "nothing": "", "another shape": `"fine"`,
			"more than anybody reads": `{"id":1,"records":[]` + strings.Repeat(" ", 8<<20) + "}",
		} {
			w.Service.Say(http.StatusOK, http.Header{"Content-Type": {"application/json"}}, body)
			calls := append(questions, steps[0]) // admit
			if len(body) > 1<<20 {
				calls = questions[:1] // it takes a while
			}
			for _, s := range calls {
				if err := s.do(t.Context(), w); err == nil {
					t.Errorf("%s is an answer to %s", name, s.name)
				} else if got := w.unreachable(err); !got.Lost && s.done != nil {
					t.Errorf("after %s it is known that somebody is not in: %+v", name, got)
				}
			}
		}
	},
}
