package growth

import (
	"bufio"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// program is the program itself, on a data folder or a database.
type program struct{ data, database string }

// verifies is how many keys are verified before the memory is looked at.
const (
	verifies = 100_000
	clients  = 16
)

// figures reports how long the server takes to be ready, and its memory after
// many keys were verified, each drawn by chance.
func (p program) figures(b *testing.B, h *shop) {
	bin := filepath.Join(b.TempDir(), "usher")
	if out, err := exec.Command("go", "build", "-o", bin, "github.com/usherhq/usher/cmd/usher").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	serve := func(b *testing.B) (at string, pid int, stop func()) {
		cmd := exec.Command(bin, "serve", "--listen", "127.0.0.1:0", "--payments", "none", "--data", p.data, "--json", "--log-level", "error")
		if p.database != "" {
			cmd.Args = append(cmd.Args, "--database", p.database)
		}
		out, err := cmd.StdoutPipe()
		ok(b, err)
		ok(b, cmd.Start())
		stop = sync.OnceFunc(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
		b.Cleanup(stop)
		line, err := bufio.NewReader(out).ReadBytes('\n')
		ok(b, err)
		var ready struct{ URL string }
		ok(b, json.Unmarshal(line, &ready))
		return ready.URL, cmd.Process.Pid, stop
	}
	times(b, "start", 5, func(int) error {
		at, _, stop := serve(b)
		defer stop()
		res, err := http.Get(at + "/readyz")
		if err == nil {
			err = res.Body.Close()
		}
		return err
	})
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
			at, pid, stop := serve(b)
			defer stop()
			before := resident(b, pid)
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
			start := time.Now()
			var wg sync.WaitGroup
			for seed := range uint64(clients) {
				dice := rand.New(rand.NewPCG(3, seed))
				wg.Go(func() {
					for range verifies / clients {
						form := url.Values{"product_id": {string(h.product.ID)}, "license_key": {string(key(1 + dice.IntN(h.size)))}, "increment_uses_count": {"false"}}
						res, err := client.PostForm(at+"/v2/licenses/verify", form)
						if err != nil {
							b.Error(err)
							return
						}
						_, _ = io.Copy(io.Discard, res.Body)
						res.Body.Close()
						if res.StatusCode != http.StatusOK {
							b.Errorf("a key is answered with %d", res.StatusCode)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(before, "before-MB")
			b.ReportMetric(resident(b, pid), "after-MB")
			b.ReportMetric(verifies/time.Since(start).Seconds(), "verifies/s")
		}
	})
}

// resident is how much memory a process has, in MB; 0 where that is not known.
func resident(b *testing.B, pid int) float64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	ok(b, err)
	return kb / 1024
}
