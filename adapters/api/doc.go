// Package api is usher's own API: JSON over HTTP, for sellers and their
// programs, and for buyers who hold the access token of what they bought.
//
//	POST   /api/sales/quote                             {product, variants, quantity, recurrence}
//	POST   /api/sales                               K   {quote} or {product, ...}; and {email, full_name, method, country, referrer, can_contact, custom_fields}
//	GET    /api/sales/{purchase}
//	POST   /api/sales/{purchase}/refund             K   {amount, keep_access}     seller: refund_sales
//	PUT    /api/sales/{purchase}/email                  {email}                   seller
//	POST   /api/sales/{purchase}/link                   another link to its page  seller
//	GET    /api/sales/{purchase}/communities            which come with it, for who uses it
//	POST   /api/sales/{purchase}/communities/{claim}/leave
//
//	GET    /api/memberships/{membership}
//	POST   /api/memberships/{membership}/quote          {seats, tier, recurrence}
//	POST   /api/memberships/{membership}/change     K   {quote} or {seats, tier, recurrence}
//	POST   /api/memberships/{membership}/keep           takes back what waits for the next period
//	POST   /api/memberships/{membership}/cancel
//	POST   /api/memberships/{membership}/uncancel
//	POST   /api/memberships/{membership}/restart    K   {seats}
//	POST   /api/memberships/{membership}/pay        K   {seats, method}           what is overdue
//	PUT    /api/memberships/{membership}/method         {method}
//	POST   /api/memberships/{membership}/end                                      seller
//	POST   /api/memberships/{membership}/refund     K   {amount, keep_access}     seller: refund_sales
//
//	GET    /api/memberships/{membership}/seats
//	POST   /api/memberships/{membership}/seats          {email}
//	DELETE /api/memberships/{membership}/seats/{seat}
//	POST   /api/memberships/{membership}/seats/{seat}/invite
//	POST   /api/memberships/{membership}/seats/grant K  {seats}                   seller
//	POST   /api/seats/claim                             the token is the invitation
//
// All that follows is the seller's.
//
//	GET    /api/communities                             ?limit, after
//	POST   /api/communities/circle                      {token, dialect, community, space_group}
//	POST   /api/communities/discord                     a link to connect a server at; scope account
//	GET    /api/communities/{connection}
//	PATCH  /api/communities/{connection}                {space_group, members_only, calls_limit}
//	GET    /api/communities/{connection}/community      which ones its token opens, while none is chosen
//	PUT    /api/communities/{connection}/community      {community}
//	GET    /api/communities/{connection}/choices        what attachments can give
//	POST   /api/communities/{connection}/check
//	POST   /api/communities/{connection}/reconcile      {dry_run}
//	POST   /api/communities/{connection}/disconnect     {members, bot_leaves}
//
//	GET    /api/products/{product}/attachments
//	POST   /api/products/{product}/attachments      K   {connection, variants or all_variants, roles or space_group, end_action, customers}
//	GET    /api/attachments/{attachment}
//	PUT    /api/attachments/{attachment}                the same without connection: what is left out stays
//	DELETE /api/attachments/{attachment}                {members}
//
//	GET    /api/people                                  ?connection, product, state, limit, after
//	GET    /api/people/{claim}
//	POST   /api/people/{claim}/retry
//	POST   /api/people/{claim}/invite                   again, who was taken out by hand
//	POST   /api/people/{claim}/leave-out                blocks whoever it is
//	GET    /api/blocks                                  addresses that are let in nowhere
//	POST   /api/blocks                                  {email}
//	POST   /api/blocks/lift                             {email}
//	POST   /api/customers/readdress                     {from, to}: all sales of an address
//	POST   /api/customers/erase                         {email}: forgets who has it; see app.Access.Erase
//
//	GET    /api/webhooks                                ?limit, after
//	POST   /api/webhooks                                {url, name, topics or ping, durable}
//	GET    /api/webhooks/{webhook}
//	PATCH  /api/webhooks/{webhook}                      {url, name, topics, durable}
//	DELETE /api/webhooks/{webhook}
//	POST   /api/webhooks/{webhook}/rotate-secret
//	POST   /api/webhooks/{webhook}/pause
//	POST   /api/webhooks/{webhook}/resume
//	POST   /api/webhooks/{webhook}/test
//	POST   /api/webhooks/{webhook}/replay               {since}: all that failed
//	GET    /api/webhooks/{webhook}/deliveries           ?status, limit, after
//	GET    /api/deliveries                              ?webhook, status, limit, after
//	GET    /api/deliveries/{delivery}                   with what would be sent now
//	POST   /api/deliveries/{delivery}/replay
//
//	GET    /api/applications                            ?limit, after
//	POST   /api/applications                            {name, scopes}
//	DELETE /api/applications/{application}
//	POST   /api/applications/{application}/rotate-secret
//
// Webhooks, deliveries and applications need the scope account.
//
//	GET    /api/clock
//	POST   /api/clock/advance                           {by} or {to}
//
// What these do is in package app; this package has no rules of its own but
// those of form.
//
//	handler := api.Handler(usher, &api.Options{Logger: log})
//
// # Who may
//
// The header Authorization: Bearer carries a seller's token, with the scope
// edit_products to change things, view_sales to read them and refund_sales to
// give money back; or the token of a sale, which the answer to POST /api/sales
// shows once, and again to who repeats it with the same Idempotency-Key. That
// one opens its own sale and membership, all but what is marked as the
// seller's. It opens the sale's page too, /d/ and the token, where a Discord server
// is joined.
//
// To everybody else a sale, a membership, a product and what belongs to a
// community are not there: one 404, whatever is wrong with the token or the id. A seller whose own thing it is, without the
// scope, gets 403; where no thing is named, 401.
//
// # Form
//
// Names are in snake_case, times in RFC 3339 and UTC, amounts whole numbers of
// the currency's minor unit. In an answer null means none. In a request null
// is as if left out, and a name that is not known, or that comes twice, is
// refused. A body has at most 64 KiB and is application/json. A product is
// named by its id or permalink, a variant or tier by its id or name.
//
// A list has a page of at most 100, and in next what to give as after for the
// following one; null: there is none. Of a community's token the last four
// characters are answered, and when it was set; nothing else of it ever is.
//
// A refusal is {"error":{"code","message","field"}}, of which code is permanent
// and field may be missing. 400: the request is wrong in itself. 402: the
// payment was declined, and nothing has changed. 409: something else came
// first; look again, or ask for a new quote. 422: it is well formed, but not
// as things stand. 503: nothing was done, unless the message says
// otherwise; try again, after charges_held once whoever runs the server lets
// charges go on.
//
// 202 says that the payment waits for its buyer (result requires_action) or has
// no answer yet (unknown): nothing is in force. Ask again with the same
// Idempotency-Key, or look at the sale or membership.
//
// # Twice is once
//
// With the header Idempotency-Key a write is done once. What is marked K needs
// it. A repeat is answered with what the first came to, as it stands now, and
// Idempotent-Replayed: true. The same key for something else is key_reused. A
// refused command has not used its key up, except by a declined payment.
//
// Every other write may have one: it is then answered as the first time, for as long
// as what it answered is kept, a day at least. The key and what was changed under it
// are kept together, so of any number at once one is carried out. Should the server
// die before the answer is kept, a repeat waits two seconds for it; then what
// changes nothing the second time, or only makes another link or mail, is done
// again, and anything else is 409 answer_lost: it was begun, so look at the thing.
//
// Without a key, cancel, keep, a method, an end and a seat taken back change nothing
// the second time; uncancel answers not_cancelled, an address that has a seat
// seat_taken; two invitations are two mails to the same seat. Most of what is done
// about communities brings things to where they should be, and then they are. An
// attachment whose change is for new customers only has another id from then on,
// since those of before stay with what there was. An advance of the clock by some
// time goes on from where the clock is; under a key it goes to where the first went.
//
// # Decisions
//
// Buying needs a seller's token, also for a published product: nothing in a
// store says whose product an id is before a seller is known. A shop's own
// server holds that token.
//
// Idempotency keys of a buyer's token are apart from the seller's and from
// other buyers': their commands are remembered under the token's id and the key.
//
// A buyer names no price: another tier or recurrence costs what it costs today.
//
// No address is part of a path or a query, so blocks are lifted by a POST, and all
// are listed at once.
//
// What is asked of a community's service about a person comes after the answer: it
// shows how things stood when the command was written down. To connect, to check,
// to list choices and to reconcile ask at once, and 422 community_refused says in
// its message what the seller can do.
//
// A seller's pages do what no scope below account may, so the link to them, which
// is how a Discord server is connected, needs that one.
//
// A secret of a webhook or of an application is in one answer: to who made it, and
// again to a repeat under the same key. No list shows it. A webhook is told what a
// seller's whole business comes to, and an application's tokens may do whatever it
// was given, so neither is managed with less than the scope account.
//
// Deliveries are listed the newest first, and those of a webhook that is deleted
// can still be seen: that of a query is compared, and not looked up.
//
// keep_access is of the sale: its refunds, this one and later ones, leave access to
// communities as it is.
//
// Methods are checked after the path and before the token; content type, body
// and key only after it. So a stranger's broken request looks like any other.
//
// POST .../pay with a method makes that the one that pays from now on, whether
// or not the payment succeeds.
//
// A refund that the processor refused is 422 refund_refused. Of the refunds of
// several payments, each says its own status.
//
// An advance of the clock is a stream of JSON lines, one for each instant at
// which something was done; the last has "done", or else "error".
package api
