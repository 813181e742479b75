package app

import (
	"cmp"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// plan says what events ask for: jobs, and what webhooks are told. Of several that
// ask for the same job, the last says when, and what has its answer by then needs
// none. Apart from the ids of what it makes it is a pure function.
func (w *Worker) plan(events []ports.Event, webhooks []domain.Webhook, at time.Time) ([]ports.Job, []domain.Delivery) {
	asked := map[string]ports.Job{}
	var order []string
	ask := func(j ports.Job) {
		key := cmp.Or(j.Key, string(j.ID))
		if was, twice := asked[key]; twice {
			j.ID = was.ID
		}
		asked[key] = j
		order = append(order, key)
	}
	var tell []domain.Delivery
	for _, e := range events {
		delete(asked, answeredKey(e))
		for _, name := range w.plans {
			if j, ok := w.kinds[name].from(w.jobID(e.At), e); ok {
				ask(j)
			}
		}
		for _, d := range w.tellings(e, webhooks, at) {
			tell = append(tell, d)
			ask(deliverJob(w.jobID(e.At), d))
		}
	}
	var jobs []ports.Job
	for _, key := range order {
		if j, ok := asked[key]; ok {
			jobs = append(jobs, j)
			delete(asked, key)
		}
	}
	return jobs, tell
}
