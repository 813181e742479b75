package domain_test

import "slices"

// daysBefore is the calendar of the reference, with what follows: days since
// 1970 as in any almanac, without package time.
var daysBefore = [...]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

func isLeap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func daysIn(y, m int) int { // m from 0
	n := daysBefore[m+1] - daysBefore[m]
	if m == 1 && isLeap(y) {
		n++
	}
	return n
}

// dayNumber returns the days from 1970-01-01 to a date; m and d count from 0.
func dayNumber(y, m, d int) int {
	leaps := func(y int) int { return y/4 - y/100 + y/400 } // up to and with y
	n := (y-1970)*365 + leaps(y-1) - leaps(1969) + daysBefore[m] + d
	if m > 1 && isLeap(y) {
		n++
	}
	return n
}

func civil(day int) (y, m, d int) {
	for y = 1970; dayNumber(y+1, 0, 0) <= day; y++ {
	}
	for m = 0; m < 11 && dayNumber(y, m+1, 0) <= day; m++ {
	}
	return y, m, day - dayNumber(y, m, 0)
}

// later returns the instant so many calendar months after the anchor: on its
// day, or the last of a shorter month, at its time of day.
func later(anchor int64, months int) int64 {
	y, m, d := civil(int(anchor / 86400))
	m += months
	y, m = y+m/12, m%12
	return int64(dayNumber(y, m, min(d, daysIn(y, m)-1)))*86400 + anchor%86400
}

var lengths = map[string]int{"monthly": 1, "quarterly": 3, "biannually": 6, "yearly": 12, "every_two_years": 24}

var names = []string{"monthly", "quarterly", "biannually", "yearly", "every_two_years"}

func recurrenceOf(months int) string {
	return names[slices.IndexFunc(names, func(n string) bool { return lengths[n] == months })]
}
