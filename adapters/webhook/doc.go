// Package webhook sends what webhooks are told, and writes usher's own events.
//
//	poster := webhook.NewPoster(webhook.Options{Version: "1.2.0"})
//	post, err := poster.Post(ctx, message)
//
// An event is JSON: type, timestamp and data, which holds the event's own fields
// and how the license, purchase, membership or seat that it is about stands when it
// is sent. It is signed as Standard Webhooks says (standardwebhooks.com): the headers
// webhook-id, webhook-timestamp and webhook-signature. The id is the event's, and the
// same in every try: who has seen it has had the event.
//
// # Decisions
//
// Events hold ids and plain facts: no key, no token, no address of a person.
// What a receiver may know of these it asks for with a token of its own, so that an
// address that was mistyped, or a receiver's log, gives nothing away.
//
// An address leads into a network of one's own if any but global unicast addresses
// answer to its name. That is decided on the address that is dialed, after the name
// was resolved, so no name can change its mind in between. What is not followed
// (redirects) or not used (the proxies of the environment) cannot lead there either.
// For development there is a setting that allows it.
package webhook
