// Package app holds usher's use cases, one type for each capability, and is
// what a service embeds:
//
//	u, err := app.New(app.Config{Store: store})
//	v, err := u.Licensing.Verify(ctx, domain.Lookup{Key: key, ProductID: product}, true)
//	go u.Worker.Run(ctx) // keys for past sales, and whatever else is due
//
// Nothing starts by itself: [New] only wires, and [Worker.Run] does the work
// that is due. Use cases are safe for concurrent use, in any number of
// processes on one store.
//
// # The five rules of closures
//
// A closure given to Store.Update (1) loads inside, (2) asks the domain, (3)
// saves and then appends events, (4) does nothing that leaves the process, and
// (5) assigns to captured variables, never appends: it may run twice.
//
// # Decisions
//
// Verify asks the store for fresh facts each time, decides, and counts only on
// what it saw; if that moved, it decides again. So a key that was disabled by
// any process is refused by the very next verify of every process.
//
// A repeated idempotency key is answered by reading the purchase again: what
// is stored is its id, never a key.
//
// Keys for past sales are made in slices, each with its cursor in the same
// transaction, and once more a minute later: a sale that had read "unlicensed"
// may commit behind the cursor.
package app
