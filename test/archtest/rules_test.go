package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

const (
	module   = "github.com/usherhq/usher"
	wire     = "github.com/google/wire"
	wireTag  = "wireinject"
	maxLines = 300
)

// rules are all that the project promises about its shape. Each returns one
// sentence per violation, and none if all is well.
var rules = []struct {
	name  string
	check func(project) []string
}{
	{"folders import inwards", folders},
	{"the core and its oracle are standard library only", standardLibrary},
	{"a driver has one importer", drivers},
	{"wire is not in the program", program},
	{"the core has no clock and no dice", clock},
	{"Gumroad's words stay in rest", words},
	{"files are short", short},
	{"libc is the one that sqlite wants", libc},
}

// core is where rules are decided. It knows no technology and no clock.
var core = []string{"domain", "ports", "app"}

// bare is what uses the standard library only: the core, and what is to disagree
// with it if it is wrong.
var bare = append(slices.Clone(core), "test/walk/oracle")

// house is where code lives that ends up in somebody's program.
var house = []string{"domain", "ports", "app", "adapters", "cmd"}

// may says which of usher's own folders each folder may import beside itself;
// the longest entry that fits is the one that counts. Packages under test may
// import anything, and are imported by _test.go files only, since no other
// folder lists them. A _test.go file may import what it needs.
var may = map[string][]string{
	"domain":   {},
	"ports":    {"domain"},
	"app":      {"domain", "ports"},
	"adapters": {"domain", "ports", "adapters/internal", "adapters/keyring"},
	"cmd":      {"domain", "ports", "app", "adapters"},
	"test":     {"domain", "ports", "app", "adapters", "cmd"},

	// Stores share their SQL, which is public: a third database may use it too.
	// What copies one into another says what it needs of a store, and knows none.
	"adapters/pgstore":     {"domain", "ports", "adapters/internal", "adapters/keyring", "adapters/sqlrepo", "adapters/sqlcopy"},
	"adapters/sqlitestore": {"domain", "ports", "adapters/internal", "adapters/keyring", "adapters/sqlrepo", "adapters/sqlcopy"},
	"adapters/sqlcopy":     {"domain", "ports", "adapters/sqlrepo"},

	// The oracle restates the contract from nothing: it shares no rule with what it judges.
	"test/walk/oracle": {},

	// A file's form is that of the records of export and import.
	"adapters/gumroadcsv": {"domain", "ports", "app"},
	"adapters/jsonl":      {"domain", "ports", "app"},

	// Transports drive the use cases.
	"adapters/api":  {"domain", "ports", "app"},
	"adapters/rest": {"domain", "ports", "app"},
	"adapters/rpc":  {"domain", "ports", "app"},
	"adapters/web":  {"domain", "ports", "app"},

	// Clients of the RPC transport carry nothing of the server.
	"adapters/rpc/gen":    {},
	"adapters/rpc/verify": {},
}

// only says which folders alone may import a module, so that replacing a
// driver touches one folder and embedding usher links no more than is used.
var only = map[string][]string{
	wire:                                    {"cmd"},
	"connectrpc.com":                        {"adapters/rpc"},
	"github.com/alecthomas/kong":            {"cmd"},
	"github.com/jackc/pgx":                  {"adapters/pgstore", "test/pgtest"},
	"github.com/pressly/goose":              {"adapters/sqlitestore", "adapters/pgstore", "adapters/internal", "adapters/sqlrepo"},
	"github.com/rogpeppe/go-internal":       {"test"},
	"github.com/prometheus":                 {"adapters/telemetry"},
	"go.opentelemetry.io":                   {"adapters/telemetry"},
	"google.golang.org/protobuf":            {"adapters/rpc"},
	"modernc.org/sqlite":                    {"adapters/sqlitestore"},
	"pgregory.net/rapid":                    {"test"},
	"github.com/santhosh-tekuri/jsonschema": {"test"},
}

// impure are the parts of the standard library that the domain does without:
// what waits, reads the machine or draws lots. Below net, the three packages
// that only parse are fine.
var (
	impure  = []string{"context", "os", "net", "log", "math/rand", "crypto/rand", "database/sql", "syscall"}
	parsing = []string{"net/mail", "net/netip", "net/url"}
)

func folders(p project) (found []string) {
	for _, f := range p.files {
		if f.test {
			continue
		}
		allowed, known := allowedIn(f.dir)
		for _, imp := range f.imports() {
			to, own := strings.CutPrefix(imp, module+"/")
			if imp == module {
				to, own = ".", true
			}
			if !own || known && unit(to) == unit(f.dir) || withinAny(to, allowed) {
				continue
			}
			found = append(found, fmt.Sprintf("%s imports %s: of usher's folders it may import only %v", f.path, to, allowed))
		}
	}
	return found
}

// allowedIn finds the entry of may that is closest to dir.
func allowedIn(dir string) (allowed []string, known bool) {
	for ; dir != "."; dir = path.Dir(dir) {
		if allowed, known = may[dir]; known {
			return allowed, true
		}
	}
	return nil, false
}

// unit is what counts as one thing for the rule of folders: a top folder, or
// an adapter with all its parts.
func unit(dir string) string {
	parts := strings.SplitN(dir, "/", 3)
	if parts[0] == "adapters" && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

func standardLibrary(p project) (found []string) {
	for _, f := range p.files {
		if f.test || !withinAny(f.dir, bare) {
			continue
		}
		for _, imp := range f.imports() {
			host, _, _ := strings.Cut(imp, "/")
			own := within(imp, module)
			switch {
			case !own && strings.Contains(host, "."):
				found = append(found, fmt.Sprintf("%s imports %s: %s uses the standard library only", f.path, imp, unit(f.dir)))
			case within(f.dir, "domain") && withinAny(imp, impure) && !withinAny(imp, parsing):
				found = append(found, fmt.Sprintf("%s imports %s: the domain takes such things as arguments", f.path, imp))
			}
		}
	}
	return found
}

func drivers(p project) (found []string) {
	for _, f := range p.files {
		for _, imp := range f.imports() {
			for mod, homes := range only {
				if !within(imp, mod) {
					continue
				}
				switch {
				case !f.test && !withinAny(f.dir, homes):
					found = append(found, fmt.Sprintf("%s imports %s: only %v may", f.path, imp, homes))
				case mod == wire && f.linked():
					found = append(found, fmt.Sprintf("%s imports %s without the build tag %s, which links Wire into the program", f.path, imp, wireTag))
				}
			}
		}
	}
	return found
}

func program(p project) (found []string) {
	for imp, by := range p.program("cmd/usher") {
		if within(imp, wire) {
			found = append(found, fmt.Sprintf("%s brings %s into cmd/usher: Wire writes code and is not part of it", by, imp))
		}
	}
	slices.Sort(found)
	return found
}

func short(p project) (found []string) {
	for _, f := range p.files {
		if !f.test && !f.generated() && withinAny(f.dir, house) && f.lines > maxLines {
			found = append(found, fmt.Sprintf("%s has %d lines, more than %d: cut it by concept", f.path, f.lines, maxLines))
		}
	}
	return found
}
