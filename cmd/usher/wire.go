//go:build wireinject

package main

import (
	"context"
	"log/slog"

	"github.com/google/wire"

	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

func withSQLite(context.Context, databasePath, *sqlitestore.Options, *slog.Logger, domain.Cutoff, payments, services) (*app.Usher, func(), error) {
	panic(wire.Build(core, sqlite, effects))
}

func withPostgres(context.Context, *pgstore.Store, *slog.Logger, domain.Cutoff, payments, services) (*app.Usher, func(), error) {
	panic(wire.Build(core, keysOf, wire.Bind(new(ports.Store), new(*pgstore.Store)), effects))
}
