//go:build !race

package pgstore

const raced = false
