package rest

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/usherhq/usher/ports"
)

// pageStamp is how the time of a page's last thing is written in its key.
const pageStamp = "20060102150405.000000"

// pageKey names a place in a list: what comes behind it is the next page. To
// whoever has one it is a text without a meaning.
func pageKey(at ports.Cursor) string {
	digits := strings.Replace(at.At.UTC().Format(pageStamp), ".", "", 1)
	return digits + "-" + base64.RawURLEncoding.EncodeToString([]byte(at.ID))
}

// pageAfter reads the parameter page_key. The zero place is that of none.
func pageAfter(p params) (at ports.Cursor, err error) {
	key, _, _ := p.str("page_key")
	if blank(key) {
		return at, nil
	}
	digits, id, _ := strings.Cut(key, "-")
	if len(digits) == len(pageStamp)-1 {
		text, errID := base64.RawURLEncoding.DecodeString(id)
		made, errAt := time.Parse(pageStamp, digits[:14]+"."+digits[14:])
		if errID == nil && errAt == nil && len(text) > 0 {
			return ports.Cursor{At: made, ID: string(text)}, nil
		}
	}
	return at, &badRequest{"Invalid page_key."}
}

// putNext says where the next page is. Its address has what the request's had,
// but for the page and the token, in alphabetical order.
func (c call) putNext(o *object, last ports.Cursor) {
	key := pageKey(last)
	q := c.r.URL.Query()
	for name, values := range q {
		q[name] = values[len(values)-1:]
	}
	for _, name := range []string{"access_token", "bearer_token", "page"} {
		q.Del(name)
	}
	q.Set("page_key", key)
	o.put("next_page_key", key)
	o.put("next_page_url", c.r.URL.EscapedPath()+"?"+q.Encode())
}
