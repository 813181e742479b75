package e2e

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/usherhq/usher/test/luck"
)

const clients = 50

// tally is what the clients of one key were told, over all lives of the server.
type tally struct {
	mu         sync.Mutex
	times      map[int64]int // how often each number was answered
	most       int64
	unanswered int64 // requests that may have counted or not
}

func (y *tally) answered(n int64) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.times[n]++
	y.most = max(y.most, n)
}

func (y *tally) lost() {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.unanswered++
}

// TestKill kills the server while 50 clients count uses of three keys. Whatever
// was answered holds: no number is lost, none is given twice, a key that was
// disabled is disabled, and the file is whole.
func TestKill(t *testing.T) { onEach(t, kill) }

func kill(t *testing.T, at place) {
	f := newShop(t, at)
	product := f.product("Inkwell", "--licensed")
	keys, tallies := make([]license, 3), make([]*tally, 3)
	for i := range keys {
		keys[i], tallies[i] = f.sale(product), &tally{times: map[int64]int{}}
	}
	switched := f.sale(product) // disabled and enabled in turn
	disabled := false
	s := f.serve()
	for run := range luck.Runs(t, 20) {
		// In every second run the switch is answered before the kill can come.
		s.load(keys, tallies, rand.Int64N(400)+1, run%2 == 0, func(ctx context.Context) bool {
			action := "disable"
			if disabled {
				action = "enable"
			}
			status, _, err := s.call(ctx, http.MethodPut, action, switched)
			if err == nil && status == http.StatusOK {
				disabled = !disabled
				return true
			}
			return false
		}, func(told bool) {
			s = f.serve()
			status, got := s.verify(switched, false)
			if is := status == http.StatusNotFound; told && is != disabled {
				t.Errorf("run %d: after the kill the key is disabled: %t, but %t was answered before", run, is, disabled)
			} else {
				disabled = is // nobody was told: it may be either
			}
			if status != http.StatusOK && got.text("message") != "This license key has been disabled." {
				t.Errorf("run %d: the switched key answers %d %v", run, status, got)
			}
		})
		for i, key := range keys {
			tallies[i].check(t, run, s.uses(key))
		}
		wantWhole(t, at)
		if t.Failed() {
			return
		}
	}
	s.stop()
	wantWhole(t, at)
	for i, y := range tallies {
		t.Logf("key %d: %d numbers answered, %d requests cut off", i, len(y.times), y.unanswered)
	}
}

// load lets the clients count, each on keys in turn, until the server is killed
// after so many answers, while do changes something. If first is set, the kill
// waits until that is answered. Then it calls after, with what do returned.
func (s *server) load(keys []license, tallies []*tally, answers int64, first bool, do func(context.Context) bool, after func(bool)) {
	s.Helper()
	ctx := s.Context()
	var answered atomic.Int64
	var armed, told atomic.Bool
	armed.Store(!first)
	var done sync.WaitGroup
	done.Go(func() {
		told.Store(do(ctx))
		armed.Store(true)
	})
	for c := range clients {
		done.Go(func() {
			for n := c; ; n++ {
				y := tallies[n%len(keys)]
				status, got, err := s.call(ctx, http.MethodPost, "verify", keys[n%len(keys)])
				if err != nil {
					y.lost()
					return
				}
				// At once: whatever the server has answered must hold by now.
				if answered.Add(1) >= answers && armed.Load() {
					_ = s.cmd.Process.Kill() // the first of several does it
				}
				uses, ok := got["uses"].(float64)
				if status != http.StatusOK || !ok {
					s.Errorf("verify answers %d %v", status, got)
					return
				}
				y.answered(int64(uses))
			}
		})
	}
	done.Wait()
	if answered.Load() < answers {
		s.Errorf("the server ended by itself, after %d answers\n%s", answered.Load(), s.stderr)
	}
	s.kill()
	after(told.Load())
}

// check compares what was answered with what is stored after a kill.
func (y *tally) check(t *testing.T, run int, stored int64) {
	t.Helper()
	for n, times := range y.times {
		if times > 1 {
			t.Errorf("run %d: the number %d was answered %d times", run, n, times)
		}
	}
	if stored < y.most {
		t.Errorf("run %d: %d uses are stored, but %d was answered", run, stored, y.most)
	}
	if most := int64(len(y.times)) + y.unanswered; stored > most {
		t.Errorf("run %d: %d uses are stored, but only %d were asked for", run, stored, most)
	}
}

// wantWhole asks SQLite whether the file is whole. The files of PostgreSQL are
// those of a server that nobody has killed.
func wantWhole(t *testing.T, at place) {
	t.Helper()
	if at.Database != "" {
		return
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(at.Folder, "usher.db")+"?_pragma=busy_timeout(10000)&_pragma=query_only(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, pragma := range []string{"integrity_check", "foreign_key_check"} {
		rows, err := db.QueryContext(t.Context(), "PRAGMA "+pragma)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var said, more, id, parent any
			columns, _ := rows.Columns()
			if err := rows.Scan([]any{&said, &more, &id, &parent}[:len(columns)]...); err != nil {
				t.Fatal(err)
			}
			if said != "ok" {
				t.Errorf("PRAGMA %s says %v %v %v %v", pragma, said, more, id, parent)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		rows.Close()
	}
}
