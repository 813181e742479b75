package gumroadcsv

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// rows reads a file row by row.
type rows struct {
	csv  *csv.Reader
	head header
}

// row is one row. Its cells are good until the next one is read.
type row struct {
	line  int // of the file, on which it begins
	cells []string
	head  *header
}

// open reads the first row, which names the columns.
func open(f io.Reader) (*rows, error) {
	b := bufio.NewReaderSize(f, 64<<10)
	if mark, _ := b.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = b.Discard(len(mark)) // it was there a moment ago
	}
	r := &rows{csv: csv.NewReader(b)}
	r.csv.FieldsPerRecord = -1
	r.csv.ReuseRecord = true
	cells, line, err := r.cells()
	if errors.Is(err, io.EOF) {
		return nil, fault(1, "", "the file is empty")
	}
	if err != nil {
		return nil, err
	}
	if r.head, err = readHeader(cells); err != nil {
		return nil, &app.LineError{Line: line, Err: err}
	}
	return r, nil
}

// next returns the next sale or charge, and io.EOF after the last one. Rows of
// nothing and the row of totals are neither.
func (r *rows) next() (row, error) {
	for {
		cells, line, err := r.cells()
		if err != nil {
			return row{}, err
		}
		if len(strings.Join(cells, "")) == 0 {
			continue
		}
		if len(cells) != r.head.width {
			return row{}, fault(line, "", fmt.Sprintf("has %d cells, and the first line of the file %d", len(cells), r.head.width))
		}
		w := row{line, cells, &r.head}
		if w.text(purchaseID) == "Totals" && w.text(purchaseEmail) == "" {
			continue
		}
		return w, nil
	}
}

func (r *rows) cells() (cells []string, line int, err error) {
	cells, err = r.csv.Read()
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return nil, 0, fault(e.StartLine, "", "a quotation mark in it is neither closed nor doubled")
	}
	if err != nil {
		return nil, 0, err
	}
	line, _ = r.csv.FieldPos(0)
	for _, c := range cells {
		if !utf8.ValidString(c) {
			return nil, 0, fault(line, "", "is not valid UTF-8")
		}
		if strings.ContainsRune(c, 0) {
			return nil, 0, fault(line, "", "has a NUL character")
		}
	}
	return cells, line, nil
}

// text returns what a cell says, and "" if the file has no such column.
func (r row) text(c column) string {
	if r.head.at[c] < 0 {
		return ""
	}
	return bare(r.cells[r.head.at[c]])
}

// fault is what is wrong with a line, or with a column of it.
func fault(line int, column, msg string) error {
	return &app.LineError{Line: line, Err: domain.InvalidField(column, msg)}
}
