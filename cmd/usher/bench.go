package main

import (
	"context"
	"os"
	"time"

	"github.com/usherhq/usher/adapters/pgstore"
)

type benchCmd struct {
	Licenses int           `help:"How many licenses there are." default:"20000" placeholder:"N"`
	For      time.Duration `help:"How long each figure is measured." default:"1200ms" placeholder:"DURATION"`
	Full     bool          `help:"Measure 256 clients at once too."`
	Serve    bool          `hidden:"" help:"Be the server that is measured."`
	Profile  string        `hidden:"" help:"File for a profile of the server's processor time." placeholder:"FILE"`
}

// Run measures a server of this program on this machine, with data of its own.
// What counts are the ratios of one run: machines and disks differ more than
// programs do.
func (b benchCmd) Run(c *call) error {
	if b.Serve {
		return benchServer(c, b.Profile)
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
	drop, err := c.benchDatabase()
	if err != nil {
		return err
	}
	defer drop()
	c.Data, c.SecretsFile, c.ownSecrets, c.Payments = dir, "", true, "none"
	figures, err := b.figures(c)
	if c.ctx.Err() != nil {
		return errInterrupted
	}
	if err != nil {
		return err
	}
	b.report(c, figures)
	return nil
}

// figures makes the data and measures.
func (b benchCmd) figures(c *call) ([]figure, error) {
	data := newBenchData(b.Licenses)
	if err := data.load(c); err != nil {
		return nil, err
	}
	s, err := startBenched(c, b.Profile)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	return b.measure(c, s, data.forms())
}

// benchDatabase has c work with a PostgreSQL database that is made here, on the
// server of the one that is named, until drop is called. Only the command line
// names it: what the environment says is about a server that is at work.
func (c *call) benchDatabase() (drop func(), err error) {
	if !c.explicit("database") {
		c.Database = ""
		return func() {}, nil
	}
	if err := c.Database.check(); err != nil {
		return nil, err
	}
	scratch, err := pgstore.MakeScratch(c.ctx, string(c.Database))
	if err != nil {
		return nil, cannotOpen("no database can be made beside "+c.Database.place()+": "+err.Error(),
			"usher bench makes one of its own and drops it: name a role that may make databases")
	}
	c.Database = databaseURL(scratch.URL)
	return func() {
		if err := scratch.Drop(context.WithoutCancel(c.ctx)); err != nil {
			c.say("(!) the database %s is left and can be dropped: %v", scratch.Name, err)
		}
	}, nil
}
