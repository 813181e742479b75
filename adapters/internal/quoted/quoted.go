// Package quoted makes of what a service said something that may be kept and
// shown. A service may repeat in it what it was sent, a token among it, in any
// writing: so of its text only plain words stay, and of an id only what looks
// like one.
package quoted

import (
	"encoding/hex"
	"regexp"
	"strings"
)

// Hidden stands for what may be a secret.
const Hidden = "(hidden)"

const mostWord = 20 // letters; longer ones are no words of a sentence

var (
	plainWord = regexp.MustCompile(`^[\pP]*(?:[\pL'’-]+|[\pN.,]{1,6})[\pP]*$`)
	plainID   = regexp.MustCompile(`^[0-9a-fA-F-]{8,36}(?:-[A-Z]{3})?$`)
)

// Text returns what a service said, in one line of at most n letters, without the
// secrets and without every word that may hold one.
func Text(said string, n int, secrets ...string) string {
	for _, s := range secrets {
		if s != "" {
			said = strings.ReplaceAll(said, s, Hidden)
		}
	}
	words := strings.Fields(strings.ToValidUTF8(said, " "))
	for i, w := range words {
		if w != Hidden && (!plainWord.MatchString(w) || len([]rune(w)) > mostWord) {
			words[i] = Hidden
		}
	}
	r := []rune(strings.Join(words, " "))
	if len(r) > n {
		return string(r[:n]) + "…"
	}
	return string(r)
}

// Word returns a short word of a program's, such as "invalid_grant", and nothing
// for what is none.
func Word(said string) string {
	if len(said) > 40 || strings.Trim(said, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return ""
	}
	return said
}

// ID returns a service's name of a request, and nothing for what may be something
// else.
func ID(id string, secrets ...string) string {
	for _, s := range secrets {
		asHex := hex.EncodeToString([]byte(s))
		if s != "" && (strings.Contains(id, s) || strings.Contains(strings.ToLower(id), asHex)) {
			return ""
		}
	}
	if !plainID.MatchString(id) {
		return ""
	}
	return id
}
