// Package conceal strikes secrets out of what others say, before it is kept for
// operators: a service, or what stands in front of it, may quote a request.
package conceal

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// Strike returns the text with each secret replaced, as it is and as hex, base64
// or part of a URL. An empty secret is none.
func Strike(text, with string, secrets ...string) string {
	for _, s := range secrets {
		if s == "" {
			continue
		}
		for _, form := range forms(s) {
			text = strings.ReplaceAll(text, form, with)
		}
	}
	return text
}

// forms are the ways in which a secret may be written, the longest first: one may
// begin with another.
func forms(secret string) []string {
	b := []byte(secret)
	all := []string{secret, hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), url.QueryEscape(secret), url.PathEscape(secret)}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		all = append(all, e.EncodeToString(b))
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}
