package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options are how a cluster is run.
type Options struct {
	Fsync bool // what is committed is forced to disk
}

// Cluster is a server of its own, with the files that it keeps.
type Cluster struct {
	bin, dir string
	options  Options
	user     credential

	shell *exec.Cmd // nil: stopped
	pipe  io.WriteCloser
	guard io.WriteCloser // of the files while the server is stopped
}

// patience is how long a server may take to come up, on a machine that is busy.
const patience = time.Minute

// supervise runs the server until a line comes that says how it ends, or until
// the pipe closes; then its files go, too.
const supervise = `"$@" </dev/null & server=$!
read how
case "$how" in crash) kill -QUIT $server ;; *) kill -INT $server ;; esac 2>/dev/null
wait $server
[ -n "$how" ] || rm -rf "$CLUSTER"`

// makeCluster makes the files of a cluster in a temporary folder, which has a
// short name, since the path of a socket must be short.
func makeCluster(ctx context.Context, o Options) (*Cluster, error) {
	bin, err := find()
	if err != nil {
		return nil, err
	}
	base := os.TempDir()
	if runtime.GOOS == "darwin" {
		base = "/tmp"
	}
	dir, err := os.MkdirTemp(base, "pgt")
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin, dir: dir, options: o}
	if c.user, err = unprivileged(dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "--pgdata", c.data(), "--username", "postgres", "--auth", "trust",
		"--encoding", "UTF8", "--locale", "C", "--no-sync")
	c.prepare(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w\n%s", err, out), os.RemoveAll(dir))
	}
	return c, nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// prepare gives a program of PostgreSQL its place and its user.
func (c *Cluster) prepare(cmd *exec.Cmd) {
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC", "HOME="+c.dir, "CLUSTER="+c.dir)
	c.user.apply(cmd)
}

// Start starts the server and waits until it answers.
func (c *Cluster) Start(ctx context.Context) error {
	args := []string{"-c", supervise, "sh", filepath.Join(c.bin, "postgres"), "-D", c.data(), "-k", c.dir}
	for _, setting := range c.settings() {
		args = append(args, "-c", setting)
	}
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command("/bin/sh", args...)
	c.prepare(cmd)
	cmd.Stdout, cmd.Stderr = log, log
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	c.shell, c.pipe = cmd, pipe
	c.unguard()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := c.exec(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			said, _ := os.ReadFile(log.Name())
			c.end("")
			return fmt.Errorf("postgres does not answer: %w\n%s", err, said)
		}
	}
}

func (c *Cluster) settings() []string {
	all := []string{"listen_addresses=", "max_connections=200", "shared_buffers=64MB", "timezone=UTC", "jit=off"}
	if !c.options.Fsync {
		all = append(all, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	return all
}

// Stop stops the server and keeps its files. Connections are cut at once.
func (c *Cluster) Stop() { c.end("stop\n") }

// Crash stops the server as a power cut would: it has to recover when it starts.
func (c *Cluster) Crash() { c.end("crash\n") }

// end stops the server; without a word its files go, too.
func (c *Cluster) end(how string) {
	if c.shell == nil {
		return
	}
	_, _ = io.WriteString(c.pipe, how)
	_ = c.pipe.Close()
	_ = c.shell.Wait()
	c.shell = nil
	if how != "" {
		c.guardFiles()
	}
}

// guardFiles has the files of a server that is stopped removed if this process
// ends before it is started again.
func (c *Cluster) guardFiles() {
	cmd := exec.Command("/bin/sh", "-c", `read word || rm -rf "$CLUSTER"`)
	c.prepare(cmd)
	pipe, err := cmd.StdinPipe()
	if err == nil && cmd.Start() == nil {
		c.guard = pipe
		go func() { _ = cmd.Wait() }()
	}
}

// unguard ends what guardFiles began.
func (c *Cluster) unguard() {
	if c.guard != nil {
		_, _ = io.WriteString(c.guard, "stay\n")
		_ = c.guard.Close()
		c.guard = nil
	}
}

// URL is the address of a database.
func (c *Cluster) URL(database string) string {
	q := url.Values{"host": {c.dir}, "sslmode": {"disable"}}
	return "postgres://postgres@/" + database + "?" + q.Encode()
}

// exec runs a statement outside of all databases of tests.
func (c *Cluster) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, sql)
	return err
}

// copyDatabase makes a database from a template: by its files, as far as the
// server is new enough to be told so (version 15).
func (c *Cluster) copyDatabase(ctx context.Context, name, template string) error {
	sql := "CREATE DATABASE " + name + " TEMPLATE " + template
	err := c.exec(ctx, sql+" STRATEGY FILE_COPY")
	if err != nil && strings.Contains(err.Error(), "42601") {
		err = c.exec(ctx, sql)
	}
	return err
}
