package main

import (
	"os"
	"strings"
	"testing"

	"github.com/usherhq/usher/test/pgtest"
)

// Whoever interrupts it finds nothing left of it.
func TestBench_interrupted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, err := newProcess(dir, nil, "bench", "--licenses", "10", "--for", "1m")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.begin(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "its server is measured", func() (string, bool) {
		return p.stderr.String(), strings.Contains(p.stderr.String(), "made 100%")
	})
	if code := p.stop(); code != exitInterrupted {
		t.Errorf("exit %d, want %d; it said:\n%s", code, exitInterrupted, p.stderr.String())
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// What is measured in PostgreSQL is measured in a database that is made for it,
// and only on the server that the command line names.
func TestBench_touchesNoDatabase(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	settings := []string{"USHER_DATABASE=" + url}
	small := []string{"bench", "--licenses", "5", "--for", "10ms", "--json"}
	for database, more := range map[string][]string{"sqlite": nil, "postgres": {"--database", url}} {
		dir := t.TempDir()
		code, said := endedWith(t, dir, settings, append(small, more...)...)
		if code != exitOK || !strings.Contains(said, `"database":"`+database+`"`) {
			t.Errorf("%s: exit %d: %s", database, code, said)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left, %v", database, left, err)
		}
		if code, said := endedWith(t, dir, settings, "sellers", "list"); code != exitUnreachable || !strings.Contains(said, "there is no usher data in postgres://") {
			t.Errorf("after %s: exit %d: %s", database, code, said)
		}
	}
	if code, said := endedWith(t, t.TempDir(), nil, append(small, "--database", "postgres://127.0.0.1:1/none")...); code != exitUnreachable || !strings.Contains(said, "no database can be made beside postgres://127.0.0.1:1/none") {
		t.Errorf("exit %d: %s", code, said)
	}
}
