// Package e2e runs the program itself, as a process of its own on a data
// folder, and looks at it from outside: over HTTP, through its command line,
// and in its database file.
//
// The program is built once. TestKill kills it with SIGKILL while it
// counts uses, 20 times, or as often as USHER_TEST_RUNS says:
//
//	USHER_TEST_RUNS=200 go test -run TestKill ./test/e2e
//
// # Decisions
//
// A kill comes after a random number of answers, not after a random time, so
// that nothing here waits for a clock, and a slow machine is killed in the
// middle of its work too. Requests are under way at that moment, each at a
// place of its own.
package e2e
