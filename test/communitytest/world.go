package communitytest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// World is a community that an adapter asks, with a bystander in it.
type World struct {
	Community ports.Community
	Hasty     ports.Community // the same, which gives every call up at once
	Door      ports.Door
	Now       time.Time // business time, which stands still

	Who   domain.Subject // somebody who is not in
	Proof ports.Proof    // theirs; empty: the service wants none
	// Bystander is in, and has Theirs.
	Bystander domain.Subject
	// Gives and Theirs are targets that can be given.
	Gives, Theirs domain.TargetID

	Refused domain.Trouble // what refused credentials are: its Party and Cause
	Limits  []Limit        // in what shapes the service says that it is asked too often
	Secrets []string       // what no error may show, however it is encoded: tokens
	Private []string       // what no error may show of a person

	Service Service
}

// Limit is one way to say that too much was asked.
type Limit struct {
	Name   string
	Status int
	Header http.Header
	Body   string
	Wait   time.Duration // that it means
}

// Service is the other side, as the suite sees it.
type Service interface {
	// In reports whether somebody is in, and with which targets.
	In(domain.Subject) (domain.Targets, bool)
	// Lose ends the connection of the next call without an answer, after its
	// effect or instead of it.
	Lose(effect bool)
	// Hold keeps the next call without an answer until its caller gives up. It
	// calls arrived when the call is there.
	Hold(arrived func())
	// Say answers all calls like this from now on, and does nothing.
	Say(status int, header http.Header, body string)
	// Heal ends what Say began.
	Heal()
	// Refuse makes the credentials worthless.
	Refuse()
	// Close has nobody listen any more.
	Close()
	// Calls is how many calls have come.
	Calls() int
}

// step is a call that changes who is in.
type step struct {
	name   string
	before []string // the steps that come first
	do     func(context.Context, *world) error
	done   func(*world) bool
}

// world is a World in use.
type world struct {
	World
	t      *testing.T
	open   func(*testing.T) World
	member ports.Member
}

func newWorld(t *testing.T, open func(*testing.T) World) *world {
	w := &world{World: open(t), t: t, open: open}
	w.member.Subject = w.Who
	return w
}

// anew returns another one for a part of a test.
func (w *world) anew(t *testing.T) *world { return newWorld(t, w.open) }

func (w *world) admit(ctx context.Context) (domain.Admission, error) {
	a, err := w.Community.Admit(ctx, w.Door, w.Who, domain.MakeTargets(w.Gives), w.Proof)
	if a.MemberID != "" {
		w.member.ID = a.MemberID
	}
	return a, err
}

var steps = []step{
	{"admit", nil, func(ctx context.Context, w *world) error { _, err := w.admit(ctx); return err },
		func(w *world) bool { got, in := w.Service.In(w.Who); return in && got.Has(w.Gives) }},
	{"give", []string{"admit"}, func(ctx context.Context, w *world) error {
		_, err := w.Community.Give(ctx, w.Door, w.member, w.Theirs)
		return err
	}, func(w *world) bool { got, _ := w.Service.In(w.Who); return got.Has(w.Theirs) }},
	{"take", []string{"admit", "give"}, func(ctx context.Context, w *world) error {
		return w.Community.Take(ctx, w.Door, w.member, w.Gives)
	}, func(w *world) bool {
		got, in := w.Service.In(w.Who)
		return in && !got.Has(w.Gives) && got.Has(w.Theirs)
	}},
	{"remove", []string{"admit"}, func(ctx context.Context, w *world) error {
		return w.Community.Remove(ctx, w.Door, w.member)
	}, func(w *world) bool { _, in := w.Service.In(w.Who); return !in }},
}

// questions are the calls that change nothing.
var questions = []step{
	{name: "look", do: func(ctx context.Context, w *world) error {
		p, err := w.Community.Look(ctx, w.Door, w.Who)
		if err == nil && p.Seen == domain.Absent {
			w.t.Error("somebody is taken for absent")
		}
		return err
	}},
	{name: "members", do: func(ctx context.Context, w *world) error {
		_, _, err := w.Community.Members(ctx, w.Door, "")
		return err
	}},
	{name: "choices", do: func(ctx context.Context, w *world) error { _, err := w.Community.Choices(ctx, w.Door); return err }},
	{name: "check", do: func(ctx context.Context, w *world) error {
		up, err := w.Community.Check(ctx, w.Door, ports.CheckUp{Kicks: true, Targets: domain.MakeTargets(w.Gives)})
		if err == nil && len(up.Problems) > 0 { // what is wrong may be what was found
			err = &domain.Trouble{Party: domain.SellerActs, Cause: up.Problems[0].Cause}
		}
		return err
	}},
}

// all are those of both kinds.
var all = slices.Concat(steps, questions)

// arrange does the steps that come before one.
func (w *world) arrange(s step) {
	w.t.Helper()
	for _, name := range s.before {
		for _, first := range steps {
			if first.name == name {
				if err := first.do(w.t.Context(), w); err != nil {
					w.t.Fatalf("%s: %v", name, err)
				}
			}
		}
	}
}

// troubled returns the trouble that an error must be, and looks for secrets in it.
func (w *world) troubled(err error) domain.Trouble {
	w.t.Helper()
	got, ok := errors.AsType[*domain.Trouble](err)
	if !ok {
		w.t.Fatalf("the error is %v, and no trouble", err)
	}
	w.discreet(err)
	return *got
}

// unreachable checks that an error says that nobody answered.
func (w *world) unreachable(err error) domain.Trouble {
	w.t.Helper()
	got := w.troubled(err)
	if got.Party != domain.NobodyActs || got.Cause != domain.CauseUnreachable || got.Done {
		w.t.Errorf("the trouble is %+v", got)
	}
	return got
}

// untouched checks that the bystander has what they had.
func (w *world) untouched() {
	w.t.Helper()
	if got, in := w.Service.In(w.Bystander); !in || got != domain.MakeTargets(w.Theirs) {
		w.t.Errorf("the bystander is in: %t, with %q", in, got)
	}
}
