package domain

import "time"

// Instant returns t as usher keeps every time: in UTC, without a monotonic
// reading, truncated to the microsecond, the finest that PostgreSQL keeps. The
// zero time stays zero and means never.
func Instant(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// Later returns the later of two times: a command happens no earlier than the
// last thing that happened, even if the clock stepped back.
func Later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// earliest returns the earliest of the times that are not zero, or zero.
func earliest(times ...time.Time) (first time.Time) {
	for _, t := range times {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}
