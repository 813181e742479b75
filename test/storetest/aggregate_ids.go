package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func idOf(s any) string { return reflect.ValueOf(s).FieldByName("ID").String() }

func withID[S any](s S, id string) S {
	reflect.ValueOf(&s).Elem().FieldByName("ID").SetString(id)
	return s
}

// making returns the field that says when a thing was made.
func making(s reflect.Value) reflect.Value {
	if f := s.FieldByName("CreatedAt"); f.IsValid() {
		return f
	}
	return s.FieldByName("OpenedAt")
}

func madeAt(s any) time.Time { return making(reflect.ValueOf(s)).Interface().(time.Time) }

func withMadeAt[S any](s S, at time.Time) S {
	making(reflect.ValueOf(&s).Elem()).Set(reflect.ValueOf(at))
	return s
}

// inOrder sorts things as lists have them.
func inOrder[S any](all []S) {
	slices.SortFunc(all, func(x, y S) int {
		return cmp.Or(madeAt(x).Compare(madeAt(y)), cmp.Compare(idOf(x), idOf(y)))
	})
}

func (a aggregate[S]) notFoundTest(t *testing.T, w *world) {
	s := withID(a.bare(t, w), "AbC")
	a.put(t, w, s)
	for _, id := range []string{fixture.ID(), "", "abc", "ABC", "AbC ", " AbC", "Ab_", "Ab%"} {
		other := withID(s, id)
		_, err := a.load(t, w, other)
		wantErr(t, fmt.Sprintf("the id %q", id), err, a.notFound)
	}
	a.wantStored(t, w, "the id itself", s)
}

// unstorable strings are nobody's, and ask nothing of the database.
func (a aggregate[S]) unstorable(t *testing.T, w *world) {
	s := a.bare(t, w)
	a.put(t, w, s)
	for _, id := range append(fixture.Unstorable(), idOf(s)+"\x00") {
		_, err := a.load(t, w, withID(s, id))
		wantErr(t, fmt.Sprintf("the id %q", id), err, a.notFound)
	}
}

// saveMakesNone shows that Save changes what is there and nothing else.
func (a aggregate[S]) saveMakesNone(t *testing.T, w *world) {
	s := a.bare(t, w)
	err := w.Update(t.Context(), a.scopeOf(w, s), func(ctx context.Context, tx ports.Tx) error { return a.save(ctx, tx, s) })
	wantErr(t, "Save of what is not there", err, a.notFound)
	_, err = a.load(t, w, s)
	wantErr(t, "after it", err, a.notFound)
}

// exists inserts an id twice. The transaction goes on, and the first stays.
func (a aggregate[S]) exists(t *testing.T, w *world) {
	first, again, other := a.bare(t, w), fixture.Distinct(a.bare(t, w)), a.bare(t, w)
	again = withID(again, idOf(first))
	a.put(t, w, first)
	who := a.made
	if who == (ports.Scope{}) {
		who = w.of
	}
	var err error
	w.update(t, who, func(ctx context.Context, tx ports.Tx) error {
		err = a.insert(ctx, tx, again)
		return a.insert(ctx, tx, other)
	})
	wantErr(t, "a second Insert of an id", err, domain.ErrExists)
	a.wantStored(t, w, "the first", first)
	a.wantStored(t, w, "what the transaction did next", other)
}

// oddIDs are kept as they came, and sorted by their bytes.
func (a aggregate[S]) oddIDs(t *testing.T, w *world) {
	for _, id := range fixture.OddIDs() {
		s := withID(a.bare(t, w), id)
		a.put(t, w, s)
		a.wantStored(t, w, fmt.Sprintf("the id %q", id), s)
	}
}

// pages come by time of making, then by the bytes of the id, whatever is
// inserted between two of them.
func (a aggregate[S]) pages(t *testing.T, w *world) {
	if a.made == ports.System {
		a.pagesOfSystem(t, w)
		return
	}
	var want []S
	for i, at := range []time.Time{fixture.T0, fixture.T0.Add(time.Microsecond), fixture.T0.Add(time.Hour)} {
		for _, id := range fixture.OddIDs() {
			want = append(want, withMadeAt(withID(a.bare(t, w), fmt.Sprint(id, i)), at))
		}
	}
	inOrder(want)
	scattered := slices.Clone(want)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(want), func(i, j int) { scattered[i], scattered[j] = scattered[j], scattered[i] })
	a.put(t, w, scattered...)
	for _, size := range []int{1, 2, 7, len(want), len(want) + 1} {
		wantAll(t, fmt.Sprintf("in pages of %d", size), a.all(t, w, w.of, size, len(want)), want...)
	}
	middle := want[len(want)/2]
	after := ports.Cursor{At: madeAt(middle), ID: idOf(middle)}
	rest := read(t, w, w.of, func(ctx context.Context, tx ports.Tx) ([]S, error) { return a.list(ctx, tx, after, 1000) })
	wantAll(t, "from the middle", rest, want[len(want)/2+1:]...)
	gone := ports.Cursor{At: madeAt(middle), ID: idOf(middle) + "\x01"}
	rest = read(t, w, w.of, func(ctx context.Context, tx ports.Tx) ([]S, error) { return a.list(ctx, tx, gone, 1000) })
	wantAll(t, "from a place where nothing is", rest, want[len(want)/2+1:]...)
}

