package main

import (
	"errors"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// doDue does what a command left to be done, such as the mails about it, and
// whatever else is due: a command needs no server beside it. That the work
// failed is no failure of the command, whose own part is kept; it is tried
// again by the next one, or by a server.
func (c *call) doDue(p *app.Usher) {
	at, test, err := p.Clock.Now(c.ctx)
	switch {
	case err != nil:
	case test: // then work is done by whoever moves the clock, so it is moved to where it stands
		_, err = p.Clock.Advance(c.ctx, at, func(s app.Step) {
			if s.Waits != "" {
				c.say("(!) waiting: %s", s.Waits)
			}
		})
		if errors.Is(err, domain.ErrInvalid) { // somebody else moved it on meanwhile, and did what was due
			err = nil
		}
	default:
		_, err = p.Worker.Tick(c.ctx)
	}
	if err != nil && c.ctx.Err() == nil {
		c.say("(!) Work that is due was not done, and is left to the next command or the server: %v", err)
	}
}
