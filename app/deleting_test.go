package app_test

import (
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/storetest"
)

// deletions is a seller with a membership product, on a store that runs every
// closure twice.
type deletions struct {
	*app.Usher
	t       *testing.T
	store   *memstore.Store
	clock   *clock
	seller  domain.Seller
	product domain.Product
	start   time.Time
}

func newDeletions(t *testing.T) *deletions {
	t.Helper()
	d := &deletions{t: t, start: fixture.T0.AddDate(0, 0, 5).Truncate(time.Second), seller: fixture.Seller("ana")}
	d.clock = &clock{at: d.start}
	d.store = memstore.New(&memstore.Options{Now: d.clock.now})
	d.product = fixture.Product(d.seller, ofMembers)
	fixture.Fill(t, d.store, d.seller, d.product)
	var err error
	if d.Usher, err = app.New(app.Config{Store: storetest.Rerun(d.store), Clock: d.clock.now, Random: (&dice{}).fill}); err != nil {
		t.Fatal(err)
	}
	return d
}

func ofMembers(p *domain.Product) { p.Kind = domain.MembershipKind }

// members fills in n memberships of a product.
func (d *deletions) members(n int, of domain.Product, mods ...func(*domain.MembershipState)) (ids []domain.MembershipID) {
	d.t.Helper()
	for range n {
		sale, _ := fixture.Renewal(of)
		m := fixture.Membership(sale, mods...)
		fixture.Fill(d.t, d.store, sale, m)
		ids = append(ids, m.ID)
	}
	return ids
}

// wait moves the clock to so long after the start.
func (d *deletions) wait(after time.Duration) { d.clock.advance(d.start.Add(after).Sub(d.clock.now())) }

// do deletes the product, or takes that back, so long after the start.
func (d *deletions) do(after time.Duration, undo bool) {
	d.t.Helper()
	d.wait(after)
	change := d.Catalog.DeleteProduct
	if undo {
		change = d.Catalog.UndeleteProduct
	}
	if _, err := change(d.t.Context(), d.seller.ID, d.product.ID); err != nil {
		d.t.Fatal(err)
	}
	d.at(after)
}

// at does what is due so long after the start.
func (d *deletions) at(after time.Duration) {
	d.t.Helper()
	d.wait(after)
	if _, err := d.Worker.Tick(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

// ended needs memberships to have been ended so long after the start, or, if it
// is 0, to be live.
func (d *deletions) ended(what string, after time.Duration, ids []domain.MembershipID) {
	d.t.Helper()
	for _, id := range ids {
		m, err := d.Memberships.Get(d.t.Context(), d.seller.ID, id)
		if err != nil {
			d.t.Fatal(err)
		}
		if after == 0 && (!m.Live() || !m.CancelledAt.IsZero()) {
			d.t.Fatalf("%s: the membership is %s (%s) at %s, want it untouched", what, m.Status, m.EndReason, d.clock.now())
		}
		then := d.start.Add(after)
		if after != 0 && (m.EndReason != domain.Revoked || !m.CancelledAt.Equal(then) || !m.DeactivatedAt.Equal(then) || m.CancelledBy != domain.SellerActor) {
			d.t.Fatalf("%s: the membership is %s (%s), cancelled at %s by %s, want it ended at %s", what, m.Status, m.EndReason, m.CancelledAt, m.CancelledBy, then)
		}
	}
}

// More than one slice of memberships, of the product and of another, those that
// somebody else charges among them.
func TestDeleteProduct_endsItsMemberships(t *testing.T) {
	d := newDeletions(t)
	other := fixture.Product(d.seller, ofMembers)
	fixture.Fill(t, d.store, other)
	some := d.members(120, d.product)
	others := d.members(3, other)
	elsewhere := d.members(2, d.product, func(m *domain.MembershipState) { m.Elsewhere = true })
	more := d.members(130, d.product)
	failed := d.members(1, d.product, func(m *domain.MembershipState) {
		m.Status, m.EndReason = domain.Ended, domain.PaidNoMore
		m.FailedAt, m.DeactivatedAt = d.start, d.start
	})

	const minutes = 10 * time.Minute
	d.do(0, false)
	d.at(minutes - time.Second)
	d.ended("before ten minutes are over", 0, append(some, elsewhere...))
	d.at(minutes)
	d.ended("after ten minutes", minutes, some)
	d.ended("behind the first slice", minutes, more)
	d.ended("charged elsewhere", minutes, elsewhere)
	d.ended("of another product", 0, others)
	if m, err := d.Memberships.Get(t.Context(), d.seller.ID, failed[0]); err != nil || m.EndReason != domain.PaidNoMore || !m.CancelledAt.IsZero() {
		t.Errorf("one that had ended is %+v, %v, want it as it was", m, err)
	}

	// A sale that was being paid for has begun another since, with a date of before.
	late := d.members(1, d.product, func(m *domain.MembershipState) { m.CreatedAt = fixture.T0.AddDate(0, 0, -1) })
	d.at(minutes + 25*time.Hour - time.Second)
	d.ended("begun since", 0, late)
	d.at(minutes + 25*time.Hour)
	d.ended("begun since, a day later", minutes+25*time.Hour, late)
	if due, waits, err := d.Worker.NextDue(t.Context()); err != nil || waits && due.After(d.clock.now().Add(25*time.Hour-time.Second)) {
		t.Errorf("there is more to do at %s, %v, want the deletion done with", due, err)
	}
	d.ended("of another product, in the end", 0, others)
}

// The same work once more, as after a crash, is no second pass.
func TestDeleteProduct_endedTwice(t *testing.T) {
	d := newDeletions(t)
	d.do(0, false)
	d.at(10 * time.Minute)
	again := ports.Job{
		ID: domain.JobID(fixture.ID()), Kind: "product_ended", Lane: string(d.seller.ID), Key: "product_ended:" + string(d.product.ID),
		Payload: string(d.product.ID), DueAt: d.clock.now(),
	}
	if err := d.store.Enqueue(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	d.at(10 * time.Minute)
	late := d.members(1, d.product)
	d.at(10*time.Minute + 25*time.Hour)
	d.ended("begun since", 10*time.Minute+25*time.Hour, late)
}

func TestDeleteProduct_takenBack(t *testing.T) {
	d := newDeletions(t)
	all := d.members(3, d.product)
	d.do(0, false)
	d.do(9*time.Minute+59*time.Second, true)
	for _, after := range []time.Duration{10 * time.Minute, 30 * time.Hour} {
		d.at(after)
		d.ended("taken back", 0, all)
	}
}

func TestDeleteProduct_takenBackAndDeletedAgain(t *testing.T) {
	d := newDeletions(t)
	all := d.members(3, d.product)
	d.do(0, false)
	d.do(5*time.Minute, true)
	d.do(6*time.Minute, false)
	d.at(10 * time.Minute)
	d.ended("ten minutes after the first deletion", 0, all)
	d.at(16*time.Minute - time.Second)
	d.ended("before ten minutes are over", 0, all)
	d.at(16 * time.Minute)
	d.ended("ten minutes after the second", 16*time.Minute, all)
}
