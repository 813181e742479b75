package sqlrepo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type events struct{ repo }

func (r events) Append(ctx context.Context, all ...ports.Event) error {
	seller, ok := r.who.Seller()
	if !ok {
		return domain.ErrScope
	}
	for _, e := range all { // one by one: the numbers keep this order
		_, err := r.c.Exec(ctx, `INSERT INTO usher_events (id, seller_id, subject, name, payload, at) VALUES ($1, $2, $3, $4, $5, $6)`,
			string(e.ID), string(seller), e.Subject, e.Name, e.Payload, e.At)
		if err != nil {
			return err
		}
	}
	return nil
}

// Choosing and marking are one statement, so that of two dispatchers that meet
// each gets other events.
const dispatch = `UPDATE usher_events SET dispatched_at = $1 WHERE dispatched_at IS NULL
	AND seq IN (SELECT seq FROM usher_events WHERE dispatched_at IS NULL ORDER BY seq LIMIT $2)
	RETURNING seq, id, seller_id, subject, name, payload, at`

// Dispatch marks up to n events as dispatched at that time, oldest first, and
// keeps what plan makes of them. It returns how many events there were; plan is
// not asked about none.
func Dispatch(ctx context.Context, c Conn, n int, plan ports.Plan, at time.Time) (int, error) {
	if n < 1 {
		return 0, nil
	}
	all, err := many(ctx, c, scanEvent, dispatch, at, n)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	slices.SortFunc(all, func(a, b ports.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	var sellers []any
	for _, e := range all {
		if id := any(string(e.SellerID)); !slices.Contains(sellers, id) {
			sellers = append(sellers, id)
		}
	}
	told, err := live(ctx, c, sellers)
	if err != nil {
		return 0, err
	}
	jobs, tell := plan(all, told)
	if err := deliver(ctx, c, tell); err != nil {
		return 0, err
	}
	return len(all), Enqueue(ctx, c, jobs...)
}

func scanEvent(rows Rows) (e ports.Event, err error) {
	err = rows.Scan(&e.Seq, (*string)(&e.ID), (*string)(&e.SellerID), &e.Subject, &e.Name, &e.Payload, Time(&e.At))
	return e, err
}
