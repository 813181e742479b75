package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/adapters/sqlitestore"
)

type doctorCmd struct{}

// health of one thing, from well to bad.
const (
	well = iota
	doubtful
	bad
)

var stateNames = [...]string{well: "ok", doubtful: "warn", bad: "fail"}

// finding is what was seen of one thing, and what to do about it.
type finding struct {
	about string
	state int
	says  string
	fix   string // one sentence; empty if all is well
}

// findingView is a finding for a program.
type findingView struct {
	Check string `json:"check"`
	State string `json:"state"`
	Says  string `json:"says"`
	Fix   string `json:"fix"`
}

// Run looks at a data folder, or at a PostgreSQL database, also while a server
// uses it, and changes nothing.
// It ends with 0 if all is well, with 7 if something wants attention and with 1
// if something is wrong.
func (doctorCmd) Run(c *call) error {
	var all []finding
	if c.Database != "" {
		if err := c.Database.check(); err != nil {
			return err
		}
		all = c.examineServer(folder{path: c.Database.place(), server: true})
	} else {
		f := folder{path: c.Data}
		if _, err := os.Stat(f.database()); errors.Is(err, fs.ErrNotExist) {
			return noData(c.Data)
		}
		all = c.examine(f)
	}
	if c.ctx.Err() != nil {
		return errInterrupted
	}
	worst := well
	views := []findingView{}
	for _, one := range all {
		worst = max(worst, one.state)
		v := findingView{one.about, stateNames[one.state], one.says, one.fix}
		switch {
		case c.JSONL:
			c.encode(v)
		case c.json:
			views = append(views, v)
		default:
			text := one.says
			if one.fix != "" {
				text += ". " + one.fix + "."
			}
			fmt.Fprintf(c.out, "%-4s  %-11s  %s\n", v.State, v.Check, printable(text))
		}
	}
	if c.json && !c.JSONL {
		c.encode(struct {
			Worst  string        `json:"worst"`
			Checks []findingView `json:"checks"`
		}{stateNames[worst], views})
	}
	switch worst {
	case doubtful:
		return ended(exitDoubtful)
	case bad:
		return ended(exitFailed)
	}
	return nil
}

// examine looks at everything. What cannot be opened is not looked into.
func (c *call) examine(f folder) []finding {
	all := []finding{modeOf("folder", f.path, 0o700), modeOf("database", f.database(), 0o600)}
	keys, about := c.examineSecrets(&f)
	all = append(all, about...)
	now := time.Now()
	found, err := sqlitestore.Inspect(c.ctx, f.database(), sqlitestore.Inspection{Keys: keys, Now: now})
	if err != nil {
		return append(all, finding{"opening", bad, describe(notOpened(f.database(), err)).Error(), "Put back a backup that `usher restore --check` finds good, or the program that made the data"})
	}
	all = append(all, wholeness(found))
	all = append(all, insideOf(&found.Findings, now)...)
	return append(all, logOf(f.database()+"-wal"), roomFor(f))
}

// examineServer looks at what there is of usher's in a PostgreSQL database. How
// the server itself is has other tools.
func (c *call) examineServer(f folder) []finding {
	keys, all := c.examineSecrets(&f)
	now := time.Now()
	found, err := pgstore.Inspect(c.ctx, string(c.Database), keys, now)
	if errors.Is(err, pgstore.ErrEmpty) {
		return append(all, finding{"opening", bad, "there is no usher data in " + f.path, "Name another database, or make the data: `usher serve`"})
	}
	if err != nil {
		return append(all, finding{"opening", bad, describe(notOpened(f.path, err)).Error(), "See that the server runs, and that the address is right"})
	}
	all = append(all, finding{"opening", well, "the database answers", ""})
	return append(all, insideOf(&found, now)...)
}

// examineSecrets looks for the secrets, and whether others may read them.
func (c *call) examineSecrets(f *folder) (*keyring.Keyring, []finding) {
	quiet := *c
	quiet.err = io.Discard // what it would say of the file's mode is said here
	keys, err := quiet.secrets(f)
	switch {
	case err != nil:
		d := describe(err)
		return nil, []finding{{"secrets", bad, d.Error(), d.Hint}}
	case f.secrets != "":
		return keys, []finding{modeOf("secrets", f.secrets, 0o600)}
	}
	return keys, nil
}

// modeOf looks whether others than the owner may read a file.
func modeOf(about, path string, want fs.FileMode) finding {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return finding{about, bad, err.Error(), "Run this as the user that the server runs as"}
	case info.Mode().Perm()&0o077 != 0:
		return finding{about, doubtful, "other users can read " + path, fmt.Sprintf("Run chmod %o %s", want, quoted(path))}
	}
	return finding{about, well, path + " is its owner's only", ""}
}

// logOf looks at the write-ahead log, which begins anew at 64 MB unless
// something keeps it from that.
func logOf(path string) finding {
	const much = 256 << 20
	var size int64
	if info, err := os.Stat(path); err == nil {
		size = info.Size()
	}
	if size > much {
		return finding{"log", doubtful, "the write-ahead log has " + megabytes(uint64(size)), "End what reads for long, such as a backup or another program that has the database open, or restart the server"}
	}
	return finding{"log", well, "the write-ahead log has " + megabytes(uint64(size)), ""}
}

// roomFor looks at what the disk has left: a full one ends every write.
func roomFor(f folder) finding {
	const least, little = 100 << 20, 1 << 30
	free, known := freeSpace(f.path)
	switch {
	case !known:
		return finding{"disk", well, "what is free on the disk is not known here", ""}
	case free < least:
		return finding{"disk", bad, "the disk has " + megabytes(free) + " left", "Make room: nothing can be written to a full one"}
	case free < little:
		return finding{"disk", doubtful, "the disk has " + megabytes(free) + " left", "Make room: nothing can be written to a full one"}
	}
	return finding{"disk", well, "the disk has " + megabytes(free) + " left", ""}
}

func megabytes(n uint64) string { return fmt.Sprintf("%d MB", n>>20) }
