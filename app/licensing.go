package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Licensing verifies licences and manages them by their key.
type Licensing struct{ *core }

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
func (l *Licensing) Verify(ctx context.Context, what domain.Lookup, count bool) (Verification, error) {
	n := 0
	if count {
		n = 1
	}
	return l.answer(ctx, what, n, l.at(), domain.Facts.Verify)
}

// Decrement takes one use back, down to 0, for the licence's seller. Anybody
// else is refused with [domain.ErrNotOwner]. A disabled licence counts too.
func (l *Licensing) Decrement(ctx context.Context, seller domain.SellerID, what domain.Lookup) (Verification, error) {
	return l.answer(ctx, what, -1, l.at(), func(f domain.Facts) error { return f.OwnedBy(seller) })
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

// answer finds a licence, decides, and counts n uses on exactly what it decided
// from.
func (l *Licensing) answer(ctx context.Context, what domain.Lookup, n int, at time.Time, decide func(domain.Facts) error) (Verification, error) {
	for range rounds {
		f, err := l.find(ctx, what)
		if err != nil {
			return Verification{}, err
		}
		if err := decide(f); err != nil {
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

func (l *Licensing) find(ctx context.Context, what domain.Lookup) (domain.Facts, error) {
	if !domain.Storable(string(what.Key)) || !domain.Storable(string(what.ProductID)) || !domain.Storable(what.Permalink) {
		return domain.Facts{}, domain.ErrLicenseNotFound
	}
	holders, err := l.store.Facts(ctx, what)
	if err != nil {
		return domain.Facts{}, err
	}
	return domain.Choose(holders, what, l.cutoff)
}

// change finds a licence, changes it for its seller, and answers what it is
// afterwards. What was found is decided again inside the transaction.
func (l *Licensing) change(ctx context.Context, seller domain.SellerID, what domain.Lookup, do func(*domain.License, time.Time) domain.Event) (Verification, error) {
	f, err := l.find(ctx, what)
	if err != nil {
		return Verification{}, err
	}
	if err := f.OwnedBy(seller); err != nil {
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
	return l.showByID(ctx, seller, f.License.ID)
}
