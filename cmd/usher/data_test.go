package main

import (
	"fmt"
	"strings"
	"testing"
)

// Whoever comes first makes the folder; the others find it made, whole.
func TestData_isMadeOnceByMany(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var all []*process
	for i := range 4 {
		p, err := newProcess(dir, nil, "sellers", "add", "--json", "--name", fmt.Sprint("Seller ", i), "--email", fmt.Sprintf("s%d@example.com", i))
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
	p, err := newProcess(dir, nil, "sellers", "list", "--jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.begin(); err != nil {
		t.Fatal(err)
	}
	p.wait()
	if n := strings.Count(p.stdout.String(), "\n"); n != len(all) {
		t.Errorf("%d sellers are there, want %d:\n%s", n, len(all), p.stdout.String())
	}
}
