package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/usherhq/usher/adapters/jsonl"
)

type importCmd struct {
	File   string `arg:"" help:"File that export made, or another of the same form. It must be a file: it is read more than once."`
	DryRun bool   `help:"Check everything and keep nothing."`
}

// Run imports a file: all of it, or nothing.
func (i importCmd) Run(c *call) error {
	file, err := os.Open(i.File)
	if err != nil {
		return cannotOpen("the file cannot be read: "+err.Error(), "")
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return wrongUse("file", i.File+" is no regular file", "the file is read more than once, so put it on disk first")
	}
	p, done, err := c.openOrMake()
	if err != nil {
		return err
	}
	defer done()
	bar := c.progress("imported")
	bar.percent = true
	if i.DryRun {
		bar.what = "checked"
	}
	meter := &meter{ReadSeeker: file, bar: bar, size: info.Size(), readings: 3}
	if i.DryRun {
		meter.readings = 2
	}
	src, err := jsonl.Source(meter)
	if err != nil {
		return err
	}
	found, err := p.Transfer.Import(c.ctx, src, i.DryRun)
	bar.end()
	if err != nil {
		if c.ctx.Err() != nil && !i.DryRun {
			c.hint("The same command again goes on where it stopped.")
		}
		return err
	}
	c.show(struct {
		Records int64 `json:"records"` // in the file
		New     int64 `json:"new"`     // that the store lacked
		Before  bool  `json:"before"`  // the file was imported before
		DryRun  bool  `json:"dry_run"`
	}{found.Records, found.New, found.Before, i.DryRun}, line{"records", fmt.Sprint(found.Records)}, line{"new", fmt.Sprint(found.New)})
	switch {
	case found.Before:
		c.hint("This file was imported before. Nothing changed.")
	case i.DryRun:
		c.hint("The whole file is fine. Nothing was kept.")
	case found.New == 0:
		c.hint("All of it was there already. Nothing changed.")
	default:
		c.hint("All of it is there now.")
	}
	return nil
}

// meter shows how far the readings of a file are. It is read once to know it
// again, once to check it, and once to keep what is in it.
type meter struct {
	io.ReadSeeker
	bar      *progress
	size     int64
	readings int64
	reading  int64
	at       int64
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.ReadSeeker.Read(b)
	m.at += int64(n)
	m.bar.at((m.reading-1)*m.size+m.at, m.readings*m.size)
	return n, err
}

func (m *meter) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekStart {
		return 0, errors.New("usher: a meter only starts again")
	}
	m.reading, m.at = m.reading+1, 0
	return m.ReadSeeker.Seek(offset, whence)
}
