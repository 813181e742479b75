package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	sweepKind  = "sweep" // checks a connection every day, and compares who is in
	sweepEvery = 24 * time.Hour
)

func (w *Worker) sweepJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	var e domain.ConnectionMade
	ok := read(row, &e) && !w.noSweeps
	return jobOf(sweepKind, string(e.ConnectionID), id, row, sweepEvery), ok
}

// sweep looks after one connection by itself, once a day.
func (w *Worker) sweep(ctx context.Context, j ports.Job) ports.Done {
	again := w.lookAgain(j, w.at().Add(sweepEvery))
	if w.noSweeps {
		return again
	}
	seller, id := domain.SellerID(j.Lane), domain.ConnectionID(j.Payload)
	c := Communities{w.core}
	conn, err := c.Check(ctx, seller, id)
	if err == nil && !conn.Paused() && conn.RemoteID != "" {
		_, err = c.Compare(ctx, seller, id, true)
	}
	switch {
	case errors.Is(err, domain.ErrConnectionNotFound):
		return ports.Done{Job: j}
	case err != nil:
		w.log.WarnContext(ctx, "a community was not compared", "connection", id, "error", err)
	}
	return again
}

// Drift is how a community differs from what usher knows of it.
type Drift struct {
	OK               []domain.Subject
	MissingTarget    []domain.Subject // in, without what a claim gives them
	NotIn            []domain.Subject // should be in
	TargetNotClaimed []domain.Subject // has what usher gives, without a claim
	ShouldNotBeIn    []domain.Subject // let in by usher, and their claims are over
	Complete         bool             // false: strangers could not be listed
}

// Compare compares a connection's records with who is in. It changes nothing;
// with keep the findings are kept: who is gone is gone, and not let in again by
// itself.
func (c *Communities) Compare(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, keep bool) (d Drift, err error) {
	conn, door, err := c.open(ctx, seller, id)
	if err != nil {
		return d, unopened(err)
	}
	service, err := c.service(conn.Service)
	if err != nil {
		return d, err
	}
	if conn.Quota > 0 {
		used, err := load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) (int64, error) {
			return tx.Connections.AddCalls(ctx, id, monthOf(c.at()), 0)
		})
		if err != nil {
			return d, err
		}
		if conn.QuotaSpent(used) {
			return d, refused(domain.ErrCommunityRefused, "Most of this month's calls are used; what is left is kept for invitations and removals.")
		}
	}
	door.Sweep = true
	found, complete, err := c.listMembers(ctx, service, door)
	if err != nil {
		return d, err
	}
	d.Complete = complete
	var gives domain.Targets
	known := map[domain.Subject]bool{}
	err = c.eachGrant(ctx, conn, func(g domain.GrantState) error {
		known[g.Subject] = true
		claims, err := load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Claim, error) {
			return tx.Claims.Touching(ctx, conn.ID, g.Subject)
		})
		if err != nil {
			return err
		}
		want := domain.WantFor(conn, g, claims)
		gives = gives.With(want.Targets)
		if !g.In && !want.In {
			return nil
		}
		m, in := found[g.Subject]
		if !complete {
			if in, m, err = c.lookFor(ctx, service, door, g.Subject); err != nil {
				return err
			}
		}
		switch {
		case g.In && !in:
			if want.In {
				d.NotIn = append(d.NotIn, g.Subject)
			}
			if keep {
				return c.gone(ctx, conn, g, claims)
			}
		case want.In && in && m.Listed && want.Targets.Without(m.Targets).Without(g.Missing) != "":
			d.MissingTarget = append(d.MissingTarget, g.Subject)
		case !want.In && in && want.End.Whole() && g.Origin == domain.AddedByUs:
			d.ShouldNotBeIn = append(d.ShouldNotBeIn, g.Subject)
		case want.In && in:
			d.OK = append(d.OK, g.Subject)
		}
		return nil
	})
	for who, m := range found {
		if !known[who] && m.Listed && m.Targets.Both(gives) != "" && who != conn.AccountID {
			d.TargetNotClaimed = append(d.TargetNotClaimed, who)
		}
	}
	slices.Sort(d.TargetNotClaimed)
	return d, err
}

