package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func concurrentClaims(t *testing.T, w *world) {
	for i := range 60 {
		w.enqueue(t, newJob(fmt.Sprint("job ", i)))
	}
	var mu sync.Mutex
	times := map[string]int{}
	together(4, func(int) {
		for {
			jobs, err := w.Claim(t.Context(), t0, kinds, 1<<40, 7)
			if err != nil {
				t.Error(err)
				return
			}
			if len(jobs) == 0 {
				return
			}
			mu.Lock()
			for _, j := range jobs {
				times[j.Key]++
			}
			mu.Unlock()
			if err := w.Finish(t.Context(), ports.Done{Job: jobs[0]}); err != nil {
				t.Error(err)
			}
		}
	})
	if len(times) != 60 {
		t.Errorf("%d of 60 jobs were claimed", len(times))
	}
	for key, n := range times {
		if n != 1 {
			t.Errorf("%s was claimed %d times", key, n)
		}
	}
}

// concurrentDispatch has four dispatchers, beside those who append.
func concurrentDispatch(t *testing.T, w *world) {
	var mu sync.Mutex
	want := map[string]bool{}
	read := 0
	dispatch := func() {
		n, err := w.Dispatch(t.Context(), 5, fixture.OnlyJobs(planOne))
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		read += n
		mu.Unlock()
	}
	together(8, func(i int) {
		for range 10 {
			if i%2 == 0 {
				dispatch()
				continue
			}
			e := event(fmt.Sprint("sale ", i))
			mu.Lock()
			want[string(e.ID)] = true
			mu.Unlock()
			if err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error { return tx.Events.Append(ctx, e) }); err != nil {
				t.Error(err)
			}
		}
	})
	for range 10 {
		dispatch()
	}
	if read != len(want) {
		t.Errorf("%d events were read, %d appended", read, len(want))
	}
	for {
		jobs := w.claim(t, 20)
		if len(jobs) == 0 {
			break
		}
		for _, j := range jobs {
			if !want[j.Key] {
				t.Errorf("a job of no event, or twice: %s", j.Key)
			}
			delete(want, j.Key)
			// A nudge would show that its event was dispatched twice.
			w.end(t, ports.Done{Job: j})
		}
	}
	if len(want) != 0 {
		t.Errorf("%d events gave no job", len(want))
	}
}

// concurrentEvents: what happened to one subject keeps its order.
func concurrentEvents(t *testing.T, w *world) {
	free := func(p *domain.Product) { p.Price.Amount = 0 }
	subjects := []domain.Product{w.product(t, free), w.product(t, free)}
	var mu sync.Mutex
	var got []ports.Event
	together(9, func(i int) {
		p := subjects[i%2]
		for range 6 {
			if i == 8 { // one who dispatches meanwhile
				var part []ports.Event
				if _, err := w.Dispatch(t.Context(), 4, fixture.OnlyJobs(func(events []ports.Event) []ports.Job {
					part = append([]ports.Event(nil), events...)
					return nil
				})); err != nil {
					t.Error(err)
				}
				mu.Lock()
				got = append(got, part...)
				mu.Unlock()
				continue
			}
			if err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
				held, err := tx.Products.ByID(ctx, p.ID)
				if err != nil {
					return err
				}
				held.Price.Amount++
				if err := tx.Products.Save(ctx, held); err != nil { // the root first
					return err
				}
				e := event(string(p.ID))
				e.Payload = fmt.Sprint(held.Price.Amount)
				return tx.Events.Append(ctx, e)
			}); err != nil {
				t.Error(err)
			}
		}
	})
	got = append(got, w.dispatched(t)...)
	for _, p := range subjects {
		var want int64
		var last int64
		for _, e := range got {
			if e.Subject != string(p.ID) {
				continue
			}
			want++
			if e.Payload != fmt.Sprint(want) || e.Seq <= last {
				t.Errorf("event %d of %s is %s, with seq %d after %d", want, p.Name, e.Payload, e.Seq, last)
			}
			last = e.Seq
		}
		if want != 24 {
			t.Errorf("%d events of %s, want 24", want, p.Name)
		}
	}
}

// concurrentEnqueues: however many enqueue a key, there is one job of it.
func concurrentEnqueues(t *testing.T, w *world) {
	together(20, func(int) {
		if err := w.Enqueue(t.Context(), newJob("drain")); err != nil {
			t.Error(err)
		}
	})
	w.end(t, ports.Done{Job: w.claimOne(t, "enqueued by many", t0)})
	wantAll(t, "afterwards", keys(w.claim(t, 10)))
}

func concurrentLease(t *testing.T, w *world) {
	var mu sync.Mutex
	held := 0
	together(20, func(int) {
		_, ok, err := w.Lease(t.Context(), "dispatch", 0, 1<<40)
		if err != nil {
			t.Error(err)
		}
		if ok {
			mu.Lock()
			held++
			mu.Unlock()
		}
	})
	if held != 1 {
		t.Errorf("%d hold the lease, want 1", held)
	}
}
