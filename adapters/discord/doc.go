// Package discord lets people into Discord servers and takes them out.
//
// A [Community] is what usher's use cases ask. It translates: below it a
// [Client] makes the few calls of Discord's API, each once, at once, or not at
// all. It never sleeps and never tries again: a call that may not be sent now is
// an [Error] that says for how long, and of every other failure
// [Error.Trouble] says who has to do something. The [Limiter] that decides it
// belongs to the bot's token, so all clients of one bot in a process share one.
//
// adapters/discord/discordtest is the Discord that tests and demos talk to.
//
// # Decisions
//
// No library is used: those that there are send again at once on the two kinds
// of 429 that lead to a ban, and sleep where a queue wants to know the time.
//
// Limits are on the machine's clock and waits of jobs in business time, so what
// is handed on is how long to wait, not until when.
//
// A bucket nobody has heard of yet is not waited for: its first calls may go at
// the same time. One of them may be a 429, which costs less than sending one at
// a time for ever. Leaving a server has one bucket for all servers, since its
// path begins with the bot and not with the server.
//
// A 401 to the bot, or to the application, stops every call of the limiter:
// each further one brings Discord's ban of this address closer. Only
// [Client.Self] still asks, as a check of a server does first, and a good answer
// to it lets the others through; of a client secret it says nothing, so after
// that somebody has to say [Limiter.Resume], or start anew with the right one.
//
// A code is exchanged once. If the answer is lost, so is the code, and the
// person clicks again; nothing else would be safe.
//
// A kick or a removal that finds nobody, no role or no server is done. The
// [Outcome] says which, since a server that is gone is news to the seller.
//
// Of a refused kick a role at the bot's own position is held for the cause,
// whichever id is lower: moving the bot's role up mends it. A role that may not
// be taken is taken to stand above the bot's, without asking.
//
// Who is let in with a role that is refused comes in without it. If it was one
// of several, none of them is called missing: each is then given by itself,
// which shows the one. A role that is gone keeps them out, since then the
// seller has something to mend that does not mend itself.
//
// After a 5xx nobody knows whether it was done, except 503: that one is said
// before anything is.
//
// The bot's token begins with the bot's id, so it need not be set; ids, unlike
// tokens, are no secret.
//
// What Discord says in an error is kept for operators, cut short, and with
// every secret of the call struck out.
package discord
