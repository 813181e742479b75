package sqlrepo

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type progress struct{ repo }

// owner is whose tasks the scope reaches: a seller's, or the system's, which
// are under no seller; and whether it reaches any.
func (r progress) owner() (string, bool) {
	owner := r.seller()
	return owner, owner != "" || r.who.IsSystem()
}

func (r progress) ByID(ctx context.Context, id string) (ports.Task, error) {
	owner, ok := r.owner()
	if !ok {
		return ports.Task{}, domain.ErrProgressNotFound
	}
	return one(ctx, r.c, scanTask, domain.ErrProgressNotFound,
		`SELECT id, done, total, cursor_at, cursor_id, started_at, finished_at FROM usher_progress WHERE seller_id = $1 AND id = $2`+r.lock(), owner, id)
}

func scanTask(rows Rows) (t ports.Task, err error) {
	err = rows.Scan(&t.ID, &t.Done, &t.Total, Time(&t.Cursor.At), &t.Cursor.ID, Time(&t.StartedAt), Time(&t.FinishedAt))
	return t, err
}

const taskPut = `INSERT INTO usher_progress (seller_id, id, done, total, cursor_at, cursor_id, started_at, finished_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
	ON CONFLICT (seller_id, id) DO UPDATE SET done = excluded.done, total = excluded.total, cursor_at = excluded.cursor_at,
		cursor_id = excluded.cursor_id, started_at = excluded.started_at, finished_at = excluded.finished_at`

func (r progress) Put(ctx context.Context, t ports.Task) error {
	owner, ok := r.owner()
	if !ok {
		return domain.ErrScope
	}
	_, err := r.c.Exec(ctx, taskPut, owner, t.ID, t.Done, t.Total, t.Cursor.At, t.Cursor.ID, t.StartedAt, t.FinishedAt)
	return err
}
