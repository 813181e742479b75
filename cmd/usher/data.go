package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// defaultData is the data folder if none is named.
const defaultData = "./usher-data"

// folder is where usher keeps everything.
type folder struct {
	path    string
	server  bool   // it is no folder but a PostgreSQL database, and path its address without the password
	fresh   bool   // there was no database in it
	secrets string // the file of the secrets, unless they came in the environment
}

func (f folder) database() string {
	if f.server {
		return f.path
	}
	return filepath.Join(f.path, "usher.db")
}

// open opens the data folder for a command that needs what is in it. A folder
// without a database is refused, in words that say how to make one.
func (c *call) open() (*app.Usher, func(), error) {
	p, _, done, err := c.openWith(opening{log: c.messages()})
	return p, done, err
}

// openOrMake opens the data folder, and makes it first if it is not there.
func (c *call) openOrMake() (*app.Usher, func(), error) {
	p, _, done, err := c.openWith(opening{make: true, log: c.messages()})
	return p, done, err
}

// messages is the log of a command that is no server: only what is wrong.
func (c *call) messages() *slog.Logger {
	return slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// opening says how a data folder is opened.
type opening struct {
	make      bool // if there is none
	log       *slog.Logger
	cutoff    domain.Cutoff
	testClock time.Time // what is made stands still at this time; zero: the machine's clock
	publicURL string    // of a server; empty: what the settings say
}

func (c *call) openWith(o opening) (*app.Usher, folder, func(), error) {
	if c.Database != "" {
		return c.openPostgres(o)
	}
	f := folder{path: c.Data}
	_, err := os.Stat(f.database())
	switch f.fresh = errors.Is(err, fs.ErrNotExist); {
	case f.fresh && !o.make:
		return nil, f, nil, noData(c.Data)
	case f.fresh:
		err = os.MkdirAll(f.path, 0o700)
	}
	if err != nil {
		return nil, f, nil, cannotOpen("the data folder cannot be used: "+err.Error(), "choose another with --data")
	}
	outside, err := c.services(o.publicURL)
	if err != nil {
		return nil, f, nil, err
	}
	keys, err := c.secrets(&f)
	if err != nil {
		return nil, f, nil, err
	}
	with := &sqlitestore.Options{Keyring: keys, Logger: o.log}
	if f.fresh {
		with.TestClock = o.testClock
	}
	p, done, err := withSQLite(c.ctx, databasePath(f.database()), with, o.log, o.cutoff, payments{c.Payments, c.SandboxURL, f.path}, outside)
	if err != nil {
		return nil, f, nil, notOpened(f.database(), err)
	}
	return p, f, done, nil
}

// noData refuses a folder without a database.
func noData(path string) error {
	return cannotOpen("there is no usher data in "+path,
		`name the folder with --data, or make it: "usher sellers add", "usher serve" or "usher demo"`)
}

// notOpened is what an error means when the data folder is opened.
func notOpened(path string, err error) error {
	if _, said := errors.AsType[*fault](err); said || errors.Is(err, errInterrupted) {
		return err
	}
	d := describe(err)
	d.exit = exitUnreachable
	if domain.KindOf(err) == domain.Internal && !errors.Is(err, domain.ErrWrongSecret) {
		d.Msg = path + " cannot be opened: " + d.Msg
	}
	if errors.Is(err, sqlrepo.ErrHalfCopied) {
		d.Msg = path + " " + d.Msg
	}
	return d
}

// secrets finds the server's secrets. They are drawn if the database is yet to
// be made, and never for one that is there: it could not be read with them.
func (c *call) secrets(f *folder) (*keyring.Keyring, error) {
	if text := os.Getenv(secretsVariable); text != "" && !c.ownSecrets {
		if c.SecretsFile != "" {
			return nil, wrongUse("secrets-file", "the secrets come from "+secretsVariable+" already", "give one of the two")
		}
		keys, err := keyring.Parse([]byte(text))
		if err != nil {
			return nil, cannotOpen(secretsVariable+" holds no secrets: "+err.Error(), "")
		}
		return keys.From("the environment variable " + secretsVariable), nil
	}
	f.secrets = filepath.Join(c.Data, "usher.secrets")
	if c.SecretsFile != "" && !c.ownSecrets {
		f.secrets = c.SecretsFile
	}
	keys, err := keyring.Load(f.secrets)
	if errors.Is(err, fs.ErrNotExist) && f.fresh {
		if keys, err = keyring.Create(f.secrets); errors.Is(err, fs.ErrExist) {
			keys, err = keyring.Load(f.secrets) // another process was quicker
		}
	}
	if errors.Is(err, fs.ErrNotExist) && !f.fresh {
		return nil, cannotOpen("the secrets of "+f.database()+" are not in "+f.secrets,
			"put the copy of the file back, or name another with --secrets-file; without them no key can be read")
	}
	if err != nil {
		return nil, cannotOpen("the secrets cannot be read: "+err.Error(), "")
	}
	if info, err := os.Stat(f.secrets); err == nil && info.Mode().Perm()&0o077 != 0 {
		c.say("(!) other users can read %s; chmod 600 it.", f.secrets)
	}
	return keys, nil
}

// flag is what a command needs to find it again, and "" if it needs nothing.
func (f folder) flag() string {
	switch {
	case f.server && os.Getenv("USHER_DATABASE") != "", !f.server && f.path == defaultData:
		return ""
	case f.server:
		return " --database " + quoted(f.path)
	}
	return " --data " + quoted(f.path)
}

// String is the path, and says of a folder that was made now that it is new.
func (f folder) String() string {
	if f.fresh {
		return fmt.Sprintf("%s (new)", f.path)
	}
	return f.path
}
