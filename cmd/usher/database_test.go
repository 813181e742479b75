package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/usherhq/usher/test/pgtest"
)

// ended runs usher to its end, and returns its number and all that it said.
func endedWith(t *testing.T, dir string, settings []string, args ...string) (int, string) {
	t.Helper()
	p, err := newProcess(dir, settings, args...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.begin(); err != nil {
		t.Fatal(err)
	}
	return p.wait(), p.stdout.String() + p.stderr.String()
}

// Whoever comes first makes the database and its secrets; the others find both.
func TestDatabase_isMadeOnceByMany(t *testing.T) {
	t.Parallel()
	settings := []string{"USHER_DATABASE=" + pgtest.URL(t)}
	dir := t.TempDir()
	if code, said := endedWith(t, dir, settings, "sellers", "list"); code != exitUnreachable || !strings.Contains(said, "there is no usher data in postgres://") {
		t.Errorf("before it was made: exit %d: %s", code, said)
	}
	var all []*process
	for i := range 4 {
		p, err := newProcess(dir, settings, "sellers", "add", "--json", "--name", fmt.Sprint("Seller ", i), "--email", fmt.Sprintf("s%d@example.com", i))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.begin(); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	for _, p := range all {
		if code := p.wait(); code != exitOK {
			t.Errorf("exit %d: %s%s", code, p.stdout.String(), p.stderr.String())
		}
	}
	if code, said := endedWith(t, dir, settings, "sellers", "list", "--jsonl"); code != exitOK || strings.Count(said, "\n") != len(all) {
		t.Errorf("exit %d, want %d sellers:\n%s", code, len(all), said)
	}
	secrets := filepath.Join(dir, "usher-data", "usher.secrets")
	if info, err := os.Stat(secrets); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the secrets: %v, %v", info, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "usher-data", "usher.db")); err == nil {
		t.Error("there is a SQLite database, too")
	}

	// Without them, or with others, nothing is served, and none are made.
	other := t.TempDir()
	if code, said := endedWith(t, other, settings, "sellers", "list"); code != exitUnreachable || !strings.Contains(said, "usher.secrets") {
		t.Errorf("without the secrets: exit %d: %s", code, said)
	}
	if left, err := os.ReadDir(other); err != nil || len(left) != 0 {
		t.Errorf("something was made: %v, %v", left, err)
	}
	wrong := append(settings, "USHER_SECRETS=1 "+strings.Repeat("A", 43)+"=")
	if code, said := endedWith(t, other, wrong, "sellers", "list"); code != exitUnreachable || !strings.Contains(said, "USHER_SECRETS is not the one this database was made with") {
		t.Errorf("with another secret: exit %d: %s", code, said)
	}
}

// /readyz tells whether the database answers, and the server outlives its
// absence.
func TestDatabase_goesAndComesBack(t *testing.T) {
	t.Parallel()
	c := pgtest.Own(t, pgtest.Options{})
	p := runUsher(t, "serve", "--json", "--listen", "127.0.0.1:0", "--database", c.URL("postgres"))
	ready := func(want int, reason string) {
		t.Helper()
		eventually(t, fmt.Sprint("/readyz is ", want), func() (string, bool) {
			res, err := client.Get(p.url("/readyz"))
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			got := res.Header.Get("Usher-Reason")
			return res.Status + " " + got, res.StatusCode == want && got == reason
		})
	}
	if is := fmt.Sprint(p.first["data"]); !strings.HasPrefix(is, "postgres://") || p.first["new"] != true {
		t.Errorf("its data is %s, new: %v", is, p.first["new"])
	}
	ready(http.StatusOK, "ok")
	c.Stop()
	ready(http.StatusServiceUnavailable, "unavailable")
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ready(http.StatusOK, "ok")
	if code := p.stop(); code != exitOK {
		t.Errorf("exit %d: %s", code, p.stderr.String())
	}
}

// A password is in nothing that is said.
func TestDatabase_keepsItsPassword(t *testing.T) {
	t.Parallel()
	for address, words := range map[string]string{
		"postgres://usher:hidden@127.0.0.1:1/usher?sslmode=disable": "cannot be reached",
		"postgres://127.0.0.1:1/usher?password=hidden":              "cannot be reached",
		"postgres://usher:hidden@127.0.0.1:port/usher":              "must be the address",
		"mysql://usher:hidden@127.0.0.1/usher":                      "must be the address",
		"postgres://usher:hidden@127.0.0.1:1/usher?sslmode=never":   "sslmode",
	} {
		dir := t.TempDir()
		for _, settings := range [][]string{{"USHER_DATABASE=" + address}, nil} {
			args := []string{"sellers", "list"}
			if settings == nil {
				args = append(args, "--database", address)
			}
			code, said := endedWith(t, dir, settings, args...)
			if code == exitOK || strings.Contains(said, "hidden") || !strings.Contains(said, words) {
				t.Errorf("%s: exit %d: %s", address, code, said)
			}
		}
	}
	if code, said := endedWith(t, t.TempDir(), nil, "demo", "--database", "postgres://127.0.0.1:1/usher"); code != exitUsage || !strings.Contains(said, "a demo keeps its data in a folder") {
		t.Errorf("a demo: exit %d: %s", code, said)
	}
}

// What looks after data does so on PostgreSQL too, or says who does.
func TestDatabase_isLookedAfter(t *testing.T) {
	t.Parallel()
	address, dir := pgtest.URL(t), t.TempDir()
	settings := []string{"USHER_DATABASE=" + address}
	for _, step := range []struct {
		args  string
		exit  int
		words []string
	}{
		{"doctor", exitFailed, []string{"fail  opening      there is no usher data in postgres://"}},
		{"sellers add --name Ana --email ana@example.com", exitOK, nil},
		{"products add --name Inkwell --price 2900 --permalink inkwell --licensed", exitOK, nil},
		{"purchases record --product inkwell --email bo@example.com", exitOK, nil},
		{"hold", exitOK, []string{"charges    held", "asked for  20"}},
		{"hold --show --json", exitOK, []string{`"held":true`}},
		{"purchases buy --product inkwell --email bo@example.com --payments ledger --method m", exitUnreachable, []string{"charges are held"}},
		{"doctor", exitDoubtful, []string{"ok    opening      the database answers", "ok    schema ", "ok    keys         license keys open with the secrets", "warn  charges      they are held: somebody asked for that", "ok    secrets "}},
		{"doctor --json", exitDoubtful, []string{`{"worst":"warn","checks":[`}},
		{"hold --lift", exitOK, []string{"charges  go on"}},
		{"hold --show --json", exitOK, []string{`"held":false`}},
		{"doctor --secrets-file none", exitFailed, []string{"fail  secrets "}},
		{"backup copy.dump", exitUsage, []string{"pg_dump --format=custom --file=copy.dump postgres://", "keep a copy of the secrets"}},
		{"restore --check copy.dump", exitUsage, []string{"pg_restore --no-owner --dbname=", "usher doctor says whether its license keys open"}},
	} {
		code, said := endedWith(t, dir, settings, strings.Fields(step.args)...)
		if code != step.exit {
			t.Errorf("usher %s: exit %d, want %d: %s", step.args, code, step.exit, said)
		}
		for _, word := range step.words {
			if !strings.Contains(said, word) {
				t.Errorf("usher %s does not say %q: %s", step.args, word, said)
			}
		}
	}
	if code, said := endedWith(t, dir, []string{"USHER_SECRETS=1 " + strings.Repeat("A", 43) + "="}, "doctor", "--database", address); code != exitFailed || !strings.Contains(said, "is not the one this database was made with") {
		t.Errorf("with other secrets: exit %d: %s", code, said)
	}
	if code, said := endedWith(t, dir, nil, "doctor", "--database", "postgres://usher:hidden@127.0.0.1:1/usher"); code != exitFailed || !strings.Contains(said, "cannot be reached") || strings.Contains(said, "hidden") {
		t.Errorf("nobody answers: exit %d: %s", code, said)
	}
}
