package leaktest_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/usherhq/usher/test/leaktest"
)

const planted = "Se-cr3t/of+a&kind=that%is found"

// TestSearch plants one secret in each form, in the middle of other text.
func TestSearch(t *testing.T) {
	quoted, err := json.Marshal(planted)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{
		"as it is":                        planted,
		"in upper case":                   strings.ToUpper(planted),
		"without its dashes":              strings.ReplaceAll(planted, "-", ""),
		"in lower hexadecimal":            hex.EncodeToString([]byte(planted)),
		"in upper hexadecimal":            strings.ToUpper(hex.EncodeToString([]byte(planted))),
		"in a query":                      url.QueryEscape(planted),
		"in a query, with small letters":  strings.ToLower(url.QueryEscape(planted)),
		"in a path":                       url.PathEscape(planted),
		"in HTML":                         html.EscapeString(planted),
		"in JSON":                         string(quoted),
		"as a password of HTTP's, padded": base64.StdEncoding.EncodeToString([]byte("600000000000000002:" + planted)),
	}
	for before := range 4 {
		for after := range 3 {
			text := []byte(strings.Repeat("b", before) + planted + strings.Repeat("a", after))
			for name, enc := range map[string]*base64.Encoding{
				"base64": base64.StdEncoding, "bare base64": base64.RawStdEncoding, "URL base64": base64.URLEncoding, "bare URL base64": base64.RawURLEncoding,
			} {
				rows[fmt.Sprintf("in %s, %d bytes in and %d before its end", name, before, after)] = enc.EncodeToString(text)
			}
		}
	}
	for name, text := range rows {
		t.Run(name, func(t *testing.T) {
			var s leaktest.Search
			s.Plant("token", planted)
			s.Look("a page", "before it "+text+" after it")
			leaks, _ := s.Judge()
			if len(leaks) == 0 || leaks[0].Place != "a page" || leaks[0].Kind != "token" {
				t.Errorf("found %v in %q", leaks, text)
			}
		})
	}
}

func TestSearch_findsAtBothEnds(t *testing.T) {
	var s leaktest.Search
	s.Plant("token", planted)
	s.Look("the beginning", planted+"x")
	s.Look("the end", "x"+planted)
	s.Look("nothing more", planted)
	if leaks, _ := s.Judge(); len(leaks) != 3 {
		t.Errorf("found %v, want three", leaks)
	}
}

func TestSearch_findsWhatIsPlantedLater(t *testing.T) {
	var s leaktest.Search
	s.Look("a page", planted)
	s.Plant("token", planted)
	if leaks, _ := s.Judge(); len(leaks) != 1 {
		t.Errorf("found %v, want one", leaks)
	}
}

func TestSearch_findsNothingInOtherText(t *testing.T) {
	var s leaktest.Search
	s.Plant("token", planted)
	s.Look("a page", planted[:len(planted)-1]+" "+hex.EncodeToString([]byte(planted[1:]))+" "+base64.StdEncoding.EncodeToString([]byte(planted[2:])))
	if leaks, _ := s.Judge(); len(leaks) != 0 {
		t.Errorf("found %v, want nothing", leaks)
	}
}

func TestSearch_refusesWhatIsTooShort(t *testing.T) {
	var s leaktest.Search
	if s.Plant("token", "1234567") {
		t.Error("a secret of seven bytes was taken")
	}
	if !s.Plant("token", "12345678") {
		t.Error("a secret of eight bytes was refused")
	}
}

func TestJudge_wantsEachAllowedPlaceUsed(t *testing.T) {
	var s leaktest.Search
	s.Plant("token", planted)
	s.Plant("key", "another secret")
	s.Look("a page", planted)
	s.Look("a log", "another secret")
	right := leaktest.Allowed{Place: "a page", Kind: "token"}
	otherKind, otherPlace := leaktest.Allowed{Place: "a page", Kind: "key"}, leaktest.Allowed{Place: "a mail", Kind: "token"}
	leaks, unused := s.Judge(right, otherKind, otherPlace)
	if len(leaks) != 1 || leaks[0] != (leaktest.Found{Place: "a log", Kind: "key", Form: "raw"}) {
		t.Errorf("leaks %v, want the key in the log", leaks)
	}
	if len(unused) != 2 || unused[0] != otherKind || unused[1] != otherPlace {
		t.Errorf("unused %v, want the two that nothing was found for", unused)
	}
}
