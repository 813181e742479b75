package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Check asks the service how a connection does, tells its seller once per cause
// of what is wrong, and lets go on what waited for what is right again.
func (c *Communities) Check(ctx context.Context, seller domain.SellerID, id domain.ConnectionID) (domain.Connection, error) {
	conn, door, err := c.open(ctx, seller, id)
	if t, ok := errors.AsType[*domain.Trouble](err); ok {
		return c.checkedUp(ctx, seller, id, "", []ports.Problem{{Cause: t.Cause}})
	}
	if err != nil {
		return conn, err
	}
	service, err := c.service(conn.Service)
	if err != nil {
		return conn, err
	}
	what, err := c.toCheck(ctx, conn)
	if err != nil {
		return conn, err
	}
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*callWithin)
	defer cancel()
	found, err := service.Check(asking, door, what)
	if err != nil {
		t := troubleOf(err)
		if t.Cause.Health() == domain.HealthOK { // nothing was found out
			return conn, refused(domain.ErrUnavailable.Because(t), "the service did not answer; try again in a moment")
		}
		found.Problems = []ports.Problem{{Cause: t.Cause}}
	}
	return c.checkedUp(ctx, seller, id, found.Name, found.Problems)
}

// toCheck is what is asked: for all that its attachments give, and for what
// stood in the way of those who wait.
func (c *core) toCheck(ctx context.Context, conn domain.Connection) (what ports.CheckUp, err error) {
	_, err = load(ctx, c, conn.SellerID, func(ctx context.Context, tx ports.Tx) (struct{}, error) {
		what = ports.CheckUp{}
		all, err := tx.Attachments.ByConnection(ctx, conn.ID)
		for _, a := range all {
			if a.RemovedAt.IsZero() {
				what.Targets = what.Targets.With(a.Targets)
				what.Kicks = what.Kicks || a.EndAction.Whole()
			}
		}
		if len(all) == 0 {
			what.Kicks = true // it is what they will want
		}
		return struct{}{}, err
	})
	if err != nil {
		return what, err
	}
	err = c.eachGrant(ctx, conn, func(g domain.GrantState) error {
		if g.Blocker != "" {
			what.Blockers = what.Blockers.With(domain.MakeTargets(g.Blocker))
		}
		return nil
	})
	return what, err
}

// eachGrant calls fn for every grant of a connection, a page at a time.
func (c *core) eachGrant(ctx context.Context, conn domain.Connection, fn func(domain.GrantState) error) error {
	return each(Paged(func(after ports.Cursor, limit int) ([]domain.GrantState, error) {
		return load(ctx, c, conn.SellerID, func(ctx context.Context, tx ports.Tx) ([]domain.GrantState, error) {
			return tx.Grants.List(ctx, conn.ID, after, limit)
		})
	}, func(g domain.GrantState) ports.Cursor { return placeOf(g.CreatedAt, g.ID) }), fn)
}

// checkedUp writes down what a check found, tells of what is new, and has those
// looked at who waited for something that is right now.
func (c *core) checkedUp(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, name string, problems []ports.Problem) (conn domain.Connection, err error) {
	at := c.at()
	causes := make([]domain.Cause, len(problems))
	for i, p := range problems {
		causes[i] = p.Cause
	}
	err = c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		was, err := tx.Connections.ByID(ctx, id)
		if err != nil {
			return err
		}
		var resumed bool
		conn, resumed = was.Checked(causes, at)
		if name != "" {
			conn.Name = name
		}
		var events []domain.Event
		if resumed {
			events = append(events, domain.ConnectionResumed{ConnectionID: id, At: at})
		}
		for _, p := range problems {
			var fresh bool
			if conn, fresh = conn.Ail(p.Cause); fresh {
				events = append(events, domain.AccessTroubled{ConnectionID: id, Party: domain.SellerActs, Cause: p.Cause, Detail: p.Name, At: at})
			}
		}
		if err := tx.Connections.Save(ctx, conn); err != nil {
			return err
		}
		return c.emit(ctx, tx, at, events...)
	})
	if err != nil || conn.Paused() {
		return conn, err
	}
	return conn, c.mend(ctx, conn, problems, at)
}

// mend lets everybody be tried again who waited for their seller, unless it was
// for what is still wrong.
func (c *core) mend(ctx context.Context, conn domain.Connection, problems []ports.Problem, at time.Time) error {
	return c.eachGrant(ctx, conn, func(g domain.GrantState) error {
		if g.Missing == "" && g.Party != domain.SellerActs || stillWrong(g, problems) {
			return nil
		}
		return c.tryAgain(ctx, conn, g.ID, 0, at)
	})
}

func stillWrong(g domain.GrantState, problems []ports.Problem) bool {
	for _, p := range problems {
		switch {
		case p.Cause == g.Cause && (p.Target == "" || p.Target == g.Blocker):
			return true
		case g.Missing.Has(p.Target) && p.Target != "":
			return true
		}
	}
	return false
}

// tryAgain lets what somebody waits for be tried after that wait, whatever stood in
// the way.
func (c *core) tryAgain(ctx context.Context, conn domain.Connection, id domain.GrantID, wait time.Duration, at time.Time) error {
	return c.update(ctx, conn.SellerID, func(ctx context.Context, tx ports.Tx) error {
		g, err := tx.Grants.ByID(ctx, id)
		if err != nil {
			return err
		}
		was := g.State().Version
		g.Mended()
		if err := tx.Grants.Save(ctx, g, was); err != nil {
			return err
		}
		return c.emit(ctx, tx, at, domain.AccessDue{GrantID: id, ConnectionID: conn.ID, Service: conn.Service, DueAt: at.Add(wait), At: at})
	})
}
