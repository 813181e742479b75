// Package pgstore keeps usher's state in a PostgreSQL database.
//
// [Open] connects, makes or migrates the tables and returns a [Store]; [New]
// makes one on a pool that is there, after [Migrate]. Any number of processes,
// on any number of machines, may share a database. Its tables begin with usher_,
// so it may be one that other programs use; and [Store.Within] works in a
// transaction of such a program:
//
//	tx, err := pool.Begin(ctx)
//	…
//	sale, err := u.Within(store.Within(tx)).Sales.Record(ctx, seller, order, sold)
//	…
//	err = tx.Commit(ctx)
//
// PostgreSQL 13 or later is needed, and a database in UTF-8. A pooler in between has to keep a connection
// for the time of a session (PgBouncer: pool_mode session), since counts set up
// theirs when it is made.
//
// # Decisions
//
// Update is SERIALIZABLE, and is run again if others were in its way, for up to
// five seconds. What ended a transaction is kept by the connection that the
// closure was lent, not read from what the closure returns: a closure may take
// an error for a refusal of its own.
//
// A transaction takes its number when it begins. If the connection breaks at
// COMMIT, another connection asks by that number what became of it: kept, then
// the caller hears of no trouble; not kept, then it is run again; nobody knows,
// then nothing is run again, and the error says so. Nobody knows either if the
// server has crashed since and says that it was kept: a number that a crash has
// lost is given out again.
//
// A unique index that is hit means that two transactions met between asking and
// writing. The closure is run again, three times at most: the next run sees who
// has the name, and refuses in its own words with the transaction alive.
//
// What speeds the transactions up or bounds them is set in each, in the message
// that begins it: a pool that is the host's is then as good as our own.
//
// A View cannot write because the statement is not sent: the server would
// refuse it and end the transaction with it.
//
// Counts have two connections of their own, whose planner is kept to nested
// loops: a statement that locks many rows must take them in one order, and a
// hash would take them in any.
//
// After much came at once ([Store.Analyze]) the planner is told: it would go by
// what it knew of empty tables until the server looks at them by itself, which
// takes a minute or is switched off.
//
// Queues work READ COMMITTED. Claims skip what others hold. Dispatchers go one
// after the other, because the order of a subject's events must not depend on
// who is quicker. Work is found by asking every now and then; that is the
// contract. Who wants to know sooner is notified after a commit that made work,
// at most twenty times a second and by a statement of its own: NOTIFY inside the
// transaction would have all commits wait for one another. It carries nothing.
// Counts make no work.
//
// In a transaction of the host's nothing is run again, and READ COMMITTED must
// do: so a load by key locks its row (FOR NO KEY UPDATE), as does a load of what
// hangs on one. Sellers are left out: every sale reads one, and no use case saves
// it. So those who use one product, or one connection to a community, go one
// after the other until the host commits. What only counts rows that others are
// adding, such as what is left of a tier, is exact only if the host's transaction
// is SERIALIZABLE.
//
// Within is a method of a Store and not a function: the store has checked once
// that the secrets are the database's and where its tables are. They are found
// by a search path of usher's own, set for the time of each call, since the
// host's may lead to anything.
//
// Nobody is notified of what a host commits: it is found by looking.
//
// Leases end by the database's clock, the one clock that all processes share.
//
// The secrets are never invented here: two processes would invent two. Of those
// that start on an empty database the one that gets to migrate it is asked for
// them ([Options]).
//
// Who migrates holds an advisory lock, which is tried again and again and not
// waited for: a statement that waits has a snapshot, and CREATE INDEX
// CONCURRENTLY waits for those. A program works with a schema that is newer than
// its own as long as usher_meta's oldest allows it, so that processes can be
// replaced one by one.
package pgstore
