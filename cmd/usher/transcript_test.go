package main

import (
	"flag"
	"fmt"
	"html"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the transcripts into the README")

// life is what somebody types; $PURCHASE and $MEMBERSHIP are ids that buying
// prints, $TOKEN is the access token.
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

// inAndOut is the same of somebody whom a membership lets into communities. Where
// $DEMO and $STANDINS are, is what the demo prints. Each look at the stand-ins
// shows something new.
var inAndOut = []string{
	`usher communities show circle`,
	`usher communities show discord`,
	`usher purchases buy --product inkwell-club --variant Publishers --email zoe@example.com --method sandbox_pays`,
	`curl $STANDINS`,
	`# in a browser: $DEMO/d/$TOKEN, Join Discord, Authorize`,
	`curl $STANDINS`,
	`usher memberships cancel $MEMBERSHIP`,
	`usher clock advance 1mo`,
	`curl $STANDINS`,
}

// stand are what stands in the README for what is drawn by chance, by what it
// looks like; several of a kind are told apart.
var stand = []struct {
	like *regexp.Regexp
	put  func(n int) string
}{
	{regexp.MustCompile(`[A-Za-z0-9_-]{43}`), func(int) string { return "pU3r0cZ4mXo6vK1tQ8yS2wE5bN7hG9jL0dF3aR6iT4k" }},
	{regexp.MustCompile(`[0-9A-F]{8}(-[0-9A-F]{8}){3}`), func(int) string { return "5C0F8E1A-93D2B764-E8A1709B-4D26F3C5" }},
	{regexp.MustCompile(`[A-Za-z0-9_-]{22}==`), func(n int) string { return fmt.Sprintf("AZvA4hKAe%c3UMCvOZsq5kQ==", 'a'+n) }},
	{regexp.MustCompile(`(curl )http://127\.0\.0\.1:\d+`), func(int) string { return "${1}http://127.0.0.1:8091" }},
	{regexp.MustCompile(`http://127\.0\.0\.1:\d+/d/`), func(int) string { return "http://127.0.0.1:8080/d/" }},
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

// The transcripts in the README are what the commands print. After a change:
// go test ./cmd/usher -run TestReadme_livesThrough -update
// A demo that runs may see a payment before it has its answer, and looks after it
// once more: that is a job more than the transcript counts. So here it has ended.
func TestReadme_livesThroughAMembership(t *testing.T) { livesThrough(t, 0, life, false) }

func TestReadme_livesThroughCommunities(t *testing.T) { livesThrough(t, 1, inAndOut, true) }

// livesThrough types the lines in a demo's folder, or beside the demo, and compares
// what is printed with a transcript of the README, counted from 0.
func livesThrough(t *testing.T, n int, lines []string, beside bool) {
	dir := t.TempDir()
	demo, err := startUsher(dir, nil, "demo", "--data", "usher-data", "--json", "--listen", "127.0.0.1:0", "--test-clock", "2026-01-15T09:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { demo.stop() })
	if !beside {
		demo.stop()
	}
	var all strings.Builder
	known := map[string]string{"DEMO": fmt.Sprint(demo.first["url"]), "STANDINS": fmt.Sprint(demo.first["standins_url"])}
	looked := ""
	if beside {
		if looked, err = seen(known["STANDINS"], func(string) bool { return true }); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range lines {
		shown := os.Expand(line, func(name string) string {
			if name == "PURCHASE" || name == "MEMBERSHIP" {
				return "$" + name
			}
			return known[name]
		})
		said := typed(t, dir, looked, os.Expand(line, func(name string) string { return known[name] }))
		for name, like := range map[string]string{"PURCHASE": "id", "MEMBERSHIP": "membership", "TOKEN": "access token"} {
			if found := regexp.MustCompile(`(?m)^` + like + ` +(\S+)$`).FindStringSubmatch(said); found != nil && strings.Contains(line, " buy ") {
				known[name] = found[1]
			}
		}
		switch {
		case strings.HasPrefix(line, "curl "):
			looked = said
			fallthrough
		case !strings.HasPrefix(line, "#"):
			shown = "$ " + shown
		}
		fmt.Fprintf(&all, "%s\n%s", shown, said)
	}
	got := steady(all.String())
	const begin, end = "```console\n", "```\n"
	parts := strings.Split(readme(t), begin)
	if len(parts) < n+2 {
		t.Fatalf("the README has %d transcripts", len(parts)-1)
	}
	was, after, closed := strings.Cut(parts[n+1], end)
	if !closed {
		t.Fatal("the README's transcript has no end")
	}
	if *update {
		parts[n+1] = got + end + after
		if err := os.WriteFile("../../README.md", []byte(strings.Join(parts, begin)), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if was != got {
		t.Errorf("the README has\n%s\nand the commands print\n%s", was, got)
	}
}

// typed does what a line says, and returns what is printed. Of a browser that is
// the sentence on the page that comes last, and of curl a page that is not the one
// that was looked at before.
func typed(t *testing.T, dir, looked, line string) string {
	t.Helper()
	all := words(t, line)
	switch all[0] {
	case "usher":
		p, err := newProcess(dir, nil, all[1:]...)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.begin(); err != nil {
			t.Fatal(err)
		}
		if code := p.wait(); code != exitOK {
			t.Fatalf("%s: exit %d\n%s", line, code, p.stderr.String())
		}
		return p.stdout.String()
	case "curl":
		page, err := seen(all[1], func(page string) bool { return page != looked })
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	page, err := visit("800000000000000001", regexp.MustCompile(`http://\S+/d/[A-Za-z0-9_-]+`).FindString(line))
	if err != nil {
		t.Fatal(err)
	}
	page = html.UnescapeString(page)
	said := regexp.MustCompile(`You've been added to [^<]+`).FindString(page)
	if said == "" {
		t.Fatalf("the page says\n%s", page)
	}
	return said + "\n"
}

func TestSteady_tellsThingsApart(t *testing.T) {
	const a, b = "AZqxJ2vXd9-Y0kqk3rW0Ng==", "AaICZuM2f_ePdsT6M7xJ7A=="
	got := strings.Fields(steady(a + " " + b + " " + a + "\norder number  12"))
	if got[0] == a || got[0] == got[1] || got[0] != got[2] || got[5] != "240917638" {
		t.Errorf("got %q", got)
	}
}
