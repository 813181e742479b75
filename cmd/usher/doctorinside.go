package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/adapters/sqlrepo"
)

// insideOf says what was found in a database.
func insideOf(f *sqlrepo.Findings, now time.Time) []finding {
	return []finding{
		schemaOf(f), copyOf(f), keysFound(f), clockOf(f, now),
		several(f.Dead, "jobs", "job was given up", "jobs were given up", `See "usher jobs list", and "usher jobs retry JOB" once what they failed for is mended`),
		several(f.Waiting, "payments", "payment has waited for its answer for a day", "payments have waited for their answer for a day", "Let a server run with the --payments that they were begun with, and see that its processor answers"),
		several(f.Untold, "events", "event waits to be carried out", "events wait to be carried out", "Start the server: nothing that hangs on them is done without it, such as mails and renewals"),
		several(mailsIn(f), "mails", "mail is kept unsent", "mails are kept unsent", `Read them with "usher mail list" and tell people yourself: usher sends none yet`),
		testClockOf(f), chargesOf(f),
	}
}

func wholeness(f *sqlitestore.Findings) finding {
	if len(f.Faults) > 0 {
		return finding{"opening", bad, "the database is damaged: " + strings.Join(f.Faults, "; "), "Stop the server and put back a backup that `usher restore --check` finds good"}
	}
	return finding{"opening", well, "the database opens and is whole", ""}
}

func schemaOf(f *sqlrepo.Findings) finding {
	says := fmt.Sprintf("the database has schema %d, and this usher knows %d", f.Schema, f.Known)
	switch {
	case f.Schema < f.Known:
		return finding{"schema", doubtful, says, "Stop every process that uses it and start this one: it migrates then"}
	case f.Schema > f.Known:
		return finding{"schema", doubtful, says, "Use the usher that migrated it, as the others do"}
	}
	return finding{"schema", well, says, ""}
}

// copyOf looks whether all of a copy is there: if not, only who goes on with it
// may have it.
func copyOf(f *sqlrepo.Findings) finding {
	switch {
	case f.Copied.From == "":
		return finding{"copy", well, "it was not copied from another database", ""}
	case f.Copied.DoneAt.IsZero():
		return finding{"copy", bad, "it holds a copy of " + f.Copied.From + " that is not finished", "Run the same `usher copy` again, which goes on"}
	}
	return finding{"copy", well, "it was copied from " + f.Copied.From + " and found the same at " + when(f.Copied.DoneAt), ""}
}

func keysFound(f *sqlrepo.Findings) finding {
	if f.Secrets != nil {
		d := describe(f.Secrets)
		fix := d.Hint
		if fix == "" {
			fix = "Put back the secrets, or a backup that `usher restore --check` finds good with them"
		}
		return finding{"keys", bad, d.Error(), fix}
	}
	if f.Proved == 0 {
		return finding{"keys", well, "there is no license key to open with the secrets", ""}
	}
	return finding{"keys", well, "license keys open with the secrets", ""}
}

// clockOf compares the clock with what has happened by it: time that runs
// backwards renews late, and lets quotes live longer.
func clockOf(f *sqlrepo.Findings, now time.Time) finding {
	if !f.TestClock.IsZero() {
		now = f.TestClock
	}
	if f.LastAt.After(now.Add(time.Minute)) {
		return finding{"clock", bad, "something has happened at " + when(f.LastAt) + ", which is yet to come: it is " + when(now), "Set the machine's clock"}
	}
	return finding{"clock", well, "it is " + when(now) + ", and nothing has happened later", ""}
}

// several is a finding about things of which there should be none.
func several(n int64, about, one, more, fix string) finding {
	switch n {
	case 0:
		return finding{about, well, "no " + one, ""}
	case 1:
		return finding{about, doubtful, "1 " + one, fix}
	}
	return finding{about, doubtful, fmt.Sprintf("%d %s", n, more), fix}
}

func mailsIn(f *sqlrepo.Findings) int64 {
	for _, r := range f.Rows {
		if r.Name == "mails" {
			return r.Rows
		}
	}
	return 0
}

func testClockOf(f *sqlrepo.Findings) finding {
	if f.TestClock.IsZero() {
		return finding{"test clock", well, "there is none", ""}
	}
	return finding{"test clock", doubtful, "the data has one, which stands at " + when(f.TestClock), `Move it with "usher clock advance"; a real shop needs a folder without one`}
}

func chargesOf(f *sqlrepo.Findings) finding {
	switch {
	case !f.Backup.IsZero():
		return finding{"charges", doubtful, "they are held: this is a backup of " + when(f.Backup), `Compare it with what the processor charged since, and then run "usher hold --lift"`}
	case f.Held:
		return finding{"charges", doubtful, "they are held: somebody asked for that", `Run "usher hold --lift" when they may go on`}
	}
	return finding{"charges", well, "they go on", ""}
}
