package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Licensing verifies licences and manages them by their key.
type Licensing struct {
	*core
	facts *factsCache // nil: nothing is remembered
}

// Verification is what a key answers.
type Verification struct {
	domain.Facts
	Uses int64     // after the call
	At   time.Time // when it was asked, in business time
}

// rounds is how often a decision is made again because what it was made from
// had moved. Each round reads afresh, so a second is rare and a tenth is not.
const rounds = 10

// Verify answers a key, and counts a use of it if count is set. The errors are
// those of [domain.Choose] and [domain.Facts.Verify]; none counts. Calling it
// twice counts twice.
//
// It may decide from what it remembers and is as right as if it did not: the
// store is always asked whether that still holds, also when nothing is counted.
func (l *Licensing) Verify(ctx context.Context, what domain.Lookup, count bool) (Verification, error) {
	n := 0
	if count {
		n = 1
	}
	at := l.at()
	return l.answer(ctx, at, n, l.recall(ctx, what, at))
}

// Decrement takes one use back, down to 0, for the licence's seller. Anybody
// else is refused with [domain.ErrNotOwner]. A disabled licence counts too.
func (l *Licensing) Decrement(ctx context.Context, seller domain.SellerID, what domain.Lookup) (Verification, error) {
	v, err := l.answer(ctx, l.at(), -1, func() (domain.Facts, error) {
		f, err := l.find(ctx, what, ownedBy(seller))
		if err != nil {
			return f, err
		}
		return f, l.intend(ctx, seller)
	})
	if errors.Is(err, domain.ErrUnavailable) {
		undone(ctx, seller) // a count that is turned away has counted nothing
	}
	return v, err
}

// Disable stops a key from verifying; it does not cancel a membership.
func (l *Licensing) Disable(ctx context.Context, seller domain.SellerID, what domain.Lookup) (Verification, error) {
	return l.change(ctx, seller, what, (*domain.License).Disable)
}

// Enable lets a key verify again. Twice is once.
func (l *Licensing) Enable(ctx context.Context, seller domain.SellerID, what domain.Lookup) (Verification, error) {
	return l.change(ctx, seller, what, (*domain.License).Enable)
}

// Rotate gives a licence a new key, which the answer shows; the old one is
// unknown at once. Each call makes another.
func (l *Licensing) Rotate(ctx context.Context, seller domain.SellerID, what domain.Lookup) (Verification, error) {
	return l.change(ctx, seller, what, func(lic *domain.License, at time.Time) domain.Event {
		return lic.Rotate(l.newKey(), at)
	})
}

// answer finds a licence and counts n uses on exactly what it found; find also
// decides.
func (l *Licensing) answer(ctx context.Context, at time.Time, n int, find func() (domain.Facts, error)) (Verification, error) {
	for range rounds {
		f, err := find()
		if err != nil {
			return Verification{}, err
		}
		uses, err := l.store.Count(ctx, f.Seen, n)
		if err == nil {
			return Verification{f, uses, at}, nil
		}
		if !errors.Is(err, domain.ErrMoved) {
			return Verification{}, err
		}
	}
	return Verification{}, domain.ErrUnavailable.Because(domain.ErrMoved)
}

// find returns the facts of the licence that is asked for, if decide lets it.
func (l *Licensing) find(ctx context.Context, what domain.Lookup, decide func(domain.Facts) error) (domain.Facts, error) {
	holders, err := l.holders(ctx, what)
	if err != nil {
		return domain.Facts{}, err
	}
	return l.choose(holders, what, decide)
}

func (l *Licensing) choose(holders []domain.Facts, what domain.Lookup, decide func(domain.Facts) error) (domain.Facts, error) {
	f, err := domain.Choose(holders, what, l.cutoff)
	if err != nil {
		return domain.Facts{}, err
	}
	return f, decide(f)
}

// holders asks the store who has a key. What cannot be the name of anything is
// nobody's, and the store is not asked.
func (l *Licensing) holders(ctx context.Context, what domain.Lookup) ([]domain.Facts, error) {
	if !nameable(what) {
		return nil, nil
	}
	return l.store.Facts(ctx, what)
}

// nameable reports whether what is asked for can be the name of anything.
func nameable(what domain.Lookup) bool {
	return domain.Storable(string(what.Key)) && domain.Storable(string(what.ProductID)) && domain.Storable(what.Permalink)
}

// ownedBy refuses everybody else's licence.
func ownedBy(seller domain.SellerID) func(domain.Facts) error {
	return func(f domain.Facts) error { return f.OwnedBy(seller) }
}

// change finds a licence, changes it for its seller, and answers what it is
// afterwards. What was found is decided again inside the transaction.
func (l *Licensing) change(ctx context.Context, seller domain.SellerID, what domain.Lookup, do func(*domain.License, time.Time) domain.Event) (Verification, error) {
	f, err := l.find(ctx, what, ownedBy(seller))
	if err != nil {
		return Verification{}, err
	}
	at := l.at()
	err = l.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		lic, err := tx.Licenses.ByID(ctx, f.License.ID)
		if err != nil {
			return err
		}
		if lic.State().Key.Fold() != what.Key.Fold() {
			return domain.ErrLicenseNotFound // rotated meanwhile
		}
		p, err := tx.Purchases.ByID(ctx, f.License.PurchaseID)
		if err != nil {
			return err
		}
		if !p.State().RevokedAt.IsZero() {
			return domain.ErrAccessRevoked
		}
		e := do(lic, at)
		if err := tx.Licenses.Save(ctx, lic); err != nil {
			return err
		}
		return l.emit(ctx, tx, at, e)
	})
	if err != nil {
		return Verification{}, err
	}
	v, err := l.showByID(ctx, seller, f.License.ID)
	return v, unseen(err)
}
