// Package storetest is the contract of ports.Store as a test suite: a store
// that passes may replace any other.
//
//	func TestStore(t *testing.T) {
//		open := func(t *testing.T, now func() time.Time) ports.Store { … }
//		storetest.Run(t, open)
//		storetest.RunConcurrent(t, open)
//		storetest.RunClock(t, openWithClock)
//		storetest.RunHold(t, openTwice)
//	}
//
// open returns a new, empty store each time and cleans up after itself. now is
// the machine's clock as the store is to see it, for leases; tests move it.
// openWithClock makes a store with a test clock. openTwice opens a store as two
// processes would, if it is a ports.Holder.
//
// What the comments in package ports promise is what is tested, and nothing
// else: where they leave room, so does the suite. Three rules follow from them
// that are easy to overlook.
//
// A purchase may name a membership, a giver's purchase, a bundle, a preorder
// or variants that are not there yet, since either side of each pair may come
// first. When one comes later, what verify answers has changed and the stamp
// moves. A product, the purchase of a licence, a membership, a payment or a seat,
// and the payment of a refund or a dispute must be there, and be the same
// seller's. The membership of a payment may come later, and one that is another
// seller's is in nobody's way.
//
// What a purchase names loosely counts only if it is the same seller's: no
// name, address or price of another seller ever shows in Facts.
//
// A nudge that reaches a job while it is at work makes it due again at once,
// however the claim ends: also if it is put off, failed, or failed for good.
//
// # Decisions
//
// Nothing here measures time or waits for it, with two exceptions. A test that
// forces two transactions to meet gives up after 100 milliseconds for stores
// that never let them. A nested call that waits for itself is given up after
// ten seconds, so that the test can name it.
package storetest
