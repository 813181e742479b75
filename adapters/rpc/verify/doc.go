// Package verify asks usher about license keys, for an app in the field: one that
// must start on a plane, and must not be locked out because a server is down.
//
//	licenses, err := verify.New("https://usher.example.com", &verify.Options{File: path})
//	v := licenses.Check(ctx, verify.License{Key: key, Product: product})
//	if !v.OK() {
//		ask(v.Reason) // of v.State Denied or Unknown
//	}
//
// It carries nothing of the server: it imports the generated client, and no rule.
//
// # When usher cannot be reached
//
// What usher says is final: it says yes ([Valid]), or no ([Denied]), and a no
// also ends what was remembered. Where nothing is heard (no network, a time-out, a
// failure on the server, an answer that is not usher's), it is asked again a few
// times, a little later each time, and then the last yes counts for as long as
// [Options.Grace] ([Stale]). If there is none, or it is too old, the answer is
// [Unknown], and what that means is the app's to say.
//
// # Decisions
//
// A refusal counts as usher's own only with usher's detail in it. The portal of a
// hotel that answers 403 to everything denies nobody.
//
// A yes that said when access ends is no yes after that time: the membership may
// go on since, or not, so the answer is [Unknown].
//
// A clock that was set back by more than an hour makes a yes that seems to come
// from the future, which does not count. This, as the file, keeps honest apps
// honest; who owns the machine can always have his way.
//
// To count a use is tried with the first try only: whoever repeats it does not know
// whether it was counted.
package verify
