package memstore

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"
)

// place is where something stands: by time, then by the bytes of its id.
type place struct {
	at int64 // microseconds
	id string
}

// first is before every place, and last behind every one.
var (
	first = place{at: math.MinInt64}
	last  = place{at: math.MaxInt64}
)

func placeOf(at time.Time, id string) place { return place{at.UnixMicro(), id} }

func compare(a, b place) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id))
}

// order is a sorted set of places in pieces of at most pieceMost, so that
// adding costs little at the end and not much elsewhere. A nil order is empty.
type order struct{ pieces [][]place }

const pieceMost = 512

// piece returns the index of the piece that p is in or would go into; the set
// is not empty.
func (o *order) piece(p place) int {
	i, _ := slices.BinarySearchFunc(o.pieces, p, func(piece []place, p place) int { return compare(piece[len(piece)-1], p) })
	return min(i, len(o.pieces)-1)
}

func (o *order) add(p place) {
	if len(o.pieces) == 0 {
		o.pieces = [][]place{{p}}
		return
	}
	n := o.piece(p)
	i, there := slices.BinarySearchFunc(o.pieces[n], p, compare)
	if there {
		return
	}
	if i == pieceMost { // behind a full last piece: begin a new one
		o.pieces = append(o.pieces, []place{p})
		return
	}
	full := slices.Insert(o.pieces[n], i, p)
	o.pieces[n] = full
	if len(full) > pieceMost {
		o.pieces[n] = slices.Clone(full[:pieceMost/2])
		o.pieces = slices.Insert(o.pieces, n+1, slices.Clone(full[pieceMost/2:]))
	}
}

func (o *order) remove(p place) {
	if len(o.pieces) == 0 {
		return
	}
	n := o.piece(p)
	i, there := slices.BinarySearchFunc(o.pieces[n], p, compare)
	if !there {
		return
	}
	o.pieces[n] = slices.Delete(o.pieces[n], i, i+1)
	if len(o.pieces[n]) == 0 {
		o.pieces = slices.Delete(o.pieces, n, n+1)
	}
}

// after yields the places behind p, in order. The set must not change
// meanwhile.
func (o *order) after(p place) iter.Seq[place] {
	return func(yield func(place) bool) {
		if o == nil || len(o.pieces) == 0 {
			return
		}
		n := o.piece(p)
		i, there := slices.BinarySearchFunc(o.pieces[n], p, compare)
		if there {
			i++
		}
		for ; n < len(o.pieces); n, i = n+1, 0 {
			for _, q := range o.pieces[n][i:] {
				if !yield(q) {
					return
				}
			}
		}
	}
}

// before yields the places before p, the last one first. The set must not change
// meanwhile.
func (o *order) before(p place) iter.Seq[place] {
	return func(yield func(place) bool) {
		if o == nil || len(o.pieces) == 0 {
			return
		}
		n := o.piece(p)
		i, _ := slices.BinarySearchFunc(o.pieces[n], p, compare)
		for {
			for _, q := range slices.Backward(o.pieces[n][:i]) {
				if !yield(q) {
					return
				}
			}
			if n--; n < 0 {
				return
			}
			i = len(o.pieces[n])
		}
	}
}

// add adds a place, noted.
func (t *tx) add(o *order, p place) {
	o.add(p)
	t.undo = append(t.undo, func() { o.remove(p) })
}

// remove takes a place away, noted.
func (t *tx) remove(o *order, p place) {
	o.remove(p)
	t.undo = append(t.undo, func() { o.add(p) })
}
