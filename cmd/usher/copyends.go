package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/adapters/sqlcopy"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/domain"
)

// copyEnd is where a copy comes from, or goes to.
type copyEnd struct {
	folder
	url databaseURL // of a PostgreSQL database; empty: it is a data folder
}

// copied is a store as far as a copy needs it.
type copied interface {
	Side() sqlcopy.Side
	Close() error
}

// copyEnd reads what --from or --to says.
func (c *call) copyEnd(flag, text string) (copyEnd, error) {
	if strings.Contains(text, "://") {
		e := copyEnd{url: databaseURL(text)}
		if err := e.url.check(); err != nil {
			return e, wrongUse(flag, "must be a data folder, or the address of a PostgreSQL database, such as postgres://usher:password@db.example.com/usher", "")
		}
		e.folder = folder{path: e.url.place(), server: true}
		return e, nil
	}
	if info, err := os.Stat(text); err == nil && !info.IsDir() {
		return copyEnd{}, wrongUse(flag, text+" is no folder", "name the data folder; its database is usher.db")
	}
	path, err := filepath.Abs(text)
	if err != nil {
		return copyEnd{}, err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return copyEnd{folder: folder{path: path}}, nil
}

// openSource opens what is copied, with its secrets: those of the settings, else
// those of its folder, or of the data folder if it has none.
func (c *call) openSource(from *copyEnd) (copied, *keyring.Keyring, error) {
	at := *c
	if !from.server {
		if !isThere(from.database()) {
			return nil, nil, cannotOpen("there is no usher data in "+from.path, "name another folder with --from")
		}
		at.Data = from.path
	}
	keys, err := at.secrets(&from.folder)
	if err != nil {
		return nil, nil, err
	}
	s, err := from.open(c.ctx, keys, false)
	if errors.Is(err, pgstore.ErrEmpty) {
		return nil, nil, cannotOpen("there is no usher data in "+from.path, "name another database with --from")
	}
	if err != nil {
		return nil, nil, notOpened(from.database(), err)
	}
	return s, keys, nil
}

// openTarget opens where the copy goes, and makes it first if it is not there.
func (c *call) openTarget(to *copyEnd, from copyEnd, keys *keyring.Keyring) (copied, error) {
	if !to.server {
		if err := os.MkdirAll(to.path, 0o700); err != nil {
			return nil, cannotOpen("the data folder cannot be used: "+err.Error(), "choose another with --to")
		}
		if real, err := filepath.EvalSymlinks(to.path); err == nil {
			to.path = real // a source of this name is known by it later
		}
		var err error
		if keys, err = c.sameSecrets(*to, from, keys); err != nil {
			return nil, err
		}
	}
	s, err := to.open(c.ctx, keys, true)
	if errors.Is(err, domain.ErrWrongSecret) {
		return nil, otherSecrets(*to, from)
	}
	if err != nil {
		return nil, notOpened(to.database(), err)
	}
	return s, nil
}

// open opens an end. Nobody is told how long a slice holds the one writer.
func (e copyEnd) open(ctx context.Context, keys *keyring.Keyring, target bool) (copied, error) {
	quiet := slog.New(slog.DiscardHandler)
	if e.server {
		return pgstore.Open(ctx, string(e.url), &pgstore.Options{Keyring: keys, Logger: quiet, Existing: !target, Copying: target})
	}
	return sqlitestore.Open(ctx, e.database(), &sqlitestore.Options{Keyring: keys, Logger: quiet, Copying: target})
}

// sameSecrets returns the secrets for a data folder that is copied into. Unless
// the settings give them they are a file in it: a folder that has none gets
// that of the source.
func (c *call) sameSecrets(to, from copyEnd, keys *keyring.Keyring) (*keyring.Keyring, error) {
	if from.secrets == "" || c.SecretsFile != "" {
		return keys, nil
	}
	file := filepath.Join(to.path, "usher.secrets")
	own, err := keyring.Load(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && isThere(to.database()):
		return keys, nil // what it was made with shows when it is opened
	case errors.Is(err, fs.ErrNotExist):
		return keys, copySecrets(from.secrets, file)
	case err != nil:
		return nil, cannotOpen("the secrets cannot be read: "+err.Error(), "")
	case own.Verify(keys.Check()) != nil:
		return nil, otherSecrets(to, from)
	}
	return own, nil
}

// copySecrets copies the file of the secrets. It appears whole, for its owner's
// eyes only.
func copySecrets(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return cannotOpen("the secrets cannot be read: "+err.Error(), "")
	}
	return writeFile(to, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// otherSecrets refuses a target that has secrets of its own: what the source has
// sealed could not be read there.
func otherSecrets(to, from copyEnd) error {
	return &fault{exitUnreachable, domain.ErrWrongSecret.Code, to.database() + " has other secrets than " + from.database() + ", and a copy needs the same",
		"to", "empty it, and give the secrets of the source for both: with --secrets-file or USHER_SECRETS, or as usher.secrets in the data folder"}
}
