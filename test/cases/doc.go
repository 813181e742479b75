// Package cases runs usher against its case files: concrete scenarios, one per
// line, each with what is given, what happens and what must come of it.
//
//	license.jsonl       the licence API and what decides its answers
//	seats.jsonl         memberships, seats and their money
//	integrations.jsonl  communities of Circle and Discord, and who is in them
//
// TestLicense gives each case a subtest TestLicense/<store>/<id>, with a server
// and an empty store of its own. With USHER_CASES=DIR it reads the files of
// that folder instead, and runs none that is not there:
//
//	USHER_CASES=/home/ana/cases go test ./test/cases
//
// TestSeats gives each case of seats.jsonl a subtest TestSeats/<world>/<id>,
// where the world domain is the rules alone, and each store is a whole usher on
// it: the runner plays the processor, keeps its books, hands out the mail and
// says when what is due is run. testdata/seats.jsonl holds cases that
// are only the project's, for words that the others lack.
//
// TestIntegrations gives each case of integrations.jsonl a subtest
// TestIntegrations/<store>/<id>: an usher on that store with the real adapters,
// and a world outside that answers the calls that the case lists, in their order.
// A call that is not listed, comes too early or differs fails the case. What
// customers do in a browser is done on usher's own pages, and so is what a seller
// saves on a product's.
//
// Where to start: case_test.go is the vocabulary, words_test.go its
// enumerations, skip_test.go the words that wait for a part of usher that is
// not built yet; seats_case_test.go and seats_words_test.go are those of seats. A word that is nowhere in these fails its case by name, in
// given, calls, events and expectations alike.
//
// # Decisions
//
// The runner translates words into calls of the product, binds names, keeps
// answers and compares. It computes no amount, date, state or text, so that
// what it compares with is never its own idea; a skip is by word, never by
// case.
//
// What is given is written into the store as it stands, since old data may be
// what today's rules would refuse. A renewal is not a sale: one that is given is
// a payment that was recorded, if its membership names it among its charges, and
// is not stored if not. A membership of the licence cases is usher's own, and
// paid with a card of its own, which pays until an event says that it declines.
//
// In the licence cases an event that is about a boundary plays the card for it:
// what falls due before that instant is done first, then the card changes, then
// comes what is due at that instant. The event itself only looks whether that
// came to what the case says.
//
// One clock is the case's: business time, and the machine's for leases. It
// moves where a word moves it, and stops at each instant at which work falls
// due on the way.
//
// In seats no boundary passes but by an event that says so. A charge is read
// from the processor's books: what was paid in an event, without what of it
// went back at once. A refused event must leave the membership as it was, field
// by field. A command that comes again under its key gets its answer as it now
// is; one that was refused before any payment left none.
package cases
