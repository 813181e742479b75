//go:build wireinject

package main

import (
	"github.com/google/wire"

	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/ports"
)

// The sets have a file of their own, because what stands beside an injector is
// copied into wire_gen.go, and Wire would be part of the program.

// core makes the use cases from a store. What Config leaves out are the
// machine's clock and chance.
var core = wire.NewSet(app.New, wire.Struct(new(app.Config), "Store", "Logger", "Cutoff"))

// The stores. An injector takes exactly one.
var sqlite = wire.NewSet(openSQLite, wire.Bind(new(ports.Store), new(*sqlitestore.Store)))
