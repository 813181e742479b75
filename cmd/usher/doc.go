// Command usher sells software, and issues and verifies its licence keys.
//
// One binary serves the licence API and is the tool of whoever runs it:
//
//	usher demo                  a server with sample data, nothing to set up
//	usher serve                 the real one
//	usher sellers|products|purchases|memberships|seats|payments|licenses|tokens ...
//	usher communities ...       Circle and Discord, and usher admin link
//	usher mail|clock|jobs ...   what was told, what time it is, what was given up
//	usher import FILE           and usher export
//	usher backup FILE           and usher restore --check, usher hold, usher doctor
//	usher copy --from --to      between data folders and PostgreSQL databases
//	usher bench                 how fast this machine verifies keys
//	usher sandbox               a processor that moves no money
//	usher standins              a pretend Circle and a pretend Discord
//
// "usher --help" lists everything, each command's help begins with examples.
//
// # Where things are
//
// main.go runs a command and ends the process; cli.go is the command line as a
// whole, settings.go its settings file, fault.go says with which number and
// which words a command fails, output.go how results look. Each noun has a file
// of its own. server.go is a running server, serve.go and demo.go start one;
// standins.go is what a demo has in place of Circle and Discord.
// providers.go, services.go and wire.go put usher together; wire_gen.go is written by
// "go tool wire ./cmd/usher".
//
// # Decisions
//
// A command opens the data folder itself, also beside a running server: the
// database carries several processes. Only serve, demo, sellers add, import and
// copy make a folder that is not there, so that a mistyped --data never looks like
// an empty shop.
//
// A setting is a flag, an environment variable and a key of the settings file,
// and wins in this order. What nobody knows is refused by name, in all three.
// An empty environment variable is one that is not set.
//
// A license key is never an argument and never a flag: every user of a machine
// can read those. It comes on standard input, from a prompt, or in
// USHER_LICENSE_KEY. Neither is a seller's API token of Circle. The server's
// secrets come from a file or in USHER_SECRETS, and are no setting of the
// settings file; nor are those of its Discord application, which come from a
// file of their own or in USHER_DISCORD_CLIENT_SECRET and
// USHER_DISCORD_BOT_TOKEN. Half of them is refused by every command: one that
// did without would leave undone, in silence, what is due at Discord.
//
// Amounts that are given or read by a program are whole numbers of the
// currency's minor unit, as in the licence API: --price 1200 is 12 dollars and
// 1200 yen. A person is shown 12.00 USD and 1200 JPY. Nothing is ever rounded.
//
// Who takes the money is a setting of every command, since every command that
// opens the folder may do what is due there: it belongs into the settings file
// of the folder, as the demo's does.
//
// A command that leaves something to be done, a mail, say, does what is due
// before it ends, so that it needs no server. Beside a server that has begun
// with it, the server's part may come a moment later.
//
// A folder that was made with a test clock is served as one only by who says
// so, so that a shop does not stand still by mistake; commands go by the clock
// that the folder has.
//
// Results go to standard output and messages to standard error. With --json a
// command prints one JSON value in one line, a list as an array; with --jsonl a
// list has one object in each line. A failure is then such an object too, on
// standard output, where the reader of results waits for one.
//
// A backup needs no secrets and has none. usher puts none back: to replace a
// database under a server that runs would lose what it answers, so that is left
// to who knows that it is stopped. A doctor that finds something to be done ends
// with a number of its own, so that whoever watches need not read.
//
// A copy goes between two stores and not through the use cases, and its two
// sides are arguments, not settings: neither is the data that commands work on
// by default. A folder that is made by it gets the secrets of the source, as they
// lie in the source's: without them it would be of no use, and other ones would
// make it another database. Stop the server first. A server that goes on is
// found out if it writes before the two are compared, and not after.
//
// PostgreSQL is backed up by its own tools, which are named where somebody asks
// usher for it. The doctor looks at what is usher's there, and not at the server.
//
// The bench measures a process of its own, which has the handlers of a server
// and not its background work, and is asked over loopback. Its figures are
// taken in turn with those that they are compared with.
//
// A demo has stand-ins for Circle and Discord, in its own process, and connects its
// shop to them as a seller would. Its folder says where they are, and whoever opens
// it asks those and never the real ones, whatever the settings say. Who is in is
// kept there, each change before it is answered, so that a demo that is killed has
// forgotten nobody whom usher believes to be in. Their address has a part by chance,
// since another demo may get the port; without the demo nobody answers there,
// and what was given up meanwhile is tried again when it starts. It compares nobody
// by the day: its clock goes through months at once.
//
// usher prints no colour, so there is none to switch off.
//
// A request is logged without its query and its body, and with only those
// parts of its path that cannot be a key or a token.
package main
