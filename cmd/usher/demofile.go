package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	chance "math/rand/v2"
	"os"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// demoFile is what a demo remembers: what its data was made from, and what it
// shows when it is started again.
type demoFile struct {
	Seed        [32]byte          `json:"seed"`
	MadeAt      time.Time         `json:"made_at"`
	Seller      domain.SellerID   `json:"seller"`
	Product     domain.ProductID  `json:"product_id"`
	Purchase    domain.PurchaseID `json:"purchase"` // whose key is shown
	AccessToken string            `json:"access_token"`
	Connected   bool              `json:"connected"` // its communities were
}

// newDemo draws a demo that is made at that time.
func newDemo(at time.Time) demoFile {
	d := demoFile{MadeAt: at}
	rand.Read(d.Seed[:]) // it never fails
	s := newSample(d)
	d.Seller, d.Product, d.Purchase, d.AccessToken = s.seller.ID, s.app.ID, s.first, s.secret
	return d
}

func readDemo(path string) (demoFile, error) {
	var d demoFile
	text, err := os.ReadFile(path)
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return d, err
	}
	if d.Seller == "" || d.Product == "" || d.Purchase == "" || d.AccessToken == "" || d.MadeAt.IsZero() {
		return d, errors.New("it is not whole")
	}
	return d, nil
}

func (d demoFile) write(path string) error {
	return writeFile(path, func(w io.Writer) error { return json.NewEncoder(w).Encode(d) })
}

// source returns the sample data as something to import. It is known again by
// its seed: a demo of another version of usher is left as it is.
func (d demoFile) source() app.Source {
	sum := sha256.Sum256(d.Seed[:])
	return app.Source{Digest: hex.EncodeToString(sum[:]), Records: func(yield func(app.Record, error) bool) {
		for i, v := range newSample(d).records {
			if !yield(app.Record{Line: i + 1, Value: v}, nil) {
				return
			}
		}
	}}
}

// dice draws what a demo is made of; the same seed draws the same.
type dice struct{ *chance.ChaCha8 }

func (d dice) id(at time.Time) string {
	var b [10]byte
	_, _ = d.Read(b[:])
	return domain.NewID(at, b)
}

func (d dice) key() domain.LicenseKey {
	var b [16]byte
	_, _ = d.Read(b[:])
	return domain.NewLicenseKey(b)
}

func (d dice) secret() string {
	var b [32]byte
	_, _ = d.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
