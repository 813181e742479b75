package storetest

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// child is an aggregate that hangs on another, its parent, and is listed with
// it.
type child[S comparable] struct {
	aggregate[S]
	parent  string        // the field that names it
	missing *domain.Error // what is said if it is not there
	ofBob   func(*testing.T, *world) string
	of      func(ctx context.Context, tx ports.Tx, parent string) ([]S, error)
}

func (c child[S]) tests(own tests) tests {
	all := c.aggregate.tests(tests{"ItsParentIsNeeded": c.needsParent, "OfOneParent": c.ofParent, "ManyOfOneParent": c.manyOfParent})
	maps.Copy(all, own)
	return all
}

func (c child[S]) parentOf(s S) string { return reflect.ValueOf(s).FieldByName(c.parent).String() }

func (c child[S]) under(parent string, s S) S {
	reflect.ValueOf(&s).Elem().FieldByName(c.parent).SetString(parent)
	return s
}

func (c child[S]) listed(t *testing.T, w *world, who ports.Scope, parent string) []S {
	t.Helper()
	return read(t, w, who, func(ctx context.Context, tx ports.Tx) ([]S, error) { return c.of(ctx, tx, parent) })
}

func (c child[S]) needsParent(t *testing.T, w *world) {
	for what, parent := range map[string]string{"unknown": "x", "bob's": c.ofBob(t, w), "none": ""} {
		s := c.under(parent, c.bare(t, w))
		w.refuses(t, "of what is "+what, func(ctx context.Context, tx ports.Tx) error { return c.insert(ctx, tx, s) }, c.missing)
		_, err := c.load(t, w, s)
		wantErr(t, "after it", err, c.notFound)
	}
}

// ofParent: by time of making, then by the bytes of the id.
func (c child[S]) ofParent(t *testing.T, w *world) {
	first, other := c.bare(t, w), c.bare(t, w)
	parent := c.parentOf(first)
	want := []S{first}
	for i, id := range fixture.OddIDs() {
		at := fixture.T0.Add(time.Duration(i%3) * time.Microsecond)
		want = append(want, withMadeAt(withID(c.under(parent, c.bare(t, w)), id), at))
	}
	scattered := slices.Clone(want)
	slices.Reverse(scattered)
	inOrder(want)
	c.put(t, w, append(scattered, other)...)
	wantAll(t, "of one", c.listed(t, w, w.of, parent), want...)
	wantAll(t, "of another", c.listed(t, w, w.of, c.parentOf(other)), other)
	for _, id := range append(fixture.Unstorable(), "", "x", parent+" ", parent+"\x00") {
		wantAll(t, fmt.Sprintf("of %q", id), c.listed(t, w, w.of, id))
	}
	for what, who := range map[string]ports.Scope{"bob": ports.Seller(w.bob.ID), "nobody": {}, "the system": ports.System} {
		wantAll(t, "told to "+what, c.listed(t, w, who, parent))
	}
	moved := c.withIdentity(first, c.full(t, w))
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return c.save(ctx, tx, moved) })
	want[slices.Index(want, first)] = moved
	wantAll(t, "after a Save", c.listed(t, w, w.of, parent), want...)
}

// manyOfParent: more than a page has.
func (c child[S]) manyOfParent(t *testing.T, w *world) {
	first := c.bare(t, w)
	all := []S{first}
	for range 1000 {
		all = append(all, c.under(c.parentOf(first), c.sibling(first)))
	}
	c.put(t, w, all...)
	if got := c.listed(t, w, w.of, c.parentOf(first)); len(got) != len(all) {
		t.Errorf("%d of %d", len(got), len(all))
	}
}

// sibling returns another thing like s, with names of its own.
func (c child[S]) sibling(s S) S {
	s = another(s)
	for name, text := range map[string]string{"Key": fixture.ID(), "Email": fixture.ID() + "@example.com", "SeatID": fixture.ID(), "Subject": fixture.ID()} {
		if f := reflect.ValueOf(&s).Elem().FieldByName(name); f.IsValid() {
			f.SetString(text)
		}
	}
	return s
}

// refuses makes a call in ana's scope, needs it refused, and shows that the
// transaction goes on.
func (w *world) refuses(t *testing.T, what string, do call, want *domain.Error) {
	t.Helper()
	next := fixture.Product(w.ana)
	var err error
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		err = do(ctx, tx)
		return tx.Products.Insert(ctx, next)
	})
	wantErr(t, what, err, want)
	productAggregate.wantStored(t, w, what+": what the transaction did next", next)
}
