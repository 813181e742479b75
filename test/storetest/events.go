package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var eventTests = tests{
	"RoundTrip":            eventRoundTrip,
	"SellerAndSeqAreGiven": eventGiven,
	"OrderOfOneSubject":    eventOrder,
	"InSlices":             eventSlices,
	"OnceEach":             eventOnce,
	"OfNothingRolledBack":  eventRolledBack,
	"JobsOfAPlan":          eventJobs,
	"JobsOfAPlanNudge":     eventJobsNudge,
	"APanickingPlan":       eventPanickingPlan,
	"APlanThatEnds":        eventGoexitPlan,
	"AnEndedContext":       eventEndedContext,
	"NoAlias":              eventNoAlias,
}

// event makes an event with only a subject.
func event(subject string) ports.Event {
	return ports.Event{ID: domain.EventID(fixture.ID()), Subject: subject, Name: "test.happened", Payload: "{}", At: fixture.T0}
}

// append appends events of a seller in one Update.
func (w *world) append(t *testing.T, who ports.Scope, events ...ports.Event) {
	t.Helper()
	w.update(t, who, func(ctx context.Context, tx ports.Tx) error { return tx.Events.Append(ctx, events...) })
}

// dispatch dispatches up to n events into no jobs, and returns them.
func (w *world) dispatch(t *testing.T, n int) (got []ports.Event) {
	t.Helper()
	read, err := w.Dispatch(t.Context(), n, fixture.OnlyJobs(func(events []ports.Event) []ports.Job {
		got = append([]ports.Event(nil), events...)
		return nil
	}))
	must(t, err)
	if read != len(got) {
		t.Fatalf("Dispatch says it read %d events, the plan saw %d", read, len(got))
	}
	return got
}

// dispatched returns all events that are not dispatched yet.
func (w *world) dispatched(t *testing.T) []ports.Event { t.Helper(); return w.dispatch(t, 1000) }

func eventRoundTrip(t *testing.T, w *world) {
	e := fixture.Distinct(ports.Event{Payload: `{"b": 1, "a": "it's 50% \\u00e9 日本"}`})
	if unset := fixture.Unset(e); len(unset) > 0 {
		t.Fatalf("%v are not set", unset)
	}
	w.append(t, w.of, e)
	got := w.dispatched(t)
	if len(got) != 1 {
		t.Fatalf("%d events, want 1", len(got))
	}
	e.Seq, e.SellerID = got[0].Seq, w.ana.ID
	wantAll(t, "dispatched", got, e)
}

// eventGiven: whose an event is, and when it came, is not the caller's to say.
func eventGiven(t *testing.T, w *world) {
	lie := event("a sale")
	lie.Seq, lie.SellerID = 1<<40, w.bob.ID
	w.append(t, w.of, lie, event("a sale"))
	got := w.dispatched(t)
	if len(got) != 2 || got[0].SellerID != w.ana.ID || got[1].SellerID != w.ana.ID || got[0].Seq >= got[1].Seq || got[0].Seq >= 1<<40 {
		t.Errorf("got %+v, want two of ana's with growing numbers of the store's", got)
	}
}

func payloads(events []ports.Event) (all []string) {
	for _, e := range events {
		all = append(all, e.Payload)
	}
	return all
}

// eventOrder: by the order of appending, whatever the ids and times say.
func eventOrder(t *testing.T, w *world) {
	var want []string
	for i := range 5 {
		var batch []ports.Event
		for j := range 3 {
			e := event("a sale")
			e.ID = domain.EventID(fmt.Sprintf("%d-%d", 9-i, 9-j))
			e.At = fixture.T0.Add(-time.Duration(i*10+j) * time.Hour)
			e.Payload = fmt.Sprint(i*10 + j)
			batch, want = append(batch, e), append(want, e.Payload)
		}
		w.append(t, w.of, batch...)
	}
	wantAll(t, "in order of appending", payloads(w.dispatched(t)), want...)
}

func eventSlices(t *testing.T, w *world) {
	var want, got []string
	for i := range 7 {
		e := event("a sale")
		e.Payload = fmt.Sprint(i)
		want = append(want, e.Payload)
		w.append(t, w.of, e)
	}
	var sizes []int
	for range 4 {
		part := w.dispatch(t, 3)
		sizes, got = append(sizes, len(part)), append(got, payloads(part)...)
	}
	wantAll(t, "the sizes of the slices", sizes, 3, 3, 1, 0)
	wantAll(t, "the events", got, want...)
}

func eventOnce(t *testing.T, w *world) {
	w.append(t, w.of, event("a sale"))
	w.append(t, ports.Seller(w.bob.ID), event("another sale"))
	if n := len(w.dispatched(t)); n != 2 {
		t.Errorf("first %d events, want 2", n)
	}
	if n := len(w.dispatched(t)); n != 0 {
		t.Errorf("then %d events, want none", n)
	}
}

