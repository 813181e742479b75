package quoted_test

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/internal/quoted"
)

func TestText(t *testing.T) {
	const secret = "planted-word"
	for name, row := range map[string]struct{ said, want string }{
		"a sentence stays":                             {`Invalid "code" in request.`, `Invalid "code" in request.`},
		"numbers of a sentence stay":                   {"Maximum number of guilds reached (100)", "Maximum number of guilds reached (100)"},
		"it becomes one line":                          {"one\r\ntwo\tthree", "one two three"},
		"a secret goes, though it looks like a word":   {"no planted-word here", "no (hidden) here"},
		"so does one within a word":                    {"token=planted-word!", "(hidden)"},
		"one in a URL goes":                            {"at " + url.QueryEscape("a/b+c"), "at (hidden)"},
		"one in hexadecimal goes":                      {hex.EncodeToString([]byte(secret)), "(hidden)"},
		"one in base64 goes":                           {base64.StdEncoding.EncodeToString([]byte(secret)), "(hidden)"},
		"an address goes":                              {"who is bo@example.com?", "who is (hidden)"},
		"what is too long for a word goes":             {strings.Repeat("a", 21), "(hidden)"},
		"words of other languages stay":                {"Größe nicht erlaubt", "Größe nicht erlaubt"},
		"what is no text goes":                         {"a \xff b", "a b"},
		"it is cut":                                    {strings.Repeat("word ", 20), strings.Repeat("word ", 8) + "…"},
		"a long number, such as an account's id, goes": {"user 800000000000000001", "user (hidden)"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := quoted.Text(row.said, 40, "", secret); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestWord(t *testing.T) {
	for said, want := range map[string]string{"invalid_grant": "invalid_grant", "": "", "Invalid": "", "a/b": "", strings.Repeat("a", 41): ""} {
		if got := quoted.Word(said); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
}

func TestID(t *testing.T) {
	const secret = "7f9a2b1c-0000-4000-8000-1234567890ab"
	for name, row := range map[string]struct{ id, want string }{
		"a UUID stays":                      {"0190a2b1-0000-7000-8000-1234567890ab", "0190a2b1-0000-7000-8000-1234567890ab"},
		"an id of Cloudflare's stays":       {"8f2a9b7c6d5e4f3a-FRA", "8f2a9b7c6d5e4f3a-FRA"},
		"a secret that looks like one goes": {secret, ""},
		"a secret in hexadecimal goes":      {"73686F727421", ""},
		"what looks like a token goes":      {"abcDEF.123-xyz", ""},
		"what is too long goes":             {strings.Repeat("ab", 19), ""},
		"what is too short to be one goes":  {"abc", ""},
		"none is none":                      {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := quoted.ID(row.id, "", secret, "short!"); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
