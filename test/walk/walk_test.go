package walk

import (
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/luck"
)

// step is something that somebody does.
type step struct {
	name   string
	weight int
	do     func(*world) bool // false: there is nothing to do it to
}

var steps = []step{
	{"buy", 16, (*world).buys},
	{"give", 3, (*world).gives},
	{"cancel", 3, (*world).cancels},
	{"uncancel", 2, (*world).uncancels},
	{"restart", 4, (*world).restarts},
	{"card runs dry", 1, (*world).runsDry},
	{"refund", 2, (*world).refunds},
	{"dispute", 2, (*world).disputes},
	{"attach", 4, (*world).attaches},
	{"detach", 2, (*world).detaches},
	{"reattach", 2, (*world).reattaches},
	{"connect", 2, (*world).connects},
	{"disconnect", 1, (*world).disconnects},
	{"seller looks", 2, (*world).sellerLooks},
	{"seller spoils", 2, (*world).sellerSpoils},
	{"seller mends", 1, (*world).sellerMends},
	{"join", 20, (*world).joins},
	{"switch account", 4, (*world).switches},
	{"leave", 2, (*world).leaves},
	{"is there by hand", 2, (*world).isThere},
	{"goes by hand", 2, (*world).goesByHand},
	{"readdress", 2, (*world).readdresses},
	{"block", 2, (*world).blocks},
	{"erase", 1, (*world).erases},
	{"seats", 3, (*world).seats},
	{"change", 3, (*world).changes},
	{"stand still", 2, (*world).naps},
	{"wake", 2, (*world).wakes},
	{"circle fails", 3, (*world).circleFails},
	{"discord fails", 3, (*world).discordFails},
	{"die", 3, (*world).dies},
	{"days go by", 4, (*world).days},
}

func (w *world) days() bool {
	w.moveTo(w.business().Add(time.Duration(1+w.upTo("days", 40)) * 24 * time.Hour))
	return true
}

// goes walks.
func (w *world) goes(n int) {
	var names []int
	for i, s := range steps {
		for range s.weight {
			names = append(names, i)
		}
	}
	for range w.upTo("bystanders", 3) {
		w.isThere()
	}
	w.connectCircle([]string{"v2", "v1"}[w.upTo("dialect", 1)])
	w.connectDiscord(guilds[0])
	for range 1 + w.upTo("attachments", 3) {
		w.attaches()
	}
	for range n {
		w.moveTo(w.business().Add(time.Duration(1+w.upTo("minutes", 30)) * time.Minute))
		w.closes()
		s := steps[names[w.upTo("step", len(names)-1)]]
		if s.do(w) {
			w.seen.did(s.name)
		}
		w.work()
		w.closes()
		w.fine()
	}
	w.mend()
}

// tally counts what happened.
type tally struct {
	mu sync.Mutex
	n  map[string]int
}

func (t *tally) did(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n[what]++
}

// report says how often everything happened; what never did fails a long run.
func (t *tally) report(tb *testing.T, long bool) {
	tb.Helper()
	want := []string{"crash", "late answer"}
	for _, s := range steps {
		want = append(want, s.name)
	}
	want = append(want, spoils...)
	for _, f := range circleFaults {
		want = append(want, f.name)
	}
	for _, f := range discordFaults {
		want = append(want, "discord "+string(f))
	}
	for _, name := range want {
		if t.n[name] == 0 && long {
			tb.Errorf("%q never happened", name)
		}
	}
	for _, name := range sorted(t.n) {
		tb.Logf("%6d %s", t.n[name], name)
	}
}

// walks goes n walks on stores of that kind.
func walks(t *testing.T, n int, long bool, store func(*world) ports.Store) {
	luck.Fixed(t, n)
	seen := &tally{n: map[string]int{}}
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(r, t.Context(), seen, store)
		defer w.close()
		w.goes(5 + w.upTo("more steps", 30))
	})
	seen.report(t, long)
}

// Whatever people, sellers, communities, services and processes do, nobody is
// let in or taken out against what was bought, and in the end everybody is where
// they should be.
func TestWalk_memory(t *testing.T) {
	n := luck.Runs(t, 200)
	walks(t, n, n >= 300, func(w *world) ports.Store { return memstore.New(&memstore.Options{Now: w.machine}) })
}

// The same on SQLite, a twentieth as often.
func TestWalk_sqlite(t *testing.T) {
	n := max(1, luck.Runs(t, 40)/20)
	made := t.TempDir()
	open := func(dir string, now func() time.Time) *sqlitestore.Store {
		store, err := sqlitestore.Open(t.Context(), filepath.Join(dir, "usher.db"), &sqlitestore.Options{Now: now, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
	end := func(store *sqlitestore.Store) {
		if err := store.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	}
	end(open(made, time.Now))
	copies := 0
	walks(t, n, false, func(w *world) ports.Store { // making one takes longer than copying it
		copies++
		dir := filepath.Join(t.TempDir(), strconv.Itoa(copies))
		if err := os.CopyFS(dir, os.DirFS(made)); err != nil {
			t.Fatal(err)
		}
		store := open(dir, w.machine)
		w.closed = func() { end(store) }
		return store
	})
}
