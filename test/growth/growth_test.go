package growth

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/pgtest"
)

func size(b *testing.B) int {
	s := os.Getenv("USHER_TEST_SIZE")
	if s == "" {
		return 10_000
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1000 {
		b.Fatalf("USHER_TEST_SIZE=%s is no number from 1000 on", s)
	}
	return n
}

type store interface {
	ports.Store
	Close() error
}

func BenchmarkGrowth(b *testing.B) {
	n := size(b)
	b.Run("sqlite", func(b *testing.B) {
		data := b.TempDir()
		path := filepath.Join(data, "usher.db")
		keys := secrets(b, data)
		open := func() store {
			s, err := sqlitestore.Open(b.Context(), path, &sqlitestore.Options{Keyring: keys, Logger: quiet})
			ok(b, err)
			return s
		}
		measure(b, open, func(h *shop) {
			db, err := sql.Open("sqlite", path+"?_pragma=synchronous(OFF)&_pragma=journal_mode(WAL)&_pragma=temp_store(2)")
			ok(b, err)
			defer db.Close()
			db.SetMaxOpenConns(1)
			h.fill(b, db, sqlite, keys)
			_, err = db.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
			ok(b, err)
		}, n, program{data: data})
	})
	b.Run("postgres", func(b *testing.B) {
		data := b.TempDir()
		keys := secrets(b, data)
		url := pgtest.Own(b, pgtest.Options{Fsync: true}).URL("postgres")
		open := func() store {
			s, err := pgstore.Open(b.Context(), url, &pgstore.Options{Keyring: keys, Logger: quiet})
			ok(b, err)
			return s
		}
		measure(b, open, func(h *shop) {
			db, err := sql.Open("pgx", url)
			ok(b, err)
			defer db.Close()
			db.SetMaxOpenConns(1)
			for _, q := range []string{`SET synchronous_commit = off`, `SET session_replication_role = replica`} {
				_, err = db.Exec(q)
				ok(b, err)
			}
			h.fill(b, db, postgres, keys)
			_, err = db.Exec(`VACUUM ANALYZE`)
			ok(b, err)
			_, err = db.Exec(`CHECKPOINT`)
			ok(b, err)
		}, n, program{data: data, database: url})
	})
}

var quiet = slog.New(slog.DiscardHandler)

// secrets makes the secrets of a data folder, where the program looks for them.
func secrets(b *testing.B, data string) *keyring.Keyring {
	keys, err := keyring.Create(filepath.Join(data, "usher.secrets"))
	ok(b, err)
	return keys
}

func ok(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// measure fills a database and takes every figure.
func measure(b *testing.B, open func() store, fill func(*shop), n int, p program) {
	s := open()
	h := newShop(b, s, n)
	ok(b, s.Close())
	start := time.Now()
	fill(h)
	took := time.Since(start)
	b.Run("fill", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(took.Seconds(), "s")
	})
	s = open()
	h.reads(b, s)
	h.queue(b, s)
	h.renewals(b, s)
	ok(b, s.Close())
	p.figures(b, h)
}

// times runs fn so often, and reports the middle, the lowest and the highest time
// of one run.
func times(b *testing.B, name string, runs int, fn func(i int) error) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		for b.Loop() { // once, with -benchtime 1x
			took := make([]time.Duration, runs)
			for i := range took {
				start := time.Now()
				err := fn(i)
				took[i] = time.Since(start)
				if err != nil {
					b.Fatal(err)
				}
			}
			slices.Sort(took)
			us := func(d time.Duration) float64 { return float64(d.Microseconds()) }
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(us(took[runs/2]), "p50-µs")
			b.ReportMetric(us(took[runs*9/10]), "p90-µs")
			b.ReportMetric(us(took[0]), "least-µs")
		}
	})
}

