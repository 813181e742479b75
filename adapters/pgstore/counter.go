package pgstore

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
)

// The counter's measures.
const (
	counters      = 2    // connections: while one waits for its commit the other gathers
	countsWaiting = 8192 // what may wait; more is refused at once
	mostSums      = 256  // licences in one statement
	countFor      = 5 * time.Second
)

// counterSettings keep the planner to nested loops, see chosen, and bound how
// long a row that somebody else holds keeps all others waiting. There is one
// plan then, made once: left to itself the server would plan each batch anew,
// which takes longer than to carry it out, for it thinks better of a plan for
// as many rows as there are than of one for any number.
const counterSettings = `SELECT set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false),
	set_config('plan_cache_mode', 'force_generic_plan', false),
	set_config('enable_seqscan', 'off', false), set_config('jit', 'off', false),
	set_config('lock_timeout', '2s', false), set_config('statement_timeout', '4s', false)`

// counter gathers the counts that wait and commits them together.
type counter struct {
	pool *pgxpool.Pool
	log  *slog.Logger

	mu     sync.RWMutex // keeps sends and the closing apart
	closed bool
	uses   chan *use
	ended  sync.WaitGroup
}

// startCounter makes connections as those of a pool are made, and serves.
func startCounter(ctx context.Context, like *pgxpool.Pool, log *slog.Logger) (*counter, error) {
	pool, err := beside(ctx, like, counters, counterSettings)
	if err != nil {
		return nil, err
	}
	k := &counter{pool: pool, log: log, uses: make(chan *use, countsWaiting)}
	for range counters {
		k.ended.Go(k.serve)
	}
	return k, nil
}

// close refuses new counts, waits until what waits is counted, and gives the
// connections back.
func (k *counter) close() {
	k.mu.Lock()
	if !k.closed {
		k.closed = true
		close(k.uses)
	}
	k.mu.Unlock()
	k.ended.Wait()
	k.pool.Close()
}

// add counts, and answers once the count is durable. What no store keeps would
// fail everybody who shares the statement.
func (k *counter) add(ctx context.Context, seen domain.Seen, n int) (int64, error) {
	if !domain.Storable(string(seen.LicenseID)) || !domain.Storable(string(seen.ProductID)) {
		return 0, domain.ErrMoved
	}
	u := &use{ctx: ctx, seen: seen, n: n, done: make(chan struct{})}
	if err := k.put(u); err != nil {
		return 0, err
	}
	select {
	case <-u.done:
		if u.err != nil {
			return 0, u.err
		}
		return u.uses, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (k *counter) put(u *use) error {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.closed {
		return domain.ErrUnavailable.Because(errClosed)
	}
	select {
	case k.uses <- u:
		return nil
	default:
		return domain.ErrUnavailable.Because(errFull)
	}
}

// serve takes what waits, batch by batch.
func (k *counter) serve() {
	for first := range k.uses {
		batch := []*use{first}
		for len(batch) < mostSums {
			next := k.poll()
			if next == nil {
				break
			}
			batch = append(batch, next)
		}
		k.run(batch)
		for _, u := range batch {
			close(u.done)
		}
	}
}

// poll takes what waits, if something does; it is nil if not.
func (k *counter) poll() *use {
	select {
	case u := <-k.uses: // nil if it is closed and empty
		return u
	default:
		return nil
	}
}

// run counts a batch: the sums by one statement, those that only ask by another,
// and the rest one by one. Each commits by itself and fails alone.
func (k *counter) run(batch []*use) {
	all, alone := sums(batch)
	var counted, asked []*sum
	for _, s := range all {
		if s.n > 0 {
			counted = append(counted, s)
		} else {
			asked = append(asked, s)
		}
	}
	for q, some := range map[string][]*sum{countAll: counted, readAll: asked} {
		err := k.on(func(ctx context.Context, conn *pgx.Conn) error { return tally(ctx, conn, q, some) }, len(some))
		if err != nil {
			for _, s := range some {
				s.answer(0, err)
			}
		}
	}
	for _, u := range alone {
		u.err = k.on(func(ctx context.Context, conn *pgx.Conn) (err error) {
			l := &loan{conn: conn, own: ctx}
			u.uses, err = sqlrepo.Count(ctx, l, u.seen, u.n)
			if lost := l.end(); lost != nil {
				return lost
			}
			return err
		}, 1)
	}
}

// on runs fn on a connection, and again if it was lost to a deadlock: nothing
// was kept then. After a connection was lost nobody knows, and nothing is run
// again.
func (k *counter) on(fn func(context.Context, *pgx.Conn) error, n int) error {
	if n == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), countFor)
	defer cancel()
	conn, err := k.pool.Acquire(ctx)
	if err != nil {
		return domain.ErrUnavailable.Because(err)
	}
	defer conn.Release()
	for {
		err := fn(ctx, conn.Conn())
		switch {
		case err == nil:
			return nil
		case code(err) == deadlockDetected && ctx.Err() == nil:
			k.log.Warn("counts met in a deadlock and are run again", "counts", n)
			continue
		case conn.Conn().IsClosed(): // also if the server had a last word: it may have come after the commit
			return unknown(err)
		}
		return classify(err, false)
	}
}
