// Package memstore keeps usher's state in memory, for tests and for trying
// usher out. It makes the promises of ports.Store as the databases do, and
// passes the same suite (test/storetest); what it holds is gone when the
// process ends.
//
// # Decisions
//
// One lock stands for all isolation: Views share it, everything that writes
// has it alone. So an Update never has to run twice, a commit costs nothing,
// and counts need no batches. A closure that waits for another goroutine's use
// of the same store waits for ever; in databases it would work or not.
//
// Writes change the tables at once and note how to take each of them back; an
// Update that fails, panics or outlives its context is undone backwards.
// Nothing is cloned, so an Update costs what it writes, whatever the store
// holds.
//
// Nothing is bounded but memory: no call fails with domain.ErrUnavailable.
//
// Dispatched events are forgotten, since nothing reads them again. Dead jobs
// stay.
package memstore
