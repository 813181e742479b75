package archtest

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

// tidy is a small house in which every rule is kept, close to every border.
var tidy = map[string]string{
	"go.mod":                                        "module " + module + "\n\nrequire modernc.org/sqlite v1.60.1\n\nrequire (\n\tmodernc.org/libc v1.77.1 // indirect\n)\n",
	"domain/license.go":                             "package domain\n\nimport (\n\t\"net/url\"\n\t\"time\"\n)\n\n// As on the wire: product_permalink.\nvar _ = time.Unix\nvar _ url.URL\n",
	"domain/license_test.go":                        "package domain\n\nimport (\n\t\"os\"\n\t\"time\"\n)\n\nvar _, _ = os.Args, time.Now\n",
	"ports/store.go":                                "package ports\n\nimport (\n\t\"context\"\n\t\"" + module + "/domain\"\n)\n",
	"app/app.go":                                    "package app\n\nimport \"" + module + "/ports\"\n",
	"app/app_test.go":                               "package app_test\n\nimport (\n\t\"" + module + "/adapters/sqlitestore\"\n\t\"" + module + "/test/storetest\"\n\t\"pgregory.net/rapid\"\n)\n",
	"app/defaults.go":                               "package app\n\nimport (\n\t\"crypto/rand\"\n\t\"time\"\n)\n\nvar _, _ = rand.Read, time.Now\n",
	"adapters/rest/verify.go":                       "package rest\n\nimport \"" + module + "/app\"\n\nconst p = \"product_permalink\"\n",
	"adapters/rpc/gen/v1/a.go":                      "package v1\n\nimport \"connectrpc.com/connect\"\n" + strings.Repeat("\n", 400),
	"adapters/circle/circle.go":                     "package circle\n\nimport (\n\t\"" + module + "/adapters/keyring\"\n\t\"" + module + "/ports\"\n\t\"time\"\n)\n\nvar _ = time.Now\n",
	"adapters/sqlitestore/s.go":                     "package sqlitestore\n\nimport (\n\t\"" + module + "/adapters/sqlrepo\"\n\t_ \"modernc.org/sqlite\"\n)\n",
	"cmd/usher/main.go":                             "package main\n\nimport (\n\t\"" + module + "/adapters/sqlitestore\"\n\t\"" + module + "/app\"\n\t\"github.com/alecthomas/kong\"\n)\n",
	"cmd/usher/wire.go":                             "//go:build wireinject\n\npackage main\n\nimport \"github.com/google/wire\"\n",
	"cmd/usher/wire_gen.go":                         "//go:build !wireinject\n\npackage main\n" + strings.Repeat("\n", 400),
	"test/storetest/suite.go":                       "package storetest\n\nimport \"" + module + "/test/fixture\"\n" + strings.Repeat("\n", 400),
	"adapters/sqlitestore/migrations/0001_init.sql": "-- not product_permalink\nCREATE TABLE usher_products (id TEXT);\n",
}

