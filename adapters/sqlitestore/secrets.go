package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/domain"
)

func secretsFile(path string) string { return filepath.Join(filepath.Dir(path), "usher.secrets") }

// found returns the secrets for a database that has none yet: those given, or
// those of the file, which is made if it is not there.
func found(path string, given *keyring.Keyring) (*keyring.Keyring, error) {
	if given != nil {
		return given, nil
	}
	k, err := keyring.Load(secretsFile(path))
	if errors.Is(err, fs.ErrNotExist) {
		return keyring.Create(secretsFile(path))
	}
	return k, err
}

// unlock checks the secrets of a database that has some.
func unlock(ctx context.Context, db *sql.DB, path string, keys *keyring.Keyring, check string) (*keyring.Keyring, error) {
	if keys == nil {
		file := secretsFile(path)
		k, err := keyring.Load(file)
		if errors.Is(err, fs.ErrNotExist) {
			e := *domain.ErrWrongSecret
			e.Msg = file + " is missing, without which the database shows no license key: put back the one that this database was made with"
			return nil, &e
		}
		if err != nil {
			return nil, err
		}
		keys = k
	}
	if err := keys.Verify(check); err != nil {
		return nil, err
	}
	if keys.Check() == check {
		return keys, nil
	}
	return keys, keep(ctx, db, keys, check) // a secret was added
}

// errAgain says that another process has changed what was looked at.
var errAgain = errors.New("changed meanwhile")

// keep keeps the check value of the secrets in place of the one that was there,
// and fails with errAgain if it is another by now.
func keep(ctx context.Context, db *sql.DB, keys *keyring.Keyring, was string) error {
	res, err := db.ExecContext(ctx, `INSERT INTO usher_meta (key, value) VALUES ('check', $1)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value = $2`, keys.Check(), was)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, errAgain)
	}
	return nil
}
