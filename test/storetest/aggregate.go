package storetest

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// aggregate says how to get at one sort of thing, so that what holds for all
// of them is tested once.
type aggregate[S comparable] struct {
	notFound *domain.Error
	made     ports.Scope // where things are made; zero: in ana's scope

	// bare makes a state of ana's with no more than it needs, full one whose
	// optional references are set too. What they refer to is in the store.
	bare, full func(*testing.T, *world) S

	byID   func(context.Context, ports.Tx, S) (S, error)
	insert func(context.Context, ports.Tx, S) error
	save   func(context.Context, ports.Tx, S) error                        // nil: it never changes
	list   func(context.Context, ports.Tx, ports.Cursor, int) ([]S, error) // nil: not by pages
	fixed  []string                                                        // fields that no Save moves, beside those of identity
}

// tests returns the tests of every aggregate together with its own.
func (a aggregate[S]) tests(own tests) tests {
	all := tests{
		"RoundTrip":          a.roundTrip,
		"Times":              a.times,
		"NotFound":           a.notFoundTest,
		"UnstorableIDs":      a.unstorable,
		"OddIDs":             a.oddIDs,
		"Exists":             a.exists,
		"ScopesApart":        a.scopesApart,
		"RolledBackTogether": a.rolledBack,
	}
	if a.save != nil {
		all["SaveRoundTrip"], all["SaveMakesNone"], all["ReadsItsOwnWrites"] = a.saveRoundTrip, a.saveMakesNone, a.ownWrites
	}
	if len(switchesOf[S]()) > 0 {
		all["Switches"] = a.switches
	}
	if a.list != nil {
		all["Pages"] = a.pages
	}
	maps.Copy(all, own)
	return all
}

func (a aggregate[S]) put(t *testing.T, w *world, states ...S) {
	t.Helper()
	who := a.made
	if who == (ports.Scope{}) {
		who = w.of
	}
	w.update(t, who, func(ctx context.Context, tx ports.Tx) error {
		for _, s := range states {
			if err := a.insert(ctx, tx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// scopeOf returns the scope in which s is at home.
func (a aggregate[S]) scopeOf(w *world, s S) ports.Scope {
	if seller, ok := any(s).(domain.Seller); ok {
		return ports.Seller(seller.ID)
	}
	return w.of
}

func (a aggregate[S]) load(t *testing.T, w *world, s S) (S, error) {
	t.Helper()
	return try(t, w, a.scopeOf(w, s), func(ctx context.Context, tx ports.Tx) (S, error) { return a.byID(ctx, tx, s) })
}

func (a aggregate[S]) wantStored(t *testing.T, w *world, what string, want S) {
	t.Helper()
	got, err := a.load(t, w, want)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	wantSame(t, what, got, want)
}

// roundTrip has every field set, and none that may be left out.
func (a aggregate[S]) roundTrip(t *testing.T, w *world) {
	full, bare := fixture.Distinct(a.full(t, w)), a.bare(t, w)
	if unset := fixture.Unset(full); len(unset) > 0 {
		t.Fatalf("%v are not set: the test would not see them forgotten", unset)
	}
	a.put(t, w, full, bare)
	a.wantStored(t, w, "every field set", full)
	a.wantStored(t, w, "only what must be", bare)
	if a.list == nil {
		return
	}
	for _, s := range []S{full, bare} {
		listed := read(t, w, a.scopeOf(w, s), func(ctx context.Context, tx ports.Tx) ([]S, error) { return a.list(ctx, tx, ports.Cursor{}, 100) })
		if !slices.Contains(listed, s) {
			t.Errorf("listed:\n got %+v\nwant %+v among them", listed, s)
		}
	}
}

// identity are the fields by which a thing is known and placed. Whether a Save
// could move them is left open: no use case asks for it.
var identity = []string{"ID", "SellerID", "ProductID", "PurchaseID", "PaymentID", "CreatedAt", "OpenedAt"}

// withIdentity returns s with what Save does not move taken from of.
func (a aggregate[S]) withIdentity(of, s S) S {
	from, to := reflect.ValueOf(of), reflect.ValueOf(&s).Elem()
	for _, name := range append(slices.Clone(identity), a.fixed...) {
		if f := to.FieldByName(name); f.IsValid() {
			f.Set(from.FieldByName(name))
		}
	}
	return s
}

// saveRoundTrip changes every field twice: from nothing to something and back.
func (a aggregate[S]) saveRoundTrip(t *testing.T, w *world) {
	first := a.bare(t, w)
	a.put(t, w, first)
	for _, step := range []struct {
		what string
		to   S
	}{
		{"nothing to something", fixture.Distinct(a.full(t, w))},
		{"something to something else", fixture.Distinct(a.full(t, w))},
		{"something to nothing", a.bare(t, w)},
	} {
		to := a.withIdentity(first, step.to)
		w.update(t, a.scopeOf(w, to), func(ctx context.Context, tx ports.Tx) error { return a.save(ctx, tx, to) })
		a.wantStored(t, w, step.what, to)
	}
}

// fieldsOf returns the paths of the fields of S of that sort, however deep.
func fieldsOf[S any](is func(reflect.Type) bool) [][]int {
	return below(reflect.TypeFor[S](), nil, is)
}

func below(typ reflect.Type, path []int, is func(reflect.Type) bool) (found [][]int) {
	switch {
	case is(typ):
		return [][]int{path}
	case typ.Kind() == reflect.Struct:
		for i := range typ.NumField() {
			if f := typ.Field(i); f.IsExported() {
				found = append(found, below(f.Type, append(slices.Clone(path), i), is)...)
			}
		}
	}
	return found
}

func switchesOf[S any]() [][]int {
	return fieldsOf[S](func(t reflect.Type) bool { return t.Kind() == reflect.Bool })
}

// switches sets each boolean field alone, since two of them mixed up would not
// show when all are set.
func (a aggregate[S]) switches(t *testing.T, w *world) {
	for _, on := range switchesOf[S]() {
		s := a.bare(t, w)
		v := reflect.ValueOf(&s).Elem()
		for _, path := range switchesOf[S]() {
			v.FieldByIndex(path).SetBool(slices.Equal(path, on))
		}
		a.put(t, w, s)
		a.wantStored(t, w, "only "+v.Type().FieldByIndex(on).Name, s)
	}
}

// instants are times that a column may bend.
var instants = map[string]time.Time{
	"a microsecond":                    time.Date(2026, 2, 3, 4, 5, 6, 1000, time.UTC),
	"the last microsecond of a second": time.Date(2026, 2, 3, 4, 5, 6, 999999000, time.UTC),
	"the beginning of Unix time":       time.Unix(0, 0).UTC(),
	"a microsecond before it":          time.Unix(0, 0).Add(-time.Microsecond).UTC(),
	"long before it":                   time.Date(1901, 12, 13, 1, 2, 3, 4000, time.UTC),
	"after nanoseconds run out":        time.Date(2300, 1, 2, 3, 4, 5, 6000, time.UTC),
	"the end of the calendar":          time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC),
}

// times come back as they went in, in UTC.
func (a aggregate[S]) times(t *testing.T, w *world) {
	for what, at := range instants {
		s := a.bare(t, w)
		v := reflect.ValueOf(&s).Elem()
		for _, path := range fieldsOf[S](func(t reflect.Type) bool { return t == reflect.TypeFor[time.Time]() }) {
			v.FieldByIndex(path).Set(reflect.ValueOf(at))
		}
		a.put(t, w, s)
		a.wantStored(t, w, what, s)
	}
}
