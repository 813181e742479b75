package domain

import (
	"encoding/hex"
	"strings"
)

// LicenseKey is a licence's string as it is shown. Imported keys may be any
// text; those usher makes look like 85DB562A-C11D4B06-A2335A6B-8C079166.
type LicenseKey string

// NewLicenseKey makes a key from 122 random bits: a UUID of version 4 (RFC
// 9562) in upper case, its 32 digits in four groups of eight.
func NewLicenseKey(random [16]byte) LicenseKey {
	random[6] = random[6]&0x0f | 0x40
	random[8] = random[8]&0x3f | 0x80
	s := strings.ToUpper(hex.EncodeToString(random[:]))
	return LicenseKey(s[:8] + "-" + s[8:16] + "-" + s[16:24] + "-" + s[24:])
}

// ParseLicenseKey returns the key as it is kept: s without trailing blanks. It
// refuses a key that is empty, too long or not storable. Only writing asks it:
// in a look-up a string that is no key is simply nobody's.
func ParseLicenseKey(s string) (LicenseKey, error) {
	k := strings.TrimRight(s, " ")
	if k == "" {
		return "", InvalidField("key", "is missing")
	}
	return LicenseKey(k), checkText("key", k, 255)
}

// Fold returns the form in which keys are compared: without trailing blanks,
// in upper case. Leading blanks are part of a key.
func (k LicenseKey) Fold() string { return strings.ToUpper(strings.TrimRight(string(k), " ")) }

// Last8 returns the last eight characters of the folded key, by which a seller
// looks a key up without having all of it. A shorter key has none.
func (k LicenseKey) Last8() string {
	f := []rune(k.Fold())
	if len(f) < 8 {
		return ""
	}
	return string(f[len(f)-8:])
}
