// Package circle lets customers into Circle communities.
//
// Circle admits by e-mail and needs nothing from the customer. It has two
// Admin APIs: v2, whose token belongs to one community, and v1, which is frozen
// but is all that cheaper plans have. A [Client] is a [ports.Community] for
// both; [Client.Detect] finds out which of them a token is for. Below that,
// [Client.As] speaks one of them, and an [API] is a request each. Package
// circletest plays Circle.
//
// What goes wrong with a request is an [Error]: why, in a word, and what Circle
// said, without tokens and addresses. A [domain.Trouble] says what that means.
//
// # Decisions
//
// The status of an answer is not believed alone. Circle's v1 says 200 to a
// wrong token, 401 to a wrong address, and "success":true to a removal that did
// not happen; v2 says 403 for three different reasons and 404 for two. So the
// texts are read too, by the parts that are known. A text that is not known is
// [Unexpected] and never taken for success, and neither is an answer that
// lacks what a success has: that one is asked for again.
//
// Each method of an API is one request, which is sent once. It follows no
// redirect, because the token is for Circle alone, and reads no more than 4 MiB
// of an answer.
//
// A method that answers about a person by e-mail does not believe an answer
// about another address: the member id in it is what a removal is done by.
//
// The time in an error is business time, since that is when usher tries again.
// The deadline of a request is the machine's, and so is the pace: 5 requests a
// second with one token and 300 a minute in all, of which sweeps may use half.
// What is too fast, or too early after a 429, is not sent and waits nowhere: it
// is the caller's to come again. What was sent is counted per process.
//
// v1 is not looked at before adding, since its answer tells who was in. Only
// what it refuses without a reason is looked up, and so is a 422 of v2.
//
// A space group that is gone is taken from nobody, so that taking it is done;
// it is reported all the same, because its seller has to choose another.
//
// That a token is wrong is no error of a check but what it finds, and a token
// that is for another community now is as wrong.
package circle