// planted is one violation each, put into the tidy house.
var planted = []struct {
	name, rule string
	path, text string
	want       string // part of the sentence that reports it
}{
	{"the domain imports ports", "folders", "domain/a.go", importing("domain", module+"/ports"), "imports ports"},
	{"ports import the use cases", "folders", "ports/a.go", importing("ports", module+"/app"), "imports app"},
	{"a use case imports an adapter", "folders", "app/a.go", importing("app", module+"/adapters/circle"), "imports adapters/circle"},
	{"a use case imports the secrets", "folders", "app/a.go", importing("app", module+"/adapters/keyring"), "imports adapters/keyring"},
	{"an adapter imports its sibling", "folders", "adapters/discord/a.go", importing("discord", module+"/adapters/circle"), "imports adapters/circle"},
	{"an adapter imports the use cases", "folders", "adapters/memstore/a.go", importing("memstore", module+"/app"), "imports app"},
	{"a community imports the SQL of stores", "folders", "adapters/circle/a.go", importing("circle", module+"/adapters/sqlrepo"), "imports adapters/sqlrepo"},
	{"what copies imports a store", "folders", "adapters/sqlcopy/a.go", importing("sqlcopy", module+"/adapters/pgstore"), "imports adapters/pgstore"},
	{"a transport imports a store", "folders", "adapters/rest/a.go", importing("rest", module+"/adapters/memstore"), "imports adapters/memstore"},
	{"a transport imports another", "folders", "adapters/web/a.go", importing("web", module+"/adapters/rest"), "imports adapters/rest"},
	{"a client of the RPC transport imports the use cases", "folders", "adapters/rpc/verify/a.go", importing("verify", module+"/app"), "imports app"},
	{"generated code imports the domain", "folders", "adapters/rpc/gen/usher/v1/a.go", importing("usherv1", module+"/domain"), "imports domain"},
	{"an adapter imports a command", "folders", "adapters/circle/a.go", importing("circle", module+"/cmd/usher"), "imports cmd/usher"},
	{"the program imports a test package", "folders", "cmd/usher/a.go", importing("main", module+"/test/fixture"), "imports test/fixture"},
	{"an adapter imports a test package", "folders", "adapters/circle/a.go", importing("circle", module+"/test/fixture"), "imports test/fixture"},
	{"a folder that the house does not know imports the domain", "folders", "pkg/util/a.go", importing("util", module+"/domain"), "imports domain"},

	{"the oracle of the walk knows a rule of the domain", "folders", "test/walk/oracle/a.go", importing("oracle", module+"/domain"), "imports domain"},
	{"the oracle of the walk asks a use case", "folders", "test/walk/oracle/a.go", importing("oracle", module+"/app"), "imports app"},

	{"the oracle of the walk imports a module", "standard library", "test/walk/oracle/a.go", importing("oracle", "pgregory.net/rapid"), "uses the standard library only"},
	{"the domain imports a module", "standard library", "domain/a.go", importing("domain", "github.com/google/uuid"), "google/uuid"},
	{"ports import a module", "standard library", "ports/a.go", importing("ports", "golang.org/x/sync/errgroup"), "x/sync"},
	{"a use case imports a module", "standard library", "app/a.go", importing("app", "github.com/google/uuid"), "google/uuid"},
	{"even the defaults import a module", "standard library", "app/defaults.go", importing("app", "github.com/google/uuid"), "google/uuid"},
	{"the domain imports context", "standard library", "domain/a.go", importing("domain", "context"), "imports context"},
	{"the domain imports os", "standard library", "domain/a.go", importing("domain", "os/exec"), "imports os/exec"},
	{"the domain imports net/http", "standard library", "domain/a.go", importing("domain", "net/http"), "imports net/http"},
	{"the domain logs", "standard library", "domain/a.go", importing("domain", "log/slog"), "imports log/slog"},
	{"the domain throws dice", "standard library", "domain/a.go", importing("domain", "math/rand/v2"), "imports math/rand/v2"},
	{"the domain makes secrets", "standard library", "domain/a.go", importing("domain", "crypto/rand"), "imports crypto/rand"},

	{"a transport imports Wire", "driver", "adapters/rest/a.go", importing("rest", wire), "only [cmd] may"},
	{"the program imports Wire without the tag", "driver", "cmd/usher/providers.go", importing("main", wire), "without the build tag"},
	{"a test imports Wire", "driver", "cmd/usher/main_test.go", importing("main", wire), "without the build tag"},
	{"the memory store imports SQLite", "driver", "adapters/memstore/a.go", importing("memstore", "modernc.org/sqlite/lib"), "modernc.org/sqlite/lib"},
	{"the shared SQL imports pgx", "driver", "adapters/sqlrepo/a.go", importing("sqlrepo", "github.com/jackc/pgx/v5"), "jackc/pgx/v5"},
	{"rest imports connect", "driver", "adapters/rest/a.go", importing("rest", "connectrpc.com/connect"), "connectrpc.com/connect"},
	{"a store imports protobuf", "driver", "adapters/memstore/a.go", importing("memstore", "google.golang.org/protobuf/proto"), "google.golang.org/protobuf"},
	{"the program migrates by itself", "driver", "cmd/usher/a.go", importing("main", "github.com/pressly/goose/v3"), "pressly/goose/v3"},
	{"an adapter parses flags", "driver", "adapters/web/a.go", importing("web", "github.com/alecthomas/kong"), "alecthomas/kong"},
	{"a tool for tests is in the program", "driver", "cmd/usher/a.go", importing("main", "pgregory.net/rapid"), "pgregory.net/rapid"},

	{"a store that the program links imports Wire", "wire", "adapters/sqlitestore/a.go", importing("sqlitestore", wire), "brings " + wire},
	{"Wire comes in on one system only", "wire", "cmd/usher/a.go", "//go:build !windows\n\n" + importing("main", wire), "brings " + wire},

	{"the domain asks for the time", "clock", "domain/a.go", using("domain", `"time"`, "time.Now"), "time.Now"},
	{"ports wait", "clock", "ports/a.go", using("ports", `"time"`, "time.Sleep"), "time.Sleep"},
	{"a use case measures", "clock", "app/a.go", using("app", `"time"`, "time.Since"), "time.Since"},
	{"a use case makes a timer", "clock", "app/a.go", using("app", `"time"`, "time.NewTimer"), "time.NewTimer"},
	{"a part of the use cases ticks", "clock", "app/relay/a.go", using("relay", `"time"`, "time.Tick"), "time.Tick"},
	{"a use case renames the clock", "clock", "app/a.go", using("app", `clock "time"`, "clock.Until"), "time.Until"},
	{"a use case hides the clock in brackets", "clock", "app/a.go", using("app", `"time"`, "(time).After"), "time.After"},
	{"a use case imports time with a dot", "clock", "app/a.go", using("app", `. "time"`, "Now"), "with a dot"},
	{"another file is called defaults", "clock", "app/relay/defaults.go", using("relay", `"time"`, "time.Now"), "time.Now"},
	{"a use case throws dice", "clock", "app/a.go", importing("app", "math/rand"), "imports math/rand"},
	{"ports make secrets under another name", "clock", "ports/a.go", using("ports", `dice "crypto/rand"`, "dice.Read"), "imports crypto/rand"},

	{"the domain names a field as Gumroad does", "words", "domain/a.go", "package domain\n\ntype T struct{ SubscriptionCancelledAt int }\n", "subscription_cancelled_at"},
	{"an event carries Gumroad's name in a tag", "words", "app/a.go", "package app\n\ntype T struct{ Seats int `json:\"is_multiseat_license\"` }\n", "is_multiseat_license"},
	{"a query uses Gumroad's name", "words", "adapters/sqlrepo/a.go", "package sqlrepo\n\nconst q = `SELECT id FROM t WHERE product_permalink = $1`\n", "product_permalink"},
	{"a local variable uses Gumroad's name", "words", "adapters/memstore/a.go", "package memstore\n\nfunc f(incrementUsesCount bool) {}\n", "increment_uses_count"},
	{"a column has Gumroad's name", "words", "adapters/sqlitestore/migrations/0002_more.sql", "ALTER TABLE t ADD COLUMN Subscription_Ended_At INTEGER; -- why\n", "subscription_ended_at"},
	{"a proto has Gumroad's name", "words", "adapters/rpc/proto/usher/v1/a.proto", "message A { string product_permalink = 1; } // why\n", "product_permalink"},

	{"a file of the domain is too long", "short", "domain/a.go", "package domain\n" + strings.Repeat("\n", maxLines), "has 301 lines"},
	{"a file of the program is too long", "short", "cmd/usher/a.go", "package main\n" + strings.Repeat("\n", maxLines), "has 301 lines"},

	{"a dependency has lifted libc", "libc", "go.mod", "require (\n\tmodernc.org/libc v1.78.0 // indirect\n\tmodernc.org/sqlite v1.60.1\n)\n", `"v1.78.0"`},
	{"libc is not pinned at all", "libc", "go.mod", "require modernc.org/sqlite v1.60.1\n", "needs exactly"},
}