// all reads a whole list in pages.
func (a aggregate[S]) all(t *testing.T, w *world, who ports.Scope, size, most int) (all []S) {
	t.Helper()
	var after ports.Cursor
	for {
		page := read(t, w, who, func(ctx context.Context, tx ports.Tx) ([]S, error) { return a.list(ctx, tx, after, size) })
		all = append(all, page...)
		if len(page) > size || len(all) > most {
			t.Fatalf("a page of %d has %d things, all pages %d, want %d", size, len(page), len(all), most)
		}
		if len(page) < size {
			return all
		}
		last := page[len(page)-1]
		after = ports.Cursor{At: madeAt(last), ID: idOf(last)}
	}
}

// pagesOfSystem is pages for sellers, of whom two are there already.
func (a aggregate[S]) pagesOfSystem(t *testing.T, w *world) {
	var want []S
	at := fixture.T0.AddDate(1, 0, 0)
	for _, id := range fixture.OddIDs() {
		want = append(want, withMadeAt(withID(a.bare(t, w), id), at))
	}
	for i := range want {
		a.put(t, w, want[len(want)-1-i])
	}
	got := a.all(t, w, ports.System, 3, len(want)+2)
	if len(got) != len(want)+2 {
		t.Fatalf("%d things, want %d", len(got), len(want)+2)
	}
	wantAll(t, "behind those that were there", got[2:], want...)
}

// scopesApart: bob finds nothing of ana's by its id, and saves nothing.
func (a aggregate[S]) scopesApart(t *testing.T, w *world) {
	s := a.bare(t, w)
	a.put(t, w, s)
	for what, who := range map[string]ports.Scope{"bob's scope": ports.Seller(w.bob.ID), "no scope": {}, "a scope of nobody": ports.Seller("nobody")} {
		_, err := try(t, w, who, func(ctx context.Context, tx ports.Tx) (S, error) { return a.byID(ctx, tx, s) })
		wantErr(t, "loading in "+what, err, a.notFound)
		if a.save == nil {
			continue
		}
		err = w.Update(t.Context(), who, func(ctx context.Context, tx ports.Tx) error {
			return a.save(ctx, tx, fixture.Distinct(s))
		})
		wantErr(t, "saving in "+what, err, a.notFound)
	}
	a.wantStored(t, w, "after it", s)
}

// ownWrites: an Update sees what it wrote, before anybody else does.
func (a aggregate[S]) ownWrites(t *testing.T, w *world) {
	s := a.bare(t, w)
	a.put(t, w, s)
	changed := a.withIdentity(s, a.full(t, w))
	w.update(t, a.scopeOf(w, s), func(ctx context.Context, tx ports.Tx) error {
		if err := a.save(ctx, tx, changed); err != nil {
			return err
		}
		got, err := a.byID(ctx, tx, s)
		if err == nil {
			wantSame(t, "inside the Update", got, changed)
		}
		return err
	})
}

// rolledBack: an Update that fails leaves nothing of what it inserted or saved.
func (a aggregate[S]) rolledBack(t *testing.T, w *world) {
	s, added, boom := a.bare(t, w), a.bare(t, w), errors.New("boom")
	a.put(t, w, s)
	changed := a.withIdentity(s, fixture.Distinct(a.full(t, w)))
	who := a.made
	if who == (ports.Scope{}) {
		who = w.of
	}
	err := w.Update(t.Context(), who, func(ctx context.Context, tx ports.Tx) (err error) {
		if a.save != nil {
			err = a.save(ctx, tx, changed)
		}
		return errors.Join(err, a.insert(ctx, tx, added), boom)
	})
	if !errors.Is(err, boom) || domain.CodeOf(err) != "internal" {
		t.Errorf("got %v, want boom alone", err)
	}
	a.wantStored(t, w, "what was saved", s)
	_, err = a.load(t, w, added)
	wantErr(t, "what was inserted", err, a.notFound)
	a.put(t, w, added) // nothing of it is in the way
	a.wantStored(t, w, "inserted again", added)
}
