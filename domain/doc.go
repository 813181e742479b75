// Package domain holds usher's rules: which sale earns a licence key, what a
// key answers, what a refund leaves, who may do what.
//
// Everything here is a pure function of its arguments. Nothing reads a clock,
// draws a random number, opens a connection, takes a context or logs: time,
// ids and chance come in as arguments, so the same call always gives the same
// answer and a test needs no fake.
//
// # The model
//
// A [Seller] sells a [Product]: a one-time product, a membership or a bundle.
// A [Variant] is a version of it, or a membership's tier. A [Purchase] is one
// sale of one product. A purchase of a licensed product earns one [License],
// whose string is its [LicenseKey]; a use is one counted verification. A
// [Membership] is a purchase that renews; here it is a record of what is
// known about it. An access [Token] lets a program act for its seller.
//
// [Facts] is everything that a verification is decided from, read at once.
// [Choose] finds the licence that was asked for among the holders of a key,
// and [Facts.Verify] says whether it verifies.
//
// # State
//
// A thing that changes hides its state behind verbs that can refuse
// ([License], [Purchase], [Token]); a thing that is only facts is a plain
// struct. Every state is flat and compares with ==: lists inside it are
// strings of one canonical form with an iterator, never slices. Times are
// UTC, truncated to the microsecond by [Instant]; the zero time means never.
//
// # Decisions
//
// A renewal is not a purchase: it is a payment of its membership, so a
// purchase keeps its id, order number and time for life.
//
// An imported customer, known by name only from another system, is a purchase
// of status [Imported]: its licence verifies, but it shows other facts.
package domain
