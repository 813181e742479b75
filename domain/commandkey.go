package domain

import "strings"

// mostOfKey is how long an idempotency key may be: with what it is prefixed with it
// is still a processor's.
const mostOfKey = 100

// IsCommandKey reports whether a text that came with a request can be an idempotency
// key: 1 to 100 visible ASCII characters.
func IsCommandKey(s string) bool {
	return s != "" && len(s) <= mostOfKey && !strings.ContainsFunc(s, func(r rune) bool { return r < '!' || r > '~' })
}

// CommandKey returns the key of a command by whoever has the token, from what came
// as the header or metadata Idempotency-Key; it is missing only if it need not be
// there. A buyer's keys are a room of their own: two buyers who both count from 1
// are in nobody's way.
func (s TokenState) CommandKey(given []string, needed bool) (string, error) {
	const field = "idempotency_key"
	switch {
	case len(given) == 0 && !needed:
		return "", nil
	case len(given) == 0:
		return "", InvalidField(field, "the header Idempotency-Key is missing: with it this can be sent again, and is done once")
	case len(given) > 1:
		return "", InvalidField(field, "the header Idempotency-Key is there more than once")
	case !IsCommandKey(given[0]):
		return "", InvalidField(field, "the header Idempotency-Key must be 1 to 100 visible ASCII characters, such as a UUID")
	}
	if s.Scopes == "" {
		return "buyer/" + string(s.ID) + "/" + given[0], nil
	}
	return given[0], nil
}
