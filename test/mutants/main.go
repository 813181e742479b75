// Mutants breaks the rules of money on purpose, one at a time, and asks whether
// a test sees it: each mutant names the rule that it breaks and the test that
// must fail. From the module's root:
//
//	go run ./test/mutants            # all of them
//	go run ./test/mutants refunded   # those with this in their name
//
// A mutant is applied with go's -overlay, so no file of the tree is changed. A
// mutant whose text is no longer there is an error: the code has moved on, and
// the mutant has to follow it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// mutant is one rule broken: in File, Old is replaced by New; then Test, of
// package Package, must fail.
type mutant struct {
	Name     string // the broken rule, as an order to a bad programmer
	File     string // relative to the module's root
	Old, New string // Old occurs exactly once
	Package  string // "./domain" if empty
	Test     string // a test's name, with its subtest's if one is meant
}

func main() {
	wanted := money
	if len(os.Args) > 1 {
		wanted = slices.DeleteFunc(slices.Clone(money), func(m mutant) bool { return !strings.Contains(m.Name, os.Args[1]) })
	}
	if len(wanted) == 0 {
		fmt.Printf("no mutant has %q in its name\n", os.Args[1])
		os.Exit(2)
	}
	// A mutant is compiled, linked and run one after the other, on one core
	// most of the time.
	var group sync.WaitGroup
	var survived atomic.Int64
	room := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, m := range wanted {
		room <- struct{}{}
		group.Go(func() {
			defer func() { <-room }()
			if err := m.kill(context.Background()); err != nil {
				survived.Add(1)
				fmt.Printf("SURVIVED  %s: %v\n", m.Name, err)
				return
			}
			fmt.Printf("killed    %s, by %s\n", m.Name, m.Test)
		})
	}
	group.Wait()
	if n := survived.Load(); n > 0 {
		fmt.Printf("%d mutants survived\n", n)
		os.Exit(1)
	}
}

// kill applies the mutant and expects its test to fail: to run and fail, not to
// be missing, and not to be kept from compiling.
func (m mutant) kill(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	overlay, err := m.overlay(dir)
	if err != nil {
		return err
	}
	if m.Package == "" {
		m.Package = "./domain"
	}
	parts := strings.Split(m.Test, "/")
	for i, p := range parts {
		parts[i] = "^" + p + "$"
	}
	// Compiling costs more than running: nothing is optimized or looked at twice.
	out, err := exec.CommandContext(ctx, "go", "test", "-count=1", "-vet=off", "-gcflags=-N -l", "-ldflags=-s -w", "-overlay", overlay, "-run", strings.Join(parts, "/"), m.Package).CombinedOutput()
	switch {
	case err == nil && strings.Contains(string(out), "no tests to run"):
		return fmt.Errorf("there is no test %s in %s", m.Test, m.Package)
	case err == nil:
		return fmt.Errorf("%s passes although the rule is broken", m.Test)
	case !strings.Contains(string(out), "--- FAIL: "+m.Test+" "):
		return fmt.Errorf("%s did not fail, something else did:\n%s", m.Test, out)
	}
	return nil
}

// overlay writes the broken file and the overlay that puts it in place.
func (m mutant) overlay(dir string) (string, error) {
	path, err := filepath.Abs(m.File)
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), m.Old); n != 1 {
		return "", fmt.Errorf("%s has its text %d times, want once", m.File, n)
	}
	broken := filepath.Join(dir, filepath.Base(m.File))
	plan, err := json.Marshal(map[string]map[string]string{"Replace": {path: broken}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, plan, 0o600); err != nil {
		return "", err
	}
	return overlay, os.WriteFile(broken, []byte(strings.Replace(string(source), m.Old, m.New, 1)), 0o600)
}
