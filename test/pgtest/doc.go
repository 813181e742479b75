// Package pgtest gives tests a PostgreSQL of their own, made from the programs
// that are installed on this machine.
//
//	func TestStore(t *testing.T) {
//		url := pgtest.Copy(t, "usher", migrate) // a fresh database, migrated once
//		…
//	}
//
// The first test that asks starts a cluster in a temporary folder; all tests of
// the binary share it, each with a database of its own. [Own] starts another one
// for a test that stops and starts the server.
//
// Where PostgreSQL is not installed a test skips with one line that says how to
// install it. With USHER_TEST_REQUIRE=postgres it fails.
//
// # Decisions
//
// The server is a child of a shell that reads from a pipe of ours. When this
// process ends, in whatever way, the pipe closes, and the shell stops the
// server and removes its folder. So no TestMain is needed, and kill -9 leaves
// nothing behind.
//
// Clients come in by a socket in the folder: no port can be taken, and nobody
// else's program can reach the server.
//
// What is committed is not forced to disk, which saves most of the time; a test
// about durability asks for it ([Options]).
//
// A database is copied from a template with its files, which takes a third of
// the time that logging them does, and is dropped when its test ends: hundreds
// of them would fill a small disk.
package pgtest
