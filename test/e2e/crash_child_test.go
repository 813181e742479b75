package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// roleVariable names what this binary is when a test has started it again.
const roleVariable = "USHER_TEST_ROLE"

// How a role ends that cannot go on, and how Go ends one that panics: who is
// killed ends otherwise, on every system.
const (
	failed   = 3
	panicked = 2
)

// roles are the processes that tests make of this binary. Each is told its
// conditions first, and ends when its parent has no more to say, or is gone.
var roles = map[string]func(*pipe) error{
	"processor": beProcessor,
	"usher":     beUsher,
	"filler":    beFiller,
	"clerk":     beClerk,
}

// It runs before the tests would: a process that is to be killed must have no
// folder of its own that it leaves behind.
func init() {
	name, again := os.LookupEnv(roleVariable)
	if !again {
		return
	}
	be, ok := roles[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "there is no role %q\n", name)
		os.Exit(failed)
	}
	if err := be(&pipe{in: json.NewDecoder(os.Stdin), out: json.NewEncoder(os.Stdout)}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(failed)
	}
	os.Exit(0)
}

// self returns this binary, without the race detector: with it, years of work
// and hundreds of lives take many times as long. The program is built without
// it as well.
var self = sync.OnceValues(func() (string, error) {
	if !raced {
		return os.Executable()
	}
	path := filepath.Join(built, "again.exe") // the name is Windows' wish, and nobody else minds
	out, err := exec.Command("go", "test", "-c", "-race=false", "-o", path, "github.com/usherhq/usher/test/e2e").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build this test again: %w\n%s", err, out)
	}
	return path, nil
})

// pipe is how such a process talks with its parent: a line of JSON at a time.
type pipe struct {
	in  *json.Decoder
	mu  sync.Mutex // of out
	out *json.Encoder
}

func (p *pipe) say(v any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Encode(v)
}

// child is such a process as its parent sees it.
type child struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *json.Decoder
	stderr *words
	gone   func() error // waits for its end, once
}

// start makes a process of this binary, and tells it its conditions.
func start(t *testing.T, role string, conditions any) *child {
	t.Helper()
	binary, err := self()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, cmd: exec.Command(binary), stderr: new(words)}
	c.cmd.Env = append(os.Environ(), roleVariable+"="+role)
	c.cmd.Stderr = c.stderr
	in, err := c.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.in, c.out = in, json.NewDecoder(out)
	c.gone = sync.OnceValue(c.cmd.Wait)
	t.Cleanup(c.kill)
	c.tell(conditions)
	return c
}

// tell says something to the process; one that has died does not hear it.
func (c *child) tell(v any) {
	c.t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		c.t.Fatal(err)
	}
	_, _ = c.in.Write(append(text, '\n'))
}

// hear reads what the process says next, and reports false if it has died.
func (c *child) hear(v any) bool {
	c.t.Helper()
	err := c.out.Decode(v)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		c.t.Fatalf("the process says what is no answer: %v\n%s", err, c.stderr)
	}
	return err == nil
}

// kill ends the process without a word, and waits until it is gone. Twice is
// once.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may be gone already
	_ = c.gone()
}

// end lets the process end by itself, which it must do well.
func (c *child) end() {
	c.t.Helper()
	c.in.Close()
	var more json.RawMessage
	for c.hear(&more) {
	}
	if err := c.gone(); err != nil {
		c.t.Errorf("a process ended with %v\n%s", err, c.stderr)
	}
}
