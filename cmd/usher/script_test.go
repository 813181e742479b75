package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary the program itself when it is called usher,
// so that scripts and tests run what users run.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"usher": main})
}

// TestScripts runs testdata/script. Beside the commands of testscript there are
//
//	exits N COMMAND...          the command ends with this number
//	take NAME=PATH...           values of the JSON in stdout become variables
//	start NAME usher ARGS...    a server; the fields of its first line become
//	                            variables, such as $NAME_url
//	end NAME [N]                SIGTERM, after which it ends with 0, or N
//	mode N FILE                 the file has these permissions
//	ask N METHOD URL [K=V...]   a request, its form, and the status of its answer
//	awaits URL PATTERN          what is there matches, after a while
//	fakes, outside, browse      communities: see communities_test.go
func TestScripts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the scripts need sh")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Deadline:            time.Now().Add(5 * time.Minute), // so that a server which should not have started ends
		Setup: func(env *testscript.Env) error {
			env.Values["servers"] = map[string]*process{}
			env.Values["scenes"] = map[string]scene{}
			// Nobody asks the real services, whatever a script forgets.
			env.Setenv("USHER_TEST_CIRCLE_URL", "http://127.0.0.1:1")
			env.Setenv("USHER_TEST_DISCORD_URL", "http://127.0.0.1:1")
			env.Setenv("ESC", "\x1b")
			env.Vars = append(env.Vars, race)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "take": take, "mode": mode, "start": start, "end": end, "ask": ask, "awaits": awaits,
			"fakes": fakes, "outside": outside, "browse": browse,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit %d, want %s", code, args[0])
	}
}

func take(ts *testscript.TestScript, neg bool, args []string) {
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	for _, a := range args {
		name, path, _ := strings.Cut(a, "=")
		at := v
		for part := range strings.SplitSeq(path, ".") {
			switch in := at.(type) {
			case map[string]any:
				at = in[part]
			case []any:
				i, err := strconv.Atoi(part)
				if err != nil || i >= len(in) {
					ts.Fatalf("no %s in %s", part, path)
				}
				at = in[i]
			}
		}
		if at == nil {
			ts.Fatalf("no %s in stdout", path)
		}
		ts.Setenv(name, fmt.Sprint(at))
	}
}

func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode N FILE")
	}
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
}

func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || args[1] != "usher" {
		ts.Fatalf("usage: start NAME usher ARGS...")
	}
	var settings []string
	for name := range knownVariables(settingsOf(newParser(&cli{}, io.Discard, io.Discard).Model.Node)) {
		settings = append(settings, name+"="+ts.Getenv(name))
	}
	for _, name := range []string{"USHER_TEST_CIRCLE_URL", "USHER_TEST_DISCORD_URL"} {
		settings = append(settings, name+"="+ts.Getenv(name))
	}
	p, err := startUsher(ts.MkAbs("."), settings, args[2:]...)
	if err != nil {
		ts.Fatalf("%v", err)
	}
	ts.Defer(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
	})
	ts.Value("servers").(map[string]*process)[args[0]] = p
	for name, value := range p.first {
		ts.Setenv(args[0]+"_"+name, fmt.Sprint(value))
	}
}

func end(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: end NAME [N]")
	}
	p := ts.Value("servers").(map[string]*process)[args[0]]
	if p == nil {
		ts.Fatalf("no server %s was started", args[0])
	}
	want := append(args, "0")[1]
	if code := p.stop(); strconv.Itoa(code) != want {
		ts.Fatalf("exit %d, want %s; it said:\n%s", code, want, p.stderr.String())
	}
	fmt.Fprint(ts.Stdout(), p.stdout.String())
	fmt.Fprint(ts.Stderr(), p.stderr.String())
}

func ask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: ask N METHOD URL [K=V...]")
	}
	form := url.Values{}
	for _, a := range args[3:] {
		k, v, _ := strings.Cut(a, "=")
		form.Add(k, v)
	}
	req, err := http.NewRequest(args[1], args[2], strings.NewReader(form.Encode()))
	ts.Check(err)
	if len(form) > 0 {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := client.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s", body)
	if strconv.Itoa(res.StatusCode) != args[0] {
		ts.Fatalf("status %d, want %s: %s", res.StatusCode, args[0], body)
	}
}

func awaits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: awaits URL PATTERN")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	body, err := seen(args[0], pattern.MatchString)
	ts.Check(err)
	fmt.Fprint(ts.Stdout(), body)
}

// seen asks for what is at an address until it is as wanted: beside a server its
// part of what is due may come a moment later than a command ends.
func seen(address string, wanted func(string) bool) (body string, err error) {
	for over := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		res, err := client.Get(address)
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(res.Body)
		res.Body.Close()
		switch body = string(text); {
		case err != nil:
			return "", err
		case wanted(body):
			return body, nil
		case time.Now().After(over):
			return body, fmt.Errorf("%s stays\n%s", address, body)
		}
	}
}