func (h *shop) reads(b *testing.B, s ports.Store) {
	ctx, own := b.Context(), ports.Seller(h.seller.ID)
	u, err := app.New(app.Config{Store: s, Clock: func() time.Time { return h.now }})
	ok(b, err)
	dice := rand.New(rand.NewPCG(1, 2))
	any := func() int { return 1 + dice.IntN(h.size) }
	verify := func(count bool) func(int) error {
		return func(int) error {
			_, err := u.Licensing.Verify(ctx, domain.Lookup{Key: key(any()), ProductID: h.product.ID}, count)
			return err
		}
	}
	times(b, "verify", 3000, verify(false))
	times(b, "count", 1000, verify(true))
	list := func(q func() ports.PurchaseQuery) func(int) error {
		return func(int) error {
			return s.View(ctx, own, func(ctx context.Context, tx ports.Tx) error {
				all, err := tx.Purchases.List(ctx, q())
				if err == nil && len(all) == 0 {
					err = errors.New("nothing was found")
				}
				return err
			})
		}
	}
	somewhere := func() ports.Cursor {
		return ports.Cursor{At: h.sale.CreatedAt.Add(time.Duration(any()*9/10) * time.Millisecond)}
	}
	times(b, "page", 300, list(func() ports.PurchaseQuery { return ports.PurchaseQuery{After: somewhere(), Limit: 50} }))
	times(b, "search/rare", 300, list(func() ports.PurchaseQuery {
		return ports.PurchaseQuery{Terms: []string{fmt.Sprintf("buyer%08d", any()/10)}, Limit: 20}
	}))
	times(b, "search/common", 100, list(func() ports.PurchaseQuery { return ports.PurchaseQuery{Terms: []string{"buy"}, Limit: 20} }))
	times(b, "search/two", 100, list(func() ports.PurchaseQuery {
		return ports.PurchaseQuery{Terms: []string{"buy", "exam"}, After: somewhere(), Limit: 20}
	}))
	view := func(fn func(context.Context, ports.Tx) error) func(int) error {
		return func(int) error { return s.View(ctx, own, fn) }
	}
	slice := func(from *ports.Cursor) func(int) error {
		return view(func(ctx context.Context, tx ports.Tx) (err error) {
			_, *from, err = tx.Purchases.Unlicensed(ctx, h.product.ID, *from, 200)
			return err
		})
	}
	times(b, "unlicensed", 30, func(i int) error {
		from := somewhere()
		return slice(&from)(i)
	})
	times(b, "unlicensed/pass", 1, func(i int) error {
		var from ports.Cursor
		for next := slice(&from); ; {
			if err := next(i); err != nil || from == (ports.Cursor{}) {
				return err
			}
		}
	})
	times(b, "seats/tier", 3, view(func(ctx context.Context, tx ports.Tx) error {
		_, err := tx.Memberships.SeatsIn(ctx, h.tier.ID, "")
		return err
	}))
}

func (h *shop) queue(b *testing.B, s ports.Store) {
	ctx := b.Context()
	due := func(kinds ...string) func(int) error {
		return func(int) error { _, _, err := s.NextDue(ctx, kinds); return err }
	}
	times(b, "due/next", 100, due(jobKind, "mail"))
	times(b, "due/next/held", 3, due("mail", "refund"))
	// The leases are over at once, so that each claim meets the same jobs.
	claim := func(kinds ...string) func(int) error {
		return func(int) error { _, err := s.Claim(ctx, h.now, kinds, time.Microsecond, 64); return err }
	}
	times(b, "claim/held", 10, claim("mail", "refund"))
	times(b, "claim", 30, claim(jobKind, "mail"))
	times(b, "claim/nothing", 30, func(int) error {
		_, err := s.Claim(ctx, h.now.AddDate(-1, 0, 0), []string{jobKind, "mail"}, time.Microsecond, 64)
		return err
	})
	const events, atOnce = 2000, 500
	ok(b, s.Update(ctx, ports.Seller(h.seller.ID), func(ctx context.Context, tx ports.Tx) error {
		for i := range events {
			if err := tx.Events.Append(ctx, ports.Event{ID: domain.EventID(fmt.Sprint("e", i)), Subject: "s", Name: "n", Payload: "{}", At: h.now}); err != nil {
				return err
			}
		}
		return nil
	}))
	times(b, "dispatch", events/atOnce, func(int) error {
		_, err := s.Dispatch(ctx, atOnce, fixture.OnlyJobs(func(all []ports.Event) (jobs []ports.Job) {
			for _, e := range all {
				jobs = append(jobs, ports.Job{ID: domain.JobID(e.ID), Kind: "mail", Lane: string(e.SellerID), Key: string(e.ID), DueAt: h.now.AddDate(2, 0, 0)})
			}
			return jobs
		}))
		return err
	})
}

// renewFor is how long memberships are renewed.
const renewFor = 15 * time.Second

// renewals reports how many memberships are renewed in a second, with a
// processor that answers at once.
func (h *shop) renewals(b *testing.B, s ports.Store) {
	b.Run("renew", func(b *testing.B) {
		bank, err := sandbox.Open(sandbox.Options{Now: func() time.Time { return h.now }})
		ok(b, err)
		u, err := app.New(app.Config{Store: s, Clock: func() time.Time { return h.now }, Charger: bank, Logger: quiet})
		ok(b, err)
		for b.Loop() {
			ctx, cancel := context.WithTimeout(b.Context(), renewFor)
			start := time.Now()
			n, err := u.Worker.Tick(ctx)
			took := time.Since(start)
			cancel()
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				b.Fatal(err)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(n), "jobs")
			b.ReportMetric(float64(n)/took.Seconds(), "jobs/s")
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "heap-MB")
		}
	})
}
