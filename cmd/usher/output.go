package main

import (
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// say prints a message.
func (c *call) say(format string, args ...any) {
	fmt.Fprintf(c.err, format+"\n", args...)
}

// hint prints what could be done next, to people only.
func (c *call) hint(format string, args ...any) {
	if !c.json {
		c.say(format, args...)
	}
}

// show prints one thing: view for a program, or the lines for a person. Lines
// whose value is empty are left out.
func (c *call) show(view any, lines ...line) {
	if c.json {
		c.encode(view)
		return
	}
	width := 0
	for _, l := range lines {
		if l.value != "" {
			width = max(width, len(l.name))
		}
	}
	for _, l := range lines {
		if l.value != "" {
			fmt.Fprintf(c.out, "%-*s  %s\n", width, l.name, printable(l.value))
		}
	}
}

// line is a name and a value, for a person.
type line struct{ name, value string }

// column is a column of a table.
type column struct {
	head  string
	right bool // numbers are
}

func left(head string) column  { return column{head, false} }
func right(head string) column { return column{head, true} }

// list prints many things: as objects for a program, or as a table. none is
// said to a person if there are none.
func list[T any](c *call, all iter.Seq2[T, error], view func(T) any, columns []column, row func(T) []string, none string) error {
	var rows [][]string
	views := []any{}
	for v, err := range all {
		switch {
		case err != nil:
			return err
		case c.JSONL:
			c.encode(view(v))
		case c.json:
			views = append(views, view(v))
		default:
			rows = append(rows, row(v))
		}
	}
	switch {
	case c.JSONL:
	case c.json:
		c.encode(views)
	case len(rows) == 0:
		c.say("%s", none)
	default:
		table(c.out, columns, rows)
	}
	return nil
}

// table prints rows under their heads, each column as wide as its widest cell.
func table(w io.Writer, columns []column, rows [][]string) {
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.head
	}
	rows = append([][]string{heads}, rows...)
	widths := make([]int, len(columns))
	for _, r := range rows {
		for i := range r {
			r[i] = printable(r[i])
			widths[i] = max(widths[i], utf8.RuneCountInString(r[i]))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for i, cell := range r {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if columns[i].right {
				cell = pad + cell
			} else {
				cell += pad
			}
			b.WriteString(cell + "  ")
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// printable keeps what a stranger typed from steering a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// when is a time for a person; never is empty.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// day is a time in a table.
func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// at is a time for a program: never is null.
func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
