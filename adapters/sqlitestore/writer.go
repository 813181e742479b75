package sqlitestore

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/usherhq/usher/domain"
)

// The writer's measures.
const (
	countsWaiting = 8192                  // what may wait; more is refused at once
	turnsWaiting  = 1024                  //
	mostCounts    = 256                   // statements for counts in a group
	mostTurns     = 64                    // closures in a group
	lendFor       = 4 * time.Millisecond  // after which no further closure joins the group
	heldLong      = 50 * time.Millisecond // after which a closure is logged
	workFor       = 20 * time.Millisecond // of unbroken work, after which
	restFor       = time.Millisecond      // other processes get in: SQLite's wait for a lock is a poll, not a queue
)

// writer owns the connection that writes. One goroutine serves all who wait,
// group by group.
type writer struct {
	db    *sql.DB // of one connection
	line  *line   // nil after it broke, until the next group needs one
	count countFunc
	log   *slog.Logger
	after func(*line) // runs between groups
	sleep func(time.Duration)

	lendFor time.Duration // the constant; tests that need one group have all day

	mu     sync.RWMutex // keeps sends and the closing apart
	closed bool
	counts chan *use
	turns  chan *turn
	ended  chan struct{}

	commits atomic.Int64 // of transactions that may write

	asking  sync.Mutex
	working sync.Mutex // holds the connection: all below
	batch   batch
	since   time.Time // when the present unbroken work began
}

// startWriter takes db's one connection and starts to serve.
func startWriter(db *sql.DB, count countFunc, log *slog.Logger, after func(*line)) (*writer, error) {
	l, err := dial(context.Background(), db)
	if err != nil {
		return nil, err
	}
	w := &writer{
		db: db, line: l, count: count, log: log, after: after, sleep: time.Sleep, lendFor: lendFor,
		counts: make(chan *use, countsWaiting), turns: make(chan *turn, turnsWaiting),
		ended: make(chan struct{}),
		batch: batch{sums: map[domain.Seen]*sum{}},
	}
	go w.serve()
	return w, nil
}

// close refuses new work, waits until what waits is done, and gives the
// connection back. Twice is once.
func (w *writer) close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.counts)
		close(w.turns)
	}
	w.mu.Unlock()
	<-w.ended
}

// put adds to a queue, or refuses at once.
func put[T any](w *writer, queue chan T, v T) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return domain.ErrUnavailable.Because(errClosed)
	}
	select {
	case queue <- v:
		return nil
	default:
		return domain.ErrUnavailable.Because(errFull)
	}
}

// add counts, and answers once the count is durable.
func (w *writer) add(ctx context.Context, seen domain.Seen, n int) (int64, error) {
	if n == 0 {
		if uses, known := w.ask(seen); known {
			return uses, nil
		}
	}
	u := &use{ctx: ctx, seen: seen, n: n, done: make(chan struct{})}
	if err := put(w, w.counts, u); err != nil {
		return 0, err
	}
	select {
	case <-u.done:
		return u.uses, u.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// ask answers who only asks on the caller's own goroutine, if the connection has
// nothing else to do and knows.
func (w *writer) ask(seen domain.Seen) (uses int64, known bool) {
	w.asking.Lock() // one after the other, so that they do not take each other for the writer
	defer w.asking.Unlock()
	if !w.working.TryLock() {
		return 0, false
	}
	defer w.working.Unlock()
	if w.line == nil || len(w.line.known.uses) == 0 || !w.line.settle() {
		return 0, false
	}
	uses, known = w.line.known.uses[seen]
	return uses, known
}

func (w *writer) serve() {
	defer close(w.ended)
	for {
		u, t, ok := w.next()
		if !ok {
			w.working.Lock()
			defer w.working.Unlock()
			if w.line != nil {
				w.line.drop()
				w.line = nil
			}
			return
		}
		w.working.Lock()
		w.group(u, t)
		if w.line != nil {
			w.after(w.line)
		}
		w.working.Unlock()
		if time.Since(w.since) >= workFor {
			w.sleep(restFor)
			w.since = time.Now()
		}
	}
}

// next returns what waits, or waits itself. It reports false when the store is
// closed and nothing waits any more.
func (w *writer) next() (u *use, t *turn, ok bool) {
	if u, t = poll(w.counts), poll(w.turns); u != nil || t != nil {
		return u, t, true
	}
	defer func() { w.since = time.Now() }()
	counts, turns := w.counts, w.turns
	for counts != nil || turns != nil {
		select {
		case u, ok = <-counts:
			if ok {
				return u, nil, true
			}
			counts = nil // closed and empty
		case t, ok = <-turns:
			if ok {
				return nil, t, true
			}
			turns = nil
		}
	}
	return nil, nil, false
}

// group carries out one transaction: u or t, and what else waits.
func (w *writer) group(u *use, t *turn) {
	b := &w.batch
	b.reset()
	for {
		if u != nil {
			b.add(u)
		}
		if b.statements() >= mostCounts || len(b.uses) >= countsWaiting {
			break
		}
		if u = poll(w.counts); u == nil {
			break
		}
	}
	if t == nil {
		t = poll(w.turns)
	}
	if t == nil && len(b.uses) == 0 {
		return
	}
	if b.recall(w.line) && t == nil {
		b.run(nil, nil, nil) // only hands out what is known
		b.answer(nil)
		return
	}
	begin := "BEGIN IMMEDIATE"
	if t == nil && b.reads() {
		begin = "BEGIN" // a snapshot will do, and waits for nobody who writes
	}
	g, err := w.begin(begin)
	if err != nil {
		w.refuse(t, err)
		return
	}
	if begin != "BEGIN" {
		w.line.settle() // nobody else writes from here on
	}
	b.run(g.loan(context.Background()), &w.line.known, w.count)
	w.line.changed = false
	var had []*turn
	if t != nil {
		had = w.lend(g, t)
	}
	fate := g.commit()
	w.line = g.line
	if fate == nil && begin != "BEGIN" {
		w.commits.Add(1)
	}
	switch {
	case w.line == nil: // and what it knew
	case fate == nil && !w.line.changed:
		w.line.known.learn(b)
	default:
		w.line.known.forget()
	}
	b.answer(fate)
	for _, t := range had {
		t.done <- fate
	}
}

// begin starts a transaction, on a new connection if the last one broke.
func (w *writer) begin(how string) (*group, error) {
	if w.line == nil {
		l, err := dial(context.Background(), w.db)
		if err != nil {
			return nil, domain.ErrUnavailable.Because(err)
		}
		w.line = l
	}
	g := &group{line: w.line}
	err := g.control(how)
	if err != nil {
		g.rollback()
		w.line = g.line
	}
	return g, err
}

// refuse fails the group that did not begin, and all who wait behind it: nothing
// can be written now. Whoever comes after the first of them was answered is
// not among them.
func (w *writer) refuse(t *turn, err error) {
	var turns []*turn
	for range len(w.turns) {
		turns = append(turns, <-w.turns)
	}
	for range len(w.counts) {
		w.batch.add(<-w.counts)
	}
	w.batch.answer(err)
	if t != nil {
		t.done <- err
	}
	for _, t := range turns {
		t.done <- err
	}
}

// poll takes what waits, if something does; it is nil if not.
func poll[T any](queue chan *T) *T {
	select {
	case v := <-queue:
		return v
	default:
		return nil
	}
}
