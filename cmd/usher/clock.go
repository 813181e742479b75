package main

import (
	"fmt"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

type clockCmd struct {
	Show    clockShowCmd    `cmd:"" help:"Show what time it is for memberships, quotes and retries."`
	Advance clockAdvanceCmd `cmd:"" help:"Move the test clock on, and do everything that falls due until then, in order."`
}

type clockShowCmd struct{}

// Run shows the clock.
func (clockShowCmd) Run(c *call) error {
	p, done, err := c.open()
	if err != nil {
		return err
	}
	defer done()
	now, test, err := p.Clock.Now(c.ctx)
	if err != nil {
		return err
	}
	c.showClock(now, test)
	return nil
}

func (c *call) showClock(now time.Time, test bool) {
	kind := "the machine's"
	if test {
		kind = "a test clock; it stands still"
	}
	c.show(struct {
		Now       time.Time `json:"now"`
		TestClock bool      `json:"test_clock"`
	}{now, test}, line{"now", when(now)}, line{"clock", kind})
}

type clockAdvanceCmd struct {
	By string    `arg:"" optional:"" help:"How far: 31d, 1mo, 1y, 12h."`
	To time.Time `help:"Where to instead, such as 2026-03-01T00:00:00Z." placeholder:"TIME"`
}

// Run moves the test clock.
func (a clockAdvanceCmd) Run(c *call) error {
	if (a.By == "") == a.To.IsZero() {
		return wrongUse("", "say how far, or where to", "usher clock advance 31d, or --to 2026-03-01T00:00:00Z")
	}
	p, done, err := c.open()
	if err != nil {
		return err
	}
	defer done()
	from, test, err := p.Clock.Now(c.ctx)
	switch {
	case err != nil:
		return err
	case !test:
		return domain.ErrNoTestClock
	}
	to := domain.Instant(a.To)
	if a.By != "" {
		if to, err = app.Ahead(from, a.By); err != nil {
			return err
		}
	}
	days := dayByDay{progress: c.progress("clock")}
	_, err = p.Clock.Advance(c.ctx, to, days.step)
	days.end()
	if err != nil {
		if c.ctx.Err() != nil {
			c.hint("What was done stays done. The same --to again goes on from here: %s", to.Format(time.RFC3339))
		}
		return err
	}
	c.show(struct {
		From time.Time `json:"from"`
		Now  time.Time `json:"now"`
		Jobs int       `json:"jobs"` // done on the way
	}{from, to, days.jobs}, line{"now", when(to)}, line{"jobs done", fmt.Sprint(days.jobs)})
	return nil
}

// dayByDay shows how far the clock is: on a terminal one line that is drawn
// again, elsewhere a line for each day on which something was done.
type dayByDay struct {
	*progress
	jobs  int // in all
	day   string
	today int
}

func (d *dayByDay) step(s app.Step) {
	if s.Waits != "" {
		d.progress.end()
		fmt.Fprintf(d.w, "(!) waiting: %s\n", s.Waits)
		return
	}
	if day := s.At.UTC().Format(time.DateOnly); day != d.day {
		d.flush()
		d.day = day
	}
	d.jobs += s.Jobs
	d.today += s.Jobs
	if d.terminal && time.Since(d.drawn) > 100*time.Millisecond {
		fmt.Fprintf(d.w, "\r\x1b[Kclock %s, %d jobs done", d.day, d.jobs)
		d.drawn, d.open = time.Now(), true
	}
}

func (d *dayByDay) flush() {
	if !d.terminal && d.today > 0 {
		fmt.Fprintf(d.w, "%s  %d done\n", d.day, d.today)
	}
	d.today = 0
}

// end ends the last line.
func (d *dayByDay) end() {
	d.flush()
	d.progress.end()
}
