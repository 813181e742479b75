//go:build race

package pgstore

// raced is whether this binary has the race detector in it.
const raced = true
