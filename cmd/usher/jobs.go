package main

import (
	"fmt"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type jobsCmd struct {
	List  jobsListCmd  `cmd:"" help:"List what was given up, the latest first."`
	Retry jobsRetryCmd `cmd:"" help:"Have it tried again."`
}

type jobView struct {
	ID     domain.JobID `json:"id"`
	Kind   string       `json:"kind"`
	Key    string       `json:"key"` // what it is about
	Tries  int          `json:"tries"`
	Why    string       `json:"why"` // the code of the last failure
	DeadAt time.Time    `json:"dead_at"`
}

func viewJob(j ports.DeadJob) any { return jobView{j.ID, j.Kind, j.Key, j.Tries, j.Why, j.DeadAt} }

type jobsListCmd struct {
	Limit int `help:"At most so many." default:"100" placeholder:"N"`
}

// Run lists what was given up.
func (l jobsListCmd) Run(c *call) error {
	if l.Limit < 1 {
		return wrongUse("limit", "must be at least 1", "")
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	dead, err := p.Worker.Dead(c.ctx, seller, l.Limit)
	if err != nil {
		return err
	}
	columns := []column{left("ID"), left("KIND"), left("ABOUT"), right("TRIES"), left("WHY"), left("GIVEN UP (UTC)")}
	return list(c, each(dead), viewJob, columns, func(j ports.DeadJob) []string {
		return []string{string(j.ID), j.Kind, j.Key, fmt.Sprint(j.Tries), j.Why, day(j.DeadAt)}
	}, "Nothing was given up.")
}

type jobsRetryCmd struct {
	Job domain.JobID `arg:"" help:"Id of the job, as jobs list shows it."`
}

// Run has a job tried again, at once.
func (r jobsRetryCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	if err := p.Worker.Revive(c.ctx, seller, r.Job); err != nil {
		return err
	}
	c.doDue(p)
	c.show(struct {
		ID domain.JobID `json:"id"`
	}{r.Job}, line{"tried again", string(r.Job)})
	c.hint("If it fails again it is put off, and in the end it is back among those given up: usher jobs list")
	return nil
}
