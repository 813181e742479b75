package domain

import (
	"iter"
	"slices"
)

// TargetID is a part of a community that access is given to: a role of a
// Discord server, a space group of a Circle community, by the service's id.
type TargetID string

// Targets is a set of targets, in alphabetical order. Empty: none.
type Targets string

// MakeTargets makes the set; a target that comes twice is in it once.
func MakeTargets(of ...TargetID) Targets {
	items := make([]string, len(of))
	for i, t := range of {
		items[i] = string(t)
	}
	slices.Sort(items)
	return Targets(makeList(slices.Compact(items)...))
}

// All yields the targets in order.
func (s Targets) All() iter.Seq[TargetID] {
	return func(yield func(TargetID) bool) {
		for t := range listItems(string(s)) {
			if !yield(TargetID(t)) {
				return
			}
		}
	}
}

// Has reports whether t is in the set.
func (s Targets) Has(t TargetID) bool {
	for each := range s.All() {
		if each == t {
			return true
		}
	}
	return false
}

// With returns the set with what is in the other too.
func (s Targets) With(o Targets) Targets {
	return MakeTargets(append(slices.Collect(s.All()), slices.Collect(o.All())...)...)
}

// Without returns the set without what is in the other.
func (s Targets) Without(o Targets) Targets {
	var left []TargetID
	for t := range s.All() {
		if !o.Has(t) {
			left = append(left, t)
		}
	}
	return MakeTargets(left...)
}

// Both returns what is in both sets.
func (s Targets) Both(o Targets) Targets { return s.Without(s.Without(o)) }

func (s Targets) check(field string) error {
	n := 0
	for t := range s.All() {
		if err := checkID(field, string(t)); err != nil {
			return err
		}
		n++
	}
	if n > 100 {
		return InvalidField(field, "must be at most 100")
	}
	return nil
}

func (s Targets) count() int {
	n := 0
	for range s.All() {
		n++
	}
	return n
}
