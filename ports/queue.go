package ports

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
)

// Queue turns events into work and work into done work, at least once, in any
// number of processes. Its methods commit by themselves and are never called
// inside View or Update. Order is kept per subject, by Seq; ids order nothing.
type Queue interface {
	// Dispatch reads up to n undispatched events, oldest first, has plan turn
	// them into work, and marks them, all in one transaction. It returns how many
	// events it read. A webhook has one delivery of an event: a second is none.
	Dispatch(ctx context.Context, n int, plan Plan) (int, error)

	// Enqueue adds jobs. A job whose key is there already nudges that one: it
	// takes the earlier of the two due times, and if it is at work now it runs
	// once more afterwards. A dead job has given up its key.
	Enqueue(ctx context.Context, jobs ...Job) error

	// Claim leases up to n jobs of these kinds that are due at now (business
	// time) and that nobody holds, the longest due first and at most a quarter
	// of n (but one at least) from one lane. A lease that ran out (real time)
	// holds nothing: a crash loses no job.
	Claim(ctx context.Context, now time.Time, kinds []string, lease time.Duration, n int) ([]Job, error)

	// Finish ends claims. A claim that a later one has overtaken changes
	// nothing, and neither does ending one twice. A job that was nudged after
	// its claim runs once more, at once, however this claim ended.
	Finish(ctx context.Context, done ...Done) error

	// Dead returns up to limit jobs that were given up, of every seller or, if
	// it is not empty, of that lane: the latest to fall due first.
	Dead(ctx context.Context, lane string, limit int) ([]DeadJob, error)

	// Revive makes a dead job due at now, with no tries; if its key is taken
	// meanwhile it nudges the job that has it, and is gone. It fails with
	// [domain.ErrJobNotFound] if no dead job has that id, in that lane if lane
	// is not empty.
	Revive(ctx context.Context, lane string, id domain.JobID, now time.Time) error

	// NextDue returns the earliest due time of a job of these kinds, leased or
	// not, and false if there is none.
	NextDue(ctx context.Context, kinds []string) (time.Time, bool, error)

	// Backlog counts what waits at now (business time): of each of these kinds the
	// live jobs that are due, leased or not, dead jobs of any kind, events that
	// were not dispatched, deliveries that wait. It counts no further than most
	// of each, so that a long queue costs no more to look at.
	Backlog(ctx context.Context, now time.Time, kinds []string, most int) (Backlog, error)

	// Lease takes the lease of that name for d of real time, or reports false
	// if somebody else has it. Taking it again needs the fence of the last
	// time, which is how its holder keeps it; 0 is nobody's. For a d of 0 it is
	// given back.
	Lease(ctx context.Context, name string, fence int64, d time.Duration) (int64, bool, error)
}

// Plan says what is to be done about events: jobs, and what webhooks are told. It
// is given all webhooks of the events' sellers that are there and not stopped. It
// is pure and may run more than once.
type Plan func([]Event, []domain.Webhook) ([]Job, []domain.Delivery)

// Event is a [domain.Event] at rest.
type Event struct {
	Seq      int64 // given by the store; grows with each commit of one subject
	ID       domain.EventID
	SellerID domain.SellerID
	Subject  string
	Name     string
	Payload  string // JSON of the event's fields
	At       time.Time
}

// Job is a piece of work that outlives its transaction.
type Job struct {
	ID      domain.JobID
	Kind    string
	Lane    string // jobs of one lane share a fair part of the workers: the seller
	Key     string // at most one live job has it; empty: any number have none
	Payload string
	DueAt   time.Time // business time

	// Given by the store.
	Fence int64 // grows with each claim and never falls
	Nudge int64 // enqueues of the same key so far
	Tries int   // claims since it last ended well, without those that were put off
}

// Backlog is how much waits. The zero value is nothing.
type Backlog struct {
	Due        map[string]Waiting // by kind of job; a kind of which nothing is due is not there
	Events     Waiting
	Dead       int // jobs
	Deliveries int
}

// Waiting is what waits of one sort.
type Waiting struct {
	Count int
	Since time.Time // when the first of it fell due, or happened: business time
}

// DeadJob is a job that was given up.
type DeadJob struct {
	Job
	Why    string    // the code of the last failure
	DeadAt time.Time // business time
}

// Done says how a claim ended.
type Done struct {
	Job     Job // as it was claimed
	Outcome Outcome
	At      time.Time // when it is due again, for Again and Retry; for Dead, now; zero: when it was due
	Why     string    // for Retry and Dead; never a secret
}

// Outcome is how a claim ended. The zero value is Finished.
type Outcome uint8

// The outcomes.
const (
	Finished Outcome = iota // done; unless it was nudged meanwhile, it goes
	Again                   // put off: due later, and this claim was no try
	Retry                   // failed: due later
	Dead                    // failed for good: kept to be seen, its key is free
)

// String returns the outcome in a word, such as "finished".
func (o Outcome) String() string {
	return [...]string{"finished", "again", "retry", "dead"}[o]
}
