package domain

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSearchTerms(t *testing.T) {
	for _, tt := range []struct {
		name, fullName, email string
		want                  []string
	}{
		{"name and address", "Ana María Gómez", "ana.gomez@example.com", []string{"ana", "ana.gomez@example.com", "com", "example", "gomez", "gómez", "maría"}},
		{"each word once", "Bo Bo bo", "bo@bo.bo", []string{"bo", "bo@bo.bo"}},
		{"signs part words", "O'Hara-Smith (Jr.)", "x@y.z", []string{"hara", "jr", "o", "smith", "x", "x@y.z", "y", "z"}},
		{"digits are parts of words", "R2D2", "", []string{"r2d2"}},
		{"an address is found as it is kept", "", " Ana@Example.COM ", []string{"ana", "ana@example.com", "com", "example"}},
		{"nothing", "", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := SearchTerms(tt.fullName, tt.email); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSearchTerms_areInOrderEachOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		terms := SearchTerms(name, rapid.String().Draw(t, "email"))
		if !slices.IsSorted(terms) || len(slices.Compact(slices.Clone(terms))) != len(terms) {
			t.Fatalf("%q are not in order, each once", terms)
		}
		for _, term := range terms {
			if term != strings.ToLower(term) {
				t.Fatalf("%q is not in lower case", term)
			}
		}
	})
}
