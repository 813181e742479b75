// Package jsonl reads a membership in two forms. The one of another system is
// what that knows of a purchase that renews. It has no status; what else it lacks
// is taken from its purchase, when it is imported: so many seats as the quantity,
// each at its share of the price, of the first variant. That system goes on
// charging it. Usher never writes this form.
//
//	{"kind":"membership","id":"m1","seller":"s1","product":"p2","purchase":"b2","recurrence":"monthly","started_at":"2026-04-02T10:00:00Z","created_at":"2026-04-02T10:00:00Z"}
//
//	id*                  text
//	seller*              id of its seller
//	product*             id of its product
//	purchase*            id of the purchase that began it
//	recurrence*          "monthly", "quarterly", "biannually", "yearly" or "every_two_years"
//	started_at*          time, of the current period
//	free_trial_ends_at   time
//	cycle                number of the current period, 1 if left out
//	charges              number of cycles; 0: until it is ended
//	installments         true: an instalment plan of a one-time product
//	cancel_requested_at  time
//	cancelled_by         "buyer", "seller" or "admin"
//	cancelled_at         time at which it ends or ended, by being cancelled
//	failed_at            likewise, for want of a payment
//	ended_at             likewise, after its last charge
//	created_at*          time
//
// A membership as usher keeps it, which is one with a status. Its times are
// whole seconds, but for created_at. Between usher and usher this form carries
// everything; a program that writes memberships has less to know of the other.
//
//	{"kind":"membership","id":"m2","seller":"s1","product":"p2","purchase":"b2","version":3,"status":"active","anchor_at":"2026-04-02T10:00:00Z","recurrence":"monthly","cycle":1,"terms":{"tier":"v2","unit":1000,"currency":"usd"},"seats":5,"assigned_seats":2,"pending":{"seats":3,"change":3},"ledger":{"owed":"5184000000","settled":2000},"last_at":"2026-04-10T08:00:00Z","created_at":"2026-04-02T10:00:00Z"}
//
//	id*                  text
//	seller*              id of its seller
//	product*             id of its product
//	purchase*            id of the purchase that began it
//	method               text; the processor's name of the card or account that pays
//	elsewhere            true: somebody else charges it
//	sequence             number of the newest record of it, see elsewhere
//	version              number; one more at every change
//	status*              "trialing", "active", "cancel_scheduled", "past_due" or "ended"
//	end_reason           of an ended one: "cancelled", "failed", "completed",
//	                     "revoked" or "chargeback"
//	before               the status that a chargeback ended
//	cancelled_by         "buyer", "seller" or "admin"
//	anchor_at*           time that the periods are counted from; in a trial, its end
//	offset               number of months from there to the current period
//	recurrence*          "monthly", "quarterly", "biannually", "yearly" or "every_two_years"
//	cycle                number of paid periods so far, the current one too; 0 in a trial
//	free_trial_ends_at   time
//	charges              number of cycles; 0: until it is ended
//	installments         true: an instalment plan of a one-time product
//	terms*               {"tier":id,"unit":amount,"currency":text,"included_seats":number,
//	                     "discount":{"kind":text,"value":number,"cycles":number}}: what
//	                     one seat costs for a period; currency is needed. The kind of
//	                     a discount is "percent", "per_seat" or "per_membership", and
//	                     it counts for so many cycles, or for ever
//	seats*               number of those that are paid for
//	complimentary_seats  number of those that the seller gave
//	assigned_seats       number of those that have somebody, see seat
//	pending              {"seats":number,"tier":id,"recurrence":text,"unit":amount,
//	                     "change":number}: what the next period begins with; change
//	                     is the version at which that was agreed
//	notice               {"tier":id,"recurrence":text,"unit":amount,"effective_at":time,
//	                     "notified_at":time}: a new price of the seller's;
//	                     effective_at is needed
//	ledger               {"owed":text,"settled":amount}: what was added within the
//	                     period, in minor units times seconds, as digits; and what of
//	                     it was collected
//	given_back           amount of the current period's price, by refunds
//	in_flight            {"payment":id,"kind":text,"target":target,"priced_at":time,
//	                     "due":amount,"asked":true,"expires_at":time}: a change whose
//	                     payment has no answer yet; payment, kind and priced_at are
//	                     needed; kind and target are those of the payment; the buyer
//	                     has until expires_at to confirm, and without it nobody knows
//	                     what came of the payment
//	outstanding          {"amount":amount,"carried":amount,"attempts":number,
//	                     "due_at":time,"grace_ends_at":time,"retry_at":time}: a renewal
//	                     that was declined; attempts, due_at and, unless somebody else
//	                     charges it, grace_ends_at are needed
//	cancel_requested_at  time
//	cancelled_at         time at which it ends or ended, by being cancelled
//	failed_at            likewise, for want of a payment
//	ended_at             likewise, after its last charge
//	deactivated_at       time at which access stopped
//	last_at              time of the last change
//	created_at*          time
//
// A payment, which is one try to take money:
//
//	{"kind":"payment","id":"y1","seller":"s1","purchase":"b2","membership":"m2","payment_kind":"renewal","cycle":2,"attempt":1,"key":"mbr/m2/renew/2/1","amount":5000,"currency":"usd","target":{"seats":5,"tier":"v2","recurrence":"monthly","unit":1000},"priced_at":"2026-05-02T10:00:00Z","status":"paid","processor_ref":"pi_1","refunded":1000,"paid_at":"2026-05-02T10:00:03Z","created_at":"2026-05-02T10:00:00Z"}
//
//	id*            text
//	seller*        id of its seller
//	purchase*      id of its purchase
//	membership     id of its membership; left out: of a sale that does not renew
//	payment_kind*  "sale", "renewal", "change" or "restart"
//	cycle          number of the cycle that it pays for
//	attempt*       number, from 1
//	key*           text; idempotency key for the processor, unique among the seller's
//	amount*        amount, more than 0
//	currency*      ISO 4217 in lower case
//	target         {"seats":number,"tier":id,"recurrence":text,"unit":amount,
//	               "ends_seats":true,"ends_terms":true,"anew":true}: what it brings
//	               about: seats that are paid for and what one costs; which part of
//	               a pending change it ends; a new period at once
//	method         text; the processor's name of the card or account that was to pay
//	elsewhere      true: somebody else charged it
//	priced_at      time
//	status*        "intended", "sent", "needs_action", "paid", "declined" or "voided"
//	decline        "soft", "hard" or "unreachable"
//	processor_ref  text; the processor's id of it, unique among the seller's
//	refunded       amount, given back so far: what its refunds that are done come to
//	refunding      amount, on its way back: likewise of those that are intended or sent
//	paid_at        time
//	voided_at      time
//	created_at*    time
//
// A refund of a payment:
//
//	{"kind":"refund","id":"r1","seller":"s1","payment":"y1","amount":1000,"key":"refund/r1","cause":"asked","status":"done","settled_at":"2026-05-03T12:00:04Z","created_at":"2026-05-03T12:00:00Z"}
//
//	id*            text
//	seller*        id of its seller
//	payment*       id of its payment
//	amount*        amount, more than 0
//	key*           text; idempotency key for the processor, unique among the seller's
//	cause*         "asked" by the seller, "late" for a payment that was given up, or
//	               "abroad" if it was made at the processor
//	status*        "intended", "sent", "done" or "failed"
//	processor_ref  text
//	settled_at     time at which it was done, or failed
//	created_at*    time
//
// A dispute of a payment; it is open until it is won or lost:
//
//	{"kind":"dispute","id":"d1","seller":"s1","payment":"y1","amount":5000,"processor_ref":"dp_1","opened_at":"2026-05-20T12:00:00Z","won_at":"2026-06-20T12:00:00Z"}
//
//	id*            text
//	seller*        id of its seller
//	payment*       id of its payment
//	amount*        amount, more than 0
//	processor_ref  text
//	opened_at*     time
//	won_at         time
//	lost_at        time
//
// A seat, which is one person named in a purchase with seats:
//
//	{"kind":"seat","id":"e1","seller":"s1","purchase":"b2","email":"member@example.com","status":"active","claimed_at":"2026-04-04T07:00:00Z","created_at":"2026-04-03T10:00:00Z"}
//
//	id*          text
//	seller*      id of its seller
//	purchase*    id of its purchase
//	email*       text in lower case; unique among the seats of the purchase that are
//	             not revoked
//	status*      "invited", "active" or "revoked"
//	claimed_at   time
//	revoked_at   time
//	created_at*  time
//
// A license:
//
//	{"kind":"license","id":"l1","seller":"s1","product":"p1","purchase":"b1","key":"85DB562A-C11D4B06-A2335A6B-8C079166","uses":3,"created_at":"2026-04-02T10:00:00Z"}
//
//	id*          text
//	seller*      id of its seller
//	product*     id of its product
//	purchase*    id of its purchase
//	seat         id of its seat; left out: it is the whole purchase's
//	key          text, any at all, without trailing blanks; unique among the
//	             product's, letter case aside. Left out by an export without
//	             keys, which cannot be imported.
//	uses         number
//	disabled_at  time
//	created_at*  time
//
// A token, which lets a program act for its seller; its secret is nowhere. Those
// of buyers, invited people and applications stay where they are, like mails,
// applications and webhooks:
//
//	{"kind":"token","id":"t1","seller":"s1","name":"My shop","digest":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","scopes":["view_sales"],"created_at":"2026-04-01T09:30:00Z"}
//
//	id*          text
//	seller*      id of its seller
//	name*        text
//	digest*      SHA-256 of the secret, 64 hexadecimal digits; unique on the server
//	scopes*      list of view_public, edit_products, view_sales, mark_sales_as_shipped,
//	             refund_sales, view_payouts, view_profile and account
//	created_at*  time
//	revoked_at   time
//
// # Decisions
//
// The encoding is canonical. Fields have one order, what may be left out is
// left out, and there are no blanks, so that the same data is the same file:
// two exports are compared with a checksum, and one that is imported elsewhere
// comes back byte for byte.
//
// What is not known is refused by name: fields, kinds, versions. A file is
// somebody's customers, and to skip a word that was misspelt would lose some of
// them without a sound.
//
// An export without keys is not importable, rather than a file that imports
// everything but what customers hold in their hands.
package jsonl
