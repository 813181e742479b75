// Package rpc answers Connect, gRPC and gRPC-Web: every capability of package
// app, for programs that speak neither the licence API nor usher's own JSON. The
// contract of each procedure is in proto/usher/v1; gen holds what is generated
// from it, which clients import without any of the server.
//
//	mux := http.NewServeMux()
//	mux.Handle("/", rpc.Handler(usher, &rpc.Options{Logger: log}))
//
// A procedure is a POST, so curl will do:
//
//	curl $URL/usher.v1.LicenseService/Verify --json '{"key":"...","product":"..."}'
//
// # Who may
//
// Authorization: Bearer carries a token, and who may do what with it is as in
// package api: a seller's, with the scope that the procedure names, or a sale's
// own, for that sale and its membership. To everybody else what a request names is
// not there; a seller without the scope is permission_denied; where no thing is
// named, unauthenticated. Verify and the health check need no token.
//
// # Form
//
// Names and units are those of package api. Times are instants; unset means none,
// and so do an empty string and, where it says so, 0. A field that is not known
// is ignored, as protobuf does. In JSON names are as in the protos; a request may
// have them in lowerCamelCase too, and 64-bit numbers are strings. A request has at most 64 KiB, also when it was
// compressed. A list has a page of at most 100.
//
// A refusal has a code for how to react, and the message ErrorDetail among its
// details for what is wrong:
//
//	invalid_argument     the request is wrong in itself
//	not_found            it is not there, for who asks
//	aborted              something else came first: look again, or ask for a new quote
//	failed_precondition  well formed, but not as things stand; a declined payment too
//	unauthenticated      the token is missing, unknown or revoked
//	permission_denied    the token lacks the scope
//	unavailable          nothing was done, unless the message says otherwise; try again
//	deadline_exceeded    the time is over; whether it was done is not known
//	internal             a failure here, of which nothing is told
//
// The header Usher-Reason says the detail's code once more, for logs and proxies.
//
// # Time
//
// A deadline of the caller's counts. A call that came without one has 30 seconds.
//
// # Twice is once
//
// With the header (or metadata) Idempotency-Key a change is done once, and a
// repeat is answered as the first time, with Idempotent-Replayed: true. The same
// key for something else is key_reused. Keys are those of the JSON API too. What
// needs one says so. A refused command has not used its key up, except by a
// declined payment.
//
// # Health and reflection
//
// grpc.health.v1.Health/Check says whether calls are answered, of the server or of
// a service; it does not watch. Reflection, v1 and v1alpha, shows usher's services.
//
// # Decisions
//
// Nothing is marked as free of side effects, so nothing is answered to GET: what a
// request holds, such as a key, belongs in no URL.
//
// Pages of other origins are told nothing (no CORS): a seller's token does not belong
// in a browser, and an app asks with its key from where it runs.
//
// A stranger's license is license_not_found to who would change it, where the
// licence API says, as its model does, that it is not the owner's.
//
// RefundSale records what went back of a sale whose payment is not known here,
// which the JSON API refuses as not_charged: who records sales here has no other way
// to tell. What another system reports is known again by its outside_id, and needs no
// Idempotency-Key.
//
// ClaimSeat takes its invitation as the token, like the JSON API.
//
// Conflicts are aborted whatever they are about: transports map kinds, and the
// detail's code tells them apart.
//
// A closed set of words is an enum, one that may grow a string: a reason, a code,
// a decline.
//
// JSON has the names of the protos and shows zeros, since people read it; protobuf's
// own form would have neither.
//
// A mail's text takes the scope account, because links in it act for buyers. To hold
// all charges is for who runs the server, and no token's.
//
// The proto of the health check has a name of its own. Two definitions of one name
// cannot be in one program, and whoever embeds usher may link gRPC's.
package rpc
