package ports

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
)

// Mark writes the place as one word, for an address or an answer, which [PlaceAt]
// reads. It hides nothing; that of the beginning is empty.
func (c Cursor) Mark() string {
	if c == (Cursor{}) {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(strconv.AppendInt(nil, c.At.UnixMicro(), 10), " "+c.ID...))
}

// PlaceAt returns the place that a mark names. What no list wrote is
// [domain.ErrInvalid], in the field after.
func PlaceAt(mark string) (Cursor, error) {
	if mark == "" {
		return Cursor{}, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(mark)
	at, id, _ := strings.Cut(string(text), " ")
	n, notANumber := strconv.ParseInt(at, 10, 64)
	if err != nil || notANumber != nil || !domain.Storable(id) {
		return Cursor{}, domain.InvalidField("after", `must be the "next" of the page before`)
	}
	return Cursor{At: time.UnixMicro(n).UTC(), ID: id}, nil
}
