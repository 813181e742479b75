package app

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Dead returns up to limit of a seller's jobs that were given up after their
// tries, the latest to fall due first.
func (w *Worker) Dead(ctx context.Context, seller domain.SellerID, limit int) ([]ports.DeadJob, error) {
	return w.store.Dead(ctx, string(seller), limit)
}

// Revive has a job that was given up tried again, from now on:
// [domain.ErrJobNotFound] if there is none.
func (w *Worker) Revive(ctx context.Context, seller domain.SellerID, id domain.JobID) error {
	if err := w.store.Revive(ctx, string(seller), id, w.at()); err != nil {
		return err
	}
	w.Wake()
	return nil
}
