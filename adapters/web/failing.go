package web

import (
	"errors"
	"net/http"

	"github.com/usherhq/usher/domain"
)

// said is a page that says why something was not done.
type said struct {
	status      int
	title, says string
	back        string // where to go on; empty: nowhere
}

func (e *said) Error() string { return e.says }

var (
	errForeign = &said{http.StatusForbidden, "Not sent from here", "This was not sent from a page of this server. Go back, load the page again, and try once more.", ""}
	errGone    = &said{http.StatusNotFound, "Nothing is here", "This page does not exist, or is not yours to see.", ""}
	errState   = &said{http.StatusBadRequest, "That did not work", "This link was used already, is too old, or was opened in another browser. Go back to where you started, and try again.", ""}
)

var statuses = map[domain.Kind]int{
	domain.Invalid: http.StatusUnprocessableEntity, domain.NotFound: http.StatusNotFound, domain.Conflict: http.StatusConflict,
	domain.Precondition: http.StatusUnprocessableEntity, domain.Unauthenticated: http.StatusNotFound, domain.Forbidden: http.StatusNotFound,
	domain.Unavailable: http.StatusServiceUnavailable,
}

// fail answers a refusal. What is not there and what is not theirs look alike.
func (v *visit) fail(err error) {
	s := v.saidOf(err)
	v.show(s.status, "said", map[string]any{"Title": s.title, "Says": s.says, "Back": s.back})
}

// saidOf is the page of a refusal. What went wrong inside goes to the log.
func (v *visit) saidOf(err error) *said {
	if s, ok := errors.AsType[*said](err); ok {
		return s
	}
	if errors.Is(err, domain.ErrPassNotFound) || errors.Is(err, domain.ErrPassSpent) {
		return errState
	}
	status, known := statuses[domain.KindOf(err)]
	e, ours := errors.AsType[*domain.Error](err)
	switch {
	case !known || !ours:
		v.log.ErrorContext(v.r.Context(), "a page failed", "error", domain.CodeOf(err))
		return &said{http.StatusInternalServerError, "Something went wrong", "Something went wrong here. Please try again later.", ""}
	case status == http.StatusNotFound:
		return errGone
	}
	return &said{status, "That did not work", e.Msg, ""}
}

// nothing answers for what is no page.
func (v *visit) nothing() error { return errGone }

// to sends the browser to another page of ours.
func (v *visit) to(path string) error {
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}
