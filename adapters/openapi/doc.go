// Package openapi describes the HTTP API of this server, to programs and to
// people: every path, what it takes, what it answers and what it refuses.
//
//	GET /openapi.json    the description, in OpenAPI 3.1
//	GET /docs            the same as a page
//
// In both, every example has the address of the server that is asked, so that a
// call can be pasted as it stands.
//
//	mux.Handle("/docs", openapi.Handler(&openapi.Options{PublicURL: "https://keys.example.com"}))
//
// # Where it is written
//
// The folder source holds it, a file for each part of the API. What is there is
// OpenAPI, but for what every operation of a part would repeat:
//
//	tag          what the part is called, and what is to be known about it;
//	             x-responses of it are refusals that the page shows there
//	always       the refusals that each of its operations may answer
//	refusals     the response of components.responses that each status of them is
//	x-refuses    of one operation: the statuses of refusals it has beside those
//
// An operation has the tag of its part, and a path the parameters that it names
// in braces: components.parameters describes them under their names. {server}
// stands for the address, wherever it is written.
//
// # Decisions
//
// The description is the whole truth: test/openapitest holds every answer that
// the tests of the API receive against it, and tests of those packages compare
// its paths with their routes.
//
// Schemas are closed: a name that is not described is a mistake, and what is
// always there is required. In a purchase of the licence API custom fields stand
// as keys of their own, so one that has any may have further keys, all of them
// texts; one that has none has no others. A custom field that is called like one
// of the keys before it takes its place there, which no schema says.
//
// A code or state that is an enumeration here is one in the domain, all of it.
//
// The page has no script and loads nothing, so that it works offline, prints, and
// needs no exception in its policy. It is rendered from the description and from
// nothing else.
package openapi
