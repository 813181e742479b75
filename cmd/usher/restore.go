package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/sqlitestore"
)

type restoreCmd struct {
	File  string `arg:"" help:"The backup."`
	Check bool   `help:"See whether it is whole, and whether its license keys open with the secrets. Nothing is changed."`
}

// Run checks a backup. To put one back is to copy a file, which is left to
// whoever knows that the server is stopped.
func (r restoreCmd) Run(c *call) error {
	if c.Database != "" {
		if err := c.Database.check(); err != nil {
			return err
		}
		return wrongUse("database", "is PostgreSQL's, whose backups are put back by its own tools: "+fmt.Sprintf("pg_restore --no-owner --dbname=%s %s", quoted(c.Database.place()), quoted(r.File)),
			"into an empty database; then usher hold, and usher doctor says whether its license keys open with the secrets")
	}
	if !r.Check {
		return wrongUse("check", "is missing: usher never replaces a database by itself",
			fmt.Sprintf("check it with --check; then stop the server, and copy it to %s in a folder that has none, with the secrets beside it", filepath.Join(c.Data, "usher.db")))
	}
	if _, err := os.Stat(r.File); err != nil {
		return cannotOpen("the backup cannot be read: "+err.Error(), "")
	}
	keys, err := c.secretsOfCopy(r.File)
	if err != nil {
		return err
	}
	found, err := sqlitestore.Inspect(c.ctx, r.File, sqlitestore.Inspection{Copy: true, Keys: keys, Now: time.Now()})
	if err != nil {
		return notOpened(r.File, err)
	}
	if err := badBackup(r.File, found); err != nil {
		return err
	}
	rows := map[string]int64{}
	lines := []line{{"backup", r.File}, {"taken", when(found.Backup)}, {"schema", fmt.Sprintf("%d, this usher knows %d", found.Schema, found.Known)},
		{"secrets", "fit"}, {"keys opened", fmt.Sprintf("%d, one of each secret in use", found.Proved)}}
	for _, n := range found.Rows {
		rows[n.Name] = n.Rows
		lines = append(lines, line{n.Name, fmt.Sprint(n.Rows)})
	}
	c.show(struct {
		File    string           `json:"file"`
		TakenAt *time.Time       `json:"taken_at"`
		Schema  int              `json:"schema"`
		Opened  int              `json:"keys_opened"`
		Held    bool             `json:"charges_held"`
		Rows    map[string]int64 `json:"rows"`
	}{r.File, at(found.Backup), found.Schema, found.Proved, found.Held, rows}, lines...)
	if found.Held {
		c.hint("A server that is started on it charges nobody until: %s hold --lift", self())
	} else {
		c.hint("(!) It is not marked as a backup: a server that is started on it charges what is due at once. Then begin with: %s hold", self())
	}
	return nil
}

// badBackup says what is wrong with a backup, if something is.
func badBackup(path string, f *sqlitestore.Findings) error {
	switch {
	case len(f.Faults) > 0:
		return &fault{exitFailed, "damaged", path + " is damaged: " + strings.Join(f.Faults, "; "), "", "use another backup"}
	case f.Strays > 0:
		return &fault{exitFailed, "damaged", fmt.Sprintf("%s is damaged: %d rows refer to what is not in it", path, f.Strays), "", "use another backup"}
	case f.Secrets != nil:
		return notOpened(path, f.Secrets)
	}
	return nil
}

// secretsOfCopy finds the secrets of a backup: those of the settings, else those
// of the data folder, else those that lie beside it.
func (c *call) secretsOfCopy(path string) (*keyring.Keyring, error) {
	f := folder{path: c.Data}
	if beside := filepath.Dir(path); c.SecretsFile == "" && os.Getenv(secretsVariable) == "" {
		if _, err := os.Stat(filepath.Join(c.Data, "usher.secrets")); errors.Is(err, fs.ErrNotExist) {
			f.path = beside
		}
		if _, err := os.Stat(filepath.Join(f.path, "usher.secrets")); errors.Is(err, fs.ErrNotExist) {
			return nil, cannotOpen("the secrets of the backup are neither in "+filepath.Join(c.Data, "usher.secrets")+" nor beside it",
				"name their file with --secrets-file; without them no key can be read")
		}
	}
	return c.secrets(&f)
}
