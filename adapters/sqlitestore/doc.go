// Package sqlitestore keeps usher's state in one SQLite file.
//
// [Open] makes or migrates the file and returns a [Store]. Beside the file
// lie what SQLite needs for it (-wal, -shm), an empty file .lock, and, unless
// a keyring is given, the file usher.secrets. Several processes on one machine
// may have the file open: a server, and the command line beside it.
//
// # Decisions
//
// One connection writes, and what waits shares its commits. A commit is on
// disk before anybody is answered (synchronous=FULL), and that is what takes
// the time; so the writer gathers all counts that wait, sums them, then lends
// its connection to the closures that wait, one after the other, each behind a
// savepoint, and commits once. A closure runs on its caller's goroutine:
// panics, traces and runtime.Goexit stay where they belong. Whoever fails is
// rolled back alone; if the transaction itself is lost (a full disk ends it
// without being asked), all who share it are told that nothing was done.
//
// No caller's context reaches the driver on that connection. SQLite answers an
// interrupt by rolling back the whole transaction, which here belongs to
// strangers too. Contexts are asked between statements instead.
//
// A transaction that SQLite has ended must not be written to: the next
// statement would be a transaction of its own. The first error that may have
// ended it therefore closes it for everybody.
//
// Reads have connections of their own, which cannot write. A read stands in
// the way of the write-ahead log's reuse, so none lasts longer than five
// seconds, and the oldest ends early when the log has grown too far.
//
// ANALYZE is never run here, nor PRAGMA optimize. What SQLite picks without
// statistics is always the index that a statement was written for; with those
// of 30,000 sales of nine sellers 18 of 132 plans changed, most for the worse:
// it read all products to count one use, and all jobs to claim some, since
// both tables were small that day.
//
// There is no New beside Open, on a *sql.DB of the host's, and no Within on its
// transactions. The writer is one connection that is always ours: it shares its
// commits among strangers, never hears of a context, and lives by pragmas and
// locks that are set where the file is opened. A host's pool promises none of
// that, and its transaction would keep all of usher waiting. A host that has a
// SQLite file of its own opens usher's beside it, or the same file twice: usher's
// tables begin with usher_.
//
// Whether a database has a test clock is decided when it is made and never
// again: to give one to sales that happened in real time, or to take it away,
// would set their periods going by another time.
//
// A copy that [Backup] makes says that it is one, and holds charges where it is
// opened: a database from yesterday would charge again what was charged today.
//
// The schema has two numbers in usher_meta: schema, what it is, and oldest, the
// lowest number of a program that can work with it. A program opens what was
// migrated by a newer one as long as oldest allows it. Migrations run only
// while nobody else has the file open, since SQLite has no way to let others
// wait politely: each open store holds a shared lock on the file .lock, and a
// migration takes it alone.
package sqlitestore
