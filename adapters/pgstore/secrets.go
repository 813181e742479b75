package pgstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/domain"
)

// found returns the secrets for a database that has none yet: those given, or
// such as whoever asked for the database makes.
func found(o Options) (*keyring.Keyring, error) {
	if o.Keyring != nil {
		return o.Keyring, nil
	}
	if o.NewKeyring != nil {
		return o.NewKeyring()
	}
	return nil, noSecrets("is new, and was given no secrets to keep its license keys under")
}

// unlock checks the secrets of a database that has some.
func unlock(ctx context.Context, db querier, keys *keyring.Keyring, check string) error {
	if keys == nil {
		return noSecrets("was made with secrets, without which it shows no license key: give the ones it was made with")
	}
	if err := keys.Verify(check); err != nil {
		return err
	}
	if keys.Check() == check {
		return nil
	}
	tag, err := db.Exec(ctx, `UPDATE usher_meta SET value = $1 WHERE key = 'check' AND value = $2`, keys.Check(), check) // a secret was added
	if err == nil && tag.RowsAffected() == 0 {
		err = errAgain
	}
	return err
}

// errAgain says that another process has changed what was looked at.
var errAgain = errors.New("changed meanwhile")

// keep keeps the check value of the secrets of a database that is being made.
func keep(ctx context.Context, tx pgx.Tx, keys *keyring.Keyring) error {
	_, err := tx.Exec(ctx, `INSERT INTO usher_meta (key, value) VALUES ('check', $1)`, keys.Check())
	return err
}

func noSecrets(sentence string) error {
	e := *domain.ErrWrongSecret
	e.Msg = sentence
	return &e
}
