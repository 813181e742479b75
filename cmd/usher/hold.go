package main

import (
	"time"

	"github.com/usherhq/usher/ports"
)

type holdCmd struct {
	Lift bool `help:"Let charges go on. Compare with the processor first what it has charged since the backup."`
	Show bool `help:"Only show whether charges are held."`
}

// Run holds all charges, or lets them go on.
func (h holdCmd) Run(c *call) error {
	if h.Lift && h.Show {
		return wrongUse("show", "changes nothing, and --lift does", "")
	}
	p, done, err := c.open()
	if err != nil {
		return err
	}
	defer done()
	switch {
	case h.Lift:
		err = p.Holding.Lift(c.ctx)
	case !h.Show:
		err = p.Holding.Hold(c.ctx)
	}
	if err != nil {
		return err
	}
	why, held, err := p.Holding.Held(c.ctx)
	if err != nil {
		return err
	}
	c.show(struct {
		Held   bool       `json:"held"`
		Since  *time.Time `json:"since"`
		Backup *time.Time `json:"backup_taken_at"`
	}{held, at(why.Since), at(why.Backup)},
		line{"charges", map[bool]string{true: "held", false: "go on"}[held]}, line{"asked for", when(why.Since)}, line{"backup of", when(why.Backup)})
	switch {
	case h.Lift:
		c.hint("What waited is done by the server, or by the next command that does what is due.")
	case held:
		c.hint("Nobody is charged, and renewals wait, until: %s hold --lift", self())
	}
	return nil
}

// heldBecause is said by a server that starts while charges are held.
func heldBecause(h ports.Hold) string {
	why := "This data is a backup that was taken at " + when(h.Backup)
	if h.Backup.IsZero() {
		why = "Somebody asked for that at " + when(h.Since)
	}
	return "Charges are held: nobody is charged, and renewals wait. " + why + ". Once you have compared it with what the processor charged since: usher hold --lift"
}
