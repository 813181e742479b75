package domain

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Lists inside a state are strings of one canonical form, so that a state
// compares with == and a store keeps a list in one column: each item is its
// length in bytes, a colon and itself.
func makeList(items ...string) string {
	var b strings.Builder
	for _, s := range items {
		b.WriteString(strconv.Itoa(len(s)))
		b.WriteByte(':')
		b.WriteString(s)
	}
	return b.String()
}

func listItems(l string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for l != "" {
			size, rest, _ := strings.Cut(l, ":")
			n, err := strconv.Atoi(size)
			if err != nil || n < 0 || n > len(rest) || !yield(rest[:n]) {
				return
			}
			l = rest[n:]
		}
	}
}

// VariantIDs are the variants chosen in a sale, in order. Empty: none.
type VariantIDs string

// ChosenVariants makes the list.
func ChosenVariants(ids ...VariantID) VariantIDs {
	items := make([]string, len(ids))
	for i, id := range ids {
		items[i] = string(id)
	}
	return VariantIDs(makeList(items...))
}

// All yields the ids in order.
func (v VariantIDs) All() iter.Seq[VariantID] {
	return func(yield func(VariantID) bool) {
		for s := range listItems(string(v)) {
			if !yield(VariantID(s)) {
				return
			}
		}
	}
}

// Names is a list of names, in order. Empty: none.
type Names string

// MakeNames makes the list.
func MakeNames(names ...string) Names { return Names(makeList(names...)) }

// All yields the names in order.
func (n Names) All() iter.Seq[string] { return listItems(string(n)) }

// CustomFields are what a seller asked at the checkout and the buyer answered,
// in order; names may repeat. Empty: none.
type CustomFields string

// CustomField is one question and its answer.
type CustomField struct{ Name, Value string }

// MakeCustomFields makes the list.
func MakeCustomFields(fields ...CustomField) CustomFields {
	items := make([]string, 0, 2*len(fields))
	for _, f := range fields {
		items = append(items, f.Name, f.Value)
	}
	return CustomFields(makeList(items...))
}

// All yields the fields in order.
func (c CustomFields) All() iter.Seq[CustomField] {
	return func(yield func(CustomField) bool) {
		items := slices.Collect(listItems(string(c)))
		for i := 0; i+1 < len(items); i += 2 {
			if !yield(CustomField{items[i], items[i+1]}) {
				return
			}
		}
	}
}

// BundleLines are the products of a bundle, in order. Empty: none.
type BundleLines string

// BundleLine is one product of a bundle and how many of it one bundle holds.
type BundleLine struct {
	ProductID ProductID
	Quantity  int
}

// MakeBundleLines makes the list.
func MakeBundleLines(lines ...BundleLine) BundleLines {
	items := make([]string, 0, 2*len(lines))
	for _, l := range lines {
		items = append(items, string(l.ProductID), strconv.Itoa(l.Quantity))
	}
	return BundleLines(makeList(items...))
}

// All yields the lines in order.
func (b BundleLines) All() iter.Seq[BundleLine] {
	return func(yield func(BundleLine) bool) {
		items := slices.Collect(listItems(string(b)))
		for i := 0; i+1 < len(items); i += 2 {
			n, _ := strconv.Atoi(items[i+1])
			if !yield(BundleLine{ProductID(items[i]), n}) {
				return
			}
		}
	}
}
