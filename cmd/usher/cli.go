package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// cli is the command line: what holds everywhere, and the commands.
type cli struct {
	globals

	Serve       serveCmd       `cmd:"" help:"Serve the licence API and the shop's own."`
	Demo        demoCmd        `cmd:"" help:"Serve sample data, with nothing to set up."`
	Sellers     sellersCmd     `cmd:"" help:"Who sells."`
	Products    productsCmd    `cmd:"" help:"What is sold."`
	Purchases   purchasesCmd   `cmd:"" help:"Sales, made here or elsewhere, and what became of them."`
	Memberships membershipsCmd `cmd:"" help:"Sales that renew: their seats, their price and their end."`
	Seats       seatsCmd       `cmd:"" help:"Who sits in the seats of a membership."`
	PaymentsCmd paymentsCmd    `cmd:"" name:"payments" help:"What was charged for a sale."`
	Communities communitiesCmd `cmd:"" help:"Circle communities and Discord servers, and who is let in."`
	Licenses    licensesCmd    `cmd:"" help:"License keys. The key comes on standard input, from a prompt or in USHER_LICENSE_KEY."`
	Admin       adminCmd       `cmd:"" help:"The seller's pages in a browser."`
	Tokens      tokensCmd      `cmd:"" help:"Access tokens, which let programs act for a seller."`
	Webhooks    webhooksCmd    `cmd:"" help:"Programs that are told what happens."`
	Deliveries  deliveriesCmd  `cmd:"" help:"What webhooks were told, and will be."`
	Mail        mailCmd        `cmd:"" help:"What buyers and sellers are told. Nothing is sent yet: mails are kept to be read here."`
	Clock       clockCmd       `cmd:"" help:"The time that everything goes by; a test clock can be moved."`
	Jobs        jobsCmd        `cmd:"" help:"Work that was given up after its tries."`
	Import      importCmd      `cmd:"" help:"Bring everything in from a file that export made, or from Gumroad."`
	Export      exportCmd      `cmd:"" help:"Write everything out as JSON Lines."`
	Backup      backupCmd      `cmd:"" help:"Copy the database, also while a server runs."`
	Restore     restoreCmd     `cmd:"" help:"Check a backup before it is put back."`
	Copy        copyCmd        `cmd:"" help:"Copy everything between data folders and PostgreSQL databases."`
	Hold        holdCmd        `cmd:"" help:"Stop all charges, and let them go on."`
	Doctor      doctorCmd      `cmd:"" help:"Look for what is wrong, or soon will be."`
	Bench       benchCmd       `cmd:"" help:"Measure how fast this machine verifies license keys."`
	Sandbox     sandboxCmd     `cmd:"" help:"Serve a processor that moves no money, for tests."`
	StandIns    standInsCmd    `cmd:"" name:"standins" help:"Serve a pretend Circle and a pretend Discord, for tests."`
	Version     versionCmd     `cmd:"" help:"Show the version."`
}

// globals are the flags of every command.
type globals struct {
	Data        string      `help:"Folder of the database and its secrets." default:"${default_data}" env:"USHER_DATA" placeholder:"DIR" group:"everywhere"`
	Database    databaseURL `help:"Address of a PostgreSQL database, in place of the one in the data folder." env:"USHER_DATABASE" placeholder:"URL" group:"everywhere"`
	SecretsFile string      `help:"File of the server's secrets; usher.secrets in the data folder unless given." env:"USHER_SECRETS_FILE" placeholder:"FILE" group:"everywhere"`
	Config      string      `help:"Settings file; usher.json in the data folder if it is there." env:"USHER_CONFIG" placeholder:"FILE" group:"everywhere"`
	Seller      string      `help:"Seller to work for: id, name or e-mail address. Not needed if there is only one." env:"USHER_SELLER" placeholder:"SELLER" group:"everywhere"`
	Payments    string      `help:"Who takes the money: ${enum}. The ledger notes what you bill elsewhere, the sandbox moves none." default:"none" enum:"none,ledger,sandbox" env:"USHER_PAYMENTS" placeholder:"WHO" group:"everywhere"`
	SandboxURL  string      `name:"sandbox-url" help:"Where a sandbox is that runs as a process of its own; it runs inside of this one unless given." env:"USHER_SANDBOX_URL" placeholder:"URL" group:"everywhere"`
	PublicURL   publicURL   `name:"public-url" aliases:"url" help:"Address under which the world reaches the server, also as --url; the one it listens on unless given." env:"USHER_PUBLIC_URL" placeholder:"URL" group:"everywhere"`
	JSON        bool        `name:"json" help:"Print one JSON value in one line; a list is an array." group:"everywhere"`
	JSONL       bool        `name:"jsonl" help:"Print a list as one JSON object in each line." group:"everywhere"`
	NoInput     bool        `help:"Never ask for anything." group:"everywhere"`
	serviceFlags

	ownSecrets bool // the secrets are the data folder's, whatever the settings say
}

// confirmed is the flag of commands that cannot be taken back.
type confirmed struct {
	Yes bool `help:"Do it without asking."`
}

// newParser makes the parser of the command line.
func newParser(root *cli, stdout, stderr io.Writer) *kong.Kong {
	return kong.Must(root,
		kong.Name("usher"),
		kong.Description("License keys for people who sell software."),
		kong.Vars{"default_data": defaultData},
		kong.Writers(stdout, stderr),
		kong.Exit(os.Exit), // only --help asks for it
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.ValueFormatter(threeNames),
		kong.Help(helpWithExamples),
		kong.ExplicitGroups([]kong.Group{{Key: "everywhere", Title: "Flags of every command:"}}),
	)
}

// helpWithExamples prints examples first: they are what most people look for.
func helpWithExamples(o kong.HelpOptions, k *kong.Context) error {
	path := ""
	for _, p := range k.Path {
		if p.Command != nil {
			path = p.Command.Path()
		}
	}
	if lines := examples[path]; len(lines) > 0 {
		fmt.Fprintln(k.Stdout, "Examples:")
		for _, l := range lines {
			fmt.Fprintln(k.Stdout, "  "+l)
		}
		fmt.Fprintln(k.Stdout)
	}
	return kong.DefaultHelpPrinter(o, k)
}

// threeNames adds to the help of a setting how it is called in the environment
// and in the settings file, and to that of any flag what it is by default.
func threeNames(v *kong.Value) string {
	var more []string
	if v.HasDefault && !v.IsBool() {
		more = append(more, "default "+v.Default)
	}
	if len(v.Tag.Envs) > 0 {
		more = append(more, v.Tag.Envs[0])
		if v.Name != "config" {
			more = append(more, fileKey(v.Name)+" in the settings file")
		}
	}
	help := strings.TrimSuffix(v.Help, ".")
	if len(more) > 0 {
		help += " (" + strings.Join(more, "; ") + ")"
	}
	return help + "."
}

// fileKey is what a setting is called in the settings file.
func fileKey(flag string) string { return strings.ReplaceAll(flag, "-", "_") }
