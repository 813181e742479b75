// Package sqlrepo holds usher's SQL: the repositories, the facts of a key, the
// count of uses and the queue, over a [Conn] of two methods. One text serves
// every database: what SQLite and PostgreSQL both speak, with $1 for the first
// argument.
//
// Everything here runs inside a transaction that the store has opened; the
// isolation, the commits, the reruns and what a driver's error means are the
// store's.
//
// # Decisions
//
// A refusal leaves the transaction alive, also where a failed statement would
// end it: an insert uses ON CONFLICT DO NOTHING, a change asks for what is
// taken in its own WHERE, and a statement that met no row is explained by
// looking afterwards.
//
// What a row hangs on (its seller, its product, its purchase) is part of how a
// change finds it and is never written twice. Foreign keys name the primary
// key alone; that both rows are of one seller is the condition of the INSERT.
//
// The stamps of a licence and a product move here and nowhere else, in the
// transaction of the change, so that no use case can forget them. They move
// also when a membership or a giver's purchase arrives after the licence that
// it tells about. Payments, refunds, disputes and seats move none: verify answers
// nothing that is read from them.
//
// Loads lock nothing, unless the transaction says that it is not serializable
// ([LockingLoads]). Then what is loaded to be changed is locked: by its key, and
// what hangs on it. Lists and searches are not; what they find is loaded again.
// Nor is what is read only: sellers, mails, and other sellers' connections to a
// community.
//
// A key that an older secret digested is as taken as one of today's: inserts
// and changes ask for its digest under every secret. A change seals and
// digests anew, with today's.
//
// A mail is sealed whole, to whom it goes too: only its cause is read by others.
// A token that is a sale's or a seat's is in no index of the seller's tokens,
// which many sales would otherwise bury.
//
// A dead job that is revived while another has its key gives way to that one: the
// key says that both are the same work.
//
// A search starts from the rarest of its words if few sales have it, and walks
// the list of sales if many have each: the one would read half of all sales for
// a common word, the other all of them for a rare one.
//
// A claim reads the heads of the lanes, not all that is due: a seller's backlog
// of a hundred thousand jobs must not hold up everybody else's writes.
//
// A job that is nudged while it works runs once more whatever became of the
// claim, also if that was given up as dead: the nudge came too late for it.
package sqlrepo
