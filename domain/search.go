package domain

import (
	"slices"
	"strings"
	"unicode"
)

// SearchTerms returns the words by whose beginnings a sale is found, each once,
// in alphabetical order: the words of the name, the whole e-mail address and
// its parts, in lower case.
func SearchTerms(fullName, email string) []string {
	words := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	terms := append(words(fullName), words(email)...)
	if email != "" {
		terms = append(terms, NormalizeEmail(email))
	}
	slices.Sort(terms)
	return slices.Compact(terms)
}
