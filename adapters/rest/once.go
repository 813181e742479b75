package rest

import (
	"context"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// repeatable says of a change that twice is as once: should its answer ever be
// lost, a repeat does it again.
type repeatable bool

// once does a change that takes no key of its own. With the header
// Idempotency-Key it is done once, and a repeat is answered as the first time;
// what else comes under the key is refused. A refusal uses no key up.
func (c call) once(of domain.SellerID, again repeatable, do func(call) (*object, error)) (*object, error) {
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	if key == "" {
		return do(c)
	}
	var made *object
	what := app.Command{Seller: of, Key: key, Asked: c.asked(), Repeatable: bool(again)}
	body, replayed, err := c.usher.Commands.Once(c.r.Context(), what, func(ctx context.Context) (string, error) {
		c.r = c.r.WithContext(ctx)
		o, err := do(c)
		if err != nil {
			return "", err
		}
		made = o
		return string(o.bytes()), nil
	})
	if err != nil || !replayed {
		return made, err
	}
	return &object{raw: []byte(body)}, nil
}

// key is the header under which a change is done once; empty: there is none, and it
// is only done. One that says nothing is refused: who sends it means to be safe.
func (c call) key() (string, error) {
	given := c.r.Header["Idempotency-Key"]
	if len(given) == 0 {
		return "", nil
	}
	if len(given) > 1 || !domain.IsCommandKey(given[0]) {
		return "", domain.InvalidField("idempotency_key", "must be one header Idempotency-Key of 1 to 100 visible ASCII characters, such as a UUID")
	}
	return given[0], nil
}

// asked is what a request asks for, but for the token that it asks with.
func (c call) asked() any {
	type said struct {
		Kind   kind
		Value  string
		Filled bool
	}
	all := map[string]said{}
	for name, p := range c.p.all {
		if name != "access_token" && name != "bearer_token" {
			all[name] = said{p.kind, p.value, p.filled}
		}
	}
	return struct {
		Method, Path string
		Said         map[string]said
	}{method(c.r, c.p), c.r.URL.EscapedPath(), all}
}
