package main

import (
	"context"

	"github.com/usherhq/usher/adapters/sqlitestore"
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
