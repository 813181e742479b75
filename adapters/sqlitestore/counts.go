package sqlitestore

import (
	"context"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
)

// countFunc is sqlrepo.Count, or what a test puts in its place.
type countFunc func(context.Context, sqlrepo.Conn, domain.Seen, int) (int64, error)

// use is one call of Count that waits.
type use struct {
	ctx  context.Context
	seen domain.Seen
	n    int
	uses int64
	err  error
	done chan struct{}
}

// batch is the counts that share a transaction. They all waited at the same
// time, so their order is the writer's to choose: first the sums, one for each
// licence as it was seen, handed out in the order of arrival, then the others,
// one by one.
type batch struct {
	uses  []*use
	sums  map[domain.Seen]*sum
	alone int
}

type sum struct {
	n    int // all together
	ran  bool
	uses int64 // before them, and then after those that have theirs
	err  error
}

func (b *batch) reset() {
	clear(b.uses)
	b.uses = b.uses[:0]
	clear(b.sums)
	b.alone = 0
}

// add takes a use in, unless its caller has left.
func (b *batch) add(u *use) {
	if u.ctx.Err() != nil {
		return
	}
	b.uses = append(b.uses, u)
	if sqlrepo.Alone(u.n) {
		b.alone++
		return
	}
	s := b.sums[u.seen]
	if s == nil {
		s = &sum{}
		b.sums[u.seen] = s
	}
	s.n += u.n
}

// statements is how many statements the batch takes.
func (b *batch) statements() int { return len(b.sums) + b.alone }

// reads reports whether nothing in the batch writes.
func (b *batch) reads() bool {
	for _, s := range b.sums {
		if s.n > 0 {
			return false
		}
	}
	return b.alone == 0
}

// run counts what is not known yet. A statement that fails fails those it counts
// for. What is known must be so until the transaction ends.
func (b *batch) run(c sqlrepo.Conn, k *known, count countFunc) {
	ctx := context.Background()
	for _, u := range b.uses {
		if sqlrepo.Alone(u.n) {
			continue
		}
		s := b.sums[u.seen]
		if !s.ran { // it is not known either
			s.ran = true
			s.uses, s.err = k.count(ctx, c, u.seen, s.n, count)
			s.uses -= int64(s.n)
		}
		s.uses += int64(u.n)
		u.uses, u.err = s.uses, s.err
	}
	for _, u := range b.uses {
		if sqlrepo.Alone(u.n) {
			u.uses, u.err = count(ctx, c, u.seen, u.n)
		}
	}
}

// answer tells everybody their number, or that there is none.
func (b *batch) answer(fate error) {
	for _, u := range b.uses {
		if fate != nil {
			u.err = fate
		}
		if u.err != nil {
			u.uses = 0
		}
		close(u.done)
	}
}
