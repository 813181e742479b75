package pgstore

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/pgtest"
	"github.com/usherhq/usher/test/storetest"
)

// hosted is a store whose every call is in a host's own transaction, which is
// committed whatever usher says: READ COMMITTED, or for a View what has a
// snapshot.
type hosted struct{ *Store }

func (h hosted) in(ctx context.Context, as pgx.TxIsoLevel, do func(ports.Store) error) error {
	for {
		err := h.once(context.WithoutCancel(ctx), as, do)
		if lost := code(err); lost != serializationFailure && lost != deadlockDetected {
			return err
		}
	}
}

func (h hosted) once(ctx context.Context, as pgx.TxIsoLevel, do func(ports.Store) error) error {
	tx, err := h.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: as})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }() // after a panic
	refused := do(h.Within(tx))
	if tx.Conn().IsClosed() { // by a context that ended in a statement
		return refused
	}
	if _, err := tx.Exec(ctx, `SELECT 1`); err != nil {
		return errors.Join(refused, errors.New("the host's transaction is dead"), err)
	}
	return errors.Join(refused, tx.Commit(ctx))
}

func (h hosted) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	return h.in(ctx, pgx.ReadCommitted, func(s ports.Store) error { return s.Update(ctx, who, fn) })
}

func (h hosted) View(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	return h.in(ctx, pgx.RepeatableRead, func(s ports.Store) error { return s.View(ctx, who, fn) })
}

func (h hosted) Facts(ctx context.Context, what domain.Lookup) (all []domain.Facts, err error) {
	err = h.in(ctx, pgx.ReadCommitted, func(s ports.Store) error { all, err = s.Facts(ctx, what); return err })
	return all, err
}

func (h hosted) Count(ctx context.Context, seen domain.Seen, n int) (uses int64, err error) {
	err = h.in(ctx, pgx.ReadCommitted, func(s ports.Store) error { uses, err = s.Count(ctx, seen, n); return err })
	return uses, err
}

func openHosted(t *testing.T, now func() time.Time) ports.Store {
	return hosted{at(t, empty(t), Options{Now: now})}
}

func TestWithin(t *testing.T)            { storetest.RunState(t, openHosted) }
func TestWithin_concurrent(t *testing.T) { storetest.RunConcurrent(t, openHosted) }

// host has usher beside tables of its own, in a pool of its own.
func host(t *testing.T) (*pgxpool.Pool, *Store, []domain.Product) {
	t.Helper()
	url := empty(t)
	s, products := shop(t, url, Options{})
	pool, err := pgxpool.New(t.Context(), url)
	must(t, err)
	t.Cleanup(pool.Close)
	_, err = pool.Exec(t.Context(), `CREATE SCHEMA host; CREATE TABLE host.orders (n int PRIMARY KEY); CREATE TABLE host.licenses (mine int);
		CREATE TABLE host.usher_products (mine int); CREATE FUNCTION host.clock_timestamp() RETURNS int LANGUAGE sql AS 'SELECT 0'`)
	must(t, err)
	return pool, s, products
}

func orders(t *testing.T, pool *pgxpool.Pool) (n int) {
	t.Helper()
	must(t, pool.QueryRow(t.Context(), `SELECT count(*) FROM host.orders`).Scan(&n))
	return n
}

