package domain

import (
	"fmt"
	"testing"
	"time"
)

// reclaiming is one sale, what its product is attached to, and its claims.
type reclaiming struct {
	t        *testing.T
	sale     PurchaseState
	seats    []Seat
	holders  []Holder
	attached []Attachment
	claims   []Claim
	at       time.Time
}

// again asks, keeps what was found, and makes sure that asked once more nothing
// is found.
func (r *reclaiming) again() Reclaimed {
	r.t.Helper()
	r.at = r.at.Add(time.Hour)
	ask := func() Reclaimed {
		n := len(r.claims)
		return Reclaim(r.sale, r.seats, r.holders, r.attached, r.claims, func() ClaimID { n++; return ClaimID(fmt.Sprint("c", n)) }, r.at)
	}
	found := ask()
	for _, c := range found.Changed {
		for i := range r.claims {
			if r.claims[i].ID == c.ID {
				r.claims[i] = c
			}
		}
	}
	r.claims = append(r.claims, found.New...)
	if more := ask(); len(more.New)+len(more.Changed)+len(more.Events) > 0 {
		r.t.Errorf("asked again it finds %+v", more)
	}
	return found
}

func newReclaiming(t *testing.T, s Service) *reclaiming {
	r := &reclaiming{t: t, at: t0.AddDate(0, 0, 1)}
	r.sale = PurchaseState{ID: "sale", SellerID: "ana", ProductID: "club", Variants: ChosenVariants("gold"), CreatedAt: t0}
	r.holders = []Holder{{"", "zoe@example.com", t0}}
	r.attached = []Attachment{{ID: "a1", ConnectionID: "k", Service: s, ProductID: "club", AllVariants: true, Targets: MakeTargets("1"), EndAction: s.DefaultEnd(), CreatedAt: t0.AddDate(0, 0, -1)}}
	return r
}

func (r *reclaiming) remove(i int, l Leaving) {
	r.attached[i].RemovedAt, r.attached[i].Leaving = r.at, l
}

