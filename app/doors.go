package app

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// callWithin is how long a community's service is waited for, in real time.
const callWithin = 10 * time.Second

// secretName binds a sealed token to its row: copied into another, it does not
// open.
func secretName(c domain.Connection) []byte {
	return []byte("connection:" + string(c.SellerID) + ":" + string(c.ID))
}

// sealSecret seals the token of a connection.
func (c *core) sealSecret(conn domain.Connection, token string) ports.Sealed {
	sealed, number := c.sealer.Seal(secretName(conn), []byte(token))
	return ports.Sealed{Text: base64.StdEncoding.EncodeToString(sealed), Number: number}
}

// openSecret is the reverse. What does not open is its seller's to give anew.
func (c *core) openSecret(conn domain.Connection, s ports.Sealed) (string, error) {
	if s.Text == "" {
		return "", nil
	}
	sealed, err := base64.StdEncoding.DecodeString(s.Text)
	if err == nil {
		sealed, err = c.sealer.Open(s.Number, secretName(conn), sealed)
	}
	if err != nil {
		return "", &domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseSecretUnreadable}
	}
	return string(sealed), nil
}

// door returns the way to a connection's community, with its token.
func (c *core) door(ctx context.Context, tx ports.Tx, conn domain.Connection) (ports.Door, error) {
	d := ports.Door{Connection: conn.ID, SellerID: conn.SellerID, Dialect: conn.Dialect, RemoteID: conn.RemoteID}
	s, err := tx.Connections.Secret(ctx, conn.ID)
	if err != nil {
		return d, err
	}
	d.Secret, err = c.openSecret(conn, s)
	return d, err
}

// service returns the adapter of a service; [domain.ErrNotConfigured] if this
// server has none.
func (c *core) service(s domain.Service) (ports.Community, error) {
	if found := c.communities[s]; found != nil {
		return found, nil
	}
	return nil, domain.ErrNotConfigured
}

// monthOf names a month, for counting calls.
func monthOf(at time.Time) string { return at.UTC().Format("2006-01") }

// share is chance's part of a wait, from nothing to the whole of it.
func (c *core) share() float64 {
	if c.noJitter {
		return 1
	}
	return float64(c.number()%1024+1) / 1024
}
