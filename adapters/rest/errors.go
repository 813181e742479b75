package rest

import (
	"errors"
	"net/http"
	"unicode"
	"unicode/utf8"

	"github.com/usherhq/usher/domain"
)

// statuses say how a kind of refusal is answered. One that is missing is an
// internal failure.
var statuses = map[domain.Kind]int{
	domain.Internal:        http.StatusInternalServerError,
	domain.Invalid:         http.StatusBadRequest,
	domain.NotFound:        http.StatusNotFound,
	domain.Conflict:        http.StatusConflict,
	domain.Precondition:    http.StatusInternalServerError, // product_id_required, the only one here, as Gumroad has it
	domain.Declined:        http.StatusPaymentRequired,
	domain.Unauthenticated: http.StatusUnauthorized,
	domain.Forbidden:       http.StatusForbidden,
	domain.Unavailable:     http.StatusServiceUnavailable,
}

// told is a refusal that is answered with 200 and a sentence, as everything but
// licences is.
type told struct{ code, message string }

func (t *told) Error() string { return t.message }

// badRequest is a refusal that is answered with 400, of a filter or a place in a
// list.
type badRequest struct{ message string }

func (b *badRequest) Error() string { return b.message }

// notFound says that there is no such thing.
func notFound(thing string) error {
	return &told{thing + "_not_found", "The " + thing + " was not found."}
}

// missing says that what is called thing was not found, if that is what err is.
func missing(thing string, err error) error {
	if domain.KindOf(err) != domain.NotFound {
		return err
	}
	return &told{domain.CodeOf(err), "The " + thing + " was not found."}
}

// unmodified says that what is called thing could not be changed, if the domain
// refused to.
func unmodified(thing string, err error) error {
	if errors.Is(err, domain.ErrKeyReused) || errors.Is(err, domain.ErrAnswerLost) { // of the header, which Gumroad has not
		return err
	}
	switch domain.KindOf(err) {
	case domain.Invalid, domain.Conflict, domain.Precondition, domain.Declined:
		return &told{domain.CodeOf(err), "The " + thing + " was unable to be modified."}
	}
	return missing(thing, err)
}

// refuse answers err. What went wrong inside goes to the log, with the path and
// never with the parameters, and the caller is told only that it did.
func (a *api) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if t, is := errors.AsType[*told](err); is {
		reason(w, t.code)
		o := newObject(2)
		o.put("success", false)
		o.put("message", t.message)
		writeJSON(w, http.StatusOK, o)
		return
	}
	if b, is := errors.AsType[*badRequest](err); is {
		reason(w, domain.ErrInvalid.Code)
		o := newObject(2)
		o.put("status", http.StatusBadRequest)
		o.put("error", b.message)
		writeJSON(w, http.StatusBadRequest, o)
		return
	}
	kind := domain.KindOf(err)
	status, known := statuses[kind]
	if !known {
		kind, status = domain.Internal, http.StatusInternalServerError
	}
	reason(w, domain.CodeOf(err))
	switch kind {
	case domain.Internal:
		reason(w, "internal")
		if r.Context().Err() == nil { // else the client has gone, and nothing is wrong
			a.log.ErrorContext(r.Context(), "a request failed", "path", r.URL.Path, "error", err)
		}
	case domain.Unavailable:
		w.Header().Set("Retry-After", "1")
		a.log.WarnContext(r.Context(), "a request was turned away", "path", r.URL.Path, "error", err)
	case domain.Unauthenticated:
		w.Header().Set("WWW-Authenticate", challenge)
		w.WriteHeader(status)
		return
	case domain.Forbidden:
		w.WriteHeader(status)
		return
	}
	writeJSON(w, status, refusal(kind, err))
}

// refusal is the body of a refusal. Its texts are the domain's, but for those
// that Gumroad builds in another way.
func refusal(kind domain.Kind, err error) *object {
	o := newObject(2)
	o.put("success", false)
	e, isOurs := errors.AsType[*domain.Error](err)
	switch {
	case kind == domain.Internal || !isOurs:
		o.put("message", "Internal error.")
	case errors.Is(e, domain.ErrNotOwner):
		o.put("error", "Not found") // not "message", and no full stop
	case errors.Is(e, domain.ErrProductIDRequired):
		o.put("message", "The 'product_id' parameter is required to verify the license for this product. "+
			"Please set 'product_id' to '"+e.About+"' in the request.")
	case kind == domain.Conflict: // of a header, which is no parameter
		o.put("message", sentence(e.Msg))
	case e.Field != "":
		o.put("message", "The '"+e.Field+"' parameter "+e.Msg+".")
	default:
		o.put("message", sentence(e.Msg))
	}
	return o
}

// sentence gives a message its capital letter and its full stop.
func sentence(msg string) string {
	first, width := utf8.DecodeRuneInString(msg)
	return string(unicode.ToUpper(first)) + msg[width:] + "."
}

// refuseRequest answers a request that no use case has seen, without a body.
func refuseRequest(w http.ResponseWriter, code string, status int) {
	reason(w, code)
	w.WriteHeader(status)
}

// reasonOf names what parseParams found.
func reasonOf(err error) string {
	if errors.Is(err, errTooLarge) {
		return "too_large"
	}
	return "unparseable"
}
