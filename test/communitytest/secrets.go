package communitytest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// forms are the ways in which a secret may be written.
func forms(secret string) []string {
	b := []byte(secret)
	all := []string{secret, hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), url.QueryEscape(secret), url.PathEscape(secret)}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		all = append(all, e.EncodeToString(b))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// hidden are all texts that no error may show.
func (w *world) hidden() []string {
	var hidden []string
	for _, s := range w.Secrets {
		hidden = append(hidden, forms(s)...)
	}
	for _, s := range w.Private {
		hidden = append(hidden, s, url.QueryEscape(s))
	}
	return hidden
}

// discreet looks for secrets in an error, however it is printed or logged.
func (w *world) discreet(err error) {
	w.t.Helper()
	var said strings.Builder
	log := slog.New(slog.NewTextHandler(&said, nil))
	for e := err; e != nil; e = errors.Unwrap(e) {
		fmt.Fprintf(&said, "%v %+v %#v\n", e, e, e)
		log.Info("it failed", "error", e)
		if text, fails := json.Marshal(e); fails == nil {
			said.Write(text)
		}
	}
	for _, s := range append(w.hidden(), forms(string(w.Proof))...) {
		if s != "" && strings.Contains(said.String(), s) {
			w.t.Fatalf("an error shows %q:\n%s", s, said.String())
		}
	}
}

// secrets are told by a service that knows no shame. It can tell only what the
// call had with it, so of a person's consent an admission alone.
var secrets = map[string]func(*testing.T, *world){
	"no error tells what the service says of secrets": func(t *testing.T, w *world) {
		for _, said := range w.hidden() {
			w.shameless(said, all)
		}
		if w.Proof != "" {
			for _, said := range forms(string(w.Proof)) {
				w.shameless(said, steps[:1])
			}
		}
	},
}

// shameless makes calls to a service that answers with a text in every place.
func (w *world) shameless(said string, calls []step) {
	body, err := json.Marshal(map[string]any{
		"message": said, "error": said, "errors": said, "error_description": said, "code": 50035, "success": false,
		"error_details": map[string]string{"message": said},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	header := http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {said}, "Cf-Ray": {said}, "Location": {"https://example.org/" + url.PathEscape(said)}}
	for status, text := range map[int]string{
		200: string(body), 302: string(body), 404: string(body), 422: string(body), 502: "<html>" + said,
	} {
		w := w.anew(w.t)
		w.Service.Say(status, header, text)
		for _, s := range calls {
			if err := s.do(w.t.Context(), w); err != nil {
				w.troubled(err)
			}
		}
	}
}
