package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/usherhq/usher/adapters/sqlcopy"
)

type copyCmd struct {
	From string `required:"" help:"What is copied: a data folder, or the address of a PostgreSQL database." placeholder:"DIR|URL"`
	To   string `required:"" help:"Where to, the same way: what has no data yet, or a part of this copy." placeholder:"DIR|URL"`
}

// tableView is what a table of a copy holds, for a program.
type tableView struct {
	Table  string `json:"table"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// Run copies everything, and compares both sides. Stopped, it goes on when it is
// run again.
func (k copyCmd) Run(c *call) error {
	from, err := c.copyEnd("from", k.From)
	if err != nil {
		return err
	}
	to, err := c.copyEnd("to", k.To)
	if err != nil {
		return err
	}
	if from.database() == to.database() {
		return wrongUse("to", "is the same as --from", "")
	}
	source, keys, err := c.openSource(&from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := c.openTarget(&to, from, keys)
	if err != nil {
		return err
	}
	defer target.Close()
	bar := c.progress("copied")
	bar.percent = true
	done, err := sqlcopy.Run(c.ctx, source.Side(), target.Side(), sqlcopy.Options{Source: from.database(), Step: bar.at})
	bar.end()
	if err != nil {
		return c.notCopied(to, err)
	}
	c.showCopy(from, to, done)
	return nil
}

// notCopied is what an error of a copy means.
func (c *call) notCopied(to copyEnd, err error) error {
	if c.ctx.Err() != nil {
		c.hint("The same command again goes on where it stopped.")
		return errInterrupted
	}
	if errors.Is(err, sqlcopy.ErrFull) {
		d := describe(err)
		d.Msg = to.database() + " " + d.Msg
		return d
	}
	return err
}

func (c *call) showCopy(from, to copyEnd, done sqlcopy.Copy) {
	var rows int64
	views, lines := []tableView{}, [][]string{}
	for _, t := range done.Tables {
		rows += t.Rows
		views = append(views, tableView{t.Name, t.Rows, t.SHA256})
		lines = append(lines, []string{t.Name, fmt.Sprint(t.Rows), t.SHA256[:16]})
	}
	beside := []besides{}
	if !from.server {
		beside = append(beside, besidesIn(from.path)...)
	}
	if c.json {
		c.encode(struct {
			From     string      `json:"from"`
			To       string      `json:"to"`
			Before   bool        `json:"before"` // it was finished before
			Verified time.Time   `json:"verified_at"`
			Rows     int64       `json:"rows"`
			Tables   []tableView `json:"tables"` // those of both sides
			LeftOut  []besides   `json:"left_out"`
		}{from.database(), to.database(), done.Before, done.At.UTC(), rows, views, beside})
		return
	}
	if done.Before {
		c.say("This copy was finished at %s. Nothing changed.", when(done.At))
		return
	}
	table(c.out, []column{left("TABLE"), right("ROWS"), left("SHA-256, BOTH SIDES")}, lines)
	for _, l := range beside {
		c.say("(!) Not in it: %s", l)
	}
	if to.server && from.secrets != "" {
		c.say("(!) It needs the same secrets: keep %s, or give them with --secrets-file or %s.", from.secrets, secretsVariable)
	}
	c.say("The copy is the same as its source: %d rows. Serve one of the two only: both would charge.", rows)
}
