package domain

import "time"

var monthsOf = map[Recurrence]int{Monthly: 1, Quarterly: 3, Biannually: 6, Yearly: 12, EveryTwoYears: 24}

// Months returns how many calendar months r is long; 0 if r is none.
func (r Recurrence) Months() int { return monthsOf[r] }

// Period is a time that is paid for at once: from StartAt up to, and without,
// EndAt. The zero Period is none.
type Period struct{ StartAt, EndAt time.Time }

// Boundary returns the instant so many calendar months after the anchor: on
// the anchor's day of the month, or the last day of a shorter month, at the
// anchor's time of day, in UTC. It is always counted from the anchor, so the
// 31st comes back after a February. (Not time.AddDate, which overflows into
// the next month.)
func Boundary(anchor time.Time, months int) time.Time {
	anchor = anchor.UTC()
	y, m, d := anchor.Date()
	// The month after the one meant, and its day 0: the last day of that month.
	last := time.Date(y, m+time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC)
	y, m, _ = last.Date()
	return time.Date(y, m, min(d, last.Day()), anchor.Hour(), anchor.Minute(), anchor.Second(), 0, time.UTC)
}

// MonthsBetween returns how many months after the anchor a boundary lies, and
// whether it is one at all.
func MonthsBetween(anchor, boundary time.Time) (int, bool) {
	a, b := anchor.UTC(), boundary.UTC()
	months := (b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month())
	return months, months >= 0 && Boundary(anchor, months).Equal(boundary)
}

// seconds returns how long p is.
func (p Period) seconds() int64 { return secondsBetween(p.StartAt, p.EndAt) }

// left returns how many seconds of p are left at an instant.
func (p Period) left(at time.Time) int64 {
	return max(0, min(secondsBetween(at, p.EndAt), p.seconds()))
}

// secondsBetween counts whole seconds; both times have no fractions. (A
// time.Duration ends after 292 years.)
func secondsBetween(from, to time.Time) int64 { return to.Unix() - from.Unix() }

// second returns t as membership rules see it: in UTC, without fractions of a
// second. Zero stays zero.
func second(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.Unix(t.Unix(), 0).UTC()
}
