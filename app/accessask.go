package app

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// ask asks the service for a step, and returns how its answer is recorded in the
// grant; r.trouble holds a refusal.
func (r *run) ask(ctx context.Context, step domain.Step) func(*domain.Grant) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callWithin)
	defer cancel()
	service, err := r.service(r.conn.Service)
	if err != nil {
		r.trouble = &domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseUnreachable}
		return nil
	}
	who := ports.Member{Subject: r.grant.Subject, ID: r.grant.MemberID}
	r.trouble = nil
	var record func(*domain.Grant)
	switch step.Kind {
	case domain.StepLook:
		r.seen, err = service.Look(ctx, r.door, who.Subject)
		r.found = err == nil && r.seen.Seen == domain.Present
		seen, wanted := r.seen, r.want().Targets
		record = func(g *domain.Grant) { g.Looked(seen, wanted) }
	case domain.StepAdmit:
		var a domain.Admission
		a, err = service.Admit(ctx, r.door, who.Subject, step.Targets, r.proof)
		r.pending, r.found = a.Pending, r.found || err == nil
		record = func(g *domain.Grant) { g.Admitted(a) }
	case domain.StepGive:
		var already bool
		already, err = service.Give(ctx, r.door, who, only(step.Targets))
		record = func(g *domain.Grant) { g.Gave(step.Targets, already) }
	case domain.StepTake:
		err = service.Take(ctx, r.door, who, only(step.Targets))
		record = func(g *domain.Grant) { g.Took(step.Targets) }
	case domain.StepRemove:
		err = service.Remove(ctx, r.door, who)
		record = func(g *domain.Grant) { g.Removed() }
	}
	if err == nil {
		return record
	}
	r.trouble = troubleOf(err)
	if r.trouble.Done {
		return record
	}
	if step.Kind == domain.StepLook {
		r.seen = domain.Presence{}
	}
	return nil
}

// only returns the one target of a step.
func only(t domain.Targets) domain.TargetID {
	for id := range t.All() {
		return id
	}
	return ""
}

// troubleOf returns what an adapter says of its failure. An error that it did
// not look into is one without an answer.
func troubleOf(err error) *domain.Trouble {
	if t, ok := errors.AsType[*domain.Trouble](err); ok {
		return t
	}
	return &domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Lost: true}
}
