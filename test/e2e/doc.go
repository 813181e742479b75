// Package e2e runs the program itself, as a process of its own on a data
// folder, and looks at it from outside: over HTTP, through its command line,
// and in its database file.
//
// The program is built once. What holds for one server on a file must hold for
// four on a PostgreSQL, so most tests run on both; that one is started by the
// tests (test/pgtest). How often things happen follows USHER_TEST_RUNS, here 20
// unless given:
//
//	USHER_TEST_RUNS=200 go test -run TestKill ./test/e2e
//
// TestKill kills the server with SIGKILL while it counts uses. TestFourProcesses
// has 64 clients count one key at four servers that are killed and started again.
// TestStopping ends servers as an operator does: no answer is lost. TestOutage
// stops PostgreSQL itself, and lets it crash, under load.
//
// TestBesideTheServer, TestPastSales and TestSeen change things in one process
// while another one answers: its very next answer shows the change. How often is
// for USHER_TEST_ROUNDS to say.
//
// TestRace sends fifty requests at once to servers of this process, for one
// command key, one seat, the last seats of a tier, and compares the processor's
// book with what is stored.
//
// TestLeaks runs a shop with a Circle and a Discord that repeat every secret in
// what they refuse with, and searches all that comes out and all that is kept.
//
// TestCrash kills usher at the numbered steps of a payment and at random between,
// twenty times USHER_TEST_RUNS, while the processor lives on in a process of its
// own, and on PostgreSQL three more ushers; afterwards the processor's book, the
// payments and the seats agree to the cent, and nothing is stuck. -crash.seed=N
// draws another story. TestTicks has several processes do what falls due in one
// database for a year, and compares them with one.
//
// # Decisions
//
// The processes of TestCrash and TestTicks are this test binary again, without
// the race detector: what is looked for lies between processes. In TestCrash the
// machine's time is two minutes later after each death, for all who live, so that
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
