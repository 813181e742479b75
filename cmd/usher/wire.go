//go:build wireinject

package main

import (
	"context"
	"log/slog"

	"github.com/google/wire"

	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

func withSQLite(context.Context, databasePath, *sqlitestore.Options, *slog.Logger, domain.Cutoff, payments) (*app.Usher, func(), error) {
	panic(wire.Build(core, sqlite, effects))
}
