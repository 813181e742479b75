package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/usherhq/usher/adapters/jsonl"
)

type exportCmd struct {
	WithKeys bool   `help:"License keys too. Without them the licenses cannot be imported."`
	Output   string `help:"Write this file, which only you may read, instead of standard output." short:"o" placeholder:"FILE"`
	Yes      bool   `help:"Replace a file that is there; show keys on a terminal."`
}

// Run writes everything out.
func (e exportCmd) Run(c *call) error {
	if e.Output != "" {
		if _, err := os.Lstat(e.Output); err == nil && !e.Yes {
			return &fault{exitConflict, "exists", e.Output + " is there already", "output", "--yes replaces it"}
		}
	} else if e.WithKeys && isTerminal(c.out) && !e.Yes {
		return wrongUse("with-keys", "every license key would be shown on this terminal", "write a file with --output, or add --yes if you mean it")
	}
	p, done, err := c.open()
	if err != nil {
		return err
	}
	defer done()
	if e.WithKeys {
		c.say("(!) The export holds every license key in clear. Keep it as you keep the secrets.")
	}
	var n int64
	write := func(w io.Writer) (err error) {
		n, err = jsonl.Write(w, p.Transfer.Export(c.ctx), jsonl.Options{WithKeys: e.WithKeys})
		return err
	}
	if e.Output == "" {
		err = write(c.out)
	} else {
		err = writeFile(e.Output, write)
	}
	if err != nil {
		return err
	}
	if e.Output == "" {
		c.hint("%d records.", n)
		return nil
	}
	c.show(struct {
		File     string `json:"file"`
		Records  int64  `json:"records"`
		WithKeys bool   `json:"with_keys"`
	}{e.Output, n, e.WithKeys}, line{"file", e.Output}, line{"records", fmt.Sprint(n)})
	return nil
}

// writeFile makes a file that only its owner may read. It appears whole, in
// place of one that was there, or not at all.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // with mode 0600
	if err != nil {
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			err = p.Err
		}
		return cannotOpen(path+" cannot be written: "+err.Error(), "")
	}
	defer os.Remove(f.Name()) // does nothing once it is renamed
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
