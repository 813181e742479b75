// Package sandbox behaves like a payment processor in test mode. It moves no
// money and keeps a book of its own, which is where tests and demos look up
// what a real processor would have taken.
//
// What comes of an order is decided by its method, the name of a card
// ([Methods]): one pays, some decline, one waits for its customer, one takes
// the money and loses the answer. [Processor.Next] decides for the next new
// order instead, whatever its card is; [Processor.Confirm] and
// [Processor.Refuse] play the customer and the bank.
//
// It runs inside a process, or behind [Handler] as a process of its own, asked
// through a [Client]. Nobody is asked who they are: let it listen on the
// loopback interface only.
//
// # Decisions
//
// It is as hard on its callers as a real one. A key is forgotten 24 hours of
// its clock after its first use, and the same key then takes the money again;
// who does not ask Find first finds two charges in the book. KeyLife says 23
// hours, so that clocks may differ. Find itself never forgets, and of several
// charges under one key it answers the one that was paid.
//
// An order whose outcome the bank keeps for itself (sandbox_answers_later)
// gives Charge, Find and Void an error until somebody confirms or refuses it.
// Behind the handler such errors are what they are in life: the connection ends
// without an answer.
//
// The book is in memory, or also in a file of JSON lines: each line is a charge
// or a refund as it is from then on. A line is on disk before the answer
// leaves, and several processes may have the file open. What Next was told is
// in no file.
//
// Ids are digests of seller and key, not numbers: a book that begins anew when
// its process does must not give an old payment's id to a new one.
//
// The client never tries a second time. It sends no Idempotency-Key header:
// Go's transport takes one for leave to send a request again by itself, and
// then an error that says "no connection" would no longer say that nothing was
// sent.
package sandbox
