//go:build !race

package e2e

// raced is whether this binary has the race detector in it.
const raced = false
