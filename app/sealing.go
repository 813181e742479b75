package app

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"

	"github.com/usherhq/usher/domain"
)

// What is sealed as one kind of quote is opened as no other.
const (
	quotesOnly = "usher quote"
	saleQuotes = "usher sale quote"
)

// quoteMark begins the id of every quote: an id that began with a hyphen would be
// taken for a flag where somebody types it.
const quoteMark = "q"

// sealed returns a quote as the id by which it is carried out.
func (c *core) sealed(as string, quote any) string {
	plain, err := json.Marshal(quote)
	if err != nil {
		panic(err) // a plain struct
	}
	sealed, number := c.sealer.Seal([]byte(as), plain)
	return quoteMark + base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(sealed, uint32(number)))
}

// unseal reads the quote that id is. What is none is [domain.ErrQuoteStale].
func (c *core) unseal(as, id string, quote any) error {
	text, ours := strings.CutPrefix(id, quoteMark)
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !ours || len(b) < 4 {
		return domain.ErrQuoteStale
	}
	sealed, number := b[:len(b)-4], binary.BigEndian.Uint32(b[len(b)-4:])
	plain, err := c.sealer.Open(int(number), []byte(as), sealed)
	if err != nil {
		return domain.ErrQuoteStale
	}
	d := json.NewDecoder(bytes.NewReader(plain))
	d.DisallowUnknownFields()
	if d.Decode(quote) != nil {
		return domain.ErrQuoteStale
	}
	return nil
}
