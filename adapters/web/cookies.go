package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
)

// The cookies. Over https their names begin with __Host-, so that no other host
// of the domain can set them.
const (
	browserCookie = "usher_browser" // a secret of this browser's, which states are bound to
	sessionCookie = "usher_session" // of a seller
	toldCookie    = "usher_told"    // what the next page says, see told
)

func (v *visit) cookieName(name string) string {
	if v.secure {
		return "__Host-" + name
	}
	return name
}

func (v *visit) cookie(name string) string {
	c, err := v.r.Cookie(v.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie keeps a secret in the browser until it is closed; an empty one goes.
func (v *visit) setCookie(name, value string) {
	c := &http.Cookie{Name: v.cookieName(name), Value: value, Path: "/", HttpOnly: true, Secure: v.secure, SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(v.w, c)
}

// browser returns the secret of this browser, and gives it one if it has none.
func (v *visit) browser() string {
	if s := v.cookie(browserCookie); s != "" {
		return s
	}
	var b [32]byte
	rand.Read(b[:])
	s := base64.RawURLEncoding.EncodeToString(b[:])
	v.setCookie(browserCookie, s)
	v.r.AddCookie(&http.Cookie{Name: v.cookieName(browserCookie), Value: s}) // for the rest of this request
	return s
}

// formToken is what a form of ours carries: who does not see the page cannot
// make it, and it tells nothing of the cookie.
func (v *visit) formToken() string {
	sum := sha256.Sum256([]byte("form\x00" + v.browser()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// fromOurPage reports whether a form came from a page of ours in this browser. A
// browser that has seen none gets its secret only now, which no form can know.
func (v *visit) fromOurPage() bool {
	return subtle.ConstantTimeCompare([]byte(v.r.PostFormValue("token")), []byte(v.formToken())) == 1
}
