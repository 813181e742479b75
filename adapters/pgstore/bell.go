package pgstore

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/usherhq/usher/ports"
)

// The bell's measures.
const (
	bells   = 2                     // connections: one rings, one listens
	ringGap = 50 * time.Millisecond // from one ring to the next
	ringFor = 2 * time.Second       // how long one may take
)

// listenAgain is how long it takes until a connection that broke is replaced.
var listenAgain = time.Second

// A notification of no transaction's: one inside would have every commit wait
// for the others'.
const (
	notify = `NOTIFY usher_work`
	listen = `LISTEN usher_work`
)

// bell tells other processes of work that was committed. Whatever was committed
// between two rings is told by the second.
type bell struct {
	pool *pgxpool.Pool
	log  *slog.Logger
	rest func() <-chan time.Time // from one ring to the next

	work  chan struct{} // holds one if a ring is due
	end   chan struct{} // closed when no more work comes
	rung  chan struct{} // closed when all was told
	alive context.Context
	deaf  context.CancelFunc // ends those who listen
	heard sync.WaitGroup     // of those
}

func startBell(ctx context.Context, like *pgxpool.Pool, log *slog.Logger) (*bell, error) {
	pool, err := beside(ctx, like, bells, "")
	if err != nil {
		return nil, err
	}
	b := &bell{pool: pool, log: log, rest: func() <-chan time.Time { return time.After(ringGap) }}
	b.work, b.end, b.rung = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	b.alive, b.deaf = context.WithCancel(context.Background())
	go b.serve()
	return b, nil
}

// told says that work was committed. It does not wait.
func (b *bell) told() {
	select {
	case b.work <- struct{}{}:
	default:
	}
}

// serve rings when work was committed, and rests.
func (b *bell) serve() {
	defer close(b.rung)
	for {
		select {
		case <-b.work:
		case <-b.end:
			select {
			case <-b.work:
				b.ring()
			default:
			}
			return
		}
		b.ring()
		select {
		case <-b.rest():
		case <-b.end:
		}
	}
}

// ring tells the others. Where it fails they find out by looking.
func (b *bell) ring() {
	ctx, cancel := context.WithTimeout(context.Background(), ringFor)
	defer cancel()
	if _, err := b.pool.Exec(ctx, notify); err != nil {
		b.log.Warn("other processes were not told of work: they find it by looking", "error", err)
	}
}

// close tells what was not told yet, and gives the connections back. Nobody
// commits any more.
func (b *bell) close() {
	b.deaf()
	b.heard.Wait()
	close(b.end)
	<-b.rung
	b.pool.Close()
}

var _ ports.Waker = (*Store)(nil)

// Wakes tells of work that any process has committed; see [ports.Waker]. A
// connection of its own listens; one that breaks is replaced after a second.
func (s *Store) Wakes(ctx context.Context) <-chan struct{} {
	wakes := make(chan struct{}, 1)
	if s.gate.enter() != nil { // closed: nothing wakes any more
		return wakes
	}
	defer s.gate.leave()
	s.bell.heard.Go(func() { s.bell.listen(ctx, wakes) })
	return wakes
}

func (b *bell) listen(ctx context.Context, wakes chan<- struct{}) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(b.alive, cancel)()
	for ctx.Err() == nil {
		err := b.hear(ctx, wakes)
		if ctx.Err() != nil {
			return
		}
		b.log.Warn("the connection that listens for work broke and is made again", "error", err)
		select {
		case <-time.After(listenAgain):
		case <-ctx.Done():
		}
	}
}

// hear listens until its connection breaks. What was committed while nobody
// listened may be there already.
func (b *bell) hear(ctx context.Context, wakes chan<- struct{}) error {
	made, err := b.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := made.Hijack() // one that listens is nothing to be used again
	defer hangUp(conn)
	if _, err := conn.Exec(ctx, listen); err != nil {
		return err
	}
	for {
		select {
		case wakes <- struct{}{}:
		default:
		}
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
	}
}

func hangUp(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), rollbackFor)
	defer cancel()
	_ = conn.Close(ctx)
}
