package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// The states of a command.
const (
	commandStarted = "started"
	commandDone    = "done"
)

// digestOf returns the digest of a request, by which a repeat is known.
func digestOf(request any) domain.Digest {
	b, err := json.Marshal(request)
	if err != nil {
		panic(err) // requests are plain structs
	}
	return sha256.Sum256(b)
}

func checkKey(key string) error {
	if !domain.Storable(key) || len(key) > 255 {
		return domain.InvalidField("idempotency_key", "must be at most 255 bytes of UTF-8")
	}
	return nil
}

// begin takes an idempotency key for a request. It reports false and what was
// answered if the same request came before under this key. Without a key every
// request is fresh.
func (c *core) begin(ctx context.Context, tx ports.Tx, key string, request domain.Digest, at time.Time) (answer string, fresh bool, err error) {
	if key == "" {
		return "", true, nil
	}
	if err := checkKey(key); err != nil {
		return "", false, err
	}
	was, fresh, err := tx.Commands.Begin(ctx, ports.Command{Key: key, Request: request, State: commandStarted, CreatedAt: at})
	if err != nil || fresh {
		return "", fresh, err
	}
	if was.Request != request {
		return "", false, domain.ErrKeyReused
	}
	return string(was.Answer), false, nil
}

func (c *core) finish(ctx context.Context, tx ports.Tx, key, answer string) error {
	if key == "" {
		return nil
	}
	return tx.Commands.Finish(ctx, key, commandDone, []byte(answer))
}
