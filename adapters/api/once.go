package api

import (
	"encoding/json"

	"github.com/usherhq/usher/domain"
)

// keptAnswer is an answer as it is remembered under its key.
type keptAnswer struct {
	Status   int             `json:"status,omitzero"`
	Location string          `json:"location,omitzero"`
	Body     json.RawMessage `json:"body"`
}

// once does a write whose command takes no key: with the header it is answered
// as the first time. said is what its body says.
func (c *call) once(seller domain.SellerID, said string, do func() (answer, error)) (answer, error) {
	key, err := c.key(false)
	if err != nil {
		return answer{}, err
	}
	asked := struct{ Method, Path, Said string }{c.r.Method, c.r.URL.EscapedPath(), said}
	var made answer
	text, replayed, err := c.usher.Memberships.Once(c.r.Context(), seller, key, asked, func() (string, error) {
		var err error
		if made, err = do(); err != nil {
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
