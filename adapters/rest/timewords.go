package rest

import (
	"strconv"
	"time"
)

// Minutes in an hour, and in a day, a month and a year of the plain sort.
const (
	hourMinutes  = 60
	dayMinutes   = 24 * hourMinutes
	monthMinutes = 30 * dayMinutes
	yearMinutes  = 365 * dayMinutes
)

// timeAgo says in English how long before to from lies, in the words of Rails:
// "about 3 hours ago". The two may come in either order; it is "ago" all the
// same.
func timeAgo(from, to time.Time) string {
	if from.After(to) {
		from, to = to, from
	}
	return distance(from.UTC(), to.UTC()) + " ago"
}

// distance words the time between from and to, which is not earlier. All of it
// is reckoned in minutes, half a minute rounded up.
func distance(from, to time.Time) string {
	seconds := to.Unix() - from.Unix()
	if to.Nanosecond() < from.Nanosecond() {
		seconds--
	}
	m := divRound(seconds, 60)
	switch {
	case m == 0:
		return "less than a minute"
	case m < 45:
		return count("", m, "minute")
	case m < 90:
		return "about 1 hour"
	case m < dayMinutes:
		return count("about ", divRound(m, hourMinutes), "hour")
	case m < 42*hourMinutes:
		return "1 day"
	case m < monthMinutes:
		return count("", divRound(m, dayMinutes), "day")
	case m < 2*monthMinutes:
		return count("about ", divRound(m, monthMinutes), "month")
	case m < yearMinutes:
		return count("", divRound(m, monthMinutes), "month")
	}

	// Leap days do not count, so that 20 years are not "over 20 years".
	m -= leapDays(from, to) * dayMinutes
	years, rest := m/yearMinutes, m%yearMinutes
	switch {
	case rest < yearMinutes/4:
		return count("about ", years, "year")
	case rest < yearMinutes/4*3:
		return count("over ", years, "year")
	default:
		return count("almost ", years+1, "year")
	}
}

// leapDays counts the leap years between from and to: the year of from counts
// if from lies before March, that of to if it lies in March or later.
func leapDays(from, to time.Time) int64 {
	first, last := from.Year(), to.Year()
	if from.Month() >= time.March {
		first++
	}
	if to.Month() < time.March {
		last--
	}
	if first > last {
		return 0
	}
	upTo := func(year int) int { return year/4 - year/100 + year/400 }
	return int64(upTo(last) - upTo(first-1))
}

// divRound divides, rounding half up; a is not negative.
func divRound(a, b int64) int64 { return (a + b/2) / b }

func count(prefix string, n int64, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return prefix + strconv.FormatInt(n, 10) + " " + unit
}
