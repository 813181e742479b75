package app

import (
	"context"
	"encoding/json"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// emit appends what happened to the transaction that made it happen.
func (c *core) emit(ctx context.Context, tx ports.Tx, at time.Time, events ...domain.Event) error {
	if len(events) == 0 {
		return nil
	}
	rows := make([]ports.Event, len(events))
	for i, e := range events {
		payload, err := json.Marshal(e)
		if err != nil {
			return err
		}
		rows[i] = ports.Event{
			ID: domain.EventID(c.newID(at)), Subject: e.EventSubject(), Name: e.EventName(),
			Payload: string(payload), At: at,
		}
	}
	return tx.Events.Append(ctx, rows...)
}
