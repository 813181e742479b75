package domain

import (
	"testing"
	"time"
)

func TestInstant(t *testing.T) {
	zone := time.FixedZone("somewhere", 2*3600+30*60)
	for _, tt := range []struct {
		name     string
		in, want time.Time
	}{
		{"UTC stays", t0, t0},
		{"another zone becomes UTC", t0.In(zone), t0},
		{"what is finer than a microsecond is cut off", t0.Add(999), t0},
		{"a microsecond is not", t0.Add(1000), t0.Add(time.Microsecond)},
		{"zero stays zero", time.Time{}, time.Time{}},
		{"zero of another zone is zero", time.Time{}.In(zone), time.Time{}},
		{"before 1970 it is cut towards the past", time.Unix(-1, 999).UTC(), time.Unix(-1, 0).UTC()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Instant(tt.in); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	if now := time.Now(); Instant(now) != Instant(now.Round(0)) {
		t.Error("the monotonic reading stayed")
	}
}

func TestLater(t *testing.T) {
	if Later(t0, t0.Add(1)) != t0.Add(1) || Later(t0.Add(1), t0) != t0.Add(1) || Later(t0, t0) != t0 || Later(t0, time.Time{}) != t0 {
		t.Error("not the later of two times")
	}
}
