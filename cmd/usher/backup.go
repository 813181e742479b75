package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/usherhq/usher/adapters/sqlitestore"
)

type backupCmd struct {
	File string `arg:"" help:"File to write, which must not be there."`
}

// besides is something that a backup does not hold.
type besides struct {
	What string `json:"what"`
	Path string `json:"path"` // empty: it is no file
}

// Run copies the database while others use it. It needs no secrets.
func (b backupCmd) Run(c *call) error {
	if c.Database != "" {
		if err := c.Database.check(); err != nil {
			return err
		}
		return wrongUse("database", "is PostgreSQL's, which makes its own backups: "+fmt.Sprintf("pg_dump --format=custom --file=%s %s", quoted(b.File), quoted(c.Database.place())),
			"keep a copy of the secrets too; where it is put back with pg_restore, begin with usher hold: it does not know what was charged since")
	}
	f := folder{path: c.Data}
	if _, err := os.Stat(f.database()); errors.Is(err, fs.ErrNotExist) {
		return noData(c.Data)
	}
	made, err := sqlitestore.Backup(c.ctx, f.database(), b.File)
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.Is(err, fs.ErrExist):
		return &fault{exitConflict, "exists", b.File + " is there already", "file", "name one that is not: a backup never replaces another"}
	case c.ctx.Err() != nil:
		return errInterrupted
	case errors.As(err, &p), errors.As(err, &l):
		return cannotOpen(b.File+" cannot be written: "+err.Error(), "")
	case err != nil:
		return notOpened(f.database(), err)
	}
	left := c.leftOut(f)
	lines := []line{{"file", b.File}, {"bytes", fmt.Sprint(made.Bytes)}, {"taken", when(made.TakenAt)}}
	for _, l := range left {
		lines = append(lines, line{"not in it", l.String()})
	}
	c.show(struct {
		File    string    `json:"file"`
		Bytes   int64     `json:"bytes"`
		TakenAt time.Time `json:"taken_at"`
		LeftOut []besides `json:"left_out"`
	}{b.File, made.Bytes, made.TakenAt, left}, lines...)
	c.hint("Without the secrets no license key in it can be read: keep a copy of them too, and elsewhere.\nSee that it is good: %s restore --check %s", self(), quoted(b.File))
	return nil
}

// leftOut returns what belongs to the data and is not in a backup of it.
func (c *call) leftOut(f folder) []besides {
	secrets := besides{"the secrets", filepath.Join(f.path, "usher.secrets")}
	switch {
	case os.Getenv(secretsVariable) != "":
		secrets = besides{"the secrets, which are in " + secretsVariable, ""}
	case c.SecretsFile != "":
		secrets.Path = c.SecretsFile
	}
	return append([]besides{secrets}, besidesIn(f.path)...)
}

// besidesIn returns what a data folder keeps beside the database and its secrets.
func besidesIn(path string) (all []besides) {
	for _, more := range []besides{
		{"the sandbox's book", filepath.Join(path, "sandbox.jsonl")},
		{"what you are to bill", filepath.Join(path, "ledger.jsonl")},
		{"the settings", filepath.Join(path, "usher.json")},
	} {
		if _, err := os.Stat(more.Path); err == nil {
			all = append(all, more)
		}
	}
	return all
}

// String is what it is and where.
func (b besides) String() string {
	if b.Path == "" {
		return b.What
	}
	return b.What + ": " + b.Path
}
