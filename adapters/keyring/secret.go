package keyring

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// Size is the length of a secret in bytes.
const Size = 32

// maxNumber keeps numbers readable.
const maxNumber = 9999

// Secret is 32 random bytes and their number. It shows the number only,
// however it is printed.
type Secret struct {
	number int
	reveal func() []byte // a function, because fmt cannot look into one, whatever it is asked to print
}

// NewSecret returns the secret of that number, from 1 to 9999, and bytes,
// which must be 32.
func NewSecret(number int, random []byte) (Secret, error) {
	if number < 1 || number > maxNumber {
		return Secret{}, fmt.Errorf("a secret's number must be from 1 to %d", maxNumber)
	}
	if len(random) != Size {
		return Secret{}, fmt.Errorf("secret %d must be %d bytes and has %d", number, Size, len(random))
	}
	random = bytes.Clone(random)
	return Secret{number, func() []byte { return random }}, nil
}

// Generate draws the secret of that number.
func Generate(number int) (Secret, error) {
	var random [Size]byte
	rand.Read(random[:]) // it never fails
	return NewSecret(number, random[:])
}

// Number returns the secret's number.
func (s Secret) Number() int { return s.number }

// String tells the number only.
func (s Secret) String() string { return "secret " + strconv.Itoa(s.number) + " (redacted)" }

// GoString tells the number only.
func (s Secret) GoString() string { return s.String() }

// Format tells the number only, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { f.Write([]byte(s.String())) }

// LogValue tells the number only.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// line is the secret's line of the text form. Nothing but a new secrets file
// is made of it.
func (s Secret) line() string {
	return strconv.Itoa(s.number) + " " + base64.StdEncoding.EncodeToString(s.reveal())
}

// parseSecrets reads the text form. What it refuses it names by line, and never
// repeats.
func parseSecrets(text []byte) ([]Secret, error) {
	var secrets []Secret
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for part := range strings.SplitSeq(line, ",") {
			words := strings.Fields(part)
			if len(words) == 0 {
				continue
			}
			s, err := parseSecret(words)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			secrets = append(secrets, s)
		}
	}
	return secrets, nil
}

func parseSecret(words []string) (Secret, error) {
	if len(words) != 2 {
		return Secret{}, errors.New("a secret is a number, a blank and its bytes in base64")
	}
	number, err := strconv.Atoi(words[0])
	if err != nil {
		return Secret{}, errors.New("a secret begins with its number")
	}
	random, err := base64.StdEncoding.Strict().DecodeString(words[1])
	if err != nil {
		return Secret{}, fmt.Errorf("the bytes of secret %d are not base64", number)
	}
	return NewSecret(number, random)
}
