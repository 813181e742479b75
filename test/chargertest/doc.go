// Package chargertest is the contract of ports.Charger as a test suite: a
// charger that passes may replace any other.
//
//	func TestCharger(t *testing.T) {
//		open := func(t *testing.T, now func() time.Time) ports.Charger { … }
//		chargertest.Run(t, open, chargertest.Pays("visa"), chargertest.Book(look), …)
//	}
//
// open returns a charger that nobody has asked anything yet, and cleans up
// after itself. now is the time as the charger is to see it; tests move it.
//
// What the comments in package ports promise is what is tested, and nothing
// else. Traits say what the charger can be made to do; rows that need a trait
// run only where it is given. What money moved is never taken from an answer:
// it is read from the charger's own [Book].
//
// # Decisions
//
// That an order older than KeyLife is never charged blindly is its caller's
// duty, not the charger's. The suite plays such a caller (settle) and needs
// Find to tell it enough.
package chargertest
