package memstore

import (
	"context"
	"time"
)

type blocks struct{ *tx }

func (r blocks) Has(ctx context.Context, email string) (bool, error) {
	if err := r.reading(ctx); err != nil {
		return false, err
	}
	_, blocked := r.blocked[ofSeller{r.seller, email}]
	return blocked, nil
}

func (r blocks) List(ctx context.Context, after string, limit int) ([]string, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []string
	for p := range r.blocks[r.seller].after(place{id: after}) {
		if len(found) == most(limit) {
			break
		}
		found = append(found, p.id)
	}
	return found, nil
}

func (r blocks) Put(ctx context.Context, email string, at time.Time) error {
	if err := r.inserting(ctx, r.seller); err != nil {
		return err
	}
	k := ofSeller{r.seller, email}
	if _, blocked := r.blocked[k]; blocked {
		return nil
	}
	set(r.tx, r.blocked, k, at)
	r.add(page(r.blocks, r.seller), place{id: email})
	return nil
}

func (r blocks) Delete(ctx context.Context, email string) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	k := ofSeller{r.seller, email}
	if _, blocked := r.blocked[k]; blocked {
		unset(r.tx, r.blocked, k)
		r.remove(r.blocks[r.seller], place{id: email})
	}
	return nil
}
