package memstore

import (
	"context"
	"slices"

	"github.com/usherhq/usher/ports"
)

type events struct{ *tx }

func (r events) Append(ctx context.Context, of ...ports.Event) error {
	if err := r.inserting(ctx, r.seller); err != nil {
		return err
	}
	r.noteEvents()
	for _, e := range of {
		r.seq++
		e.Seq, e.SellerID = r.seq, r.seller
		r.Store.events = append(r.Store.events, e)
	}
	return nil
}

// noteEvents notes the events as they are, before a change.
func (t *tx) noteEvents() {
	events, seq := t.Store.events, t.seq
	t.undo = append(t.undo, func() { t.Store.events, t.seq = events, seq })
}

// Dispatch implements ports.Queue.
func (s *Store) Dispatch(ctx context.Context, n int, plan ports.Plan) (int, error) {
	read := 0
	err := s.alone(ctx, ports.Scope{}, func(t *tx) error {
		read = min(max(n, 0), len(s.events))
		if read == 0 {
			return nil
		}
		events := slices.Clone(s.events[:read])
		jobs, tell := plan(events, t.liveWebhooks(events))
		if err := t.enqueue(jobs); err != nil {
			return err
		}
		t.deliver(tell)
		t.noteEvents()
		s.events = s.events[read:]
		return nil
	})
	if err != nil {
		return 0, err
	}
	return read, nil
}