func importing(pkg, path string) string { return "package " + pkg + "\n\nimport \"" + path + "\"\n" }

func using(pkg, spec, expr string) string {
	return "package " + pkg + "\n\nimport " + spec + "\n\nvar _ = " + expr + "\n"
}

// found runs every rule over a house made of strings, and returns the
// sentences by the name of the rule.
func found(t *testing.T, files map[string]string) map[string][]string {
	t.Helper()
	fsys := fstest.MapFS{}
	for path, text := range files {
		fsys[path] = &fstest.MapFile{Data: []byte(text)}
	}
	p, err := load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.broken) > 0 {
		t.Fatalf("%v do not parse", p.broken)
	}
	all := map[string][]string{}
	for _, r := range rules {
		all[r.name] = r.check(p)
	}
	return all
}

// TestRules_areQuietInATidyHouse shows that what is allowed is not reported.
func TestRules_areQuietInATidyHouse(t *testing.T) {
	for rule, sentences := range found(t, tidy) {
		for _, s := range sentences {
			t.Errorf("%s: %s", rule, s)
		}
	}
}

// TestRules_seeWhatIsPlanted shows that every rule can fail.
func TestRules_seeWhatIsPlanted(t *testing.T) {
	seen := map[string]bool{}
	for _, tt := range planted {
		t.Run(tt.name, func(t *testing.T) {
			files := maps.Clone(tidy)
			files[tt.path] = tt.text
			for rule, sentences := range found(t, files) {
				for _, s := range sentences {
					if strings.Contains(rule, tt.rule) && strings.HasPrefix(s, tt.path) && strings.Contains(s, tt.want) {
						seen[rule] = true
						return
					}
				}
			}
			t.Errorf("no rule about %q reported %s with %q", tt.rule, tt.path, tt.want)
		})
	}
	for _, r := range rules {
		if !seen[r.name] {
			t.Errorf("the rule %q has never been seen to fail: plant a violation", r.name)
		}
	}
}
