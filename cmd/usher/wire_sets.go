//go:build wireinject

package main

import (
	"github.com/google/wire"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/mail"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/ports"
)

// The sets have a file of their own, because what stands beside an injector is
// copied into wire_gen.go, and Wire would be part of the program.

// core makes the use cases from a store. What Config leaves out are chance and
// the clock: the machine's, or that of a store with a test clock.
var core = wire.NewSet(app.New, wire.Struct(new(app.Config), "Store", "Logger", "Cutoff", "Charger", "Mailer", "Sealer", "Poster", "EventBody", "PingBody", "Communities", "Circle", "Discord", "PublicURL", "NoSweeps"))

// effects are what leaves the process.
var effects = wire.NewSet(openCharger, mail.NewOutbox, wire.Bind(new(ports.Mailer), new(*mail.Outbox)), openPoster, eventBody, pingBody, communities)

// communities are the services that people are let into.
var communities = wire.NewSet(openCircle, wire.Bind(new(ports.CircleSetup), new(*circle.Client)), openDiscord, discordSetup, communityServices, pagesAt, quiet)

// The stores. An injector takes exactly one.
var sqlite = wire.NewSet(openSQLite, sealerOf, wire.Bind(new(ports.Store), new(*sqlitestore.Store)))
