//go:build race

package sqlitestore_test

// raced is whether this binary has the race detector in it.
const raced = true
