package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// progress shows how far long work is: on a terminal one line that is drawn
// again, elsewhere a line at each tenth.
type progress struct {
	w        io.Writer
	what     string
	percent  bool // pieces mean nothing to a person
	terminal bool
	began    time.Time
	drawn    time.Time
	tenth    int64
	open     bool // a line on the terminal is not ended
}

func (c *call) progress(what string) *progress {
	return &progress{w: c.err, what: what, terminal: isTerminal(c.err), began: time.Now()}
}

// at says that done of total pieces are done.
func (p *progress) at(done, total int64) {
	if total <= 0 {
		return
	}
	done = min(done, total)
	if !p.terminal {
		if tenth := done * 10 / total; tenth > p.tenth {
			p.tenth = tenth
			fmt.Fprintf(p.w, "%s %d%%\n", p.what, tenth*10)
		}
		return
	}
	now := time.Now()
	if done < total && now.Sub(p.drawn) < 100*time.Millisecond {
		return
	}
	const width = 30
	full := int(done * width / total)
	left := ""
	if spent := now.Sub(p.began); done > 0 && done < total && spent > time.Second {
		rest := time.Duration(float64(spent) / float64(done) * float64(total-done))
		left = fmt.Sprintf("  %v left", rest.Round(time.Second))
	}
	count := fmt.Sprintf("%d/%d", done, total)
	if p.percent {
		count = fmt.Sprintf("%d%%", done*100/total)
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s %s [%s%s]%s", p.what, count, strings.Repeat("#", full), strings.Repeat("-", width-full), left)
	p.drawn, p.open = now, true
}

// end ends the line.
func (p *progress) end() {
	if p.open {
		fmt.Fprintln(p.w)
		p.open = false
	}
}
