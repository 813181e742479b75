package main

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/usherhq/usher/adapters/charge/ledger"
	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// databasePath says where the SQLite database is.
type databasePath string

func openSQLite(ctx context.Context, path databasePath, o *sqlitestore.Options) (*sqlitestore.Store, func(), error) {
	s, err := sqlitestore.Open(ctx, string(path), o)
	if err != nil {
		return nil, nil, err
	}
	return s, func() { _ = s.Close() }, nil
}

// sealerOf returns the secrets of the database, which seal quotes too: so any
// process that has them honours what another one quoted.
func sealerOf(o *sqlitestore.Options) ports.Sealer { return o.Keyring }

// keysOf returns the same of a database that was opened already: its secrets may
// have been made then.
func keysOf(s *pgstore.Store) ports.Sealer { return s.Keyring() }

// payments says who takes the money.
type payments struct {
	by         string // none, ledger or sandbox
	sandboxURL string // of a sandbox that is a process of its own
	folder     string // where a ledger or a sandbox keeps its book
}

// openCharger returns nil for none: then every payment is declined.
func openCharger(ctx context.Context, p payments, store ports.Store) (ports.Charger, func(), error) {
	now := app.TestClock(store) // business time: a key lives as long as who uses it believes
	switch p.by {
	case "ledger":
		l, err := ledger.Open(filepath.Join(p.folder, "ledger.jsonl"), now)
		if err != nil {
			return nil, nil, cannotOpen("the ledger cannot be used: "+err.Error(), "")
		}
		return l, func() { _ = l.Close() }, nil
	case "sandbox":
		if p.sandboxURL != "" {
			return dialSandbox(ctx, p.sandboxURL)
		}
		s, err := sandbox.Open(sandbox.Options{Now: now, File: filepath.Join(p.folder, "sandbox.jsonl")})
		if err != nil {
			return nil, nil, cannotOpen("the sandbox's book cannot be used: "+err.Error(), "")
		}
		return s, func() { _ = s.Close() }, nil
	}
	return nil, func() {}, nil
}

func dialSandbox(ctx context.Context, url string) (ports.Charger, func(), error) {
	c, err := sandbox.Dial(ctx, url, 0)
	if e, ok := errors.AsType[*domain.Error](err); ok && e.Err != nil {
		err = e.Err // why, without "try again"
	}
	if err != nil {
		return nil, nil, &fault{exitUnreachable, "cannot_open", "the sandbox does not answer: " + err.Error(), "sandbox-url", `start it with "usher sandbox", or name another address`}
	}
	return c, func() { _ = c.Close() }, nil
}
