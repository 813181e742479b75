package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type grant struct{ domain.GrantState }

func (g grant) place() (domain.SellerID, time.Time, string) {
	return g.SellerID, g.CreatedAt, string(g.ID)
}

func (g grant) person() person { return person{g.ConnectionID, g.Subject} }

type grants struct{ *tx }

func (r grants) ByID(ctx context.Context, id domain.GrantID) (*domain.Grant, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	g, ok := find(r.tx, r.grants, string(id))
	if !ok {
		return nil, domain.ErrGrantNotFound
	}
	return domain.RestoreGrant(g.GrantState), nil
}

func (r grants) BySubject(ctx context.Context, id domain.ConnectionID, s domain.Subject) (*domain.Grant, error) {
	return r.ByID(ctx, r.granted[person{id, s}])
}

func (r grants) List(ctx context.Context, of domain.ConnectionID, after ports.Cursor, limit int) ([]domain.GrantState, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.GrantState
	for _, g := range list(r.grants, r.grantsIn[of], after, limit, func(g grant) bool { return r.reaches(g.SellerID) }) {
		found = append(found, g.GrantState)
	}
	return found, nil
}

func (r grants) Insert(ctx context.Context, g *domain.Grant) error {
	s := grant{g.State()}
	if err := r.inserting(ctx, s.SellerID); err != nil {
		return err
	}
	if _, there := r.grants.rows[string(s.ID)]; there {
		return domain.ErrExists
	}
	if _, ok := find(r.tx, r.connections, string(s.ConnectionID)); !ok {
		return domain.ErrConnectionNotFound
	}
	if _, taken := r.granted[s.person()]; taken {
		return domain.ErrExists
	}
	r.put(s)
	return nil
}

func (r grants) Save(ctx context.Context, g *domain.Grant, was int64) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	s := grant{g.State()}
	old, ok := find(r.tx, r.grants, string(s.ID))
	if !ok || s.SellerID != old.SellerID || s.person() != old.person() {
		return domain.ErrGrantNotFound
	}
	if old.Version != was {
		return domain.ErrMoved
	}
	r.take(old)
	r.put(s)
	return nil
}

func (r grants) Delete(ctx context.Context, id domain.GrantID) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	if old, ok := find(r.tx, r.grants, string(id)); ok {
		r.take(old)
		drop(r.tx, r.grants, old)
	}
	return nil
}

func (r grants) put(g grant) {
	set(r.tx, r.granted, g.person(), g.ID)
	r.add(page(r.grantsIn, g.ConnectionID), placeOf(g.CreatedAt, string(g.ID)))
	put(r.tx, r.grants, g)
}

// take takes a grant out of what it is found by.
func (r grants) take(g grant) {
	unset(r.tx, r.granted, g.person())
	r.remove(page(r.grantsIn, g.ConnectionID), placeOf(g.CreatedAt, string(g.ID)))
}
