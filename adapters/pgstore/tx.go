package pgstore

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/usherhq/usher/domain"
)

// settings hold for one transaction, whoever made the connection. A lock that is
// waited for, a statement that does not end and a client that has frozen must
// not stop everybody else. Reading whole small tables would make transactions
// that have nothing in common conflict; what cannot do without is not to be
// compiled for it.
const settings = `SELECT set_config('lock_timeout', '2s', true), set_config('statement_timeout', '15s', true),
	set_config('idle_in_transaction_session_timeout', '10s', true), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)`

// How transactions begin, in one message. The last columns of those that write
// are when they began and their number, by which it can be asked what became of
// them.
const (
	serializable  = `BEGIN ISOLATION LEVEL SERIALIZABLE; ` + settings + numbered
	readCommitted = `BEGIN ISOLATION LEVEL READ COMMITTED; ` + settings + numbered
	snapshot      = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ` + settings

	numbered = `, extract(epoch FROM now())::text, pg_current_xact_id()`
)

const (
	commitFor   = 15 * time.Second // how long COMMIT may take
	rollbackFor = 2 * time.Second
)

// tx is a transaction on a connection of the pool.
type tx struct {
	s      *Store
	conn   *pgxpool.Conn
	number string // of the transaction; empty for one that reads
	begun  string // by the server's clock, in seconds
}

// begin takes a connection and begins a transaction on it, which must be ended.
func (s *Store) begin(ctx context.Context, how string) (*tx, error) {
	conn, err := s.acquire(ctx)
	if err != nil {
		return nil, err
	}
	t := &tx{s: s, conn: conn}
	results, err := conn.Conn().PgConn().Exec(ctx, how).ReadAll()
	if err != nil {
		t.rollback()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, domain.ErrUnavailable.Because(err)
	}
	if row := results[len(results)-1].Rows[0]; how != snapshot {
		t.begun, t.number = string(row[len(row)-2]), string(row[len(row)-1])
	}
	return t, nil
}

func (t *tx) loan(own context.Context, reads bool) *loan {
	return &loan{conn: t.conn.Conn(), own: own, reads: reads}
}

// rollback ends the transaction and gives the connection back. One that is still
// in a transaction then is dropped by the pool.
func (t *tx) rollback() {
	ctx, cancel := context.WithTimeout(context.Background(), rollbackFor)
	defer cancel()
	if !t.conn.Conn().IsClosed() {
		_, _ = t.conn.Exec(ctx, "ROLLBACK")
	}
	t.conn.Release()
}

var (
	errAborted = errors.New("the connection broke at the commit, which was not kept")
	errUnknown = errors.New("the connection broke at the commit")
)

// commit makes all of it durable, or none. No caller's context ends it: whoever
// has come so far learns what became of his writes.
func (t *tx) commit() error {
	ctx, cancel := context.WithTimeout(context.Background(), commitFor)
	defer cancel()
	tag, err := t.conn.Exec(ctx, "COMMIT")
	broken := t.conn.Conn().IsClosed()
	t.conn.Release()
	switch e, server := errors.AsType[*pgconn.PgError](err); {
	case err == nil && tag.String() == "COMMIT":
		return nil
	case err == nil: // it was lost before
		return domain.ErrUnavailable.Because(errors.New("the server rolled it back"))
	case server && !broken && e.Severity == "ERROR":
		return err
	}
	return t.fate(err)
}

// fateFor is how long it is asked what became of a transaction.
var fateFor = 5 * time.Second

// fated asks what became of a transaction, and whether the server has crashed
// since it began. One that lost it in a crash gives its number to another. A
// crash that the server survives is seen only by its statistics, which it throws
// away then.
const fated = `SELECT pg_xact_status($1::text::xid8),
	greatest(pg_postmaster_start_time(), (SELECT stats_reset FROM pg_stat_bgwriter)) > to_timestamp($2::text::float8)`

// fate asks on another connection what became of a transaction whose commit had
// no answer: nil if it was kept, errAborted if it was not. Where nobody knows,
// nothing is run again, and the sentence does not claim that nothing was done.
func (t *tx) fate(cause error) error {
	ctx, cancel := context.WithTimeout(context.Background(), fateFor)
	defer cancel()
	for {
		var status *string // NULL: it is too long ago
		var crashed bool
		err := t.s.pool.QueryRow(ctx, fated, t.number, t.begun).Scan(&status, &crashed)
		switch {
		case code(err) == invalidParameter: // a number that was never given out: the server has lost it with all it wrote
			return errAborted
		case err == nil && status != nil && *status == "committed" && !crashed:
			return nil
		case err == nil && status != nil && *status == "aborted":
			return errAborted
		case err == nil && (status == nil || *status == "committed"):
			return unknown(cause)
		}
		select { // the server is away, or still at it
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return unknown(cause)
		}
	}
}

func unknown(cause error) error {
	e := *domain.ErrUnavailable
	e.Msg = "nobody knows yet whether it was done; look before you try again"
	e.Err = errors.Join(errUnknown, cause)
	return &e
}
