//go:build wireinject

package main

import (
	"context"
	"log/slog"

	"github.com/google/wire"

	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/domain"
)

func withSQLite(context.Context, databasePath, *sqlitestore.Options, *slog.Logger, domain.Cutoff) (*program, func(), error) {
	panic(wire.Build(core, sqlite))
}
