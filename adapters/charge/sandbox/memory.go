package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/usherhq/usher/domain"
)

// line is one line of the file: what changed, as it is from then on.
type line struct {
	Charge *Charge `json:"charge,omitempty"`
	Refund *Refund `json:"refund,omitempty"`
}

// name is what an order or a refund is known by.
type name struct {
	seller domain.SellerID
	key    string
}

// memory is the book, found by ref and by key.
type memory struct {
	book    Book
	byRef   map[string]int // of charges
	byKey   map[name][]int // of charges, oldest first
	refunds map[name]int
}

func newMemory() *memory {
	return &memory{byRef: map[string]int{}, byKey: map[name][]int{}, refunds: map[name]int{}}
}

// learn takes in one line, of this process or another.
func (m *memory) learn(text []byte) error {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return err
	}
	if l.Charge == nil && l.Refund == nil {
		return errors.New("neither a charge nor a refund")
	}
	if c := l.Charge; c != nil {
		n := name{c.SellerID, c.Key}
		i, known := m.byRef[c.Ref]
		if !known {
			i = len(m.book.Charges)
			m.book.Charges = append(m.book.Charges, Charge{})
			m.byRef[c.Ref], m.byKey[n] = i, append(m.byKey[n], i)
		}
		m.book.Charges[i] = *c
	}
	if r := l.Refund; r != nil {
		m.refunds[name{r.SellerID, r.Key}] = len(m.book.Refunds)
		m.book.Refunds = append(m.book.Refunds, *r)
	}
	return nil
}

// remembered finds the charge whose key is remembered at now.
func (m *memory) remembered(n name, now time.Time) (Charge, bool) {
	c, ok := m.last(n)
	return c, ok && now.Before(c.AskedAt.Add(forgets))
}

// last finds the newest charge under a key.
func (m *memory) last(n name) (Charge, bool) {
	all := m.byKey[n]
	if len(all) == 0 {
		return Charge{}, false
	}
	return m.book.Charges[all[len(all)-1]], true
}

// found finds what became of a key, however old: the first charge that was
// paid, else the newest.
func (m *memory) found(n name) (Charge, bool) {
	for _, i := range m.byKey[n] {
		if c := m.book.Charges[i]; c.Status == domain.Paid {
			return c, true
		}
	}
	return m.last(n)
}

// copy returns the book as it is now.
func (m *memory) copy() Book {
	return Book{Charges: slices.Clone(m.book.Charges), Refunds: slices.Clone(m.book.Refunds)}
}

// ref makes the id of the nth charge or refund under a key.
func ref(prefix string, n name, nth int) string {
	sum := sha256.Sum256([]byte(string(n.seller) + "\x00" + n.key + "\x00" + strconv.Itoa(nth)))
	return prefix + hex.EncodeToString(sum[:12])
}
