package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type token struct{ domain.TokenState }

func (k token) place() (domain.SellerID, time.Time, string) {
	return k.SellerID, k.CreatedAt, string(k.ID)
}

type tokens struct{ *tx }

func (r tokens) ByID(ctx context.Context, id domain.TokenID) (*domain.Token, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	k, ok := find(r.tx, r.tokens, string(id))
	if !ok {
		return nil, domain.ErrTokenNotFound
	}
	return domain.RestoreToken(k.TokenState), nil
}

func (r tokens) ByDigest(ctx context.Context, d domain.Digest) (*domain.Token, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	if !r.system {
		return nil, domain.ErrScope
	}
	k, ok := r.tokens.rows[string(r.digests[d])]
	if !ok {
		return nil, domain.ErrTokenNotFound
	}
	return domain.RestoreToken(k.TokenState), nil
}

func (r tokens) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.TokenState, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.TokenState
	sellers := func(k token) bool { return k.Scopes != "" }
	for _, k := range list(r.tokens, r.tokens.pages[r.seller], after, limit, sellers) {
		found = append(found, k.TokenState)
	}
	return found, nil
}

func (r tokens) Insert(ctx context.Context, k *domain.Token) error {
	s := k.State()
	if err := r.inserting(ctx, s.SellerID); err != nil {
		return err
	}
	if _, there := r.tokens.rows[string(s.ID)]; there {
		return domain.ErrExists
	}
	if _, ok := find(r.tx, r.purchases, string(s.PurchaseID)); s.PurchaseID != "" && !ok {
		return domain.ErrPurchaseNotFound
	}
	if _, ok := find(r.tx, r.seats, string(s.SeatID)); s.SeatID != "" && !ok {
		return domain.ErrSeatNotFound
	}
	if _, ok := find(r.tx, r.applications, string(s.ApplicationID)); s.ApplicationID != "" && !ok {
		return domain.ErrApplicationNotFound
	}
	return r.put(s)
}

// Live looks through the seller's tokens, which are few here.
func (r tokens) Live(ctx context.Context, of domain.ApplicationID, scope domain.Scope) (bool, error) {
	if err := r.reading(ctx); err != nil {
		return false, err
	}
	live := func(k token) bool {
		return k.Scopes != "" && k.ApplicationID == of && k.RevokedAt.IsZero() && k.Scopes.Has(scope)
	}
	return len(list(r.tokens, r.tokens.pages[r.seller], ports.Cursor{}, 1, live)) > 0, nil
}

func (r tokens) Save(ctx context.Context, k *domain.Token) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	s := k.State()
	old, ok := find(r.tx, r.tokens, string(s.ID))
	if !ok || s.SellerID != old.SellerID || s.PurchaseID != old.PurchaseID || s.SeatID != old.SeatID || s.ApplicationID != old.ApplicationID {
		return domain.ErrTokenNotFound
	}
	return r.put(s)
}

// put keeps a token. Two of one digest would be one secret drawn twice out of
// 2^256.
func (r tokens) put(s domain.TokenState) error {
	if other, taken := r.digests[s.Digest]; taken && other != s.ID {
		return domain.ErrExists
	}
	if old, had := r.tokens.rows[string(s.ID)]; had {
		unset(r.tx, r.digests, old.Digest)
	}
	set(r.tx, r.digests, s.Digest, s.ID)
	put(r.tx, r.tokens, token{s})
	return nil
}
