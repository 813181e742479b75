package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
)

// told is what the page says that a browser is sent to: what came of an
// authorization. It goes along in a cookie, so that neither the code nor the
// state stays in the address of a page.
type told struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Says   string `json:"says"`
}

// DonePath is where people are sent who came back from Discord.
const DonePath = "/integrations/discord/done"

// tell sends the browser to another page of ours, which says that.
func (v *visit) tell(path string, t told) error {
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	v.setCookie(toldCookie, base64.RawURLEncoding.EncodeToString(text))
	return v.to(path)
}

// wasTold returns what the page is to say, once.
func (v *visit) wasTold() (told, bool) {
	text, err := base64.RawURLEncoding.DecodeString(v.cookie(toldCookie))
	var t told
	if err != nil || len(text) == 0 || json.Unmarshal(text, &t) != nil || !slices.Contains(toldWith, t.Status) {
		return told{}, false
	}
	v.setCookie(toldCookie, "")
	return t, true
}

// toldWith are the statuses that a page may be shown with.
var toldWith = []int{
	http.StatusOK, http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity,
	http.StatusInternalServerError, http.StatusServiceUnavailable,
}

// done says what came of it. Loaded again it has nothing to say.
func (v *visit) done() error {
	t, ok := v.wasTold()
	if !ok {
		return errGone
	}
	v.show(t.Status, "said", map[string]any{"Title": t.Title, "Says": t.Says})
	return nil
}
