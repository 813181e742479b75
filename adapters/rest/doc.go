// Package rest answers Gumroad's licence API, byte for byte, so that programs
// written for it work after one change of address:
//
//	POST /v2/licenses/verify                  no token; counts a use
//	PUT  /v2/licenses/enable                  token of the product's seller
//	PUT  /v2/licenses/disable                 likewise
//	PUT  /v2/licenses/decrement_uses_count    likewise
//	PUT  /v2/licenses/rotate                  likewise
//
// Beside it lie its neighbours, with the token of a seller:
//
//	GET    /v2/user                                     any scope
//	GET    /v2/products, /v2/products/ID                any scope
//	PUT    /v2/products/ID/enable, .../disable          edit_products
//	DELETE /v2/products/ID                              likewise
//	GET    /v2/products/ID/variant_categories           any scope
//	GET    .../variant_categories/ID, .../variants, .../variants/ID
//	GET    /v2/products/ID/offer_codes, .../custom_fields
//	GET    /v2/products/ID/subscribers                  view_sales
//	GET    /v2/subscribers/ID                           likewise
//	GET    /v2/sales, /v2/sales/ID                      likewise
//	PUT    /v2/sales/ID/refund                          refund_sales
//	PUT    /v2/sales/ID/mark_as_shipped                 mark_sales_as_shipped
//	GET    /v2/payouts, .../upcoming, .../ID            view_payouts
//
// A program gets such a token by client_credentials at POST /oauth/token, and
// gives it back at POST /oauth/revoke (RFC 6749, RFC 7009); what stands in the
// query counts for nothing there.
//
// The same lies under /api/v2, which pages of other origins cannot call. A
// path may end in .json, and slashes too many do not matter. What is not
// routed, for its path or for its method, is an empty 404.
//
//	handler := rest.Handler(usher, &rest.Options{PublicURL: "https://keys.example.com"})
//
// Gumroad's names of things are spelled in this package only. A request comes
// in through params.go and request.go and goes out through object.go; what the
// answers say is in purchase.go, imported.go and errors.go. What the routes do
// is in package app.
//
// The neighbours answer nearly everything with 200: a refusal is
// {"success":false,"message":"The product was not found."}, a filter that cannot
// be read 400 {"status":400,"error":"..."}.
//
// # What usher adds
//
// The header Usher-Reason is on every answer but a preflight's. It is "ok", the
// code of the refusal (license_not_found, license_disabled, access_revoked,
// product_id_required, not_owner, unauthenticated, forbidden, invalid,
// conflict, unavailable, internal, of a neighbour what was not found, such as
// product_not_found, or why it was not changed), or what the request itself suffers from:
// not_routed, unparseable, too_large.
//
// include=entitlement among the parameters adds a last object to a 200, usher's
// own verdict on what the licence gives (domain.Facts.Entitlement):
//
//	"entitlement":{"active":true,"access_until":null,"reason":"ok","seats":1}
//
// Without it a body has no key that Gumroad's has not.
//
// The header Idempotency-Key on what changes something has it done once: a repeat
// is answered as the first time, with Idempotent-Replayed: true, and another
// request under the key is a 409. What is refused uses no key up.
//
// # Decisions
//
// The keys of a purchase stand in the order of the article's sample, with
// short_product_id after product_permalink and card.bin in front of its
// sisters, which the sample has in alphabetical order. What the sample does
// not show stands where Gumroad's program has it: affiliate_credit_amount_cents
// after subscription_id, offer_code and test after variants, custom fields
// before license_key, affiliate after recurrence, and gift_price and
// gifter_email after is_gift_receiver_purchase. The order does not depend on
// what a purchase has.
//
// A custom field stands among the keys under its own name: it replaces a key
// of that name in front of it, and is replaced by one behind it, as there.
//
// price, affiliate_credit_amount_cents and gift_price are minor units of the
// product's currency; Gumroad converts to US cents.
//
// A membership without a record has three nulls for its end, where Gumroad
// fails. A gift whose giver is not known has no gift_price and gifter_email.
//
// Parameters that must be strings are checked in Gumroad's order: license_key,
// product_id, product_permalink, id, link_id, and the first that is none is
// named. Gumroad checks on verify only and fails elsewhere; here the others
// check the three that they read, after the token.
//
// An answer holds a key, so no cache may keep it: Cache-Control is
// "private, no-store". Gumroad's 200 has an ETag and must be asked again, which
// comes to the same.
//
// A product is named by its id or its unique permalink, in the letter case in
// which it was given. Products, their variants, offer codes and custom fields are
// made elsewhere: what Gumroad routes for that is not routed here.
//
// usher keeps no text, picture, file, tag or rating of a product: they are null
// or empty. sales_usd_cents and price are in minor units of the product's
// currency. A category of variants has an id that follows from its product and
// its name.
//
// Sales are listed with the renewals of memberships among them, each with its own
// id, amount, date and refunds; the rest of a renewal is its sale's, its order
// number too, and a filter by order number finds the sale alone. The price of a
// sale is what it came to: what is in force since is what verify shows. What a
// renewal took is refunded under its own id. It ships nothing.
//
// A sale's keys stand in the order of Gumroad's program; those that are nil there
// are left out, up to card. A sale has no country_iso2, ratings, affiliate fees of
// Discover or upsell here. Times of day are in UTC.
//
// A page_key is a text without a meaning. next_page_url has no token in it,
// whatever parameter it came in. Pages that are counted (page=N) end at the
// ten-thousandth: each counts anew from the newest.
//
// Whoever asks for the sales of a product that is not theirs gets "Invalid
// product ID.", as for one that nobody has.
//
// A membership is a subscriber under its own id; purchase_ids are the sale and its
// paid renewals. usher pays nobody out: payouts are empty.
//
// A token of the scope account sees what view_sales and view_profile show.
//
// A token that is unknown, revoked or missing has one answer: who guesses
// tokens learns nothing.
package rest
