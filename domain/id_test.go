package domain

import (
	"encoding/base64"
	"encoding/binary"
	"regexp"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNewID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := [10]byte(rapid.SliceOfN(rapid.Byte(), 10, 10).Draw(t, "random"))
		at := time.UnixMilli(rapid.Int64Range(0, 1<<48-1).Draw(t, "at"))
		id := NewID(at, random)
		if len(id) != 24 || id[22:] != "==" {
			t.Fatalf("%q is not 24 characters that end in ==", id)
		}
		b, err := base64.URLEncoding.DecodeString(id)
		if err != nil || len(b) != 16 {
			t.Fatalf("%q is not 16 bytes: %v", id, err)
		}
		if b[6]>>4 != 7 || b[8]>>6 != 2 {
			t.Errorf("%x is not of version 7 and variant 2", b)
		}
		if ms := binary.BigEndian.Uint64(b[:8]) >> 16; ms != uint64(at.UnixMilli()) {
			t.Errorf("%q was made at %d, want %d", id, ms, at.UnixMilli())
		}
		for i, r := range random {
			keep := byte(0xff)
			switch i {
			case 0:
				keep = 0x0f
			case 2:
				keep = 0x3f
			}
			if b[6+i]&keep != r&keep {
				t.Errorf("%x lost byte %d of %x", b, i, random)
			}
		}
	})
}

func TestNewUserID(t *testing.T) {
	for random, want := range map[uint64]UserID{0: "1", 9_999_999_999_998: "9999999999999", 9_999_999_999_999: "1", 1<<64 - 1: "4073711396290"} {
		if got := NewUserID(random); got != want || !isUserID(got) {
			t.Errorf("of %d got %s, want %s", random, got, want)
		}
	}
}

func TestNewOrderNumber(t *testing.T) {
	for random, want := range map[uint32]int64{0: 1, 1<<30 - 2: 1<<30 - 1, 1<<30 - 1: 1} {
		if got := NewOrderNumber(random); got != want {
			t.Errorf("of %d got %d, want %d", random, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if n := NewOrderNumber(rapid.Uint32().Draw(t, "random")); n < 1 || n >= 1<<30 {
			t.Fatalf("got %d", n)
		}
	})
}

func TestNewPermalink(t *testing.T) {
	if a, b := NewPermalink(0), NewPermalink(1); a != "aaaaaa" || b != "baaaaa" {
		t.Errorf("got %q and %q", a, b)
	}
	form := regexp.MustCompile(`^[a-z]{6}$`)
	rapid.Check(t, func(t *rapid.T) {
		if p := NewPermalink(rapid.Uint64().Draw(t, "random")); !form.MatchString(p) || !isPermalink(p) {
			t.Fatalf("got %q", p)
		}
	})
}

func TestStorable(t *testing.T) {
	for s, want := range map[string]bool{
		"": true, "a": true, "é日本\n\t": true, "\ufffd": true, "\x00": false, "a\x00": false, "\xff": false, "\xed\xa0\x80": false, "a\xc3": false,
	} {
		if Storable(s) != want {
			t.Errorf("%q: got %v", s, !want)
		}
	}
}
