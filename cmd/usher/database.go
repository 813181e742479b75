package main

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// databaseURL is the address of a PostgreSQL database. It may hold a password,
// and is never shown whole.
type databaseURL string

// check refuses what is no such address. The parser of the command line would
// show the whole of it beside the refusal.
func (d databaseURL) check() error {
	u, err := url.Parse(string(d))
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return wrongUse("database", "must be the address of a PostgreSQL database, such as postgres://usher:password@db.example.com/usher", "")
	}
	return nil
}

// place is the address without what is secret in it.
func (d databaseURL) place() string {
	u, err := url.Parse(string(d))
	if err != nil {
		return "the database"
	}
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	if host := u.Query().Get("host"); u.Host == "" && host != "" {
		shown.Host = host
	}
	return shown.Scheme + "://" + shown.Host + shown.Path
}

// openPostgres opens a PostgreSQL database in place of that of the data folder,
// which still holds the settings, and the books of who takes the money.
func (c *call) openPostgres(o opening) (*app.Usher, folder, func(), error) {
	f := folder{path: c.Database.place(), server: true}
	if err := c.Database.check(); err != nil {
		return nil, f, nil, err
	}
	outside, err := c.services(o.publicURL)
	if err != nil {
		return nil, f, nil, err
	}
	s, err := c.dialPostgres(o, &f)
	if err != nil {
		return nil, f, nil, err
	}
	f.fresh = s.Made()
	if c.Payments != "none" && c.SandboxURL == "" {
		if err := os.MkdirAll(c.Data, 0o700); err != nil {
			_ = s.Close()
			return nil, f, nil, cannotOpen("the data folder cannot be used: "+err.Error(), "choose another with --data")
		}
	}
	p, done, err := withPostgres(c.ctx, s, o.log, o.cutoff, payments{c.Payments, c.SandboxURL, c.Data}, outside)
	if err != nil {
		_ = s.Close()
		return nil, f, nil, notOpened(f.path, err)
	}
	return p, f, func() { done(); _ = s.Close() }, nil
}

// dialPostgres opens the database with the secrets that are given. If their file
// is not there it is made for an empty database, by the one process that gets to
// make its tables; who comes second on the same machine takes the file.
func (c *call) dialPostgres(o opening, f *folder) (*pgstore.Store, error) {
	for try := 1; ; try++ {
		with := &pgstore.Options{Logger: o.log, Existing: !o.make, TestClock: o.testClock}
		keys, missing := c.secrets(f)
		switch {
		case missing == nil:
			with.Keyring = keys
		case f.secrets == "" || isThere(f.secrets):
			return nil, missing
		default:
			with.NewKeyring = func() (*keyring.Keyring, error) { return makeSecrets(f.secrets) }
		}
		s, err := pgstore.Open(c.ctx, string(c.Database), with)
		switch {
		case err == nil:
			return s, nil
		case errors.Is(err, pgstore.ErrEmpty):
			return nil, cannotOpen("there is no usher data in "+f.path, `name another one with --database, or make it: "usher sellers add" or "usher serve"`)
		case missing != nil && errors.Is(err, domain.ErrWrongSecret):
			if try == 1 && isThere(f.secrets) {
				continue
			}
			return nil, missing
		case domain.KindOf(err) == domain.Unavailable:
			return nil, cannotOpen(err.Error(), "is the server running, and the address right?")
		}
		return nil, notOpened(f.path, err)
	}
}

func makeSecrets(file string) (*keyring.Keyring, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	keys, err := keyring.Create(file)
	if errors.Is(err, fs.ErrExist) {
		return keyring.Load(file)
	}
	return keys, err
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
