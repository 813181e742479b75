// Package circletest plays Circle, the community service, as net/http/httptest
// plays a web server: both of its Admin APIs, the frozen v1 and v2, on one
// state that plain methods set and read.
//
// A [Circle] is that state and an http.Handler; a [Server] is a Circle that
// listens on the loopback interface. [Start] makes one for a test, and ends the
// test in failure if Circle has something to complain about: a wrong scheme in
// the Authorization header, a secret in a URL, a bare + in an e-mail address, a
// call before the time that a 429 named, a call that destroys content or does
// not exist. [NewServer] makes one for a program.
//
// What goes wrong is stated with [Circle.Fail] for the next n calls, or for
// every call with [Circle.Script]. What was asked is in [Circle.Journal], under
// one name for both dialects.
//
// # Decisions
//
// The answers are Circle's, also where they mislead: v1 says with status 200
// that a token is wrong, with 401 that an address is, and with "success":true
// that somebody could not be removed.
//
// Where Circle is not known, it behaves here in the way that is harder to get
// along with. Adding a person ignores space groups that do not exist, and says
// so nowhere but in the names that its text leaves out. Whether v2 refuses a
// person who is in already or lets it pass is a setting of the community,
// because reports differ. A person who is removed is gone for every look-up,
// and gets the same member id when they come back.
//
// A call that comes too early after a 429 is complained about and then
// answered as any other, so that a test sees what the caller does next.
//
// Every answer ends its connection. Go's transport sends some calls again by
// itself if a connection that it reused breaks, and the journal would show what
// the caller never asked for.
//
// Nothing of package testing is linked into a program that uses a Server.
package circletest
