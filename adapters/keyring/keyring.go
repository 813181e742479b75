package keyring

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/usherhq/usher/domain"
)

// Keyring is the secrets of one server, the preferred one first. It does not
// change, may be used by many at once, and prints nothing that is secret.
type Keyring struct {
	keys   []*keys
	source string // where the secrets came from, for sentences
}

// keys is one secret as it is used.
type keys struct {
	number int
	reveal func() *subkeys // a function, as in Secret
}

// subkeys has a key for each purpose.
type subkeys struct {
	digest, last8, check []byte
	seal                 cipher.AEAD
}

// New returns the keyring of these secrets; the first one digests and seals.
// Their numbers must differ, and at least one is needed.
func New(secrets ...Secret) (*Keyring, error) {
	if len(secrets) == 0 {
		return nil, errors.New("there is no secret in it")
	}
	k := &Keyring{source: "the secrets given to usher"}
	for _, s := range secrets {
		if s.reveal == nil {
			return nil, errors.New("a secret is missing its bytes")
		}
		if k.numbered(s.number) != nil {
			return nil, fmt.Errorf("two secrets have the number %d", s.number)
		}
		one, err := derive(s)
		if err != nil {
			return nil, err
		}
		k.keys = append(k.keys, one)
	}
	return k, nil
}

// derive makes the subkeys. Their labels are permanent: what was digested and
// sealed under them stays readable only as long as they do.
func derive(s Secret) (*keys, error) {
	var err error
	subkey := func(purpose string) []byte {
		key, e := hkdf.Key(sha256.New, s.reveal(), nil, "usher 1 "+purpose, Size)
		err = errors.Join(err, e)
		return key
	}
	sub := &subkeys{digest: subkey("digest"), last8: subkey("last8"), check: subkey("check")}
	aead, e := chacha20poly1305.NewX(subkey("seal"))
	sub.seal = aead
	return &keys{s.number, func() *subkeys { return sub }}, errors.Join(err, e)
}

// From returns the same secrets with the name of where they came from, such as
// "the environment variable USHER_SECRETS". Refusals name it.
func (k *Keyring) From(source string) *Keyring { return &Keyring{k.keys, source} }

// Current returns the number of the secret that digests and seals.
func (k *Keyring) Current() int { return k.keys[0].number }

// Digest returns the digest by which a folded key is found again, of the
// current secret.
func (k *Keyring) Digest(folded string) []byte { return mac(k.keys[0].reveal().digest, folded) }

// Digests returns the digests of all secrets, the current one first: by one of
// them the key is found, if it is there.
func (k *Keyring) Digests(folded string) [][]byte {
	all := make([][]byte, len(k.keys))
	for i, one := range k.keys {
		all[i] = mac(one.reveal().digest, folded)
	}
	return all
}

// Last8 returns the digest of the last eight characters of a folded key, of the
// current secret; it is nil if there are fewer.
func (k *Keyring) Last8(folded string) []byte {
	if end := last8(folded); end != "" {
		return mac(k.keys[0].reveal().last8, end)
	}
	return nil
}

// Last8s returns the digests of the last eight characters of all secrets, the
// current one first; none if there are fewer characters.
func (k *Keyring) Last8s(folded string) [][]byte {
	end := last8(folded)
	if end == "" {
		return nil
	}
	all := make([][]byte, len(k.keys))
	for i, one := range k.keys {
		all[i] = mac(one.reveal().last8, end)
	}
	return all
}

func last8(folded string) string { return domain.LicenseKey(folded).Last8() }

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// Seal seals plaintext with the current secret, whose number it returns. It
// opens only with the same aad, which names the place where it is kept, so that
// a sealed text that was copied into another row is of no use there.
func (k *Keyring) Seal(aad, plaintext []byte) (sealed []byte, number int) {
	one := k.keys[0]
	nonce := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(plaintext)+chacha20poly1305.Overhead)
	rand.Read(nonce) // it never fails
	return one.reveal().seal.Seal(nonce, nonce, plaintext, aad), one.number
}

// Open opens what the secret of that number sealed for that place. A number
// that the keyring lacks is [domain.ErrWrongSecret].
func (k *Keyring) Open(number int, aad, sealed []byte) ([]byte, error) {
	one := k.numbered(number)
	if one == nil {
		return nil, k.wrong(fmt.Sprintf("secret number %d is not in %s", number, k.source))
	}
	if len(sealed) < chacha20poly1305.NonceSizeX {
		return nil, fmt.Errorf("what secret number %d sealed is cut off", number)
	}
	nonce, text := sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:]
	plaintext, err := one.reveal().seal.Open(nil, nonce, text, aad)
	if err != nil {
		return nil, fmt.Errorf("what secret number %d sealed does not open: it was changed, or moved from another row", number)
	}
	return plaintext, nil
}

func (k *Keyring) numbered(number int) *keys {
	for _, one := range k.keys {
		if one.number == number {
			return one
		}
	}
	return nil
}

// String tells how many secrets there are, and the current one's number.
func (k *Keyring) String() string {
	if k == nil || len(k.keys) == 0 {
		return "keyring of no secrets"
	}
	return "keyring of " + strconv.Itoa(len(k.keys)) + ", current secret " + strconv.Itoa(k.Current()) + " (redacted)"
}

// GoString is String.
func (k *Keyring) GoString() string { return k.String() }

// Format is String, whatever the verb.
func (k *Keyring) Format(f fmt.State, _ rune) { f.Write([]byte(k.String())) }

// LogValue is String.
func (k *Keyring) LogValue() slog.Value { return slog.StringValue(k.String()) }
