// Package communitytest tests what lets people into communities: everything that
// [ports.Community] promises whatever the service is.
//
// The adapter of another service starts here. It brings a service to talk to, a
// stand-in that listens on the loopback interface, and a [World] around it:
//
//	func TestCommunity_keepsItsPromises(t *testing.T) {
//		communitytest.Run(t, func(t *testing.T) communitytest.World { ... })
//	}
//
// What the service says in its own words, and which of its refusals mean what, is
// for the adapter's own tests.
//
// # Decisions
//
// Faults are stated as what arrives: a status with a body, an end of the
// connection before or after the effect, silence. Each service's stand-in plays
// them on the call that comes next, so the suite asks with calls of which the
// first one has the effect: a removal names the member's id.
//
// Of what has no answer the suite looks at both: the trouble says that nobody
// knows, and the same call made again ends where it should.
//
// Secrets are looked for in errors as they are, and encoded as hex, base64 and for
// URLs. The service says them all, in every field that services have for texts.
package communitytest
