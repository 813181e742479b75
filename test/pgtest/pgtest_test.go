package pgtest

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func exec1(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func number(t *testing.T, url, sql string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCopiesAreApart(t *testing.T) {
	filled := 0
	fill := func(ctx context.Context, url string) error {
		filled++
		exec1(t, url, "CREATE TABLE x (n int); INSERT INTO x VALUES (1)")
		return nil
	}
	one, two := Copy(t, "x", fill), Copy(t, "x", fill)
	exec1(t, one, "INSERT INTO x VALUES (2)")
	if n := number(t, one, "SELECT count(*) FROM x"); n != 2 {
		t.Errorf("%d rows where one was added, want 2", n)
	}
	if n := number(t, two, "SELECT count(*) FROM x"); n != 1 {
		t.Errorf("%d rows in the other, want 1", n)
	}
	if filled != 1 {
		t.Errorf("filled %d times, want once", filled)
	}
	if n := number(t, URL(t), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); n != 0 {
		t.Errorf("%d tables in an empty database", n)
	}
}

// A server that was stopped, or crashed, has what was committed.
func TestStopAndStart(t *testing.T) {
	c := Own(t, Options{Fsync: true})
	url := c.URL("postgres")
	exec1(t, url, "CREATE TABLE x (n int)")
	for i, end := range []func(){c.Stop, c.Crash} {
		exec1(t, url, "INSERT INTO x VALUES (1)")
		end()
		if _, err := pgx.Connect(t.Context(), url); err == nil {
			t.Error("it answers after it was stopped")
		}
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := number(t, url, "SELECT count(*) FROM x"); n != i+1 {
			t.Errorf("%d rows, want %d", n, i+1)
		}
	}
	if n := number(t, url, "SELECT count(*) FROM pg_settings WHERE name = 'fsync' AND setting = 'on'"); n != 1 {
		t.Error("fsync is off")
	}
}

// TestKilled has a process that is killed while its server runs: nothing of it
// stays.
func TestKilled(t *testing.T) {
	if os.Getenv("USHER_TEST_KILLED") != "" {
		os.Stdout.WriteString(running(t).dir + "\n")
		select {}
	}
	if _, err := find(); err != nil {
		without(t, err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), "USHER_TEST_KILLED=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	dir := strings.TrimSpace(line)
	if err != nil || !isFile(filepath.Join(dir, "data", "postmaster.pid")) {
		t.Errorf("no server in %q, %v", dir, err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for range 600 {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%s is still there", dir)
}

// recorder is a test that only remembers how it ended.
type recorder struct {
	testing.TB
	skipped, failed bool
}

func (r *recorder) Helper()      {}
func (r *recorder) Skip(...any)  { r.skipped = true; panic(r) }
func (r *recorder) Fatal(...any) { r.failed = true; panic(r) }

func TestWithoutPostgreSQL(t *testing.T) {
	for require, fails := range map[string]bool{"": false, "chromium": false, "postgres": true, "chromium,postgres": true} {
		t.Setenv("USHER_TEST_REQUIRE", require)
		r := &recorder{}
		func() {
			defer func() { _ = recover() }()
			without(r, errMissing)
		}()
		if r.failed != fails || r.skipped == fails {
			t.Errorf("%q is required: failed %t, skipped %t", require, r.failed, r.skipped)
		}
	}
	if strings.Contains(errMissing.Error(), "\n") {
		t.Error("what to install is more than one line")
	}
}
