package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the transcript of a membership's life into the README")

// life is what somebody types; $PURCHASE and $MEMBERSHIP are ids that buying
// prints.
var life = []string{
	`usher purchases buy --product inkwell-club --variant Readers --quantity 3 --email zoe@example.com --method sandbox_pays`,
	`usher clock advance 10d`,
	`usher memberships change $MEMBERSHIP --seats 5`,
	`usher memberships change $MEMBERSHIP --seats 2`,
	`usher clock advance 1mo`,
	`usher memberships cancel $MEMBERSHIP`,
	`usher clock advance 1mo`,
	`usher memberships show $MEMBERSHIP`,
	`usher memberships restart $MEMBERSHIP`,
	`usher payments list --purchase $PURCHASE`,
	`usher mail list --to zoe@example.com`,
}

// stand are what stands in the README for what is drawn by chance, by what it
// looks like; several of a kind are told apart.
var stand = []struct {
	like *regexp.Regexp
	put  func(n int) string
}{
	{regexp.MustCompile(`\b[A-Za-z0-9_-]{43}\b`), func(int) string { return "pU3r0cZ4mXo6vK1tQ8yS2wE5bN7hG9jL0dF3aR6iT4k" }},
	{regexp.MustCompile(`[0-9A-F]{8}(-[0-9A-F]{8}){3}`), func(int) string { return "5C0F8E1A-93D2B764-E8A1709B-4D26F3C5" }},
	{regexp.MustCompile(`[A-Za-z0-9_-]{22}==`), func(n int) string { return fmt.Sprintf("AZvA4hKAe%c3UMCvOZsq5kQ==", 'a'+n) }},
	{regexp.MustCompile(`(?m)^(order number +)\d+$`), func(int) string { return "${1}240917638" }},
}

// steady returns a text without what chance drew, the same thing at each place
// where it was drawn.
func steady(text string) string {
	for _, s := range stand {
		seen := map[string]int{}
		text = s.like.ReplaceAllStringFunc(text, func(found string) string {
			if _, ok := seen[found]; !ok {
				seen[found] = len(seen)
			}
			return s.like.ReplaceAllString(found, s.put(seen[found]))
		})
	}
	return text
}

// The transcript in the README is what the commands print. After a change:
// go test ./cmd/usher -run TestReadme_livesThrough -update
func TestReadme_livesThroughAMembership(t *testing.T) {
	dir := t.TempDir()
	p, err := startUsher(dir, nil, "demo", "--data", "usher-data", "--json", "--listen", "127.0.0.1:0", "--test-clock", "2026-01-15T09:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	if code := p.stop(); code != exitOK {
		t.Fatalf("the demo ends with %d", code)
	}
	var all strings.Builder
	ids := map[string]string{}
	for _, line := range life {
		p, err := newProcess(dir, nil, words(t, os.Expand(line, func(name string) string { return ids[name] }))[1:]...)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.begin(); err != nil {
			t.Fatal(err)
		}
		if code := p.wait(); code != exitOK {
			t.Fatalf("%s: exit %d\n%s", line, code, p.stderr.String())
		}
		if len(ids) == 0 {
			for name, like := range map[string]string{"PURCHASE": "id", "MEMBERSHIP": "membership"} {
				ids[name] = regexp.MustCompile(`(?m)^` + like + ` +(\S+)$`).FindStringSubmatch(p.stdout.String() + like + " ?")[1]
			}
		}
		fmt.Fprintf(&all, "$ %s\n%s", line, p.stdout.String())
	}
	got := steady(all.String())
	const begin, end = "```console\n", "```\n"
	text := readme(t)
	before, rest, ok := strings.Cut(text, begin)
	was, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("the README has no transcript")
	}
	if *update {
		if err := os.WriteFile("../../README.md", []byte(before+begin+got+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if was != got {
		t.Errorf("the README has\n%s\nand the commands print\n%s", was, got)
	}
}

func TestSteady_tellsThingsApart(t *testing.T) {
	const a, b = "AZqxJ2vXd9-Y0kqk3rW0Ng==", "AaICZuM2f_ePdsT6M7xJ7A=="
	got := strings.Fields(steady(a + " " + b + " " + a + "\norder number  12"))
	if got[0] == a || got[0] == got[1] || got[0] != got[2] || got[5] != "240917638" {
		t.Errorf("got %q", got)
	}
}
