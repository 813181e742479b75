// Package ledger is a charger that moves no money: it answers paid at once and
// writes down what is due, for the seller's own billing to collect.
//
// # The file
//
// The file has one JSON object on each line and is only ever added to. kind
// says what a line is:
//
//	charge          amount is due from the seller's customer
//	refund          amount of the charge that ref names is due back
//	refund_refused  nothing is due; the refund asked for was not possible
//	void            nothing is due, now or later, under this key
//
// seller and key tell lines apart; payment and refund are usher's ids of what
// the line is for, ref is the charge's id. amount is in the minor unit of
// currency. at is business time; intended_at is when usher meant to charge.
// Who reads the file while usher writes to it leaves a last line without a
// newline for the next time: it may yet be taken away.
//
// # Decisions
//
// The file is the memory. The same seller and key never make a second line,
// also after a restart, in another process, or after usher's own database was
// restored from an old copy; so KeyLife is for ever, and whoever empties,
// rotates or rewrites the file gives every key a new life. A process that has
// the file open refuses to go on when lines that were there are gone. What
// would be no line of this package, or would make one of them a second time, is
// refused when the file is opened.
//
// A line is on disk before the answer leaves. What a crash left of a line was
// never answered, and is taken away by the next one who opens the file or adds
// to it; a line in the middle that is not JSON is refused until a person has
// looked at it.
//
// Refusals and voids are lines too: what was refused or given up has to stay
// so, and nothing else here remembers.
//
// What a customer's bank says of all this is not heard here. Sales that were
// charged elsewhere, and failed there, are recorded, not charged.
package ledger
