package domain

import (
	"testing"
	"time"
)

// day reads a time of these tests: "2026-02-28" or "2026-02-28T09:30:00Z".
func day(t testing.TB, s string) time.Time {
	t.Helper()
	layout := time.DateOnly
	if len(s) > len(layout) {
		layout = time.RFC3339
	}
	at, err := time.Parse(layout, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestBoundary(t *testing.T) {
	for _, tt := range []struct {
		name, anchor string
		months       []int
		want         []string
	}{
		{"the 31st comes back after each shorter month", "2026-01-31", []int{0, 1, 2, 3, 4, 5, 12, 13},
			[]string{"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2027-01-31", "2027-02-28"}},
		{"a leap year has a 29 February", "2028-01-31", []int{1, 2}, []string{"2028-02-29", "2028-03-31"}},
		{"29 January meets 28 February in a common year", "2026-01-29", []int{1, 2}, []string{"2026-02-28", "2026-03-29"}},
		{"29 February is the 28th until the next leap year", "2024-02-29", []int{12, 24, 36, 48}, []string{"2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"}},
		{"a century without a leap year", "2096-02-29", []int{24, 48, 96}, []string{"2098-02-28", "2100-02-28", "2104-02-29"}},
		{"quarters of 30 November", "2025-11-30", []int{3, 6, 9}, []string{"2026-02-28", "2026-05-30", "2026-08-30"}},
		{"half years of 31 August", "2025-08-31", []int{6, 12}, []string{"2026-02-28", "2026-08-31"}},
		{"two years of 31 December", "2025-12-31", []int{24, 48}, []string{"2027-12-31", "2029-12-31"}},
		{"a month over the end of a year", "2025-12-15", []int{1, 11, 12}, []string{"2026-01-15", "2026-11-15", "2026-12-15"}},
		{"the time of day stays", "2026-01-31T23:59:59Z", []int{1, 2}, []string{"2026-02-28T23:59:59Z", "2026-03-31T23:59:59Z"}},
		{"a clock change is nothing", "2026-03-01T02:30:00Z", []int{1, 8}, []string{"2026-04-01T02:30:00Z", "2026-11-01T02:30:00Z"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			anchor := day(t, tt.anchor)
			for i, n := range tt.months {
				got := Boundary(anchor, n)
				same(t, "boundary", got, day(t, tt.want[i]))
				if back, ok := MonthsBetween(anchor, got); back != n || !ok {
					t.Errorf("%v lies %d months after (%v), want %d", got, back, ok, n)
				}
			}
		})
	}
}

func TestBoundary_isUTC(t *testing.T) {
	// 1 March in Tokyo is still 28 February here.
	anchor := time.Date(2026, 3, 1, 8, 0, 0, 0, time.FixedZone("JST", 9*3600))
	same(t, "the anchor", Boundary(anchor, 0), day(t, "2026-02-28T23:00:00Z"))
	same(t, "a month later", Boundary(anchor, 1), day(t, "2026-03-28T23:00:00Z"))
}

func TestMonthsBetween_refuses(t *testing.T) {
	anchor := day(t, "2026-01-31T09:30:00Z")
	for name, at := range map[string]string{
		"a boundary that drifted after February": "2026-03-28T09:30:00Z",
		"a second beside one":                    "2026-02-28T09:30:01Z",
		"another time of day":                    "2026-02-28",
		"one before the anchor":                  "2025-12-31T09:30:00Z",
	} {
		if n, ok := MonthsBetween(anchor, day(t, at)); ok {
			t.Errorf("%s is one, %d months after", name, n)
		}
	}
}

func TestRecurrence_Months(t *testing.T) {
	want := []int{1, 3, 6, 12, 24}
	for i, r := range Recurrences() {
		same(t, string(r), r.Months(), want[i])
	}
	same(t, "none", Recurrence("").Months(), 0)
}

// TestPeriod goes through a year of each recurrence from a 31st: each period
// begins where the last one ended.
func TestPeriod(t *testing.T) {
	for _, r := range Recurrences() {
		s := MembershipState{AnchorAt: day(t, "2024-08-31"), Recurrence: r, Cycle: 1}
		for range 30 {
			p := s.Period()
			s.Offset += r.Months()
			if s.Period().StartAt != p.EndAt || p.seconds() <= 0 {
				t.Fatalf("%s: %v is followed by %v", r, p, s.Period())
			}
			s.Cycle++
		}
	}
	same(t, "of no membership", MembershipState{}.Period(), Period{})
	trial := MembershipState{CreatedAt: april(1).Add(time.Millisecond), AnchorAt: april(8), Recurrence: Monthly}
	same(t, "of a trial", trial.Period(), Period{april(1), april(8)})
}

func TestSecond(t *testing.T) {
	at := time.Date(2026, 4, 1, 23, 59, 58, 999_000_000, time.FixedZone("x", 3600))
	same(t, "the whole second before, in UTC", second(at), day(t, "2026-04-01T22:59:58Z"))
	same(t, "never", second(time.Time{}), time.Time{})
	same(t, "before 1970 too", second(day(t, "1969-12-31T23:59:58Z").Add(time.Second/2)), day(t, "1969-12-31T23:59:58Z"))
}
