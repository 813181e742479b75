package app

import (
	"cmp"
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// keepConnection makes a connection, or takes the one that the seller has to
// that community already. Another seller's is [domain.ErrConnectionTaken].
func (c *core) keepConnection(ctx context.Context, conn domain.Connection, token string) (kept domain.Connection, err error) {
	at := c.at()
	if err := c.notTaken(ctx, conn); err != nil {
		return kept, err
	}
	err = c.update(ctx, conn.SellerID, func(ctx context.Context, tx ports.Tx) error {
		was, err := connectedTo(ctx, tx, conn)
		if err != nil {
			return err
		}
		if was.ID != "" {
			kept, err = c.takeOver(ctx, tx, was, conn, token, at)
			return err
		}
		if err := tx.Connections.Insert(ctx, conn); err != nil {
			return err
		}
		kept = conn
		if err := c.keepToken(ctx, tx, kept, token); err != nil {
			return err
		}
		return c.emit(ctx, tx, at, domain.ConnectionMade{ConnectionID: conn.ID, At: at})
	})
	return kept, err
}

// takeOver gives a connection what was found out of its community anew, and the
// token that it was found out with.
func (c *core) takeOver(ctx context.Context, tx ports.Tx, was, conn domain.Connection, token string, at time.Time) (domain.Connection, error) {
	kept := was
	kept.Dialect, kept.Name, kept.Account, kept.AccountID = conn.Dialect, cmp.Or(conn.Name, was.Name), conn.Account, conn.AccountID
	kept.SecretEnd, kept.SecretSetAt, kept.Health, kept.Causes, kept.CheckedAt = conn.SecretEnd, conn.SecretSetAt, conn.Health, conn.Causes, at
	if err := tx.Connections.Save(ctx, kept); err != nil {
		return kept, err
	}
	if err := c.keepToken(ctx, tx, kept, token); err != nil {
		return kept, err
	}
	var events []domain.Event
	if was.Paused() && !kept.Paused() {
		events = append(events, domain.ConnectionResumed{ConnectionID: kept.ID, At: at})
	}
	return kept, c.emit(ctx, tx, at, events...)
}

// keepToken seals the token of a connection, if it has one.
func (c *core) keepToken(ctx context.Context, tx ports.Tx, conn domain.Connection, token string) error {
	if token == "" {
		return nil
	}
	return tx.Connections.SetSecret(ctx, conn.ID, c.sealSecret(conn, token))
}

// choose makes a connection one to that community, or gives its token to the one
// that the seller has to it already.
func (c *core) choose(ctx context.Context, conn domain.Connection, communityID, token string) (kept domain.Connection, err error) {
	at := c.at()
	err = c.update(ctx, conn.SellerID, func(ctx context.Context, tx ports.Tx) error {
		conn, err := tx.Connections.ByID(ctx, conn.ID)
		if err != nil {
			return err
		}
		if !conn.ClosedAt.IsZero() {
			return domain.ErrConnectionNotFound
		}
		chosen := conn
		chosen.RemoteID = communityID
		if err := chosen.Check(); err != nil {
			return err
		}
		was, err := connectedTo(ctx, tx, chosen)
		switch {
		case err != nil:
			return err
		case was.ID == "" || was.ID == conn.ID:
			kept = chosen
			return tx.Connections.Save(ctx, kept)
		}
		if err := c.closeConnection(ctx, tx, conn, at); err != nil {
			return err
		}
		kept, err = c.takeOver(ctx, tx, was, chosen, token, at)
		return err
	})
	return kept, err
}

// notTaken refuses a community that another seller has.
func (c *core) notTaken(ctx context.Context, conn domain.Connection) error {
	if conn.RemoteID == "" {
		return nil
	}
	return c.store.View(ctx, ports.System, func(ctx context.Context, tx ports.Tx) error {
		all, err := tx.Connections.ByRemote(ctx, conn.Service, conn.RemoteID)
		for _, o := range all {
			if o.SellerID != conn.SellerID {
				return refused(domain.ErrConnectionTaken, saysTaken)
			}
		}
		return err
	})
}

// connectedTo returns the seller's connection to the same community, or the
// zero value.
func connectedTo(ctx context.Context, tx ports.Tx, conn domain.Connection) (domain.Connection, error) {
	if conn.RemoteID == "" {
		return domain.Connection{}, nil
	}
	for o, err := range Paged(func(after ports.Cursor, limit int) ([]domain.Connection, error) {
		return tx.Connections.List(ctx, after, limit)
	}, func(o domain.Connection) ports.Cursor { return placeOf(o.CreatedAt, o.ID) }) {
		if err != nil || o.Service == conn.Service && o.RemoteID == conn.RemoteID && o.ClosedAt.IsZero() {
			return o, err
		}
	}
	return domain.Connection{}, nil
}
