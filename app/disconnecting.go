package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Disconnect ends a connection. leaving says what becomes of those who are in:
// with [domain.RemoveMembers] they are removed first, and the connection is
// closed when they are; else it is closed at once. The bot leaves only if it is
// to and nobody else's connection uses the server; if it cannot leave, nothing
// has changed. Its token is forgotten. Twice is once.
func (c *Communities) Disconnect(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, leaving domain.Leaving, botLeaves bool) error {
	if leaving != domain.KeepMembers && leaving != domain.RemoveMembers {
		return domain.InvalidField("members", "must be keep or remove")
	}
	at := c.at()
	conn, err := c.Get(ctx, seller, id)
	if err != nil || !conn.ClosedAt.IsZero() {
		return err
	}
	if leaving == domain.KeepMembers && botLeaves {
		if err := c.leave(ctx, conn); err != nil {
			return refused(domain.ErrCommunityRefused.Because(err), saysNotLeft)
		}
	}
	return c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		conn, err := tx.Connections.ByID(ctx, id)
		if err != nil || !conn.ClosedAt.IsZero() {
			return err
		}
		conn.Leaving, conn.BotLeaves = leaving, botLeaves
		all, err := tx.Attachments.ByConnection(ctx, id)
		if err != nil {
			return err
		}
		for _, a := range all {
			if !a.RemovedAt.IsZero() && a.Leaving != domain.KeepUntilEnd {
				continue
			}
			if err := c.detach(ctx, tx, a, leaving, at); err != nil {
				return err
			}
		}
		if leaving == domain.KeepMembers {
			return c.closeConnection(ctx, tx, conn, at)
		}
		if err := tx.Connections.Save(ctx, conn); err != nil {
			return err
		}
		return c.emit(ctx, tx, at, domain.ConnectionDue{ConnectionID: id, At: at})
	})
}

// closeConnection ends a connection, with its token.
func (c *core) closeConnection(ctx context.Context, tx ports.Tx, conn domain.Connection, at time.Time) error {
	conn.ClosedAt, conn.SecretEnd = at, ""
	if err := tx.Connections.Save(ctx, conn); err != nil {
		return err
	}
	if err := tx.Connections.SetSecret(ctx, conn.ID, ports.Sealed{}); err != nil {
		return err
	}
	return c.emit(ctx, tx, at, domain.ConnectionClosed{ConnectionID: conn.ID, At: at})
}

// leave has the bot leave the server, unless another connection uses it.
func (c *core) leave(ctx context.Context, conn domain.Connection) error {
	others := 0
	err := c.store.View(ctx, ports.System, func(ctx context.Context, tx ports.Tx) error {
		all, err := tx.Connections.ByRemote(ctx, conn.Service, conn.RemoteID)
		others = 0
		for _, o := range all {
			if o.ID != conn.ID {
				others++
			}
		}
		return err
	})
	if err != nil || others > 0 {
		return err
	}
	service, err := c.service(conn.Service)
	if err != nil {
		return err
	}
	_, door, err := c.open(ctx, conn.SellerID, conn.ID)
	if err != nil {
		return err
	}
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), callWithin)
	defer cancel()
	if err = service.Leave(asking, door); err != nil && troubleOf(err).Done {
		return nil
	}
	return err
}

const disconnectKind = "disconnect" // closes a connection once everybody is out

func disconnectJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	var e domain.ConnectionDue
	ok := read(row, &e)
	return jobOf(disconnectKind, string(e.ConnectionID), id, row, 0), ok
}

// disconnect closes a connection that is being disconnected, as soon as nobody
// is left whose removal is not settled.
func (w *Worker) disconnect(ctx context.Context, j ports.Job) ports.Done {
	conn, err := (&Communities{w.core}).Get(ctx, domain.SellerID(j.Lane), domain.ConnectionID(j.Payload))
	if errors.Is(err, domain.ErrConnectionNotFound) || err == nil && (!conn.ClosedAt.IsZero() || conn.Leaving != domain.RemoveMembers) {
		return ports.Done{Job: j}
	}
	if err != nil {
		return w.failed(j, err)
	}
	waits, err := w.someoneLeaving(ctx, conn)
	switch {
	case err != nil:
		return w.failed(j, err)
	case waits:
		return w.lookAgain(j, w.at().Add(longestWait))
	}
	if conn.BotLeaves {
		if err := w.leave(ctx, conn); err != nil {
			return w.failed(j, err)
		}
	}
	at := w.at()
	err = w.update(ctx, conn.SellerID, func(ctx context.Context, tx ports.Tx) error {
		conn, err := tx.Connections.ByID(ctx, conn.ID)
		if err != nil || !conn.ClosedAt.IsZero() {
			return err
		}
		return w.closeConnection(ctx, tx, conn, at)
	})
	if err != nil {
		return w.failed(j, err)
	}
	return ports.Done{Job: j}
}

// someoneLeaving reports whether somebody's removal is still on the way. One that
// somebody would have to do something about holds nothing up.
func (w *Worker) someoneLeaving(ctx context.Context, conn domain.Connection) (bool, error) {
	waits := false
	err := w.eachClaim(ctx, conn.SellerID, ports.ClaimQuery{ConnectionID: conn.ID}, func(c domain.Claim) error {
		waits = waits || c.Live() || c.State == domain.ClaimRemoving
		return nil
	})
	return waits, err
}

// Rewrap seals every token anew with today's secret, of every seller, and returns
// how many: after that an older secret can be withdrawn.
func (c *Communities) Rewrap(ctx context.Context) (n int, err error) {
	sellers := Sellers{c.core}
	err = each(Paged(func(after ports.Cursor, limit int) ([]domain.Seller, error) { return sellers.List(ctx, after, limit) },
		func(s domain.Seller) ports.Cursor { return placeOf(s.CreatedAt, s.ID) }), func(s domain.Seller) error {
		made, err := c.rewrap(ctx, s.ID)
		n += made
		return err
	})
	return n, err
}

func (c *Communities) rewrap(ctx context.Context, seller domain.SellerID) (n int, err error) {
	err = each(Paged(func(after ports.Cursor, limit int) ([]domain.Connection, error) {
		return c.List(ctx, seller, after, limit)
	},
		func(conn domain.Connection) ports.Cursor { return placeOf(conn.CreatedAt, conn.ID) }), func(conn domain.Connection) error {
		made := false
		err := c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
			sealed, err := tx.Connections.Secret(ctx, conn.ID)
			if made = err == nil && sealed.Text != ""; !made {
				return err
			}
			token, err := c.openSecret(conn, sealed)
			if err != nil {
				return err
			}
			return tx.Connections.SetSecret(ctx, conn.ID, c.sealSecret(conn, token))
		})
		if err == nil && made {
			n++
		}
		return err
	})
	return n, err
}
