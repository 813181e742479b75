package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type connection struct{ domain.Connection }

func (c connection) place() (domain.SellerID, time.Time, string) {
	return c.SellerID, c.CreatedAt, string(c.ID)
}

// remote is a community as its service knows it.
type remote struct {
	service domain.Service
	id      string
}

// community is what c is connected to, unless it is closed or its seller has
// not chosen yet.
func (c connection) community() (remote, bool) {
	return remote{c.Service, c.RemoteID}, c.RemoteID != "" && c.ClosedAt.IsZero()
}

type connections struct{ *tx }

func (r connections) ByID(ctx context.Context, id domain.ConnectionID) (domain.Connection, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Connection{}, err
	}
	c, ok := find(r.tx, r.connections, string(id))
	if !ok {
		return domain.Connection{}, domain.ErrConnectionNotFound
	}
	return c.Connection, nil
}

func (r connections) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Connection, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Connection
	for _, c := range list(r.connections, r.connections.pages[r.seller], after, limit, nil) {
		found = append(found, c.Connection)
	}
	return found, nil
}

func (r connections) ByRemote(ctx context.Context, of domain.Service, id string) ([]domain.Connection, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	if !r.system {
		return nil, domain.ErrScope
	}
	var found []domain.Connection
	for p := range r.remotes[remote{of, id}].after(first) {
		found = append(found, r.connections.rows[p.id].Connection)
	}
	return found, nil
}

func (r connections) Insert(ctx context.Context, c domain.Connection) error {
	if err := r.inserting(ctx, c.SellerID); err != nil {
		return err
	}
	if _, there := r.connections.rows[string(c.ID)]; there {
		return domain.ErrExists
	}
	return r.put(connection{c})
}

func (r connections) Save(ctx context.Context, c domain.Connection) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	old, ok := find(r.tx, r.connections, string(c.ID))
	if !ok || c.SellerID != old.SellerID {
		return domain.ErrConnectionNotFound
	}
	return r.put(connection{c})
}

// put keeps c with its community, unless the seller has another to that.
func (r connections) put(c connection) error {
	to, open := c.community()
	if open {
		for p := range r.remotes[to].after(first) {
			if other := r.connections.rows[p.id]; other.SellerID == c.SellerID && other.ID != c.ID {
				return domain.ErrExists
			}
		}
	}
	if old, had := r.connections.rows[string(c.ID)]; had {
		if was, open := old.community(); open {
			r.remove(page(r.remotes, was), placeOf(old.CreatedAt, string(old.ID)))
		}
	}
	if open {
		r.add(page(r.remotes, to), placeOf(c.CreatedAt, string(c.ID)))
	}
	put(r.tx, r.connections, c)
	return nil
}

func (r connections) Secret(ctx context.Context, id domain.ConnectionID) (ports.Sealed, error) {
	if _, err := r.ByID(ctx, id); err != nil {
		return ports.Sealed{}, err
	}
	return r.secrets[id], nil
}

func (r connections) SetSecret(ctx context.Context, id domain.ConnectionID, s ports.Sealed) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	if _, err := r.ByID(ctx, id); err != nil {
		return err
	}
	if s.Text == "" {
		unset(r.tx, r.secrets, id)
		return nil
	}
	set(r.tx, r.secrets, id, s)
	return nil
}

// callsIn are the calls of a connection in a month.
type callsIn struct {
	connection domain.ConnectionID
	month      string
}

// AddCalls of 0 writes nothing, and so works in a View.
func (r connections) AddCalls(ctx context.Context, id domain.ConnectionID, month string, n int64) (int64, error) {
	k := callsIn{id, month}
	if n != 0 {
		if err := r.writing(ctx); err != nil {
			return 0, err
		}
	}
	if _, err := r.ByID(ctx, id); err != nil {
		return 0, err
	}
	if n != 0 {
		set(r.tx, r.calls, k, r.calls[k]+n)
	}
	return r.calls[k], nil
}
