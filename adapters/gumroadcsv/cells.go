package gumroadcsv

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// cents is what a cell of money says, in cents. It reads digits, never a
// floating-point number: what was paid is exact.
func cents(s string) (n int64, ok bool) {
	s = strings.TrimSpace(strings.TrimPrefix(s, "$"))
	if s == "" {
		return 0, true
	}
	if !money.MatchString(s) {
		return 0, false
	}
	whole, fraction, _ := strings.Cut(strings.ReplaceAll(s, ",", ""), ".")
	if len(fraction) > 2 && strings.Trim(fraction[2:], "0") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	return n, err == nil
}

var money = regexp.MustCompile(`^([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?$`)

// number is what a cell of a whole number says; none is the number of an empty
// one.
func number(s string, none int64) (n int64, ok bool) {
	if s == "" {
		return none, true
	}
	if strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// yes is what a cell of a question says; none is the answer of an empty one.
func yes(s string, none bool) (is, ok bool) {
	switch strings.ToLower(s) {
	case "":
		return none, true
	case "1", "true", "yes":
		return true, true
	case "0", "false", "no":
		return false, true
	}
	return false, false
}

// moments are the forms of a time: Gumroad's two, and that of a spreadsheet
// which kept it. What names no zone is UTC, as the column says.
var moments = []string{"2006-01-02 15:04:05 UTC", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", time.RFC3339}

// moment is what a cell of a time says; zero if it is empty.
func moment(s string) (at time.Time, ok bool) {
	if s == "" {
		return time.Time{}, true
	}
	for _, form := range moments {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// ending is when something ends. The zero value is never.
type ending struct {
	at  time.Time
	day bool // only the day is known, which begins at that time
}

// day is what a cell of a day says, which may name a time of it, too.
func day(s string) (ending, bool) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return ending{t, true}, true
	}
	t, ok := moment(s)
	return ending{t, false}, ok
}

// closing returns the instant of an ending. If only its day is known, it is the
// one that is due if that lies within the day, and else the day's last second:
// nobody loses what was paid for.
func (e ending) closing(due time.Time) time.Time {
	if !e.day {
		return e.at
	}
	if next := e.at.AddDate(0, 0, 1); due.Before(e.at) || !due.Before(next) {
		return next.Add(-time.Second)
	}
	return due
}
