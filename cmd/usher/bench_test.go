package main

import (
	"os"
	"strings"
	"testing"
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
