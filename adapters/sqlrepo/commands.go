package sqlrepo

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type commands struct{ repo }

// commandAAD ties a sealed answer to its command.
func commandAAD(seller, key string) []byte { return []byte("command:" + seller + ":" + key) }

const commandInsert = `INSERT INTO usher_commands (seller_id, key, request, state, created_at)
	VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`

const commandByKey = `SELECT seller_id, key, request, state, answer, secret, created_at FROM usher_commands
	WHERE seller_id = $1 AND key = $2`

func (r commands) Begin(ctx context.Context, c ports.Command) (ports.Command, bool, error) {
	seller, ok := r.who.Seller()
	if !ok {
		return ports.Command{}, false, domain.ErrScope
	}
	n, err := r.c.Exec(ctx, commandInsert, string(seller), c.Key, c.Request[:], c.State, c.CreatedAt)
	if err != nil {
		return ports.Command{}, false, err
	}
	if n > 0 {
		c.Answer = nil
		return c, true, nil
	}
	was, err := one(ctx, r.c, r.scan, domain.ErrConflict, commandByKey, string(seller), c.Key)
	return was, false, err
}

func (r commands) ByKey(ctx context.Context, key string) (ports.Command, error) {
	seller, ok := r.who.Seller()
	if !ok {
		return ports.Command{}, domain.ErrScope
	}
	return one(ctx, r.c, r.scan, domain.ErrCommandNotFound, commandByKey+r.lock(), string(seller), key)
}

func (r commands) Release(ctx context.Context, key string) error {
	seller, ok := r.who.Seller()
	if !ok {
		return domain.ErrScope
	}
	_, err := r.c.Exec(ctx, `DELETE FROM usher_commands WHERE seller_id = $1 AND key = $2 AND answer IS NULL`, string(seller), key)
	return err
}

func (r commands) scan(rows Rows) (c ports.Command, err error) {
	var seller string
	var request, sealed []byte
	var secret int
	if err := rows.Scan(&seller, &c.Key, &request, &c.State, &sealed, &secret, Time(&c.CreatedAt)); err != nil {
		return c, err
	}
	if sealed != nil {
		if c.Answer, err = r.k.Open(secret, commandAAD(seller, c.Key), sealed); err != nil {
			return c, err
		}
	}
	return c, fill(&c.Request, request)
}

var errNoCommand = errors.New("sqlrepo: a command was finished that was never begun")

// Finish may be called twice; the last answer stays.
func (r commands) Finish(ctx context.Context, key, state string, answer []byte) error {
	seller, ok := r.who.Seller()
	if !ok {
		return domain.ErrScope
	}
	var sealed any
	secret := 0
	if answer != nil {
		sealed, secret = r.k.Seal(commandAAD(string(seller), key), answer)
	}
	return change(ctx, r.c, errNoCommand, `UPDATE usher_commands SET state = $3, answer = $4, secret = $5 WHERE seller_id = $1 AND key = $2`,
		string(seller), key, state, sealed, secret)
}
