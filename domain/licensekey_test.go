package domain

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestNewLicenseKey(t *testing.T) {
	var zeros, ones [16]byte
	for i := range ones {
		ones[i] = 0xff
	}
	for random, want := range map[[16]byte]LicenseKey{
		zeros: "00000000-00004000-80000000-00000000",
		ones:  "FFFFFFFF-FFFF4FFF-BFFFFFFF-FFFFFFFF",
		{0x85, 0xdb, 0x56, 0x2a, 0xc1, 0x1d, 0x4b, 0x06, 0xa2, 0x33, 0x5a, 0x6b, 0x8c, 0x07, 0x91, 0x66}: "85DB562A-C11D4B06-A2335A6B-8C079166",
	} {
		if got := NewLicenseKey(random); got != want {
			t.Errorf("of %x got %s, want %s", random, got, want)
		}
	}
}

func TestNewLicenseKey_everyKeyHasTheForm(t *testing.T) {
	form := regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}4[0-9A-F]{3}-[89AB][0-9A-F]{7}-[0-9A-F]{8}$`)
	rapid.Check(t, func(t *rapid.T) {
		random := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "random"))
		k := NewLicenseKey(random)
		if !form.MatchString(string(k)) {
			t.Fatalf("%s has another form", k)
		}
		if parsed, err := ParseLicenseKey(string(k)); err != nil || parsed != k || k.Fold() != string(k) {
			t.Fatalf("%s parses as %s, %v and folds to %s", k, parsed, err, k.Fold())
		}
		random[0] ^= 1
		if NewLicenseKey(random) == k {
			t.Fatalf("another draw makes the same key %s", k)
		}
	})
}

func TestParseLicenseKey(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     LicenseKey
		refused  bool
	}{
		{"a key of usher's", "85DB562A-C11D4B06-A2335A6B-8C079166", "85DB562A-C11D4B06-A2335A6B-8C079166", false},
		{"lower case stays", "85db562a", "85db562a", false},
		{"trailing blanks go", "abc  ", "abc", false},
		{"leading blanks stay", "  abc", "  abc", false},
		{"blanks inside stay", "a b", "a b", false},
		{"a trailing tab stays", "abc\t", "abc\t", false},
		{"any text may be a key of another system", "日本 #1", "日本 #1", false},
		{"the longest key", strings.Repeat("x", 255), LicenseKey(strings.Repeat("x", 255)), false},
		{"too long but for its trailing blanks", strings.Repeat("x", 255) + " ", LicenseKey(strings.Repeat("x", 255)), false},
		{"a longer one", strings.Repeat("x", 256), "", true},
		{"nothing", "", "", true},
		{"only blanks", "   ", "", true},
		{"a NUL", "a\x00b", "", true},
		{"what is not UTF-8", "a\xff", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseLicenseKey(tt.in)
			if tt.refused {
				wantError(t, err, "invalid", "key")
			} else if err != nil || got != tt.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestLicenseKey_Fold(t *testing.T) {
	for in, want := range map[LicenseKey]string{
		"": "", "abc": "ABC", "aBc  ": "ABC", "  abc": "  ABC", "é": "É", "ß": "ß", "a\tb\t ": "A\tB\t", "日本": "日本",
	} {
		if got := in.Fold(); got != want {
			t.Errorf("%q folds to %q, want %q", in, got, want)
		}
	}
}

func TestLicenseKey_Fold_twiceIsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := LicenseKey(rapid.String().Draw(t, "key"))
		folded := k.Fold()
		if again := LicenseKey(folded).Fold(); again != folded {
			t.Fatalf("%q folds to %q, and that to %q", k, folded, again)
		}
		if (k + "  ").Fold() != folded {
			t.Fatalf("%q and trailing blanks fold to %q", k, (k + "  ").Fold())
		}
	})
}

func TestLicenseKey_Last8(t *testing.T) {
	for in, want := range map[LicenseKey]string{
		"85db562a-c11d4b06-a2335a6b-8c079166": "8C079166",
		"12345678":                            "12345678",
		"1234567":                             "",
		"1234567  ":                           "", // trailing blanks do not count
		"12345678  ":                          "12345678",
		"x日本語日本語日本語":                          "本語日本語日本語",
		"":                                    "",
	} {
		if got := in.Last8(); got != want {
			t.Errorf("of %q got %q, want %q", in, got, want)
		}
	}
}

// FuzzLicenseKey reads anything as a key. Parsing changes nothing but trailing
// blanks, so that a key is found under whatever it was imported as.
func FuzzLicenseKey(f *testing.F) {
	for _, s := range []string{"85DB562A-C11D4B06-A2335A6B-8C079166", " a ", "", "   ", "\x00", "\xff", "ǆ", "ı", "ſ", "a\u00a0", strings.Repeat("é", 128)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k, err := ParseLicenseKey(s)
		if err != nil {
			if KindOf(err) != Invalid {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if blanks := strings.TrimPrefix(s, string(k)); strings.Trim(blanks, " ") != "" || len(k)+len(blanks) != len(s) {
			t.Errorf("%q is kept as %q", s, k)
		}
		if k.Fold() != LicenseKey(s).Fold() {
			t.Errorf("%q folds to %q, what is kept of it to %q", s, LicenseKey(s).Fold(), k.Fold())
		}
		if again, err := ParseLicenseKey(string(k)); err != nil || again != k {
			t.Errorf("%q is kept as %q, and that as %q, %v", s, k, again, err)
		}
		if k == "" || !Storable(string(k)) || !utf8.ValidString(k.Fold()) || !utf8.ValidString(k.Last8()) {
			t.Errorf("%q is kept as %q", s, k)
		}
		if !strings.HasSuffix(k.Fold(), k.Last8()) || k.Last8() != "" && utf8.RuneCountInString(k.Last8()) != 8 {
			t.Errorf("the last eight of %q are %q", k, k.Last8())
		}
	})
}
