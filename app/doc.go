// Package app holds usher's use cases, one type for each capability, and is
// what a service embeds:
//
//	u, err := app.New(app.Config{Store: store})
//	v, err := u.Licensing.Verify(ctx, domain.Lookup{Key: key, ProductID: product}, true)
//	b, err := u.Sales.Buy(ctx, seller, domain.SaleRequest{ProductID: team, Quantity: 3}, buyer, commandKey) // with Config.Charger
//	d, err := u.Memberships.Ask(ctx, seller, id, domain.AskSeats(8), commandKey)
//	go u.Worker.Run(ctx) // renewals, mails, keys for past sales, and whatever else is due
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
// # Money
//
// What a membership's command costs is charged in three moves. The intent is
// written down: the command, the payment and the membership that waits for it,
// in one transaction. Then the processor is asked, outside of every
// transaction, with a key that the payment was born with. Then its answer is
// written down, and with it what was paid for. A crash between two of them
// leaves a payment in flight, of which Recover, and Run before all else, finds
// out what came. The caller of a use case may leave in between; the rest goes
// on without it.
//
// # Decisions
//
// What a payment without an answer was for is asked again under the same key if
// the processor surely never saw it. A buyer's own that is older than fifteen
// minutes is given up instead, and so is a change whose period is over and a
// try to pay whose grace is: the buyer has gone. Money that comes all the same
// goes back.
//
// What is refunded is off the sale and the period once the processor has said
// so. When nothing is left of all that was paid for a period, it counts as given
// back whole, whatever its seats would cost. A refund or dispute of a period that
// is over touches its payment, and its sale, only.
//
// A quote's id is the quote, sealed; nothing is stored for it.
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
