package app

import (
	"context"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// write records the answer to a step, if there was one, and how the claims and
// the connection stand after it. A grant that somebody else has written since is
// [domain.ErrMoved], and nothing is written.
func (r *run) write(ctx context.Context, step domain.Step, record func(*domain.Grant)) error {
	at, was, share, calls := r.at(), r.grant.Version, r.share(), r.calls
	err := r.update(ctx, r.seller, func(ctx context.Context, tx ports.Tx) error {
		g, err := tx.Grants.ByID(ctx, r.id)
		if err != nil {
			return err
		}
		if g.State().Version != was {
			return domain.ErrMoved
		}
		if record != nil {
			record(g)
		}
		t := r.trouble
		if t != nil && !t.Done && step.Kind != domain.StepNone {
			g.Refused(step, *t, share, at)
		}
		if err := r.read(ctx, tx, g); err != nil {
			return err
		}
		before := r.conn
		var events []domain.Event
		if events, err = r.settle(ctx, tx, at); err != nil {
			return err
		}
		if calls > 0 && r.conn.Quota > 0 {
			used, err := tx.Connections.AddCalls(ctx, r.conn.ID, monthOf(at), calls)
			if err != nil {
				return err
			}
			if r.conn.QuotaLow(used) {
				events = append(events, r.ail(domain.CauseQuotaLow, "")...)
			}
		}
		switch {
		case r.gone:
			err = tx.Grants.Delete(ctx, r.id)
		case g.State().Version != was:
			err = tx.Grants.Save(ctx, g, was)
		}
		if err != nil {
			return err
		}
		if r.conn != before {
			if err := tx.Connections.Save(ctx, r.conn); err != nil {
				return err
			}
		}
		return r.emit(ctx, tx, at, events...)
	})
	if err != nil {
		return err
	}
	r.calls = 0
	if t := r.trouble; t != nil && t.Party == domain.OperatorActs {
		r.warnOperator(ctx, t)
	}
	return nil
}

// settle says how claims and connection stand, and when there is more to do.
func (r *run) settle(ctx context.Context, tx ports.Tx, at time.Time) (events []domain.Event, err error) {
	stood := slices.Clone(r.claims)
	if t := r.trouble; t != nil && t.Cause == domain.CauseLeft { // by whoever's doing, before anybody asked
		for i := range r.claims {
			r.claims[i] = r.claims[i].TakenOut(r.grant.Subject)
		}
	}
	want := r.want()
	left := domain.Plan(want, r.grant, r.seen)
	if t := r.trouble; t != nil && t.Cause.Health() != domain.HealthOK || t != nil && t.Party == domain.SellerActs {
		more := r.ail(t.Cause, t.Detail)
		events = append(events, more...)
	}
	if r.grant.Missing != "" {
		events = append(events, r.ail(domain.CauseRoleRefused, "")...)
	}
	forgotten := 0
	for i, was := range stood {
		is := r.claims[i].Follow(r.conn, r.grant, want, left)
		if is.State == domain.ClaimActive && is.OldSubject != "" && is.Subject == r.grant.Subject {
			due, err := r.replace(ctx, tx, is, at)
			if err != nil {
				return nil, err
			}
			is.OldSubject = ""
			events = append(events, due)
		}
		if is.Forgettable() {
			if err := tx.Claims.Delete(ctx, is.ID); err != nil {
				return nil, err
			}
			forgotten++
			continue
		}
		if is == was {
			continue
		}
		if err := tx.Claims.Save(ctx, is); err != nil {
			return nil, err
		}
		r.claims[i] = is
		events = append(events, became(was, is, r.grant.Detail, at)...)
	}
	r.gone = forgotten > 0 && forgotten == len(r.claims)
	if r.conn.Leaving == domain.RemoveMembers && len(left) == 0 && r.conn.ClosedAt.IsZero() {
		events = append(events, domain.ConnectionDue{ConnectionID: r.conn.ID, At: at})
	}
	r.again = time.Time{}
	if len(left) > 0 && !r.conn.Paused() && r.conn.ClosedAt.IsZero() {
		r.again = domain.Later(at, r.grant.TryAt)
	}
	return events, nil
}

// ail records what is wrong with the connection, and tells its seller once.
func (r *run) ail(cause domain.Cause, detail string) []domain.Event {
	paused, at := r.conn.Paused(), r.at()
	conn, fresh := r.conn.Ail(cause)
	r.conn = conn
	if !fresh {
		return nil
	}
	e := domain.AccessTroubled{ConnectionID: conn.ID, Party: domain.SellerActs, Cause: cause, Detail: detail, At: at}
	if len(r.claims) > 0 {
		e.ClaimID, e.PurchaseID = r.claims[len(r.claims)-1].ID, r.claims[len(r.claims)-1].PurchaseID
	}
	events := []domain.Event{e}
	if conn.Paused() && !paused {
		events = append(events, domain.ConnectionPaused{ConnectionID: conn.ID, Cause: cause, At: at})
	}
	return events
}

// replace sends away whom the claim's person has taken the place of: also where
// people are kept in the end, since otherwise one sale would let in many.
func (r *run) replace(ctx context.Context, tx ports.Tx, claim domain.Claim, at time.Time) (domain.Event, error) {
	g, err := tx.Grants.BySubject(ctx, claim.ConnectionID, claim.OldSubject)
	if err != nil {
		return nil, err
	}
	by := claim.EndAction
	if by == domain.EndNone {
		by = claim.Service.DefaultEnd()
	}
	was := g.State().Version
	g.Leave(by, at)
	return domain.AccessDue{GrantID: g.State().ID, ConnectionID: claim.ConnectionID, Service: claim.Service, DueAt: at, At: at}, tx.Grants.Save(ctx, g, was)
}

// became returns the events of a claim that stands differently than before.
func became(was, is domain.Claim, detail string, at time.Time) []domain.Event {
	switch {
	case is.State == was.State && is.Cause == was.Cause:
		return nil
	case is.State == domain.ClaimActive:
		return []domain.Event{domain.AccessGiven{ClaimID: is.ID, PurchaseID: is.PurchaseID, At: at}}
	case is.State == domain.ClaimRemoved:
		return []domain.Event{domain.AccessTaken{ClaimID: is.ID, PurchaseID: is.PurchaseID, At: at}}
	case is.State == domain.ClaimNeedsCustomer, is.State == domain.ClaimFailed:
		e := domain.AccessTroubled{ConnectionID: is.ConnectionID, ClaimID: is.ID, PurchaseID: is.PurchaseID, Cause: is.Cause, Detail: detail, At: at}
		e.Party = domain.CustomerActs
		if is.State == domain.ClaimFailed {
			e.Party = domain.NobodyCan
		}
		return []domain.Event{e}
	}
	return nil
}

// warnOperator tells who runs this server of what only they can mend.
func (c *core) warnOperator(ctx context.Context, t *domain.Trouble) {
	c.log.ErrorContext(ctx, "a community's service refuses this server", "cause", t.Cause, "detail", t.Detail)
	if c.alarm != nil {
		c.alarm(t.Cause)
	}
}
