// Package leaktest finds secrets where none may be.
//
// A [Search] is told the secrets, each with its kind, and looks for them in
// whatever it is given: as they are, in hexadecimal, in base64 at every place
// of a longer text, escaped for URLs, HTML and JSON. [Search.Judge] compares
// what was found with the places that hold a secret by design.
//
//	var s leaktest.Search
//	s.Plant("bot token", token)
//	s.Look("log", text)
//	leaks, unused := s.Judge(leaktest.Allowed{Place: "cli tokens create", Kind: "access token", Why: "handed out once"})
//
// TestLeaks of test/e2e runs the program whole, against a Circle and a Discord that repeat
// the secrets in what they refuse with, and looks through the database and its
// files, the logs, the mails, every answer and all that the commands print.
//
// # Decisions
//
// A secret that fits a URL only escaped, or whose case does not count, is found
// in any case of letters; one in base64 as it was written.
//
// An allowed place that nothing was found in is a mistake too: the list says
// what is so, not what could be.
package leaktest
