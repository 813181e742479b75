package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// A backup that is made while a server counts, put back into another folder,
// verifies every key, with every use that was answered before it was begun.
func TestBackup_verifiesWhatWasAnswered(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const sales = 20
	var file bytes.Buffer
	file.WriteString(`{"usher":1}
{"kind":"seller","id":"s1","user_id":"1","name":"Ana","email":"ana@example.com","created_at":"2026-04-01T09:30:00Z"}
{"kind":"product","id":"p1","seller":"s1","name":"Inkwell","permalink":"inkwell","price":2900,"currency":"usd","licensed":true,"created_at":"2026-04-01T09:30:00Z"}
`)
	for i := range sales {
		fmt.Fprintf(&file, `{"kind":"purchase","id":"b%[1]d","seller":"s1","product":"p1","order_number":%[2]d,"email":"bo@example.com","price":2900,"currency":"usd","created_at":"2026-04-02T10:00:00Z"}
{"kind":"license","id":"l%[1]d","seller":"s1","product":"p1","purchase":"b%[1]d","key":"KEY-%[1]d","created_at":"2026-04-02T10:00:00Z"}
`, i, i+1)
	}
	if err := os.WriteFile(filepath.Join(dir, "shop.jsonl"), file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) {
		t.Helper()
		p, err := startUsher(dir, nil, append(args, "--json")...)
		if err != nil {
			t.Fatal(err)
		}
		if code := p.wait(); code != exitOK {
			t.Fatalf("%q ends with %d: %s", args, code, p.stdout.String())
		}
	}
	serve := func(data string) *process {
		t.Helper()
		p, err := startUsher(dir, nil, "serve", "--listen", "127.0.0.1:0", "--json", "--data", data)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.stop() })
		return p
	}
	run("import", "shop.jsonl")
	live := serve("usher-data")
	var mu sync.Mutex
	answered := map[int]float64{}
	stop := make(chan struct{})
	var buyers sync.WaitGroup
	for b := range 2 {
		buyers.Go(func() {
			for i := b; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				uses, err := usesOf(live, i%sales, "true")
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				answered[i%sales] = max(answered[i%sales], uses)
				mu.Unlock()
			}
		})
	}
	eventually(t, "every key was answered", func() (string, bool) {
		mu.Lock()
		defer mu.Unlock()
		return fmt.Sprint(answered), len(answered) == sales
	})
	mu.Lock()
	before := make(map[int]float64, sales)
	for i, uses := range answered {
		before[i] = uses
	}
	mu.Unlock()
	run("backup", "copy.db")
	close(stop)
	buyers.Wait()
	run("restore", "--check", "copy.db")
	if err := os.Mkdir(filepath.Join(dir, "back"), 0o700); err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{"copy.db": "usher.db", "usher-data/usher.secrets": "usher.secrets"} {
		text, err := os.ReadFile(filepath.Join(dir, from))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "back", to), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	back := serve("back")
	for i, least := range before {
		if uses, err := usesOf(back, i, "false"); err != nil || uses < least {
			t.Errorf("key %d has %v uses, %v; %v were answered", i, uses, err, least)
		}
	}
}

// usesOf verifies a key and returns its uses.
func usesOf(p *process, key int, count string) (float64, error) {
	res, err := client.PostForm(p.url("/v2/licenses/verify"), url.Values{
		"product_id": {"p1"}, "license_key": {fmt.Sprintf("KEY-%d", key)}, "increment_uses_count": {count},
	})
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s: %s, %w", res.Status, body, err)
	}
	var v struct{ Uses float64 }
	err = json.Unmarshal(body, &v)
	return v.Uses, err
}
