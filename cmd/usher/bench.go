package main

import (
	"os"
	"time"
)

type benchCmd struct {
	Licenses int           `help:"How many licenses there are." default:"20000" placeholder:"N"`
	For      time.Duration `help:"How long each figure is measured." default:"1500ms" placeholder:"DURATION"`
	Full     bool          `help:"Measure 256 clients at once too."`
	Serve    bool          `hidden:"" help:"Be the server that is measured."`
}

// Run measures a server of this program on this machine, with data of its own.
// What counts are the ratios of one run: machines and disks differ more than
// programs do.
func (b benchCmd) Run(c *call) error {
	if b.Serve {
		return benchServer(c)
	}
	switch {
	case c.explicit("data"):
		return wrongUse("data", "is of no use here: what is measured is made for it, in a temporary folder", "leave it out")
	case b.Licenses < 1 || b.Licenses > 1_000_000:
		return wrongUse("licenses", "must be from 1 to 1000000", "")
	case b.For < 10*time.Millisecond || b.For > time.Minute:
		return wrongUse("for", "must be from 10ms to 1m", "")
	}
	dir, err := os.MkdirTemp("", "usher-bench-")
	if err != nil {
		return cannotOpen("no temporary folder can be made: "+err.Error(), "name another place for those with TMPDIR")
	}
	defer os.RemoveAll(dir)
	c.Data, c.ownSecrets, c.Payments = dir, true, "none"
	data := newBenchData(b.Licenses)
	if err := data.load(c); err != nil {
		return err
	}
	s, err := startBenched(c)
	if err != nil {
		return err
	}
	defer s.stop()
	figures, err := b.measure(c, s, data.forms())
	if c.ctx.Err() != nil {
		return errInterrupted
	}
	if err != nil {
		return err
	}
	b.report(c, figures)
	return nil
}

// The servers that are compared: usher as it is, one in which each use of a
// key waits for a commit of its own, and one that answers what it was told to.
const (
	asItIs   = "usher"
	eachOwn  = "one_commit_each"
	canned   = "canned"
	counting = "count"
	reading  = "read"
	spread   = "spread"
	oneKey   = "one"
)

// rounds is how often each figure is taken, in turn with those that it is
// compared with, so that what else the machine does is shared fairly.
const rounds = 3

// measure takes all figures.
func (b benchCmd) measure(c *call, s *benched, forms forms) ([]figure, error) {
	clients := []int{1, 16, 64}
	if b.Full {
		clients = append(clients, 256)
	}
	var plan []figure
	for _, n := range clients {
		for _, of := range []string{canned, eachOwn, asItIs} {
			plan = append(plan, figure{Request: counting, Keys: spread, Server: of, Clients: n})
		}
	}
	const most = 64
	plan = append(plan,
		figure{Request: counting, Keys: oneKey, Server: asItIs, Clients: most},
		figure{Request: reading, Keys: spread, Server: asItIs, Clients: most},
		figure{Request: reading, Keys: oneKey, Server: asItIs, Clients: most},
		figure{Request: counting, Keys: spread, Server: asItIs}, // at half of what it can do
	)
	if err := s.can(c.ctx, forms); err != nil {
		return nil, err
	}
	bar := c.progress("measured")
	defer bar.end()
	taken := int64(0)
	take := func(some []figure) error {
		for range rounds {
			for i := range some {
				if err := s.take(c.ctx, &some[i], forms, b.For/rounds); err != nil {
					return err
				}
				taken++
				bar.at(taken, int64(rounds*len(plan)))
			}
		}
		for i := range some {
			some[i].sum()
		}
		return nil
	}
	rest := plan
	for len(rest) > 1 {
		if err := take(rest[:3]); err != nil {
			return nil, err
		}
		rest = rest[3:]
	}
	rate := max(1, figureOf(plan, asItIs, most).PerSecond/2)
	rest[0].Rate = &rate
	if err := take(rest); err != nil {
		return nil, err
	}
	for i := range plan {
		if f := &plan[i]; f.Server == asItIs && f.Clients > 0 {
			f.ToCanned = f.ratio(figureOf(plan, canned, f.Clients))
			if f.Request == counting {
				f.ToEach = f.ratio(figureOf(plan, eachOwn, f.Clients))
			}
		}
	}
	return plan, nil
}
