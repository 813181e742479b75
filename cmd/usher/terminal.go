package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
)

// isTerminal reports whether f is something that a person sits at: a character
// device, other than the one that swallows everything.
func isTerminal(f any) bool {
	file, ok := f.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// canAsk reports whether a person can be asked.
func (c *call) canAsk() bool { return !c.NoInput && isTerminal(c.in) }

// confirm asks whether to go on with something that cannot be taken back.
func (c *call) confirm(yes confirmed, question string) error {
	if yes.Yes {
		return nil
	}
	if !c.canAsk() {
		return wrongUse("yes", question+" Nobody can be asked here.", "add --yes if you mean it")
	}
	fmt.Fprint(c.err, question+" [y/N] ")
	answer, err := c.readLine()
	if err != nil {
		return err
	}
	if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
		return &fault{exitFailed, "declined", "nothing was done", "", ""}
	}
	return nil
}

// readKey returns the license key that a command is about. Blanks around it
// are not part of it.
func (c *call) readKey() (string, error) {
	const how = "pipe it in, or set " + keyVariable
	if key := os.Getenv(keyVariable); key != "" {
		return strings.TrimSpace(key), nil
	}
	return c.readSecret("license key", how)
}

// readSecret returns a secret that comes on standard input or from a prompt, and
// never as an argument. Blanks around it are not part of it.
func (c *call) readSecret(what, how string) (string, error) {
	var text string
	if isTerminal(c.in) {
		if !c.canAsk() {
			return "", wrongUse("", "the "+what+" is missing", how)
		}
		fmt.Fprint(c.err, strings.ToUpper(what[:1])+what[1:]+": ")
		line, err := c.readLine()
		if err != nil {
			return "", err
		}
		text = line
	} else {
		const most = 4096
		all, err := io.ReadAll(io.LimitReader(c.in, most+1))
		if err != nil {
			return "", err
		}
		if len(all) > most {
			return "", wrongUse("", "what came on standard input is too long for a "+what, "")
		}
		text = string(all)
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return "", wrongUse("", "no "+what+" came on standard input", how)
	}
	if strings.ContainsAny(text, "\r\n") {
		return "", wrongUse("", "more than one line came on standard input", "one "+what+" at a time")
	}
	return text, nil
}

// readLine reads a line from a person, unless they interrupt.
func (c *call) readLine() (string, error) {
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := bufio.NewReader(c.in).ReadString('\n')
		if err == io.EOF {
			err = nil
		}
		got <- answer{line, err}
	}()
	select {
	case a := <-got:
		return a.line, a.err
	case <-c.ctx.Done():
		fmt.Fprintln(c.err)
		return "", errInterrupted
	}
}
