package sqlrepo

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Claim takes what one would choose who goes through all jobs in order.
func TestClaimTakesWhatGoingThroughAllWould(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for round := range 40 {
		c, ctx := open(t), t.Context()
		type state struct {
			ports.Job
			until time.Time
		}
		var all []*state
		for i := range random.IntN(60) {
			j := ports.Job{ID: domain.JobID(fmt.Sprint(random.Uint32(), "-", i)), Kind: []string{"k", "l", "m"}[random.IntN(3)],
				Lane: []string{"", "a", "b", "b2", "é"}[random.IntN(1+round%5)], Key: fmt.Sprint(i), DueAt: t0.Add(time.Duration(random.IntN(12)) * time.Second)}
			must(t, Enqueue(ctx, c, j))
			all = append(all, &state{Job: j})
		}
		slices.SortFunc(all, func(a, b *state) int { return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID)) })
		real := t0
		for range 8 {
			now, n, kinds := t0.Add(time.Duration(random.IntN(14)-1)*time.Second), random.IntN(20), []string{"k", "l"}[:1+random.IntN(2)]
			real = real.Add(time.Duration(random.IntN(3)) * time.Second)
			var want []ports.Job
			lanes := map[string]int{}
			for _, s := range all {
				if len(want) < n && !s.DueAt.After(now) && !s.until.After(real) && slices.Contains(kinds, s.Kind) && lanes[s.Lane] < max(1, n/4) {
					lanes[s.Lane]++
					s.Fence, s.Tries, s.until = s.Fence+1, s.Tries+1, real.Add(2*time.Second)
					want = append(want, s.Job)
				}
			}
			got, err := Claim(ctx, c, now, real, kinds, 2*time.Second, n)
			must(t, err)
			if !slices.Equal(got, want) {
				t.Fatalf("round %d, %d of kinds %v:\n got %v\nwant %v", round, n, kinds, got, want)
			}
		}
	}
}

func TestEnqueueOfWhatIsThere(t *testing.T) {
	c, ctx := open(t), t.Context()
	job := ports.Job{ID: "1", Kind: "k", Key: "key", DueAt: t0}
	claim := func() ports.Job {
		t.Helper()
		got, err := Claim(ctx, c, t0, t0, []string{"k"}, time.Minute, 1)
		must(t, err)
		if len(got) != 1 {
			t.Fatalf("%d jobs claimed, want 1", len(got))
		}
		return got[0]
	}
	must(t, Enqueue(ctx, c, job, job))
	if got := claim(); got.Nudge != 1 {
		t.Errorf("the same job twice: nudged %d times, want once", got.Nudge)
	} else {
		must(t, Finish(ctx, c, ports.Done{Job: got, Outcome: ports.Dead, At: t0}))
	}
	if err := Enqueue(ctx, c, job); !errors.Is(err, domain.ErrExists) {
		t.Errorf("the id of a dead job: got %v, want %v", err, domain.ErrExists)
	}
	other := ports.Job{ID: "2", Kind: "k", Key: "key", DueAt: t0}
	must(t, Enqueue(ctx, c, other))
	if err := Enqueue(ctx, c, ports.Job{ID: "2", Kind: "k", Key: "another", DueAt: t0}); !errors.Is(err, domain.ErrExists) {
		t.Errorf("an id under another key: got %v, want %v", err, domain.ErrExists)
	}
	must(t, Enqueue(ctx, c, job)) // its key is another job's now
	if got := claim(); got.ID != "2" || got.Nudge != 1 {
		t.Errorf("got %+v, want the second job, nudged once", got)
	}
}

// Jobs without a key have nothing in common.
func TestJobsWithoutAKeyDoNotMeet(t *testing.T) {
	c, ctx := open(t), t.Context()
	must(t, Enqueue(ctx, c, ports.Job{ID: "1", Kind: "k", DueAt: t0}, ports.Job{ID: "2", Kind: "k", DueAt: t0}))
	got, err := Claim(ctx, c, t0, t0, []string{"k"}, time.Minute, 8)
	if err != nil || len(got) != 2 {
		t.Errorf("%d jobs, %v, want 2", len(got), err)
	}
	if err := Enqueue(ctx, c, ports.Job{ID: "1", Kind: "k", DueAt: t0}); !errors.Is(err, domain.ErrExists) {
		t.Errorf("its id again: got %v, want %v", err, domain.ErrExists)
	}
}

// A job that is given up without a time is dead all the same.
func TestDeadNeedsNoTime(t *testing.T) {
	c, ctx := open(t), t.Context()
	must(t, Enqueue(ctx, c, ports.Job{ID: "1", Kind: "k", Key: "key", DueAt: t0}))
	got, err := Claim(ctx, c, t0, t0, []string{"k"}, time.Minute, 1)
	must(t, err)
	must(t, Finish(ctx, c, ports.Done{Job: got[0], Outcome: ports.Dead, Why: "gone"}))
	if _, ok, err := NextDue(ctx, c, []string{"k"}); ok || err != nil {
		t.Errorf("it is due again: %v, %v", ok, err)
	}
	if n := c.number(t, `SELECT count(*) FROM usher_jobs WHERE dead_at IS NOT NULL AND why = 'gone'`); n != 1 {
		t.Errorf("%d dead jobs, want 1", n)
	}
}
