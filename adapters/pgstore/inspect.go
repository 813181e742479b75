package pgstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/sqlrepo"
)

// Inspect looks at the database at that address and changes nothing in it. It
// fails if it does not answer, holds no data of usher's ([ErrEmpty]), or cannot
// be read by this program; all else is among what it found. Without keys the
// secrets are not looked at; now is the machine's time. Of rows only mails are
// counted, since in a large table that takes long here.
func Inspect(ctx context.Context, url string, keys *keyring.Keyring, now time.Time) (sqlrepo.Findings, error) {
	pool, err := dial(ctx, url, 2)
	if err != nil {
		return sqlrepo.Findings{}, err
	}
	defer pool.Close()
	f, err := shipped.inspect(ctx, &Store{pool: pool}, keys, now)
	if err != nil {
		return f, fmt.Errorf("the database %w", err)
	}
	return f, nil
}

func (m migrations) inspect(ctx context.Context, s *Store, keys *keyring.Keyring, now time.Time) (f sqlrepo.Findings, err error) {
	newest, err := m.newest()
	if err != nil {
		return f, err
	}
	is, err := read(ctx, s.pool)
	switch {
	case err != nil:
		return f, err
	case is.check == "":
		return f, ErrEmpty
	case is.oldest > newest:
		return f, errors.New("was migrated by a newer usher: use that one")
	}
	f, err = sqlrepo.Look(ctx, side{s}.Read, keys, now, "mails")
	f.Schema, f.Known = is.number, newest
	return f, err
}
