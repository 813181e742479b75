// Package walk is a random walk over all of usher that has to do with
// communities: sellers, buyers, members and the communities do what they like,
// services fail in every way that they are known to, processes die in the middle
// of anything. At every step, and once all faults are mended and nothing is left
// to do, who is in which community is compared with what package oracle says of
// the same facts.
//
// usher is the real one: the use cases of package app on a store, the adapters
// of Circle and Discord over loopback HTTP, and the two fakes behind them. A
// process dies in its n-th call of the store or of a service, before it or
// after it, and from then on reaches nothing; another one is started on the same
// store, and what was asked of the dead one is asked again, as a person would.
//
//	go test ./test/walk                                  # the same few walks each time
//	USHER_TEST_RUNS=2000 go test -timeout 1h ./test/walk  # many, and every action and fault must have happened
//	go test ./test/walk -rapid.seed=7 -rapid.checks=500   # others
//
// # Decisions
//
// A process does one job at a time in most walks, so that a seed is one walk and
// rapid can shorten what fails; in some it does all at once.
//
// The walk tells the oracle what happened outside of usher: what cards paid,
// what people asked for and were not refused, what the communities saw. It asks
// usher who should be in for nothing but names of things.
package walk