func eventRolledBack(t *testing.T, w *world) {
	w.append(t, w.of, event("before"))
	boom := errors.New("boom")
	err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
		return errors.Join(tx.Events.Append(ctx, event("never"), event("never")), boom)
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want boom", err)
	}
	w.append(t, w.of, event("after"))
	var subjects []string
	for _, e := range w.dispatched(t) {
		subjects = append(subjects, e.Subject)
	}
	wantAll(t, "the subjects", subjects, "before", "after")
}

// planOne plans one job for each event, keyed by the event.
func planOne(events []ports.Event) (jobs []ports.Job) {
	for _, e := range events {
		jobs = append(jobs, newJob(string(e.ID)))
	}
	return jobs
}

func eventJobs(t *testing.T, w *world) {
	a, b := event("a sale"), event("a sale")
	w.append(t, w.of, a, b)
	n, err := w.Dispatch(t.Context(), 1, fixture.OnlyJobs(planOne))
	if n != 1 || err != nil {
		t.Fatalf("Dispatch: %d, %v, want 1", n, err)
	}
	wantAll(t, "the first event's job", keys(w.claim(t, 10)), string(a.ID))
	n, err = w.Dispatch(t.Context(), 10, fixture.OnlyJobs(planOne))
	if n != 1 || err != nil {
		t.Fatalf("Dispatch: %d, %v, want 1", n, err)
	}
	wantAll(t, "the second event's job", keys(w.claim(t, 10)), string(b.ID))
}

// eventJobsNudge: what a plan enqueues nudges as Enqueue does.
func eventJobsNudge(t *testing.T, w *world) {
	plan := func([]ports.Event) []ports.Job { return []ports.Job{newJob("drain"), newJob("drain")} }
	w.append(t, w.of, event("a sale"))
	_, err := w.Dispatch(t.Context(), 10, fixture.OnlyJobs(plan))
	must(t, err)
	at := w.claim(t, 10)
	wantAll(t, "two jobs of one key are one", keys(at), "drain")
	w.append(t, w.of, event("a sale"))
	_, err = w.Dispatch(t.Context(), 10, fixture.OnlyJobs(plan))
	must(t, err)
	must(t, w.Finish(t.Context(), ports.Done{Job: at[0]}))
	wantAll(t, "nudged while at work", keys(w.claim(t, 10)), "drain")
}

// notMarked needs the one event to be there still, and no job of it.
func (w *world) notMarked(t *testing.T, what string) {
	t.Helper()
	if _, due, err := w.NextDue(t.Context(), kinds); due || err != nil {
		t.Errorf("%s: a job is there, or %v", what, err)
	}
	if n := len(w.dispatched(t)); n != 1 {
		t.Errorf("%s: %d events are left, want 1", what, n)
	}
}

func eventPanickingPlan(t *testing.T, w *world) {
	w.append(t, w.of, event("a sale"))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic came through")
			}
		}()
		_, err := w.Dispatch(t.Context(), 10, fixture.OnlyJobs(func([]ports.Event) []ports.Job { panic("boom") }))
		t.Errorf("Dispatch returned %v", err)
	}()
	w.notMarked(t, "after a panic")
}

func eventGoexitPlan(t *testing.T, w *world) {
	w.append(t, w.of, event("a sale"))
	ctx := context.WithoutCancel(t.Context())
	inGoroutine(func(exit func()) {
		_, err := w.Dispatch(ctx, 10, fixture.OnlyJobs(func([]ports.Event) []ports.Job { exit(); return nil }))
		t.Errorf("Dispatch returned %v", err)
	})
	w.notMarked(t, "after Goexit")
}

// eventEndedContext: either it was too late to stop and all is done, or
// nothing is.
func eventEndedContext(t *testing.T, w *world) {
	e := event("a sale")
	w.append(t, w.of, e)
	ctx, cancel := context.WithCancel(t.Context())
	n, err := w.Dispatch(ctx, 10, fixture.OnlyJobs(func(events []ports.Event) []ports.Job { cancel(); return planOne(events) }))
	if err != nil {
		w.notMarked(t, "after the context ended")
		return
	}
	wantAll(t, "the job of the event that was marked", keys(w.claim(t, 10)), string(e.ID))
	if left := len(w.dispatched(t)); n != 1 || left != 0 {
		t.Errorf("%d events read, %d left, want 1 and none", n, left)
	}
}

// eventNoAlias: a plan may do what it likes to the slice it is given.
func eventNoAlias(t *testing.T, w *world) {
	w.append(t, w.of, event("a sale"), event("a sale"))
	_, err := w.Dispatch(t.Context(), 1, fixture.OnlyJobs(func(events []ports.Event) []ports.Job {
		_ = append(events, event("overwritten"))
		return nil
	}))
	must(t, err)
	if got := w.dispatched(t); len(got) != 1 || got[0].Subject != "a sale" {
		t.Errorf("got %+v, want the second event as it was", got)
	}
}
