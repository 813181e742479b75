package sqlrepo

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
)

func TestTimeScansWhatEitherDriverGives(t *testing.T) {
	elsewhere := time.FixedZone("", 3600)
	for name, tt := range map[string]struct {
		src  any
		want time.Time
	}{
		"NULL is never":                          {nil, time.Time{}},
		"an integer is microseconds":             {t0.UnixMicro(), t0},
		"an integer before 1970 is, too":         {int64(-1), time.Unix(0, -1000).UTC()},
		"a time of another zone is the same UTC": {t0.In(elsewhere), t0},
	} {
		got := time.Unix(7, 7) // what was there goes
		if err := Time(&got).(sql.Scanner).Scan(tt.src); err != nil || got != tt.want {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, tt.want)
		}
	}
	var at time.Time
	if err := Time(&at).(sql.Scanner).Scan("2026-03-04"); err == nil {
		t.Error("a text was taken for a time")
	}
}

func TestPricesScan(t *testing.T) {
	var p domain.Prices
	for i, src := range []any{int64(7), nil, int64(0), nil, int64(9)} {
		if err := priceDests(&p)[i].(sql.Scanner).Scan(src); err != nil {
			t.Fatal(err)
		}
	}
	if want := (domain.Prices{}.With(domain.Monthly, 7).With(domain.Biannually, 0).With(domain.EveryTwoYears, 9)); p != want {
		t.Errorf("got %+v, want %+v", p, want)
	}
	if err := priceDests(&p)[0].(sql.Scanner).Scan("7"); err == nil {
		t.Error("a text was taken for a price")
	}
}

func TestPerhapsScansWhatEitherDriverGives(t *testing.T) {
	var (
		text       string
		big        int64
		number     int
		one, other bool
		at         time.Time
	)
	dests := perhaps(&text, &big, &number, &one, &other, Time(&at))
	for i, src := range []any{"text", int64(1 << 40), int64(7), int64(1), true, t0} {
		if err := dests[i].(sql.Scanner).Scan(src); err != nil {
			t.Errorf("%T: %v", src, err)
		}
	}
	if text != "text" || big != 1<<40 || number != 7 || !one || !other || at != t0 {
		t.Error("got", text, big, number, one, other, at)
	}
	for i := range dests {
		if err := dests[i].(sql.Scanner).Scan(nil); err != nil {
			t.Errorf("NULL: %v", err)
		}
		if err := dests[i].(sql.Scanner).Scan(3.5); err == nil {
			t.Errorf("a fraction was taken for a %T", dests[i].(*perhapsDest).dest)
		}
	}
}

// What a row is written with is what it is read into, in the same order.
func TestValuesAreThoseOfTheDestinations(t *testing.T) {
	text, big, number, one, at, owed := "text", int64(1<<40), 7, true, t0, domain.Exact{Hi: 1 << 63, Lo: 1}
	got := values([]any{&text, &big, &number, &one, Time(&at), &exactDest{&owed}})
	want := []any{"text", int64(1 << 40), 7, true, t0, "170141183460469231731687303715884105729"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestExactScans(t *testing.T) {
	e := domain.Exact{Hi: 7, Lo: 7} // what was there goes
	if err := (&exactDest{&e}).Scan("170141183460469231731687303715884105729"); err != nil || e != (domain.Exact{Hi: 1 << 63, Lo: 1}) {
		t.Errorf("got %v, %v", e, err)
	}
	for _, src := range []any{int64(7), nil, "", "-1", "1.5", "340282366920938463463374607431768211456"} {
		if err := (&exactDest{&e}).Scan(src); err == nil {
			t.Errorf("%T %v was taken for a number of 128 bits", src, src)
		}
	}
}
