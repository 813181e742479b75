package api

import (
	"context"
	"encoding/json"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// keptAnswer is an answer as it is remembered under its key.
type keptAnswer struct {
	Status   int             `json:"status,omitzero"`
	Location string          `json:"location,omitzero"`
	Body     json.RawMessage `json:"body"`
}

// onceFunc is once or onceOrAgain.
type onceFunc func(domain.SellerID, func() (answer, error)) (answer, error)

// once does a write whose command takes no key, after its body is read: with the
// header it is done once, and a repeat is answered as the first time. do asks with
// the call's context as it finds it, which is not the one of before.
func (c *call) once(seller domain.SellerID, do func() (answer, error)) (answer, error) {
	return c.carryOut(app.Command{Seller: seller}, do)
}

// onceOrAgain is once for what may be done again if its answer was ever lost,
// because twice is harmless.
func (c *call) onceOrAgain(seller domain.SellerID, do func() (answer, error)) (answer, error) {
	return c.carryOut(app.Command{Seller: seller, Repeatable: true}, do)
}

func (c *call) carryOut(what app.Command, do func() (answer, error)) (answer, error) {
	var err error
	if what.Key, err = c.key(false); err != nil {
		return answer{}, err
	}
	what.Asked = struct {
		Method, Path string
		Said         map[string]json.RawMessage
	}{c.r.Method, c.r.URL.EscapedPath(), c.said}
	r := c.r
	defer func() { c.r = r }()
	var made answer
	text, replayed, err := c.usher.Commands.Once(r.Context(), what, func(ctx context.Context) (string, error) {
		c.r = r.WithContext(ctx)
		var err error
		if made, err = do(); err != nil || what.Key == "" {
			return "", err
		}
		body, err := json.Marshal(made.body)
		if err != nil {
			return "", err
		}
		kept, err := json.Marshal(keptAnswer{made.status, made.location, body})
		return string(kept), err
	})
	if err != nil || !replayed {
		return made, err
	}
	var kept keptAnswer
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		return answer{}, err
	}
	return answer{status: kept.Status, location: kept.Location, body: kept.Body, replayed: true}, nil
}

// gone answers a write to what is not there as the first time, if that is what this
// write came to, and the token has the scope that it needs. To everybody else, and
// for any other error, it is err.
func (c *call) gone(err error, scope domain.Scope, into fields) (answer, error) {
	if domain.KindOf(err) != domain.NotFound || domain.RestoreToken(c.token).Allow(scope) != nil {
		return answer{}, err
	}
	if key, _ := c.key(false); key == "" || c.read(into) != nil {
		return answer{}, err
	}
	return c.once(c.token.SellerID, func() (answer, error) { return answer{}, err })
}
