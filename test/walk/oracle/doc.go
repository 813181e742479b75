// Package oracle says who should be in which community, from nothing but facts:
// what was sold, paid, given back and ended, who sits in which seat, which
// attachment stood when, who joined with which account, and what a community
// saw happen. It imports the standard library only and knows no rule of
// usher's, so that the two can disagree.
//
// [Oracle] is told facts as they happen, in order, each at its time. What the
// communities see goes to [Oracle.Saw], which answers what broke a promise there
// and then: nobody is let in who has no live reason to be in, nobody is taken
// out who has one, nobody loses more than usher gave. [Oracle.Verdict] says what
// is wrong once nothing is left to do.
//
// # Decisions
//
// A reason is one connection, one sale, one seat of it (or none): it lives while
// the sale gives something, somebody uses it, and an attachment covers it. All
// that somebody should have is the union of their live reasons. When the last
// of them has died, what it ended with decides what is taken.
//
// Where the contract itself leaves open what is right, both are: of two reasons
// that died at one instant either may decide; how somebody came in stays unknown
// if the answer was lost and the service cannot be asked (Circle's v1); and of a
// join whose answer was lost, the one account or the other has it until somebody
// joins again.
package oracle
