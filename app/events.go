package app

import (
	"context"
	"encoding/json"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// emit appends what happened to the transaction that made it happen, and after
// each event who has to be told of it.
func (c *core) emit(ctx context.Context, tx ports.Tx, at time.Time, events ...domain.Event) error {
	if len(events) == 0 {
		return nil
	}
	rows := make([]ports.Event, 0, len(events))
	for _, e := range events {
		row, err := c.row(e, at)
		if err != nil {
			return err
		}
		rows = append(rows, row)
		for _, n := range domain.Notices(row.ID, e) {
			if row, err = c.row(n, at); err != nil {
				return err
			}
			rows = append(rows, row)
		}
	}
	return tx.Events.Append(ctx, rows...)
}

func (c *core) row(e domain.Event, at time.Time) (ports.Event, error) {
	payload, err := json.Marshal(e)
	return ports.Event{
		ID: domain.EventID(c.newID(at)), Subject: e.EventSubject(), Name: e.EventName(), Payload: string(payload), At: at,
	}, err
}
