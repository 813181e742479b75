package main

import (
	"maps"
	"slices"
	"strings"
)

// nearest returns the name that somebody who typed word may have meant, or "".
func nearest[V any](word string, names map[string]V) string {
	best, found := 4, ""
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if d := distance(strings.ToLower(word), strings.ToLower(name)); d < best && d*3 <= len(name)+2 {
			best, found = d, name
		}
	}
	return found
}

// distance counts the letters to change, add or drop to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left, corner := i+1, i
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			here := min(row[j+1]+1, left+1, corner+cost)
			row[j], left, corner = left, here, row[j+1]
		}
		row[len(b)] = left
	}
	return row[len(b)]
}
