package main

import (
	"context"

	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/ports"
)

// program is what the commands work with: the use cases, and the store for
// what only whoever runs the server may see.
type program struct {
	*app.Usher
	store ports.Store
}

func newProgram(u *app.Usher, s ports.Store) *program { return &program{u, s} }

// databasePath says where the SQLite database is.
type databasePath string

func openSQLite(ctx context.Context, path databasePath, o *sqlitestore.Options) (*sqlitestore.Store, func(), error) {
	s, err := sqlitestore.Open(ctx, string(path), o)
	if err != nil {
		return nil, nil, err
	}
	return s, func() { _ = s.Close() }, nil
}
