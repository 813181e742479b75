// Package sqlcopy copies all that usher keeps from one SQL database into
// another: rows as they are, sealed as they are, so that the copy answers
// exactly as the source did.
//
// A store gives its [Side]. [Run] copies from one side to the other, in slices,
// and in the end compares both. Stopped at any point, it goes on where it was.
//
// # Decisions
//
// It stands beside the stores and not in app, because it copies what no
// repository shows: digests, sealed texts, stamps, fences, the numbers of events.
// It stands apart from both, because it knows no driver: a side describes its
// tables and lends transactions, and the statements are those that all
// databases speak.
//
// The tables are those that the database describes, not those of a list here:
// one that a migration adds is copied by the next build. What cannot be copied
// by its description is refused, which the tests of the next build show: a table
// without a primary key, a type that is not among the [Kind]s, tables that
// refer to each other in a circle.
//
// Values travel as the simpler database keeps them: numbers for truth and for
// time (microseconds), text, bytes. Each side knows what they are in its own
// columns. So the checksum of a row is the same wherever it lies.
//
// A slice and how far it reaches are written in one transaction. Each slice is
// read by the primary key in a read of its own, so that no read lasts: a copy
// of a database that is written meanwhile is therefore of no one instant, which
// the checksums find out as far as they can. Whoever copies stops the server.
//
// Until both sides have the same checksums the copy is marked as half
// ([sqlrepo.ErrHalfCopied]), and no store opens it.
//
// What usher_meta says about the database itself (its schema, the check value of
// its secrets, this copy) is not copied; the rest is.
package sqlcopy
