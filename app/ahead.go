package app

import (
	"strconv"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
)

// farthestAhead is how far [Ahead] goes: nobody means more.
const farthestAhead = 100 // years

// steps are the units of [Ahead], the longer names first where one ends in
// another.
var steps = []struct {
	unit    string
	seconds int64
	months  int64 // of the calendar
}{
	{"mo", 0, 1}, {"y", 0, 12},
	{"s", 1, 0}, {"m", 60, 0}, {"h", 3600, 0}, {"d", 86_400, 0}, {"w", 604_800, 0},
}

// Ahead returns the instant that lies so much later: a whole number, at least
// 1, and a unit, which is s, m (minutes), h, d, w, mo (months) or y. A day has 24
// hours. Months and years end on the same day of the month, or on the last one
// of a shorter month, see [domain.Boundary]. What is none of these, or is more
// than 100 years, is [domain.ErrInvalid] with the field "by".
func Ahead(from time.Time, by string) (time.Time, error) {
	for _, s := range steps {
		digits, ok := strings.CutSuffix(by, s.unit)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 32)
		switch {
		case err != nil || n == 0:
			return time.Time{}, notAhead()
		case int64(n)*s.months > farthestAhead*12, int64(n)*s.seconds > farthestAhead*365*86_400:
			return time.Time{}, domain.InvalidField("by", "must be at most 100 years")
		case s.months > 0:
			return domain.Boundary(from, int(int64(n)*s.months)), nil
		}
		return domain.Instant(from.Add(time.Duration(int64(n)*s.seconds) * time.Second)), nil
	}
	return time.Time{}, notAhead()
}

func notAhead() error {
	return domain.InvalidField("by", "must be a number and a unit, such as 12h, 31d, 1mo or 1y")
}