func TestReclaim(t *testing.T) {
	second := Attachment{ID: "a2", ConnectionID: "k", Service: Discord, ProductID: "club", AllVariants: true, Targets: MakeTargets("2"), EndAction: EndNone, CreatedAt: t0.AddDate(0, 0, -1)}
	// Each begins with a live claim of somebody who is in.
	for _, tt := range []struct {
		name   string
		do     func(*reclaiming)
		live   bool
		state  ClaimState
		end    EndAction
		gives  Targets
		events int
	}{
		{"nothing has happened", func(*reclaiming) {}, true, ClaimActive, EndKick, MakeTargets("1"), 0},
		{"nobody uses the sale any more", func(r *reclaiming) { r.holders = nil }, false, ClaimRemoving, EndKick, MakeTargets("1"), 1},
		{"what its end does is read when it ends", func(r *reclaiming) { r.holders, r.attached[0].EndAction = nil, EndRoles }, false, ClaimRemoving, EndRoles, MakeTargets("1"), 1},
		{"its seller keeps people in the end", func(r *reclaiming) { r.holders, r.attached[0].EndAction = nil, EndNone }, false, ClaimKept, EndNone, MakeTargets("1"), 1},
		{"the attachment gives more", func(r *reclaiming) { r.attached[0].Targets = MakeTargets("1", "3") }, true, ClaimActive, EndKick, MakeTargets("1", "3"), 0},
		{"another attachment of the connection gives more", func(r *reclaiming) { r.attached = append(r.attached, second) }, true, ClaimActive, EndNone, MakeTargets("1", "2"), 0},
		{"the mildest of two decides, wherever it stands", func(r *reclaiming) {
			r.attached = []Attachment{second, r.attached[0]}
			r.again()
			r.holders = nil
		}, false, ClaimKept, EndNone, MakeTargets("1", "2"), 1},
		{"the tier moves to one that gives something else there: no leaving and joining", func(r *reclaiming) {
			r.attached[0].AllVariants, r.attached[0].Variants = false, ChosenVariants("gold")
			second.AllVariants, second.Variants, second.EndAction = false, ChosenVariants("silver"), EndKick
			r.attached = append(r.attached, second)
			r.again()
			r.sale.Variants, r.sale.VariantsAt = ChosenVariants("silver"), r.at
		}, true, ClaimActive, EndKick, MakeTargets("2"), 0},
		{"the tier moves to one that gives nothing", func(r *reclaiming) {
			r.attached[0].AllVariants, r.attached[0].Variants = false, ChosenVariants("gold")
			r.sale.Variants, r.sale.VariantsAt = ChosenVariants("silver"), r.at
		}, false, ClaimRemoving, EndKick, MakeTargets("1"), 1},
		{"the tier moves away from it, and another was removed long before", func(r *reclaiming) {
			r.attached[0].AllVariants, r.attached[0].Variants = false, ChosenVariants("gold")
			r.attached = append(r.attached, second)
			r.attached[1].AllVariants, r.attached[1].EndAction = true, EndKick
			r.again()
			r.remove(1, KeepMembers)
			r.again()
			r.at = r.at.Add(time.Hour)
			r.sale.Variants, r.sale.VariantsAt = ChosenVariants("silver"), r.at
		}, false, ClaimRemoving, EndKick, MakeTargets("1"), 1},
		{"removed, its people stay", func(r *reclaiming) { r.remove(0, KeepMembers) }, false, ClaimKept, EndNone, MakeTargets("1"), 1},
		{"removed, its people stay to the end", func(r *reclaiming) { r.remove(0, KeepUntilEnd) }, true, ClaimActive, EndKick, MakeTargets("1"), 0},
		{"removed, its people stayed to the end, which has come", func(r *reclaiming) {
			r.remove(0, KeepUntilEnd)
			r.again()
			r.holders = nil
		}, false, ClaimRemoving, EndKick, MakeTargets("1"), 1},
		{"removed with its people", func(r *reclaiming) { r.remove(0, RemoveMembers) }, false, ClaimRemoving, EndKick, MakeTargets("1"), 1},
		{"removed with its people, who would have been kept", func(r *reclaiming) {
			r.attached[0].EndAction = EndNone
			r.remove(0, RemoveMembers)
		}, false, ClaimRemoving, EndKick, MakeTargets("1"), 1},
		{"one of two is removed, the other still gives", func(r *reclaiming) {
			r.attached = append(r.attached, second)
			r.again()
			r.remove(0, RemoveMembers)
		}, true, ClaimActive, EndNone, MakeTargets("2"), 0},
		{"both are removed at once, one of them keeping people", func(r *reclaiming) {
			r.attached = append(r.attached, second)
			r.again()
			r.remove(0, RemoveMembers)
			r.remove(1, KeepMembers)
		}, false, ClaimKept, EndNone, MakeTargets("1", "2"), 1},
		{"the last of two is removed with its people", func(r *reclaiming) {
			r.attached = append(r.attached, second)
			r.again()
			r.remove(1, KeepMembers)
			r.again()
			r.at = r.at.Add(time.Hour)
			r.remove(0, RemoveMembers)
		}, false, ClaimRemoving, EndKick, MakeTargets("1"), 1},
		{"one that was removed before the sale says nothing", func(r *reclaiming) {
			second.RemovedAt, second.Leaving = t0, KeepMembers
			r.attached = append(r.attached, second)
			r.remove(0, RemoveMembers)
		}, false, ClaimRemoving, EndKick, MakeTargets("1"), 1},
		{"who was too early for an attachment gets nothing of it", func(r *reclaiming) {
			second.FromAt = r.at
			r.attached = append(r.attached, second)
		}, true, ClaimActive, EndKick, MakeTargets("1"), 0},
		{"who was too early for one that keeps people is not kept", func(r *reclaiming) {
			second.FromAt = t0.Add(time.Minute)
			r.attached = append(r.attached, second)
			r.again()
			r.holders = nil
		}, false, ClaimRemoving, EndKick, MakeTargets("1"), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			keep := second
			defer func() { second = keep }()
			r := newReclaiming(t, Discord)
			found := r.again()
			same(t, "opened", len(found.New), 1)
			same(t, "waits for a click", found.New[0].State, ClaimWaiting)
			same(t, "told once", len(found.Events), 1)
			c := &r.claims[0]
			c.Subject, c.State = "77", ClaimActive
			tt.do(r)
			found = r.again()
			same(t, "claims", len(r.claims), 1)
			same(t, "live", r.claims[0].Live(), tt.live)
			same(t, "state", r.claims[0].State, tt.state)
			same(t, "end action", r.claims[0].EndAction, tt.end)
			same(t, "targets", r.claims[0].Targets, tt.gives)
			same(t, "events", len(found.Events), tt.events)
		})
	}
}

// The claim of a seat may be younger than the seat, by which who sits in it is a
// customer of before.
func TestReclaimSeatOfBefore(t *testing.T) {
	r := newReclaiming(t, Discord)
	r.seats = []Seat{{ID: "s1", CreatedAt: t0}}
	r.holders = []Holder{{"s1", "zoe@example.com", t0}}
	keeps := Attachment{ID: "a2", ConnectionID: "k", Service: Discord, ProductID: "club", AllVariants: true, EndAction: EndNone, FromAt: t0.Add(time.Hour), CreatedAt: t0.Add(time.Hour)}
	r.attached = append(r.attached, keeps)
	r.again()
	r.claims[0].Subject, r.claims[0].State = "77", ClaimActive

	r.holders = nil
	r.again()

	same(t, "state", r.claims[0].State, ClaimRemoving)
	same(t, "end action", r.claims[0].EndAction, EndKick)
}

