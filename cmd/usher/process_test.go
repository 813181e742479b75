package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen. Nothing asserts how
// long it took.
const patience = 2 * time.Minute

// race lets a program that is built with the race detector end when it ends,
// not a second later.
const race = "GORACE=atexit_sleep_ms=0"

// client makes a connection for each request, and believes any certificate.
var client = &http.Client{
	Timeout:   patience,
	Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
}

// process is a usher that runs.
type process struct {
	cmd            *exec.Cmd
	first          map[string]any // the first line that it printed
	stdout, stderr buffer
	out            io.Reader
	line           chan string
	ended          chan struct{}
}

// buffer may be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// newProcess makes a process of usher, which is on the path of a test. Of the
// variables of usher's it has those in settings only.
func newProcess(dir string, settings []string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command("usher", args...), line: make(chan string, 1), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stderr = dir, &p.stderr
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "USHER_") {
			p.cmd.Env = append(p.cmd.Env, v)
		}
	}
	p.cmd.Env = append(p.cmd.Env, race, "TMPDIR="+dir) // a demo that is killed leaves its folder
	p.cmd.Env = append(p.cmd.Env, settings...)
	var err error
	p.out, err = p.cmd.StdoutPipe()
	return p, err
}

// begin starts the process.
func (p *process) begin() error {
	if err := p.cmd.Start(); err != nil {
		return err
	}
	go func() {
		r := bufio.NewReader(p.out)
		line, _ := r.ReadString('\n')
		_, _ = io.WriteString(&p.stdout, line)
		p.line <- line
		_, _ = io.Copy(&p.stdout, r)
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	return nil
}

// startUsher runs usher and waits for its first line of output, which must be
// JSON.
func startUsher(dir string, settings []string, args ...string) (*process, error) {
	p, err := newProcess(dir, settings, args...)
	if err != nil {
		return nil, err
	}
	if err := p.begin(); err != nil {
		return nil, err
	}
	select {
	case line := <-p.line:
		if err := json.Unmarshal([]byte(line), &p.first); err != nil {
			_ = p.cmd.Process.Kill()
			<-p.ended
			return nil, fmt.Errorf("the first line of usher %q is %q; it said:\n%s", args, line, p.stderr.String())
		}
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		return nil, fmt.Errorf("usher %q prints nothing", args)
	}
	return p, nil
}

// runUsher starts usher for a test, and ends it with the test.
func runUsher(t *testing.T, args ...string) *process {
	t.Helper()
	p, err := startUsher(t.TempDir(), nil, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
	})
	return p
}

// stop asks the process to end and returns the number that it ends with.
func (p *process) stop() int {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	return p.wait()
}

func (p *process) wait() int {
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) url(path string) string { return fmt.Sprint(p.first["url"]) + path }
