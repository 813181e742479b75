// Package mail hands mails on.
//
// An [Outbox] keeps them in the store, where the seller reads them: nothing
// leaves the server. It is where mails go while nobody has said how to send
// them.
//
// # Decisions
//
// What is kept is what its reader would have seen, a license key or the code of
// an invitation among it, so its text lies in the store as keys do: sealed,
// where the store seals.
package mail
