package main

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// words splits a line of a shell, as far as the examples need it.
func words(t *testing.T, line string) []string {
	t.Helper()
	var all []string
	var word strings.Builder
	quoted, open := false, false
	for _, r := range line {
		switch {
		case r == '"':
			quoted, open = !quoted, true
		case r == ' ' && !quoted:
			if open {
				all = append(all, word.String())
			}
			word.Reset()
			open = false
		case (r == '<' || r == '>') && !quoted:
			return all
		default:
			word.WriteRune(r)
			open = true
		}
	}
	if quoted {
		t.Fatalf("a quotation mark is missing in %s", line)
	}
	if open {
		all = append(all, word.String())
	}
	return all
}

// parses reports what is wrong with a command line.
func parses(args []string) error {
	_, err := newParser(&cli{}, io.Discard, io.Discard).Parse(args)
	return err
}

func TestExamples_areThereForEachCommandAndParse(t *testing.T) {
	model := newParser(&cli{}, io.Discard, io.Discard).Model
	left := maps.Clone(examples)
	var visit func(n *kong.Node)
	visit = func(n *kong.Node) {
		path := n.Path()
		if n.Parent == nil {
			path = ""
		}
		if len(examples[path]) == 0 {
			t.Errorf("the help of %q has no example", path)
		}
		delete(left, path)
		for _, line := range examples[path] {
			args := words(t, line)
			if args[0] != "usher" || !strings.HasPrefix(strings.Join(args[1:], " ")+" ", path+" ") && path != "" {
				t.Errorf("the example %q is not about %q", line, path)
			}
			if err := parses(args[1:]); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
		for _, c := range n.Children {
			visit(c)
		}
	}
	visit(model.Node)
	for path := range left {
		t.Errorf("there are examples of %q, which is no command", path)
	}
	if err := parses([]string{"serve", "--nonsense"}); err == nil {
		t.Error("everything parses, so the examples do too")
	}
}

func TestHelpOfServe_namesEachSettingThreeTimes(t *testing.T) {
	t.Setenv("COLUMNS", "1000")
	var out bytes.Buffer
	parser := newParser(&cli{}, &out, &out)
	parser.Exit = func(int) {}
	_, _ = parser.Parse([]string{"serve", "--help"})
	help := strings.Join(strings.Fields(out.String()), " ")
	settings := settingsOf(parser.Model.Node)
	if len(settings) < 14 {
		t.Fatalf("only %d settings", len(settings))
	}
	for key, f := range settings {
		flag := "--" + f.Name
		if !f.IsBool() {
			flag += "="
		}
		for _, want := range []string{flag, f.Envs[0], key + " in the settings file"} {
			if !strings.Contains(help, want) && key != "config" {
				t.Errorf("usher serve --help does not say %q", want)
			}
		}
	}
}

// Everybody on a machine can read the arguments of its programs.
func TestFlags_carryNoSecret(t *testing.T) {
	fine := []string{"secrets-file", "discord-secrets-file", "tls-key", "idempotency-key", "with-keys"}
	var visit func(n *kong.Node)
	visit = func(n *kong.Node) {
		for _, f := range n.Flags {
			for _, word := range []string{"key", "secret", "token", "password"} {
				if strings.Contains(f.Name, word) && !slices.Contains(fine, f.Name) {
					t.Errorf("%s --%s looks like a secret", n.Path(), f.Name)
				}
			}
		}
		for _, c := range n.Children {
			visit(c)
		}
	}
	visit(newParser(&cli{}, io.Discard, io.Discard).Model.Node)
}

func TestExits_areOneForEachKind(t *testing.T) {
	for _, k := range domain.Kinds() {
		if _, ok := exitOf[k]; !ok {
			t.Errorf("kind %d has no number to exit with", k)
		}
	}
	invalid := domain.InvalidField("price", "must not be negative")
	for _, c := range []struct {
		name string
		err  error
		exit int
		text string
	}{
		{"a rule of form", invalid, 2, "price: must not be negative"},
		{"not found", domain.ErrProductNotFound, 3, "no such product"},
		{"not allowed", domain.ErrForbidden, 4, "the access token lacks the scope for this"},
		{"taken", domain.ErrPermalinkTaken, 5, "permalink: another product has this permalink"},
		{"the state forbids it", domain.ErrAlreadyRefunded, 1, "the purchase is already refunded"},
		{"turned away", domain.ErrUnavailable.Because(errors.New("disk full")), 6, "nothing was done; try again in a moment: disk full"},
		{"a faulty line of a file", &app.LineError{Line: 7, Err: invalid}, 1, "line 7: price: must not be negative"},
		{"a clash in a line of a file", &app.LineError{Line: 7, Err: domain.ErrKeyTaken}, 5, "line 7: key: another license of this product has this key"},
		{"interrupted", errInterrupted, 130, "interrupted"},
		{"anything else", io.ErrUnexpectedEOF, 1, "unexpected EOF"},
	} {
		if f := describe(c.err); f.exit != c.exit || f.Error() != c.text {
			t.Errorf("%s: exit %d, %q; want %d, %q", c.name, f.exit, f.Error(), c.exit, c.text)
		}
	}
}

func TestIsTerminal_knowsWhereAPersonSits(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if isTerminal(null) || isTerminal(file) || isTerminal(&bytes.Buffer{}) {
		t.Error("nobody sits at a file, a buffer or the null device")
	}
	terminal := terminal(t)
	if !isTerminal(terminal) {
		t.Error("a terminal is not taken for one")
	}
	err = exportCmd{WithKeys: true}.Run(&call{out: terminal})
	if f := describe(err); f.exit != exitUsage || f.Field != "with-keys" {
		t.Errorf("keys on a terminal: %v", err)
	}
}

// terminal opens one to sit at. The test is skipped where a system has none.
func terminal(t *testing.T) *os.File {
	t.Helper()
	f, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("this system has no terminal to sit at: " + err.Error())
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestNearest_findsWhatWasMeant(t *testing.T) {
	names := map[string]int{"listen": 1, "log_level": 1, "public_url": 1, "tls_key": 1}
	for word, want := range map[string]string{
		"lisen": "listen", "Listen": "listen", "listne": "listen", "loglevel": "log_level", "public-url": "public_url",
		"tls": "", "xyzzy": "", "": "", "port": "",
	} {
		if got := nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

func TestProgress_hasALineForEachTenth(t *testing.T) {
	var out bytes.Buffer
	p := &progress{w: &out, what: "done"}
	for i := range int64(101) {
		p.at(i, 100)
	}
	p.at(5, 0)
	p.end()
	if got := strings.Split(strings.TrimSpace(out.String()), "\n"); len(got) != 10 || got[0] != "done 10%" || got[9] != "done 100%" {
		t.Errorf("got %q", got)
	}
	out.Reset()
	p = &progress{w: &out, what: "done", terminal: true}
	p.at(31, 42)
	p.end()
	if got := out.String(); !strings.HasPrefix(got, "\r\x1b[K") || !strings.Contains(got, "done 31/42 [######################--------]") || !strings.HasSuffix(got, "\n") {
		t.Errorf("got %q", got)
	}
}

func TestTable_linesUp(t *testing.T) {
	var out bytes.Buffer
	table(&out, []column{left("NAME"), right("N"), left("STATE")}, [][]string{{"Zoë", "7", "ok"}, {"b\x1b[2J", "1000", ""}})
	want := "NAME      N  STATE\nZoë       7  ok\nb\uFFFD[2J  1000\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestCutLast_leavesIDsWhole(t *testing.T) {
	for text, want := range map[string][2]string{
		"inkwell=2": {"inkwell", "2"}, "inkwell": {"inkwell", ""}, "AZqx==": {"AZqx==", ""}, "AZqx===3": {"AZqx==", "3"},
	} {
		if a, b, _ := cutLast(text, "="); a != want[0] || b != want[1] {
			t.Errorf("%q: %q %q", text, a, b)
		}
	}
}
