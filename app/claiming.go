package app

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// jobID is an id after those that this process made before it: of what falls due
// at one instant, what was asked for first is done first.
func (w *Worker) jobID(at time.Time) domain.JobID {
	var random [8]byte
	w.random(random[:])
	return domain.JobID(fmt.Sprintf("%012x%08x%x", at.UnixMilli(), w.made.Add(1), random))
}

// claim takes what is due and does it, all at once; but who may be in is found
// out before anybody is let in or taken out. Deliveries are left out if couriers
// make them.
func (w *Worker) claim(ctx context.Context, couriers bool) (int, error) {
	names, err := w.does(ctx)
	if err != nil {
		return 0, err
	}
	if couriers {
		names = slices.DeleteFunc(names, func(name string) bool { return name == deliverKind })
	}
	jobs, err := w.store.Claim(ctx, w.at(), names, jobLease, claimAtOnce)
	if err != nil {
		return 0, err
	}
	ended := make([]ports.Done, len(jobs))
	first, then := inRows(jobs)
	for _, rows := range [][][]int{first, then} {
		w.work(ctx, jobs, rows, ended)
	}
	if len(ended) == 0 {
		return 0, nil
	}
	return len(jobs), w.store.Finish(context.WithoutCancel(ctx), ended...)
}

// work does the jobs of each row one after the other.
func (w *Worker) work(ctx context.Context, jobs []ports.Job, rows [][]int, ended []ports.Done) {
	var wg sync.WaitGroup
	for _, row := range rows {
		wg.Go(func() {
			for over := after(rowWithin); len(row) > 0; row = row[1:] {
				if j := jobs[row[0]]; over() {
					ended[row[0]] = w.lookAgain(j, w.at())
				} else {
					ended[row[0]] = w.do(context.WithoutCancel(ctx), j)
				}
			}
		})
	}
	wg.Wait()
}
