// Package jsonl is the form of usher's data in a file: JSON Lines, one thing in
// each line. [Write] makes such a file, [Read] takes one apart and [Source]
// makes it importable; what is exported and imported, and in which steps, is
// package app's [app.Transfer].
//
// A file may come from usher or be written by hand or by a program, to bring
// customers along from somewhere else.
//
// # The file
//
// The first line names the version of the format:
//
//	{"usher":1}
//
// Every other line is one object that begins with its kind. A thing comes after
// what it belongs to: a seller before all of its own, a product before its
// variants and purchases, a purchase before its membership, payments, seats and
// license, a payment before its refunds and disputes, a seat before its license.
// Only membership, gift_of, bundle_of and preorder_of of a purchase, includes of
// a product, tiers and in_flight of a membership and membership of a payment may
// name what comes later, or what is in the store already. A file may hold
// several sellers.
//
// The file is UTF-8. A line has at most 1 MiB. Lines end in LF; CR LF is read
// too, and so are a byte order mark, empty lines (which count) and a last line
// without an end.
//
// # Fields
//
// A field that is not marked with * may be left out, which means "", 0, false,
// an empty list or never, if nothing else is said; null is refused.
//
//	text     a string without NUL characters. Ids are text, at most 255 bytes,
//	         and kept as they are: usher's own are 24 characters, others may
//	         be anything.
//	amount   a whole number of minor units of the currency: cents of the
//	         dollar, whole yen. Not negative.
//	number   a whole number, written without a point or an exponent
//	time     RFC 3339 in UTC with at most six digits of a second's fraction:
//	         "2026-04-01T09:30:00.25Z"; left out it means never
//
// A seller:
//
//	{"kind":"seller","id":"s1","user_id":"482733","name":"Ana","email":"ana@example.com","created_at":"2026-04-01T09:30:00Z"}
//
//	id*          text
//	user_id*     text of at most 13 digits
//	name*        text
//	email*       text
//	address      text; public address of the seller's pages, "https://shop.example.com"
//	created_at*  time
//
// A product:
//
//	{"kind":"product","id":"p1","seller":"s1","name":"Pencil","permalink":"pencil","price":1000,"currency":"usd","licensed":true,"created_at":"2026-04-01T09:30:00Z"}
//
//	id*                    text
//	seller*                id of its seller
//	name*                  text
//	product_kind           "one_time" if left out, "membership" or "bundle"
//	permalink*             text of letters, digits, - and _; unique on the server, letter case aside
//	custom_permalink       likewise; unique among the seller's
//	price                  amount; of one, or of one seat at the shortest recurrence
//	currency*              ISO 4217 in lower case, "usd"
//	prices                 of a membership, object of amounts by recurrence:
//	                       monthly, quarterly, biannually, yearly, every_two_years.
//	                       One that is left out is not offered; 0 is free.
//	includes               of a bundle, list of {"product":id,"quantity":number}
//	licensed               true: each sale gets a key
//	multiseat              true: buyers choose a number of seats
//	most_seats             of a membership, number of seats that one may have, free
//	                       ones too; any number if left out
//	published              true or false
//	preorder               true: sold before it is released
//	product_id_not_needed  true: verified by permalink, however new it is
//	refund_keeps_access    true: who is refunded stays in communities
//	free_trial             number of seconds
//	created_at*            time
//	deleted_at             time
//
// A variant, which is a version of a product or a tier of a membership:
//
//	{"kind":"variant","id":"v1","seller":"s1","product":"p1","category":"Size","name":"Large","position":1,"price":200,"created_at":"2026-04-01T09:30:00Z"}
//
//	id*          text
//	seller*      id of its seller
//	product*     id of its product
//	category*    text; "Tier" for a tier
//	name*        text
//	position     number; its place among the product's variants
//	price        amount; comes on top of the product's price
//	prices       of a tier, as of a product; none: the product's
//	most_seats   of a tier, number of seats that all its live memberships may have
//	             together; any number if left out
//	created_at*  time
//	deleted_at   time
//
// A purchase:
//
//	{"kind":"purchase","id":"b1","seller":"s1","product":"p1","order_number":71,"email":"buyer@example.com","price":1200,"currency":"usd","variants":["v1"],"created_at":"2026-04-02T10:00:00Z"}
//
//	id*             text
//	seller*         id of its seller
//	product*        id of its product
//	membership      id of its membership; it renews
//	order_number*   number; unique among the seller's
//	status          "successful" if left out, "pending", "failed", "trial", "test",
//	                "gift_received", "preordered" or "imported" (a customer known
//	                from elsewhere)
//	email*          text in lower case
//	full_name       text
//	purchaser_id    text of at most 13 digits; left out: bought as a guest
//	quantity        number, 1 if left out; seats of a multi-seat membership
//	price           amount, of the whole sale; of a membership's, of its period now
//	currency*       ISO 4217 in lower case
//	original_price  amount that the sale itself came to; price if left out
//	variants        list of ids of the product's variants
//	variants_at     time when it came to them; with the sale if left out
//	multiseat       true: sold with seats
//	gift_given      true: somebody else received it
//	gift_of         id of the giver's purchase
//	bundle_of       id of the bundle's purchase
//	preorder_of     id of the preorder
//	fee             amount, of the marketplace that sold it
//	custom_fields   list of {"name":text,"value":text}; names may repeat
//	offer_code      {"code":text,"percent":number,"amount":amount}; code is needed,
//	                amount counts if percent is 0
//	affiliate       {"email":text,"credit":amount}; email is needed
//	card            {"visual":text,"type":text,"expiry_month":number,"expiry_year":number}
//	referrer        text
//	country         text
//	can_contact     true or false
//	discover_fee    true: the marketplace charged for finding the buyer
//	refunded        amount, given back so far
//	refunded_at     time, of the last refund
//	disputed_at     time
//	dispute_won_at  time
//	revoked_at      time; the key does not verify
//	access_kept     true: its refunds take no access away
//	erased_at       time when its buyer was forgotten
//	shipped_at      time when its seller marked it as shipped
//	tracking_url    text, a web address at which the parcel can be followed
//	created_at*     time, of the sale
package jsonl
