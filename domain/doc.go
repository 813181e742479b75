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
// whose string is its [LicenseKey]; a use is one counted verification. An
// access [Token] lets a program act for its seller.
//
// A [Membership] is a purchase that renews. It has so many seats, paid for and
// complimentary, at the [Terms] that its buyer agreed to, whatever the list
// price is today; a [Seat] is one named person in one of them. A [Quote]
// prices what is asked for; [Membership.Change] carries exactly that out. More
// is in force once it is paid, in the same period, for the time that is left;
// less is pending until the period ends, and costs nothing. What is being paid
// for is in flight, at most one thing at a time, and not in force.
//
// A [Payment] is one try to take money, and [Refund] and [Dispute] are its
// rows: the books are sums over them. The domain takes no money: a command
// returns the payment to be made, and [Membership.Settle] is told its answer.
//
// [Facts] is everything that a verification is decided from, read at once.
// [Choose] finds the licence that was asked for among the holders of a key,
// and [Facts.Verify] says whether it verifies.
//
// # State
//
// A thing that changes hides its state behind verbs that can refuse
// ([License], [Purchase], [Membership], [Payment], [Token]); a thing that is only facts is a plain
// struct. Every state is flat and compares with ==: lists inside it are
// strings of one canonical form with an iterator, never slices. Times are
// UTC, truncated to the microsecond by [Instant]; the zero time means never.
//
// # Time and money
//
// A [Period] is half open. Its boundaries are counted in calendar months from
// one anchor, never from each other, so neither a short month nor a late
// worker or payment moves a date; the anchor itself moves only when a new paid
// period begins at another moment: after a trial, a restart, a longer
// recurrence, from free to paid.
//
// Money is whole minor units. A [Ledger] keeps what a period's additions come
// to exactly, in minor units times seconds, and rounds only their sum: forty
// steps cost what one step costs. What a processor would not collect is never
// raised to its least charge: it waits for the next one.
//
// # Decisions
//
// What is in flight is not part of a membership's version: a payment that is
// declined leaves the membership as it was, to the bit, and a quote of before
// stands.
//
// A payment that its buyer must confirm is given up after 23 hours, a change at
// the latest when its period ends; a renewal counts as declined then. One that
// nobody answered for is kept until somebody found out: whoever asks the
// processor settles it or voids it. If a voided one is paid all the same, it is
// refunded.
//
// A renewal whose payment has no answer has not begun: the membership is as it
// was, past its boundary, and a cancellation then still ends it as of that
// boundary.
//
// A percentage is taken as an amount off each seat, rounded half up.
//
// A pending tier, recurrence or price is agreed with its unit price; whoever
// asks for one of them sets the price of all that is pending.
//
// A renewal is not a purchase: it is a payment of its membership, so a
// purchase keeps its id, order number and time for life.
//
// What another system says of a membership that it charges is taken as it is
// told: such a membership is never charged here, has no end of grace, and ends by
// itself only where an end was told. A renewal told for one whose cancellation
// was scheduled takes that back.
//
// A purchase follows its membership: a change copies the seats switch of the
// product again, a renewal moves nothing but the price. What the sale itself
// came to is kept beside it, and is what its refund is measured by.
//
// An imported customer, known by name only from another system, is a purchase
// of status [Imported]: its licence verifies, but it shows other facts.
package domain
