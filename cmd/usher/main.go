package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run runs one command and returns the number to exit with.
func run(args []string, stdin *os.File, stdout, stderr io.Writer) int {
	dropEmptySettings()
	c := &call{in: stdin, out: stdout, err: stderr, json: asksForJSON(args)}
	root := &cli{}
	parser := newParser(root, stdout, stderr)
	if len(args) == 0 {
		parser.Stdout = stderr
		c.kong, _ = kong.Trace(parser, args)
		_ = c.kong.PrintUsage(false)
		return exitUsage
	}
	if args[0] == "help" { // as people type it
		args = append(args[1:len(args):len(args)], "--help")
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return c.fail(err)
	}
	ctx, stop := interruptible()
	defer stop()
	c.ctx, c.kong, c.globals, c.json = ctx, parsed, root.globals, root.JSON || root.JSONL
	return c.fail(parsed.Run(c))
}

// interruptible returns a context that the first signal to stop ends, so that
// what is at work can finish. The second one ends the process at once.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel(errInterrupted)
		<-signals
		os.Exit(exitInterrupted)
	}()
	return ctx, func() { cancel(nil) }
}

var errInterrupted = errors.New("interrupted")

// call is one run of a command: what it was told, and where it speaks.
type call struct {
	globals
	ctx  context.Context
	kong *kong.Context
	in   *os.File
	out  io.Writer // results
	err  io.Writer // messages
	json bool      // the results are for a program

	standIns *standIns // a demo's; nil: this is none
}

// explicit reports whether a flag stands on the command line itself.
func (c *call) explicit(flag string) bool {
	for _, p := range c.kong.Path {
		if p.Flag != nil && p.Flag.Name == flag && !p.Resolved {
			return true
		}
	}
	return false
}
