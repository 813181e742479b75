package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/usherhq/usher/adapters/gumroadcsv"
	"github.com/usherhq/usher/adapters/jsonl"
	"github.com/usherhq/usher/app"
)

type importCmd struct {
	File       string   `arg:"" help:"File that export made, or another of the same form; or the CSV of your sales at Gumroad. It must be a file: it is read more than once."`
	DryRun     bool     `help:"Check everything and keep nothing."`
	Format     string   `help:"Form of the file: ${enum}. Unless given, csv if it is called so, and jsonl if not." enum:",jsonl,csv" default:"" placeholder:"FORM"`
	ProductIDs []string `name:"product-id" help:"Of a CSV: the API id of a product, which apps send; once for each product in the file." sep:"none" placeholder:"PERMALINK=ID"`
}

// Run imports a file: all of it, or nothing.
func (i importCmd) Run(c *call) error {
	csv, err := i.isCSV()
	if err != nil {
		return err
	}
	ids, err := i.ids()
	if err != nil {
		return err
	}
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
	open := c.openOrMake
	if csv { // which has no seller: there is one already
		open = c.open
	}
	p, done, err := open()
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
	var src app.Source
	var sales *gumroadcsv.Report // of a CSV
	if csv {
		src, sales, err = i.salesOf(c, p, meter, ids)
	} else {
		src, err = jsonl.Source(meter)
	}
	if err != nil {
		bar.end()
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
	i.show(c, found, sales)
	return nil
}

// importView is what an import came to.
type importView struct {
	Records int64 `json:"records"` // in the file
	New     int64 `json:"new"`     // that the store lacked
	Before  bool  `json:"before"`  // the file was imported before
	DryRun  bool  `json:"dry_run"`
}

func (i importCmd) show(c *call, found app.Imported, sales *gumroadcsv.Report) {
	view := importView{found.Records, found.New, found.Before, i.DryRun}
	lines := []line{{"records", fmt.Sprint(found.Records)}, {"new", fmt.Sprint(found.New)}}
	if sales == nil {
		c.show(view, lines...)
	} else {
		showSales(c, view, *sales, lines)
	}
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