func TestReclaimOpens(t *testing.T) {
	for _, tt := range []struct {
		name   string
		mod    func(*reclaiming)
		claims int
		events int // a claim that opens late is told of to its person too
	}{
		{"a sale", func(*reclaiming) {}, 1, 1},
		{"a sale that nobody uses", func(r *reclaiming) { r.holders = nil }, 0, 0},
		{"a sale of a tier that gives nothing", func(r *reclaiming) { r.attached[0].AllVariants = false }, 0, 0},
		{"two attachments of one connection", func(r *reclaiming) { r.attached = append(r.attached, r.attached[0]) }, 1, 1},
		{"two connections", func(r *reclaiming) { r.attached = append(r.attached, r.attached[0]); r.attached[1].ConnectionID = "k2" }, 2, 2},
		{"two seats", func(r *reclaiming) { r.holders = []Holder{{"s1", "a@example.com", t0}, {"s2", "b@example.com", t0}} }, 2, 2},
		{"attached after the sale", func(r *reclaiming) { r.attached[0].CreatedAt = t0.Add(time.Hour) }, 1, 2},
		{"attached after the sale, for new customers", func(r *reclaiming) { r.attached[0].FromAt = t0.Add(time.Hour) }, 0, 0},
		{"moved to its tier", func(r *reclaiming) { r.sale.VariantsAt = t0.Add(time.Hour) }, 1, 2},
		{"removed already", func(r *reclaiming) { r.remove(0, KeepUntilEnd) }, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newReclaiming(t, Discord)
			tt.mod(r)
			found := r.again()
			same(t, "claims", len(found.New), tt.claims)
			same(t, "events", len(found.Events), tt.events)
			for _, c := range found.New {
				wantError(t, c.Check(), "", "")
				same(t, "live", c.Live(), true)
			}
		})
	}
}

func TestReclaimReopens(t *testing.T) {
	for _, tt := range []struct {
		name  string
		s     Service
		state ClaimState
	}{{"who is invited is invited again", Circle, ClaimPending}, {"who joins may join again", Discord, ClaimWaiting}} {
		t.Run(tt.name, func(t *testing.T) {
			r := newReclaiming(t, tt.s)
			r.again()
			who := r.holders
			r.holders = nil
			r.again()
			r.claims[0].State, r.claims[0].Cause, r.claims[0].Missing = ClaimRemoved, CauseOwner, MakeTargets("1")
			r.holders = who
			found := r.again()
			same(t, "no second claim", len(found.New), 0)
			c := r.claims[0]
			same(t, "live", c.Live(), true)
			same(t, "state", c.State, tt.state)
			same(t, "cause", c.Cause, CauseNone)
			same(t, "missing", c.Missing, "")
		})
	}
}

func TestReclaimAddress(t *testing.T) {
	to := func(r *reclaiming, email string) { r.holders = []Holder{{"", email, t0}}; r.again() }
	over := func(r *reclaiming, s ClaimState) {
		r.holders = nil
		r.again()
		r.claims[0].State = s
	}
	for _, tt := range []struct {
		name     string
		service  Service
		do       func(*reclaiming)
		now, old Subject
		state    ClaimState
	}{
		{"the old one stays until the new one is in", Circle, func(r *reclaiming) { to(r, "new@x") }, "new@x", "zoe@example.com", ClaimPending},
		{"changed back again", Circle, func(r *reclaiming) { to(r, "new@x"); to(r, "zoe@example.com") }, "zoe@example.com", "new@x", ClaimPending},
		{"changed twice: who was in first stays", Circle, func(r *reclaiming) { to(r, "new@x"); to(r, "newer@x") }, "newer@x", "zoe@example.com", ClaimPending},
		{"of a Discord account nothing changes", Discord, func(r *reclaiming) { r.claims[0].Subject = "77"; to(r, "new@x") }, "77", "", ClaimActive},
		{"it begins again with another, and the old one is out", Circle, func(r *reclaiming) { over(r, ClaimRemoved); to(r, "new@x") }, "new@x", "", ClaimPending},
		{"it begins again with another, and the old one was kept", Circle, func(r *reclaiming) { over(r, ClaimKept); to(r, "new@x") }, "new@x", "", ClaimPending},
		{"it begins again with another, and the old one is still to go", Circle, func(r *reclaiming) { over(r, ClaimRemoving); to(r, "new@x") }, "new@x", "zoe@example.com", ClaimPending},
		{"it begins again with another, and the old one could not be removed", Circle, func(r *reclaiming) { over(r, ClaimNeedsSeller); to(r, "new@x") }, "new@x", "zoe@example.com", ClaimPending},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newReclaiming(t, tt.service)
			r.again()
			r.claims[0].State = ClaimActive
			tt.do(r)
			same(t, "subject", r.claims[0].Subject, tt.now)
			same(t, "old subject", r.claims[0].OldSubject, tt.old)
			same(t, "state", r.claims[0].State, tt.state)
		})
	}
}
