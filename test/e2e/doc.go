// Package e2e runs the program itself, as a process of its own on a data
// folder, and looks at it from outside: over HTTP, through its command line,
// and in its database file.
//
// The program is built once. TestKill kills it with SIGKILL while it
// counts uses, 20 times, or as often as USHER_TEST_RUNS says:
//
//	USHER_TEST_RUNS=200 go test -run TestKill ./test/e2e
//
// TestRace sends fifty requests at once to a server of this process, for one
// command key, one seat, the last seats of a tier, and compares the processor's
// book with what is stored.
//
// TestCrash kills usher at the numbered steps of a payment and at random between,
// twenty times USHER_TEST_RUNS, while the processor lives on in a process of its
// own; afterwards its book, the payments and the seats agree to the cent, and
// nothing is stuck. -crash.seed=N draws another story. TestTicks has two
// processes do what falls due in one file for a year, and compares them with one.
//
// # Decisions
//
// The processes of TestCrash and TestTicks are this test binary again, without
// the race detector: what is looked for lies between processes. The machine's
// time of each life is two minutes later than that of the one before, so that
// the leases of the dead are over.
//
// A kill comes after a random number of answers, not after a random time, so
// that nothing here waits for a clock, and a slow machine is killed in the
// middle of its work too. Requests are under way at that moment, each at a
// place of its own.
//
// In a race the processor keeps its answers back until every request has been
// answered, or asks for money, too: so all of them meet all payments that can be
// on their way, and no outcome hangs on how fast a machine is.
package e2e
