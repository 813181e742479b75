package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// job is a job with its lease. A lease that ran out still says who had the job
// last, who may end it as long as nobody else claimed it.
type job struct {
	ports.Job
	leased bool
	until  time.Time
	dead   bool
	deadAt time.Time
	why    string
}

func (j job) place() place { return placeOf(j.DueAt, string(j.ID)) }

// putJob makes or replaces a job.
func (t *tx) putJob(j job) {
	if old, had := t.jobs[j.ID]; had {
		t.dropJob(old)
	}
	set(t, t.jobs, j.ID, j)
	if !j.dead {
		t.add(t.due, j.place())
		if j.Key != "" {
			set(t, t.live, j.Key, j.ID)
		}
	}
}

func (t *tx) dropJob(j job) {
	unset(t, t.jobs, j.ID)
	if !j.dead {
		t.remove(t.due, j.place())
		unset(t, t.live, j.Key)
	}
}

func (t *tx) enqueue(jobs []ports.Job) error {
	for _, add := range jobs {
		id, there := t.live[add.Key]
		if !there {
			if _, taken := t.jobs[add.ID]; taken {
				return domain.ErrExists
			}
			add.Fence, add.Nudge, add.Tries = 0, 0, 0
			t.putJob(job{Job: add})
			continue
		}
		j := t.jobs[id]
		j.Nudge++
		if add.DueAt.Before(j.DueAt) {
			j.DueAt = add.DueAt
		}
		t.putJob(j)
	}
	return nil
}

// Enqueue implements ports.Queue.
func (s *Store) Enqueue(ctx context.Context, jobs ...ports.Job) error {
	return s.alone(ctx, ports.Scope{}, func(t *tx) error { return t.enqueue(jobs) })
}

// Claim implements ports.Queue.
func (s *Store) Claim(ctx context.Context, now time.Time, kinds []string, lease time.Duration, n int) ([]ports.Job, error) {
	var claimed []ports.Job
	err := s.alone(ctx, ports.Scope{}, func(t *tx) error {
		real, lanes := s.now(), map[string]int{}
		var chosen []job
		for p := range t.due.after(first) {
			if len(chosen) >= n || p.at > now.UnixMicro() {
				break
			}
			j := t.jobs[domain.JobID(p.id)]
			if j.leased && j.until.After(real) || !slices.Contains(kinds, j.Kind) || lanes[j.Lane] == max(1, n/4) {
				continue
			}
			lanes[j.Lane]++
			chosen = append(chosen, j)
		}
		for _, j := range chosen {
			j.Fence, j.Tries, j.leased, j.until = j.Fence+1, j.Tries+1, true, real.Add(lease)
			t.putJob(j)
			claimed = append(claimed, j.Job)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// Finish implements ports.Queue.
func (s *Store) Finish(ctx context.Context, done ...ports.Done) error {
	return s.alone(ctx, ports.Scope{}, func(t *tx) error {
		for _, d := range done {
			if j, ok := t.jobs[d.Job.ID]; ok && j.leased && j.Fence == d.Job.Fence {
				t.finish(j, d)
			}
		}
		return nil
	})
}

// finish ends a claim that is still good. A nudge that came meanwhile must not
// be lost, however the claim ended: the job stays due and runs once more.
func (t *tx) finish(j job, d ports.Done) {
	nudged := j.Nudge != d.Job.Nudge
	j.leased = false
	if !nudged && (d.Outcome == ports.Again || d.Outcome == ports.Retry) {
		j.DueAt = d.At
	}
	switch d.Outcome {
	case ports.Again:
		j.Tries--
	case ports.Retry:
		j.why = d.Why
	case ports.Dead:
		if !nudged {
			j.dead, j.deadAt, j.why = true, cmp.Or(d.At, j.DueAt), d.Why
		}
	default:
		if !nudged {
			t.dropJob(j)
			return
		}
		j.Tries = 0
	}
	t.putJob(j)
}

// NextDue implements ports.Queue.
func (s *Store) NextDue(ctx context.Context, kinds []string) (time.Time, bool, error) {
	if err := s.enter(ctx); err != nil {
		return time.Time{}, false, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for p := range s.due.after(first) {
		if j := s.jobs[domain.JobID(p.id)]; slices.Contains(kinds, j.Kind) {
			return j.DueAt, true, nil
		}
	}
	return time.Time{}, false, nil
}
