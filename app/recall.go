package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
)

// recall returns how [Licensing.answer] finds the facts of a key that is to be
// verified: from memory at first, and each further time, since what it found
// has moved, from a later reading.
//
// A refusal says that something was so during the call. It is decided from a
// reading that began after the call did: what a key was refused for before may
// be over, and no count would tell.
//
// A key without a product id is not remembered. Whose it is then depends on
// all who hold it, and on one who came since; but the count watches over the
// one licence that was chosen.
func (l *Licensing) recall(ctx context.Context, what domain.Lookup, at time.Time) func() (domain.Facts, error) {
	if l.facts == nil || what.ProductID == "" || !nameable(what) {
		return func() (domain.Facts, error) { return l.find(ctx, what, domain.Facts.Verify) }
	}
	read := func(ctx context.Context) ([]domain.Facts, error) { return l.store.Facts(ctx, what) }
	key, begun := cacheKeyOf(what), l.facts.newest()
	after := uint64(0)
	return func() (domain.Facts, error) {
		for {
			r, err := l.facts.get(ctx, key, after, at, read)
			if err != nil {
				return domain.Facts{}, err
			}
			f, err := l.choose(r.holders, what, domain.Facts.Verify)
			after = r.number
			if err == nil || r.number > begun {
				return f, err
			}
			after = begun
		}
	}
}
