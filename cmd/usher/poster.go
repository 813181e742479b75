package main

import (
	"github.com/usherhq/usher/adapters/rest"
	"github.com/usherhq/usher/adapters/webhook"
	"github.com/usherhq/usher/ports"
)

// openPoster returns what tells webhooks. It has no effects.
func openPoster(s services) ports.Poster {
	return webhook.NewPoster(webhook.Options{Version: version(), Reach: s.reach})
}

func eventBody() ports.EventBody { return webhook.Body }

func pingBody(s services) ports.PingBody { return rest.Pings(s.publicURL) }
