package communitytest

import (
	"slices"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Run tests an adapter. Each test has a world of its own.
func Run(t *testing.T, open func(t *testing.T) World) {
	for _, group := range []map[string]func(*testing.T, *world){states, answers, secrets} {
		for name, test := range group {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t, open)
				test(t, w)
				w.untouched()
			})
		}
	}
	each(t, open, steps, perStep)
	each(t, open, all, perCall)
}

func each(t *testing.T, open func(*testing.T) World, calls []step, tests map[string]func(*testing.T, *world, step)) {
	for name, test := range tests {
		for _, s := range calls {
			t.Run(s.name+" "+name, func(t *testing.T) {
				w := newWorld(t, open)
				w.arrange(s)
				test(t, w, s)
				w.untouched()
			})
		}
	}
}

// states are what comes of calls that are answered.
var states = map[string]func(*testing.T, *world){
	"a look tells who is in": func(t *testing.T, w *world) {
		for who, want := range map[domain.Subject]domain.Sight{w.Who: domain.Absent, w.Bystander: domain.Present} {
			before := w.Service.Calls()
			p, err := w.Community.Look(t.Context(), w.Door, who)
			if err != nil || p.Seen != want && (p.Seen != domain.CannotTell || w.Service.Calls() != before) {
				t.Errorf("a look says %+v (%v), want %v", p, err, want)
			}
		}
	},
	"an admission says that somebody was added": func(t *testing.T, w *world) {
		for _, added := range []bool{true, false} {
			a, err := w.admit(t.Context())
			if err != nil || a.Added != added || a.Missing != "" {
				t.Errorf("the admission is %+v (%v)", a, err)
			}
		}
	},
	"nobody who is not in is given anything": func(t *testing.T, w *world) {
		already, err := w.Community.Give(t.Context(), w.Door, w.member, w.Gives)
		if got := w.troubled(err); got.Party != domain.CustomerActs || got.Cause != domain.CauseLeft || already {
			t.Errorf("giving is %+v", got)
		}
		if _, in := w.Service.In(w.Who); in {
			t.Error("they came in by it")
		}
	},
	"from nobody all is taken, and who is not in is removed": func(t *testing.T, w *world) {
		if err := w.Community.Take(t.Context(), w.Door, w.member, w.Gives); err != nil {
			t.Errorf("taking is %v", err)
		}
		if err := w.Community.Remove(t.Context(), w.Door, w.member); err != nil {
			t.Errorf("removing is %v", err)
		}
	},
	"members are listed": func(t *testing.T, w *world) {
		if _, err := w.admit(t.Context()); err != nil {
			t.Fatal(err)
		}
		seen := map[domain.Subject]ports.MemberSeen{}
		for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
			page, next, err := w.Community.Members(t.Context(), w.Door, cursor)
			if err != nil || pages > 10 {
				t.Fatalf("page %d: %v", pages, err)
			}
			for _, m := range page {
				seen[m.Subject] = m
			}
			cursor = next
		}
		for _, who := range []domain.Subject{w.Who, w.Bystander} {
			m, in := seen[who]
			targets, _ := w.Service.In(who)
			if !in || m.Listed && m.Targets != targets {
				t.Errorf("listed: %t, as %+v, and has %q", in, m, targets)
			}
		}
	},
	"targets can be chosen": func(t *testing.T, w *world) {
		all, err := w.Community.Choices(t.Context(), w.Door)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []domain.TargetID{w.Gives, w.Theirs} {
			if !slices.ContainsFunc(all, func(c ports.Choice) bool { return c.ID == string(want) && c.Name != "" && c.Refused == "" }) {
				t.Errorf("%s is not among %+v", want, all)
			}
		}
	},
	"a check finds nothing where all is well": func(t *testing.T, w *world) {
		up, err := w.Community.Check(t.Context(), w.Door, ports.CheckUp{Kicks: true, Targets: domain.MakeTargets(w.Gives, w.Theirs)})
		if err != nil || up.Name == "" || len(up.Problems) > 0 {
			t.Errorf("the check is %+v (%v)", up, err)
		}
	},
	"the connection is left": func(t *testing.T, w *world) {
		if err := w.Community.Leave(t.Context(), w.Door); err != nil {
			t.Error(err)
		}
	},
}
