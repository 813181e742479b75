package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// built is where TestMain wants the program.
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "usher-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// binary builds the program, once.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(built, "usher")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	// The cache of go test knows what this process looks at, but not what the
	// build does: so look at all of it, or an old result would be shown again.
	for _, dir := range []string{"domain", "ports", "app", "adapters", "cmd"} {
		err := filepath.WalkDir(filepath.Join("..", "..", dir), func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(path)
			}
			if errors.Is(err, fs.ErrNotExist) { // an editor's file, gone by now
				err = nil
			}
			return err
		})
		if err != nil {
			return "", err
		}
	}
	out, err := exec.Command("go", "build", "-o", path, "github.com/usherhq/usher/cmd/usher").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

// shop is one seller's shop, which the program serves.
type shop struct {
	*testing.T
	place
	program string
	token   string   // of the one seller, for everything
	env     []string // of every process
}

// newShop makes a shop.
func newShop(t *testing.T, at place) *shop {
	t.Helper()
	program, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	f := &shop{T: t, place: at, program: program}
	f.run(nil, "sellers", "add", "--name", "Ana Press", "--email", "ana@example.com")
	f.token = f.run(nil, "tokens", "create", "--name", "tests", "--scopes", "account").text("access_token")
	return f
}

// answer is a JSON object that somebody answered.
type answer map[string]any

// text returns the text at a path of keys.
func (a answer) text(path ...string) string {
	s, _ := a.at(path...).(string)
	return s
}

func (a answer) at(path ...string) any {
	var v any = map[string]any(a)
	for _, key := range path {
		o, _ := v.(map[string]any)
		v = o[key]
	}
	return v
}

// command returns a command of the program on this shop, which knows nothing of
// the settings of whoever runs the tests.
func (f *shop) command(env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(f.program, append(args, "--data", f.Folder, "--json", "--no-input")...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "USHER_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(append(append(cmd.Env, "USHER_DATABASE="+f.Database), f.env...), env...)
	return cmd
}

// run runs a command and returns what it answered.
func (f *shop) run(env []string, args ...string) answer {
	f.Helper()
	cmd := f.command(env, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		f.Fatalf("usher %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
	}
	var got answer
	if err := json.Unmarshal(out, &got); err != nil {
		f.Fatalf("usher %s answers no JSON: %v\n%s", strings.Join(args, " "), err, out)
	}
	return got
}

// product adds a licensed product.
func (f *shop) product(name string, args ...string) (id string) {
	f.Helper()
	return f.run(nil, append([]string{"products", "add", "--name", name, "--price", "2900"}, args...)...).text("id")
}

// license is a key with what it belongs to.
type license struct{ Product, Purchase, Key string }

// sale records a sale of a licensed product.
func (f *shop) sale(product string) license {
	f.Helper()
	got := f.run(nil, "purchases", "record", "--product", product, "--email", "bo@example.com")
	return license{product, got.text("id"), got.text("license", "key")}
}

// server is a running usher.
type server struct {
	*shop
	url    string
	cmd    *exec.Cmd
	client *http.Client
	stdout words
	stderr *words
	ended  chan struct{} // closed when the process is gone
	err    error         // of the process, then
	once   sync.Once
}

// words are what a process says while it runs.
type words struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// serve starts the server, and returns when it answers.
func (f *shop) serve() *server { return f.serveWith("--log-level", "warn") }

// serveWith is serve with those flags.
func (f *shop) serveWith(flags ...string) *server {
	f.Helper()
	s := &server{
		shop: f, cmd: f.command(nil, append([]string{"serve", "--listen", "127.0.0.1:0"}, flags...)...),
		client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 100}},
		stderr: new(words), ended: make(chan struct{}),
	}
	s.cmd.Stderr = s.stderr
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.kill)
	printed := bufio.NewReader(out)
	line, readErr := printed.ReadBytes('\n')
	s.stdout.Write(line)
	go func() {
		io.Copy(&s.stdout, printed) // or Wait would close what is still read
		s.err = s.cmd.Wait()
		close(s.ended)
	}()
	var ready struct{ URL string }
	if err := errors.Join(readErr, json.Unmarshal(line, &ready)); err != nil {
		s.kill()
		f.Fatalf("the server does not say that it serves: %v\n%s%s", err, line, s.stderr)
	}
	s.url = ready.URL
	return s
}

// kill ends the process without a word, and waits until it is gone. Twice is
// once.
func (s *server) kill() {
	s.once.Do(func() {
		_ = s.cmd.Process.Kill() // it may be gone already
		<-s.ended
		s.client.CloseIdleConnections()
	})
}

// stop asks the server to end, which it must do well.
func (s *server) stop() {
	s.Helper()
	if runtime.GOOS == "windows" {
		s.kill()
		return
	}
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		s.Error(err)
	}
	<-s.ended
	if s.err != nil {
		s.Errorf("the server ended with %v\n%s", s.err, s.stderr)
	}
	s.kill()
}

// call makes a call of the licence API. A failure to get an answer is an error;
// an answer of any status is none.
func (s *server) call(ctx context.Context, method, action string, l license, more ...string) (status int, got answer, err error) {
	form := url.Values{"product_id": {l.Product}, "license_key": {l.Key}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	if method == http.MethodPut {
		form.Set("access_token", s.token)
	}
	r, err := http.NewRequestWithContext(ctx, method, s.url+"/v2/licenses/"+action, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := s.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, err
	}
	if err := json.Unmarshal(body, &got); err != nil {
		return 0, nil, fmt.Errorf("%d is no JSON: %w: %s", response.StatusCode, err, body)
	}
	if turnedAway := response.StatusCode == http.StatusServiceUnavailable; turnedAway != (response.Header.Get("Retry-After") != "") {
		return 0, nil, fmt.Errorf("%d with Retry-After: %q", response.StatusCode, response.Header.Get("Retry-After"))
	}
	return response.StatusCode, got, nil
}

// verify verifies a key, which must be answered.
func (s *server) verify(l license, count bool) (status int, got answer) {
	s.Helper()
	status, got, err := s.call(s.Context(), http.MethodPost, "verify", l, "increment_uses_count", fmt.Sprint(count))
	if err != nil {
		s.Fatalf("verify: %v\n%s", err, s.stderr)
	}
	return status, got
}

// uses returns the uses of a key, without counting one.
func (s *server) uses(l license) int64 {
	s.Helper()
	status, got := s.verify(l, false)
	n, ok := got["uses"].(float64)
	if status != http.StatusOK || !ok {
		s.Fatalf("the uses of a key: got %d %v", status, got)
	}
	return int64(n)
}
