package ports

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
)

// Poster sends what webhooks are told. It is called outside of every transaction.
type Poster interface {
	// Post sends one request, once, and says what came of it; it follows nobody
	// elsewhere. That an address leads into a network that it must not reach is an
	// answer too. It fails only if ctx ended before there was an answer.
	Post(ctx context.Context, m Message) (domain.Post, error)
}

// Message is a request to a webhook.
type Message struct {
	URL         string
	ContentType string
	Body        []byte
	Within      time.Duration // of machine time, after which nobody answered

	// Of what is signed as Standard Webhooks says; else empty.
	ID      string
	At      time.Time // machine time: receivers refuse what is old
	Secrets []string  // all sign, the newest first
}

// Body writes what a webhook is told: its type of content, and the text. Of a test
// it is given no things.
type Body func(domain.News) (contentType string, body []byte, err error)

// The two kinds of body are types of their own so that none takes the other's place.
type (
	EventBody Body // usher's own events
	PingBody  Body // the pings of the API that usher is compatible with
)
