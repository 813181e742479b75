package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const mostSteps = 500 // of one run; what is left is done by the next

// accessKind is the kind of job that brings one person in or out of one
// community of a service.
func accessKind(s domain.Service) string { return string(s) + "_access" }

// lookAfterCommunities adds the kinds of jobs that communities need, where there
// are any: who embeds usher without them has no work with them. Processes on one
// store have them all, or none.
func (w *Worker) lookAfterCommunities() {
	if len(w.communities) == 0 {
		return
	}
	w.kinds[entitleKind] = kind{w.entitle, entitleJob}
	w.kinds[attachmentKind] = kind{w.attachment, attachmentJob}
	w.kinds[disconnectKind] = kind{w.disconnect, disconnectJob}
	w.kinds[sweepKind] = kind{w.sweep, w.sweepJob}
	w.kinds[resumeKind] = kind{w.resume, resumeJob}
	for _, s := range domain.Services() {
		k := kind{nil, accessJob(s)}
		if w.communities[s] != nil {
			k.do = w.access
		}
		w.kinds[accessKind(s)] = k
	}
}

// accessJob makes it. Its payload begins with the row that it has to wait in:
// one connection, or all of a service where one token opens all.
func accessJob(s domain.Service) func(domain.JobID, ports.Event) (ports.Job, bool) {
	return func(id domain.JobID, event ports.Event) (ports.Job, bool) {
		var e domain.AccessDue
		ok := read(event, &e) && e.Service == s
		row := string(e.ConnectionID)
		if !s.Invites() {
			row = string(s)
		}
		j := jobOf(accessKind(s), string(e.GrantID), id, event, 0)
		j.Payload, j.DueAt = row+" "+string(e.GrantID), e.DueAt
		return j, ok
	}
}

// inRows sorts jobs, by their places: those of one row one after the other, each
// other one in a row of its own. first are those that find out who may be in.
func inRows(jobs []ports.Job) (first, rows [][]int) {
	of := map[string]int{}
	for i, j := range jobs {
		if j.Kind == entitleKind || j.Kind == attachmentKind {
			first = append(first, []int{i})
			continue
		}
		waits := strings.HasSuffix(j.Kind, accessKind("")) || j.Kind == deliverKind
		row, _, _ := strings.Cut(j.Payload, " ")
		if n, ok := of[row]; ok && waits {
			rows[n] = append(rows[n], i)
			continue
		}
		if waits {
			of[row] = len(rows)
		}
		rows = append(rows, []int{i})
	}
	return first, rows
}

// access brings somebody to where they should be, as far as that can be done
// now, and is back when something can be tried again.
func (w *Worker) access(ctx context.Context, j ports.Job) ports.Done {
	_, grant, _ := strings.Cut(j.Payload, " ")
	seller, id := domain.SellerID(j.Lane), domain.GrantID(grant)
	r := run{core: w.core, seller: seller, id: id}
	err := r.bring(ctx)
	switch {
	case errors.Is(err, domain.ErrGrantNotFound):
		return ports.Done{Job: j}
	case errors.Is(err, domain.ErrMoved):
		w.log.WarnContext(ctx, "an answer came too late: somebody else looks after this person now", "job", j.ID, "grant", id)
		return w.lookAgain(j, w.at())
	case err != nil:
		return w.failed(j, err)
	}
	return w.lookAgain(j, r.again)
}

// run is one go at bringing somebody to where they should be.
type run struct {
	*core
	seller domain.SellerID
	id     domain.GrantID
	proof  ports.Proof // of somebody who is joining

	grant   domain.GrantState // as it was written last
	conn    domain.Connection
	claims  []domain.Claim
	door    ports.Door
	seen    domain.Presence
	trouble *domain.Trouble // the last
	gone    bool            // nothing is known of the person any more
	found   bool            // this run has seen the person in, or let them in
	calls   int64           // that the service counts, and are not written down yet
	pending bool            // let in, and has to accept the server's rules first
	again   time.Time       // when there is more to do; zero: there is not
}

// bring plans, asks for one step, writes the answer down and plans anew, until
// nothing is left that can be done now. A person whom somebody else has seen to
// meanwhile is [domain.ErrMoved].
func (r *run) bring(ctx context.Context) error {
	for range mostSteps {
		step, err := r.next(ctx)
		if err != nil {
			return err
		}
		if step.Kind == domain.StepNone {
			return r.write(ctx, domain.Step{}, nil)
		}
		if step.Kind != domain.StepLook {
			if err := r.begin(ctx, step); err != nil {
				return err
			}
		}
		answer := r.ask(ctx, step)
		if err := r.write(ctx, step, answer); err != nil {
			return err
		}
		if r.gone || r.trouble != nil && !r.again.IsZero() {
			return nil
		}
	}
	r.again = r.at()
	return nil
}

// next reads everything anew and returns the next step; none if there is none,
// or nothing can be asked now.
func (r *run) next(ctx context.Context) (domain.Step, error) {
	at := r.at()
	var opened error
	_, err := load(ctx, r.core, r.seller, func(ctx context.Context, tx ports.Tx) (struct{}, error) {
		opened = nil
		g, err := tx.Grants.ByID(ctx, r.id)
		if err != nil {
			return struct{}{}, err
		}
		if err := r.read(ctx, tx, g); err != nil {
			return struct{}{}, err
		}
		r.door, err = r.core.door(ctx, tx, r.conn)
		r.door.Counted = func() { r.calls++ }
		if t := (*domain.Trouble)(nil); errors.As(err, &t) {
			opened, err = err, nil
		}
		return struct{}{}, err
	})
	if err != nil {
		return domain.Step{}, err
	}
	steps := domain.Plan(r.want(), r.grant, r.seen)
	switch {
	case len(steps) == 0, !r.conn.ClosedAt.IsZero(), r.conn.Paused():
		return domain.Step{}, nil
	case at.Before(r.grant.TryAt):
		return domain.Step{}, nil
	case opened != nil:
		r.trouble = troubleOf(opened)
		return domain.Step{}, r.write(ctx, steps[0], nil)
	}
	if _, err := r.service(r.conn.Service); err != nil {
		return domain.Step{}, nil // another process has it, or its operator will
	}
	return steps[0], nil
}

// read takes what the next step is decided from.
func (r *run) read(ctx context.Context, tx ports.Tx, g *domain.Grant) (err error) {
	r.grant = g.State()
	if r.conn, err = tx.Connections.ByID(ctx, r.grant.ConnectionID); err != nil {
		return err
	}
	r.claims, err = tx.Claims.Touching(ctx, r.grant.ConnectionID, r.grant.Subject)
	return err
}

func (r *run) want() domain.Want {
	w := domain.WantFor(r.conn, r.grant, r.claims)
	w.Proof = r.proof != ""
	return w
}

// begin writes down what is about to be asked.
func (r *run) begin(ctx context.Context, step domain.Step) error {
	was := r.grant.Version
	return r.update(ctx, r.seller, func(ctx context.Context, tx ports.Tx) error {
		g := domain.RestoreGrant(r.grant)
		g.Begin(step)
		if err := tx.Grants.Save(ctx, g, was); err != nil {
			return err
		}
		r.grant = g.State()
		return nil
	})
}