// listMembers reads who is in; it reports false if the service does not let us.
func (c *core) listMembers(ctx context.Context, service ports.Community, door ports.Door) (map[domain.Subject]ports.MemberSeen, bool, error) {
	found := map[domain.Subject]ports.MemberSeen{}
	for cursor := ""; ; {
		asking, cancel := context.WithTimeout(ctx, callWithin)
		page, next, err := service.Members(asking, door, cursor)
		cancel()
		if err != nil {
			if t := troubleOf(err); t.Cause == domain.CauseMissingPermission {
				return nil, false, nil
			}
			return nil, false, refused(domain.ErrCommunityRefused.Because(troubleOf(err)), "The members could not be listed. Please try again.")
		}
		for _, m := range page {
			found[m.Subject] = m
		}
		if next == "" {
			return found, true, nil
		}
		cursor = next
	}
}

// lookFor looks one person up.
func (c *core) lookFor(ctx context.Context, service ports.Community, door ports.Door, who domain.Subject) (bool, ports.MemberSeen, error) {
	asking, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	p, err := service.Look(asking, door, who)
	if err != nil {
		return false, ports.MemberSeen{}, refused(domain.ErrCommunityRefused.Because(troubleOf(err)), "The members could not be looked up. Please try again.")
	}
	return p.Seen != domain.Absent, ports.MemberSeen{Subject: who, Targets: p.Targets, Listed: p.Targets != ""}, nil
}

// gone records that somebody is not in any more, by whoever's doing. They are not
// let in again by themselves: Discord's customers may join again, and of the
// others the seller decides.
func (c *core) gone(ctx context.Context, conn domain.Connection, seen domain.GrantState, claims []domain.Claim) error {
	at := c.at()
	return c.update(ctx, conn.SellerID, func(ctx context.Context, tx ports.Tx) error {
		g, err := tx.Grants.ByID(ctx, seen.ID)
		if err != nil || g.State().Version != seen.Version {
			return err // it has changed since it was compared
		}
		g.Gone()
		if err := tx.Grants.Save(ctx, g, seen.Version); err != nil {
			return err
		}
		var events []domain.Event
		for _, was := range claims {
			is := was.TakenOut(g.State().Subject)
			if is == was {
				continue
			}
			if err := tx.Claims.Save(ctx, is); err != nil {
				return err
			}
			events = append(events, domain.AccessTaken{ClaimID: is.ID, PurchaseID: is.PurchaseID, At: at})
		}
		return c.emit(ctx, tx, at, events...)
	})
}

// Mend carries out what a comparison found: it has everybody looked at whose
// claims and grants do not fit, and gives again what is missing.
func (c *Communities) Mend(ctx context.Context, seller domain.SellerID, id domain.ConnectionID) error {
	conn, err := c.Get(ctx, seller, id)
	if err != nil {
		return err
	}
	d, err := c.Compare(ctx, seller, id, true)
	if err != nil {
		return err
	}
	at := c.at()
	again := slices.Concat(d.MissingTarget, d.ShouldNotBeIn)
	return c.eachGrant(ctx, conn, func(g domain.GrantState) error {
		if !slices.Contains(again, g.Subject) {
			return nil
		}
		return c.forget(ctx, conn, g, at)
	})
}

// forget makes a grant forget what it gave, so that it is given again.
func (c *core) forget(ctx context.Context, conn domain.Connection, seen domain.GrantState, at time.Time) error {
	return c.update(ctx, conn.SellerID, func(ctx context.Context, tx ports.Tx) error {
		g, err := tx.Grants.ByID(ctx, seen.ID)
		if err != nil || g.State().Version != seen.Version {
			return err
		}
		g.Ungave()
		if err := tx.Grants.Save(ctx, g, seen.Version); err != nil {
			return err
		}
		return c.emit(ctx, tx, at, domain.AccessDue{GrantID: seen.ID, ConnectionID: conn.ID, Service: conn.Service, DueAt: at, At: at})
	})
}
