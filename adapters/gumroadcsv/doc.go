// Package gumroadcsv reads the CSV of sales that Gumroad lets its sellers
// download, so that they can move: [Source] makes it importable. Checking
// everything first, a dry run, going on after a crash and refusing by line are
// those of package app's [app.Transfer], as for adapters/jsonl.
//
// # The file
//
// One row is one charge: a sale, or the renewal of one. The first row names the
// columns; their order is of no account. Cells are separated by commas and may
// be quoted, and then span lines: the line of a fault is that on which its row
// begins. The file is UTF-8, with or without a byte order mark, and lines end in
// LF or CR LF. A quotation mark before = + - @ | or % protects spreadsheets and
// is no part of the cell; neither are blanks around it. Rows without any text
// are skipped, and so is the row of totals at the end.
//
// A file is read from its start several times: once by [Source], which finds out
// what rows do not say by themselves, and then by each reading of its records.
// Records are made row by row. What is remembered of a row meanwhile is what it
// takes to find the sale of a renewal, and that no two have the same id or key.
//
// # Columns
//
// Those marked with * must be there; a file that lacks one of the others is read
// as if all its cells were empty, and [Report] says so.
//
//	Purchase ID*                  id and sale_id of the purchase; of a renewal, id of the payment
//	Item Name*                    name of the product, in its first row
//	Product ID*                   its permalink; [Options] says which id apps send
//	Purchase Email*               of the buyer
//	Buyer Name
//	Do not contact?
//	Purchase Time (UTC timezone)* 2026-04-01 09:30:00 UTC, or RFC 3339
//	Sale Price ($)*               of the whole row, quantity included; 29.0, or $1,234.50; empty is 0
//	Fees ($)                      likewise
//	Quantity                      1 if empty; seats of a membership
//	Variants                      (Large, Red)
//	Discount Code
//	Order Number*                 whole number of at least 1
//	Giftee Email                  who received it as a gift
//	Recurrence*                   monthly, quarterly, biannually, yearly or every_two_years
//	Recurring Charge?*            the row is a renewal
//	Free trial purchase?          nothing was charged yet
//	Pre-order authorization?      likewise
//	Cancellation Date             time at which the membership was cancelled
//	Subscription End Date         day on which it ends or ended
//	Fully Refunded?
//	Partial Refund ($)
//	Disputed?
//	Dispute Won?
//	Access Revoked?
//	License Key*
//	License Key Activation Count  0 if empty
//	License Key Enabled?          1 if empty
//	Affiliate
//	Affiliate commission ($)
//	Referrer
//	Country
//
// The answer to a question is 1 or 0, true or false, yes or no; empty is no.
// Gumroad's other columns are not read; [Report] lists them. A column that is
// not Gumroad's is a question of the seller's at the checkout, and its answers
// are kept as custom fields. One that is called like a column of Gumroad's
// stands behind all of those.
//
// # What becomes of a row
//
// A sale becomes a purchase, and the payment of it if something was paid. The
// first row of a product makes the product. The buyer has the key; of a gift,
// whoever received it, in a purchase of their own.
//
// A sale with a recurrence began a membership. A renewal is no purchase: it is a
// paid charge of that membership. Which one that is, Gumroad does not write. It
// is the one with the key of the row. Without a key it is one of the same buyer
// and product that began before, first one that ends on the same day, is charged
// as often and has the same variants; of several, the one whose next charge was
// due nearest to the row's time. If there is none, the file is refused: it is
// not all that Gumroad has, and what lacks would be guessed.
//
// # Decisions
//
// Money is what the file says, in cents of the dollar, in which Gumroad writes
// every amount whatever the product is sold in. Nothing is rounded: an amount
// with parts of a cent is refused, and a negative one.
//
// What the file does not say has a value that promises nothing. A product is not
// published; it was made when it was first sold; its price is what one cost in
// its first row, for a membership in its first row of each recurrence, whatever
// discount there was. A product that the store has already is left as it is, and
// must be the seller's, sold in dollars, and a membership if it is one there.
//
// A variant has the whole text of its cell as its name: "Large, Red" is one,
// since a name may have a comma in it, and it is answered as Gumroad does.
//
// Refunds, disputes, revocations and disablings happened at the time of their
// row: when they did is not in the file. A dispute that was not won is open.
//
// A purchase keeps its id and its number. What was received as a gift has its own
// at Gumroad, which are not in the file: its id is made from the giver's, and its
// number is the giver's plus 2^30, which is above all of Gumroad's and usher's.
// Memberships, too, have no id in the file.
//
// A membership goes on being charged by Gumroad, never by usher: what becomes of
// it is recorded. Its present period began with its last charge, and shows that
// row's price, quantity and variants. A cancelled one ends on the day that the
// file says, or else when what was paid for ends; the day's instant is the end of
// the paid period if that falls on it, else its last second, so that nobody loses
// an hour. One that has an end and was not cancelled, ended then; if that lies
// after the newest row, it is cancelled for then. A trial ended with the first
// charge after it; without one it lasts a month, the longest that Gumroad
// offers. A row of a licensed membership with several seats was sold with seats,
// for nothing else sells several; its buyer sits in the first one.
//
// Charges of a sale without a recurrence are instalments, monthly as all of
// Gumroad's. A product that renews in one row and not in another is refused.
//
// Progress of an import is kept by line, so a renewal that stands above its sale
// is told with the sale, and what the store has against it is said of that line.
//
// The source is known again by the file, the seller and the ids together: with
// another id it is another import, and not one that was finished before.
package gumroadcsv
