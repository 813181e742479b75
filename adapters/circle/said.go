package circle

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// envelope is what Circle puts around what it says. Nothing of it is sure to be
// there, or to be of one type.
type envelope struct {
	State   words `json:"status"`
	Success flag  `json:"success"`
	Message words `json:"message"`
	Errors  words `json:"errors"`
	Details struct {
		Message words `json:"message"`
	} `json:"error_details"`
}

// open reads an envelope; what is none is an empty one.
func open(text []byte) (e envelope) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(text, &fields) != nil {
		return envelope{}
	}
	// One field of an odd type must not hide the others.
	for name, to := range map[string]any{"status": &e.State, "success": &e.Success, "message": &e.Message, "errors": &e.Errors, "error_details": &e.Details} {
		json.Unmarshal(fields[name], to)
	}
	return e
}

// words is text, or several in a list or an object.
type words string

// UnmarshalJSON takes what there is of text.
func (w *words) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*w = words(flat(v))
	return nil
}

func flat(v any) string {
	var all []string
	switch v := v.(type) {
	case string:
		return v
	case []any:
		for _, one := range v {
			all = append(all, flat(one))
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, flat(v[key]))
		}
	}
	return strings.Join(all, " ")
}

// flag is yes, no, or not said.
type flag int

const (
	unsaid flag = iota
	yes
	no
)

// UnmarshalJSON takes true and false; anything else is not said.
func (f *flag) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "true":
		*f = yes
	case "false":
		*f = no
	}
	return nil
}

// text is all that was said.
func (e envelope) text() string {
	var all []string
	for _, w := range []words{e.Message, e.Errors, e.Details.Message} {
		if w != "" {
			all = append(all, string(w))
		}
	}
	return strings.Join(all, " ")
}

// says reports whether the text has one of these parts, in whatever case.
func (e envelope) says(parts ...string) bool {
	text := strings.ToLower(e.text())
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(text, p) })
}

// byText finds the cause that both dialects tell by their words.
func (s *said) byText(now time.Time) *Error {
	switch {
	case s.says("email is invalid", "invalid email"):
		return s.fail(EmailInvalid, nil)
	case s.says("daily member limit"):
		e := s.fail(DailyLimit, nil)
		e.NotBefore = tomorrow(now)
		return e
	case s.says("maximum limit of members"):
		return s.fail(MemberLimit, nil)
	case s.says("not eligible for"):
		return s.fail(PlanTooLow, nil)
	}
	return nil
}

// tomorrow is five minutes into the next day, since clocks differ.
func tomorrow(now time.Time) time.Time {
	now = now.UTC()
	return time.Date(now.Year(), now.Month(), now.Day()+1, 0, 5, 0, 0, time.UTC)
}

// read takes an answer apart; what cannot be read may have been done.
func read[T any](s *said) (v T, err error) {
	if err := json.Unmarshal(s.json, &v); err != nil {
		return v, s.fail(Unreadable, errOtherShape)
	}
	return v, nil
}
