package keyring

import (
	"cmp"
	"crypto/hmac"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/usherhq/usher/domain"
)

// Check returns the check value of these secrets, which a database keeps: the
// number of each with a digest of nothing, which proves the secret and tells
// nothing about it. It is the same in whatever order the secrets are.
func (k *Keyring) Check() string {
	all := slices.SortedFunc(slices.Values(k.keys), func(a, b *keys) int { return cmp.Compare(a.number, b.number) })
	words := make([]string, len(all))
	for i, one := range all {
		words[i] = strconv.Itoa(one.number) + ":" + one.proof()
	}
	return strings.Join(words, " ")
}

func (one *keys) proof() string { return hex.EncodeToString(mac(one.reveal().check, "")[:16]) }

// Verify compares the secrets with a check value. Each secret that it names
// must be there and be the same, else [domain.ErrWrongSecret], whose sentence
// says where to look. A secret that it does not name is new and is fine; the
// database then keeps what [Keyring.Check] says from now on.
func (k *Keyring) Verify(check string) error {
	words := strings.Fields(check)
	if len(words) == 0 {
		return k.wrong("the database keeps no check value of its secrets")
	}
	for _, word := range words {
		text, proof, _ := strings.Cut(word, ":")
		number, err := strconv.Atoi(text)
		if err != nil {
			return k.wrong("the check value that the database keeps of its secrets is not one")
		}
		one := k.numbered(number)
		switch {
		case one == nil:
			return k.wrong(fmt.Sprintf("the database was made with a secret number %d, which is not in %s", number, k.source))
		case !hmac.Equal([]byte(one.proof()), []byte(proof)):
			return k.wrong(fmt.Sprintf("secret number %d in %s is not the one this database was made with", number, k.source))
		}
	}
	return nil
}

// wrong is ErrWrongSecret in other words.
func (k *Keyring) wrong(sentence string) error {
	e := *domain.ErrWrongSecret
	e.Msg = sentence
	return &e
}
