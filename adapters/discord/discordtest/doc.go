// Package discordtest is a Discord of one's own: its authorize page, its token
// calls and the few calls of its REST API (version 10) that usher makes, over a
// model of servers, people, codes and tokens. Tests and demos talk to it as
// they would to the real one.
//
//	d := discordtest.Start(t, discordtest.App{ClientID: "1", ClientSecret: "s", BotID: "6", BotToken: "b"})
//	d.SetUser(discordtest.User{ID: "8", Username: "ana"})
//	d.SetGuild(discordtest.Guild{ID: "9", Name: "Ana's Server", OwnerID: "8"})
//	d.AddBot("9", discordtest.KickMembers|discordtest.ManageRoles|discordtest.CreateInvite)
//
// A [Discord] is the model and an http.Handler; a [Server] is one that listens.
// [Discord.SetGuild] and its like state what is so, [Discord.Guild] and its like
// read it back, [Discord.Calls] is what was asked, in order.
// [Discord.Fail] makes calls go wrong, and [Discord.Answer] puts a test in the
// place of the model. The same model in a browser: a person opens the address
// that usher sent them to, says who they are, and agrees or refuses;
// [Discord.Agree] and [Discord.Refuse] do it without a browser.
//
// What Discord's documentation forbids and does not always punish is a
// complaint: an unknown User-Agent, a token without its scheme word, a token
// call that is no form, a secret in an address, a call before retry_after has
// passed, a code that is exchanged twice. [Start] fails the test for each that
// was not taken with [Discord.TakeComplaints].
//
// # Decisions
//
// Where Discord documents no order of checks it is: who asks, faults and
// limits, form, the bot's presence, then the permission, the token, and the
// person. What a call is refused with is the first that applies.
//
// A server that does not exist is unknown (10004); one that exists without the
// bot is a missing access (50001). Both mean the same.
//
// Of two roles at one position the one with the lower id is the higher.
//
// Limits of calls are known from headers only, so a test may set them; without
// that a bucket has fifty calls a second, and leaving a server, the one that
// was seen, one.
//
// Nothing here is random: codes and tokens are counted, so that two runs have
// the same journal.
package discordtest
