package pgstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/usherhq/usher/domain"
)

const (
	defaultConns = 16
	connectFor   = 3 * time.Second // how long a connection may take to be made
	acquireFor   = 5 * time.Second // how long a call waits for a connection
)

// connSettings are for what runs outside of transactions: a plan that was made
// while the tables were small must not read them from end to end when they are
// large.
const connSettings = `SELECT set_config('enable_seqscan', 'off', false), set_config('jit', 'off', false)`

// dial makes a pool for an address. It connects once, so that a wrong address is
// said at once.
func dial(ctx context.Context, url string, conns int) (*pgxpool.Pool, error) {
	plain, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, unparsable(err)
	}
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, unparsable(err)
	}
	switch _, said := plain.RuntimeParams["pool_max_conns"]; {
	case conns > 0:
		c.MaxConns = int32(conns)
	case !said:
		c.MaxConns = defaultConns
	}
	hasten(c)
	c.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, connSettings)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		e := *domain.ErrUnavailable
		e.Msg = fmt.Sprintf("the database at %s cannot be reached", place(&c.ConnConfig.Config))
		return nil, e.Because(err)
	}
	return pool, nil
}

// beside makes a pool of n connections beside another, which are made as those
// are, and then set up.
func beside(ctx context.Context, like *pgxpool.Pool, n int32, settings string) (*pgxpool.Pool, error) {
	c := like.Config()
	c.MaxConns, c.MinConns, c.MinIdleConns = n, 0, 0
	hasten(c)
	before := c.AfterConnect
	c.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if before != nil {
			if err := before(ctx, conn); err != nil {
				return err
			}
		}
		_, err := conn.Exec(ctx, settings)
		return err
	}
	return pgxpool.NewWithConfig(ctx, c)
}

// hasten bounds how long a connection may take to be made, if nothing else does.
func hasten(c *pgxpool.Config) {
	if c.ConnConfig.ConnectTimeout == 0 || c.ConnConfig.ConnectTimeout > time.Minute { // pgx has two minutes if it is told nothing
		c.ConnConfig.ConnectTimeout = connectFor
	}
}

// place is a database's address without its password.
func place(c *pgconn.Config) string {
	return fmt.Sprintf("%s:%d/%s", c.Host, c.Port, c.Database)
}

// unparsable says what is wrong with an address, and not the address: a password
// may stand in it.
func unparsable(err error) error {
	if e, ok := errors.AsType[*pgconn.ParseConfigError](err); ok && e.Unwrap() != nil {
		err = e.Unwrap()
	}
	return fmt.Errorf("the address of the database must be such as postgres://user:password@host:5432/name: %w", err)
}

// acquire takes a connection of the pool, which must be released.
func (s *Store) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	wait, cancel := context.WithTimeoutCause(ctx, acquireFor, errFull)
	defer cancel()
	c, err := s.pool.Acquire(wait)
	switch {
	case err == nil:
		return c, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case wait.Err() != nil:
		err = errors.Join(errFull, err)
	}
	return nil, domain.ErrUnavailable.Because(err)
}
