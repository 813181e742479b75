// Package lines keeps a file of JSON lines to which several processes append
// in turn. It is the memory of the chargers that have no other.
//
// A line is on disk before anybody hears of it, so a line that is not whole
// was never answered: its writer died, and whoever asked knows nothing and asks
// again. The next turn takes such a line away. What is whole but for its
// newline is kept and gets one: it may have lost it in somebody's editor.
//
// # Decisions
//
// What a process remembers of the file is brought up to date at the beginning
// of its turn, under the lock, so that the command line may work beside a
// server. A line in the middle that is not JSON is nobody's crash: the file is
// refused, and a person has to look at it. Nothing but the torn end is ever
// taken away. A file that lost lines, or is no longer where it was, is not
// written on: what it forgot would be done a second time.
//
// The lock is flock(2) on the file itself, asked for again and again rather
// than waited for, since a wait in the kernel has no context. On systems
// without flock one process at a time may have the file; that is its
// operator's to see to.
package lines
