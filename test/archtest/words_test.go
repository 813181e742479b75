package archtest

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// clockFile is the one file of the core that reads the clock and draws ids.
const clockFile = "app/defaults.go"

// ticking are the names of package time that read the machine's clock or wait
// for it. Everything else there is arithmetic.
var ticking = map[string]bool{
	"Now": true, "Since": true, "Until": true, "After": true, "AfterFunc": true,
	"NewTimer": true, "NewTicker": true, "Tick": true, "Sleep": true,
}

var dice = []string{"math/rand", "crypto/rand"}

// clock reports each use of the clock in the core, under whatever name the
// file gives to package time. It knows no types: a variable called time is
// taken for the package, and deserves a better name anyway.
func clock(p project) (found []string) {
	for _, f := range p.files {
		if f.test || f.path == clockFile || !withinAny(f.dir, core) {
			continue
		}
		for _, imp := range f.imports() {
			if withinAny(imp, dice) {
				found = append(found, fmt.Sprintf("%s imports %s: ids and secrets are handed in, see %s", f.path, imp, clockFile))
			}
		}
		name := nameOfTime(f)
		if name == "." {
			found = append(found, f.path+" imports time with a dot, which hides who reads the clock")
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || !ticking[sel.Sel.Name] {
				return true
			}
			if x, ok := ast.Unparen(sel.X).(*ast.Ident); ok && x.Name == name {
				found = append(found, fmt.Sprintf("%s uses time.%s: the time is an argument, see %s", f.path, sel.Sel.Name, clockFile))
			}
			return true
		})
	}
	return found
}

// nameOfTime is what the file calls package time, and "" if it does not import it.
func nameOfTime(f file) string {
	for _, spec := range f.ast.Imports {
		if spec.Path.Value != `"time"` {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return "time"
	}
	return ""
}

// foreign are words of Gumroad's API that have another name in this house.
// adapters/rest translates; behind it nobody should have to know both.
var foreign = []string{
	"chargebacked", "decrement_uses_count", "discover_fee_charged", "gumroad_fee", "increment_uses_count",
	"is_gift_receiver_purchase", "is_multiseat_license", "is_preorder_authorization", "is_recurring_billing",
	"is_recurring_charge", "product_permalink", "sale_timestamp", "short_product_id", "subscription_cancelled_at",
	"subscription_duration", "subscription_ended_at", "subscription_failed_at",
}

// ownWords are the folders that speak only the language of the domain.
var ownWords = []string{
	"domain", "ports", "app", "adapters/charge", "adapters/internal", "adapters/jsonl", "adapters/keyring", "adapters/memstore",
	"adapters/pgstore", "adapters/rpc", "adapters/sqlcopy", "adapters/sqlitestore", "adapters/sqlrepo",
}

// words reports foreign words in identifiers, string literals (and so in SQL
// and struct tags), migrations and protos. Comments may name them.
func words(p project) (found []string) {
	seen := map[string]bool{}
	report := func(path, text string) {
		text = squeeze(text)
		for _, w := range foreign {
			if strings.Contains(text, squeeze(w)) && !seen[path+w] {
				seen[path+w] = true
				found = append(found, fmt.Sprintf("%s says %s, a word of Gumroad's API: only adapters/rest may", path, w))
			}
		}
	}
	for _, f := range p.files {
		if f.test || !withinAny(f.dir, ownWords) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				report(f.path, n.Name)
			case *ast.BasicLit:
				if n.Kind == token.STRING {
					report(f.path, n.Value)
				}
			}
			return true
		})
	}
	for path, text := range p.texts {
		if !withinAny(path, ownWords) {
			continue
		}
		for line := range strings.Lines(text) {
			line, _, _ = strings.Cut(line, "--") // a comment in SQL
			line, _, _ = strings.Cut(line, "//") // and in a proto
			report(path, line)
		}
	}
	return found
}

// squeeze makes product_permalink and ProductPermalink look alike.
func squeeze(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }

// libcOfSQLite is what modernc.org/sqlite v1.60.1 asks for.
const libcOfSQLite = "v1.77.1"

// libc compares go.mod with what sqlite's own go.mod asks for. sqlite is
// translated C that is made for exactly one version of libc, but any other
// dependency may lift libc without a word.
func libc(p project) (found []string) {
	sqlite, have := required(p.gomod, "modernc.org/sqlite"), required(p.gomod, "modernc.org/libc")
	if sqlite == "" {
		return nil
	}
	want := libcOfSQLite
	if mod, err := os.ReadFile(filepath.Join(moduleCache(), "cache", "download", "modernc.org", "sqlite", "@v", sqlite+".mod")); err == nil {
		want = cmp.Or(required(string(mod), "modernc.org/libc"), want)
	}
	if have != want {
		found = append(found, fmt.Sprintf("go.mod has modernc.org/libc %q, but modernc.org/sqlite %s needs exactly %s", have, sqlite, want))
	}
	return found
}

// required finds the version of a module in the text of a go.mod.
func required(gomod, mod string) string {
	for line := range strings.Lines(gomod) {
		words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(words) >= 2 && words[0] == mod && strings.HasPrefix(words[1], "v") {
			return words[1]
		}
	}
	return ""
}

// moduleCache finds the module cache as the go command does, without asking it.
func moduleCache() string {
	if dir := os.Getenv("GOMODCACHE"); dir != "" {
		return dir
	}
	if list := filepath.SplitList(os.Getenv("GOPATH")); len(list) > 0 {
		return filepath.Join(list[0], "pkg", "mod")
	}
	home, _ := os.UserHomeDir()
	return filepath.Join(home, "go", "pkg", "mod")
}