// What the host does with its transaction it does with usher's writes, and what
// usher refuses leaves the transaction alive.
func TestWithin_isTheHostsTransaction(t *testing.T) {
	pool, s, products := host(t)
	who, p := ports.Seller(ana.ID), products[0]
	refused := errors.New("refused")
	for i, c := range []struct {
		what       string
		usher, end error
		price      int64 // raised by
		orders     int
	}{
		{"both are kept", nil, nil, 1, 1},
		{"the host rolls back", nil, refused, 0, 0},
		{"usher refuses", refused, nil, 0, 1},
	} {
		price, before := priceOf(t, s, p.ID), orders(t, pool)
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO host.orders VALUES ($1)`, 2*i)
			must(t, err)
			err = s.Within(tx).Update(t.Context(), who, func(ctx context.Context, u ports.Tx) error {
				must(t, raise(p.ID)(ctx, u))
				return c.usher
			})
			if !errors.Is(err, c.usher) {
				t.Errorf("%s: usher says %v, want %v", c.what, err, c.usher)
			}
			if got := priceOf(t, s, p.ID); got != price {
				t.Errorf("%s: before it ends others see the price %d, want %d", c.what, got, price)
			}
			return c.end
		})
		if !errors.Is(err, c.end) {
			t.Errorf("%s: it ended with %v, want %v", c.what, err, c.end)
		}
		if got := priceOf(t, s, p.ID) - price; got != c.price {
			t.Errorf("%s: the price rose by %d, want %d", c.what, got, c.price)
		}
		if got := orders(t, pool) - before; got != c.orders {
			t.Errorf("%s: %d orders are kept, want %d", c.what, got, c.orders)
		}
	}
}

// Two hundred at once in READ COMMITTED, and the store's own closures beside
// them, lose nothing.
func TestWithin_losesNothing(t *testing.T) {
	pool, s, products := host(t)
	who := ports.Seller(ana.ID)
	var all sync.WaitGroup
	for i := range 220 {
		all.Go(func() {
			var err error
			if i%11 == 0 {
				err = s.Update(context.Background(), who, raise(products[0].ID))
			} else {
				err = pgx.BeginFunc(context.Background(), pool, func(tx pgx.Tx) error {
					return s.Within(tx).Update(context.Background(), who, raise(products[0].ID))
				})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := priceOf(t, s, products[0].ID); got != 220 {
		t.Errorf("the price is %d, want 220", got)
	}
}

// Usher finds its own tables and functions whatever the host looks through, and
// leaves that as it was.
func TestWithin_hostileSearchPath(t *testing.T) {
	pool, s, products := host(t)
	who := ports.Seller(ana.ID)
	for _, path := range []string{`host`, `host, public`, `host, pg_catalog`, `"$user", host`, ``, `"no such schema"`} {
		for _, local := range []bool{false, true} {
			was := priceOf(t, s, products[0].ID)
			must(t, pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
				_, err := tx.Exec(t.Context(), `SELECT set_config('search_path', $1, $2)`, path, local)
				must(t, err)
				_, err = tx.Exec(t.Context(), `CREATE TEMP TABLE usher_sellers (mine int) ON COMMIT DROP`)
				must(t, err)
				w := s.Within(tx)
				must(t, w.Update(t.Context(), who, raise(products[0].ID)))
				refused := w.Update(t.Context(), who, func(ctx context.Context, tx ports.Tx) error { return tx.Products.Insert(ctx, products[0]) })
				if !errors.Is(refused, domain.ErrExists) {
					t.Errorf("%q: got %v, want %v", path, refused, domain.ErrExists)
				}
				must(t, w.View(t.Context(), who, func(ctx context.Context, tx ports.Tx) error { _, err := tx.Sellers.ByID(ctx, ana.ID); return err }))
				var is string
				must(t, tx.QueryRow(t.Context(), `SELECT pg_catalog.current_setting('search_path')`).Scan(&is))
				if is != path {
					t.Errorf("it left the search path %q, not %q", is, path)
				}
				return nil
			}))
			if got := priceOf(t, s, products[0].ID); got != was+1 {
				t.Errorf("%q: the price rose by %d, want 1", path, got-was)
			}
		}
	}
}

// What reaches beyond the transaction is refused, and harms nothing.
func TestWithin_refusesTheQueue(t *testing.T) {
	pool, s, _ := host(t)
	ctx := t.Context()
	must(t, pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		w := s.Within(tx)
		_, claimed := w.Claim(ctx, fixture.T0, []string{"k"}, time.Minute, 1)
		_, dispatched := w.Dispatch(ctx, 1, fixture.OnlyJobs(jobOf))
		_, _, leased := w.Lease(ctx, "l", 0, time.Minute)
		_, _, due := w.NextDue(ctx, []string{"k"})
		_, dead := w.Dead(ctx, "", 1)
		for what, err := range map[string]error{
			"Claim": claimed, "Dispatch": dispatched, "Lease": leased, "NextDue": due, "Dead": dead,
			"Enqueue": w.Enqueue(ctx, work), "Finish": w.Finish(ctx, ports.Done{}), "Revive": w.Revive(ctx, "", "1", fixture.T0),
			"MoveTestClock": w.MoveTestClock(ctx, fixture.T0),
		} {
			if !errors.Is(err, domain.ErrEffectsWithin) {
				t.Errorf("%s: got %v", what, err)
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO host.orders VALUES (1)`)
		return err
	}))
	if got := orders(t, pool); got != 1 {
		t.Errorf("%d orders", got)
	}
}

// A serializable host hears of a conflict as PostgreSQL said it, and runs again.
func TestWithin_ofASerializableHost(t *testing.T) {
	pool, s, products := host(t)
	who, runs := ports.Seller(ana.ID), 0
	for again := true; again; runs++ {
		err := pgx.BeginTxFunc(t.Context(), pool, pgx.TxOptions{IsoLevel: pgx.Serializable}, func(tx pgx.Tx) error {
			n := 0
			must(t, tx.QueryRow(t.Context(), `SELECT count(*) FROM host.orders`).Scan(&n)) // the snapshot is taken
			if runs == 0 {
				must(t, s.Update(t.Context(), who, raise(products[0].ID)))
			}
			return s.Within(tx).Update(t.Context(), who, raise(products[0].ID))
		})
		if again = code(err) == serializationFailure; again {
			if !errors.Is(err, domain.ErrUnavailable) {
				t.Errorf("got %v", err)
			}
			continue
		}
		must(t, err)
	}
	if got := priceOf(t, s, products[0].ID); got != 2 || runs != 2 {
		t.Errorf("the price is %d after %d runs, want 2 after 2", got, runs)
	}
}

// A transaction that is over is not written to: its connection may be somebody
// else's by then.
func TestWithin_afterTheEnd(t *testing.T) {
	pool, s, products := host(t)
	tx, err := pool.Begin(t.Context())
	must(t, err)
	w := s.Within(tx)
	must(t, tx.Commit(t.Context()))
	err = w.Update(t.Context(), ports.Seller(ana.ID), raise(products[0].ID))
	if !errors.Is(err, pgx.ErrTxClosed) {
		t.Errorf("got %v, want %v", err, pgx.ErrTxClosed)
	}
	if got := priceOf(t, s, products[0].ID); got != 0 {
		t.Errorf("the price is %d", got)
	}
}

// A transaction in a database with a test clock shows where that stands.
func TestWithin_testClock(t *testing.T) {
	url := pgtest.URL(t)
	s := at(t, url, Options{TestClock: fixture.T0})
	must(t, pgx.BeginFunc(t.Context(), s.pool, func(tx pgx.Tx) error {
		got, ok, err := s.Within(tx).TestClock(t.Context())
		if !ok || err != nil || !got.Equal(fixture.T0) {
			t.Errorf("it stands at %s, %t, %v", got, ok, err)
		}
		return nil
	}))
}
