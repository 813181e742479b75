package app_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// slice is how many past sales one transaction carries.
const slice = 200

// past is a product without keys, that many sales of it, and licensing just
// switched on.
func past(w *world, sales int) domain.Product {
	w.t.Helper()
	pencil := fixture.Product(w.ana, func(p *domain.Product) { p.Licensed = false })
	things := []any{pencil}
	for range sales {
		things = append(things, fixture.Purchase(pencil))
	}
	w.fill(things...)
	w.switchLicensing(pencil, true)
	return pencil
}

func (w *world) switchLicensing(p domain.Product, on bool) {
	w.t.Helper()
	if _, err := w.Catalog.EditProduct(w.ctx(), w.ana.ID, p.ID, licensed(on)); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) progress(of domain.Product) ports.Task {
	w.t.Helper()
	task, err := w.Catalog.PastSales(w.ctx(), w.ana.ID, of.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return task
}

// wantKeys wants that many licences, each of a purchase and with a key of its own.
func (w *world) wantKeys(n int) {
	w.t.Helper()
	all := w.licenses()
	purchases, keys := map[domain.PurchaseID]bool{}, map[domain.LicenseKey]bool{}
	for _, l := range all {
		purchases[l.License.PurchaseID], keys[l.License.Key] = true, true
	}
	if len(all) != n || len(purchases) != n || len(keys) != n {
		w.t.Errorf("there are %d licences of %d purchases with %d keys, want %d", len(all), len(purchases), len(keys), n)
	}
}

func TestPastSales_getKeys(t *testing.T) {
	w := newWorld(t)
	noon := w.clock.now()
	pencil := past(w, 2*slice+50)
	if task := w.progress(pencil); task.Done != 0 || task.Total != 2*slice+50 || !task.FinishedAt.IsZero() || !task.StartedAt.Equal(noon) {
		t.Errorf("before it begins, it is %+v", task)
	}
	w.wantKeys(0)
	w.clock.advance(time.Second)
	w.drain()
	w.wantKeys(2*slice + 50)
	task := w.progress(pencil)
	if task.Done != 2*slice+50 || task.Total != task.Done || !task.FinishedAt.Equal(noon.Add(time.Second)) {
		t.Errorf("done, it is %+v", task)
	}
	rows := w.events()
	if len(rows) != 2 || decoded[domain.LicensingEnabled](t, rows[0]) != (domain.LicensingEnabled{ProductID: pencil.ID, At: noon}) ||
		decoded[domain.PastSalesLicensed](t, rows[1]) != (domain.PastSalesLicensed{ProductID: pencil.ID, Licenses: 2*slice + 50, At: noon.Add(time.Second)}) {
		t.Errorf("what happened is %+v, want one event and not one for each sale", rows)
	}
	w.switchLicensing(pencil, true) // it is on
	if again := w.progress(pencil); again != task {
		t.Errorf("switched on while it is on, the progress is %+v, want it untouched", again)
	}
	for _, l := range w.licenses()[:3] {
		if _, err := w.Licensing.Verify(w.ctx(), domain.Lookup{Key: l.License.Key, ProductID: pencil.ID}, true); err != nil {
			t.Errorf("a key that was made: got %v", err)
		}
	}
}

func TestPastSales_whichOnes(t *testing.T) {
	w := newWorld(t)
	pencil := fixture.Product(w.ana, func(p *domain.Product) { p.Licensed = false })
	other := fixture.Product(w.ana)
	at := func(mod func(*domain.PurchaseState)) domain.PurchaseState { return fixture.Purchase(pencil, mod) }
	status := func(s domain.PurchaseStatus) domain.PurchaseState {
		return at(func(p *domain.PurchaseState) { p.Status = s })
	}
	given, received := fixture.Gift(pencil)
	trial, _ := fixture.Renewal(pencil, func(p *domain.PurchaseState) { p.Status = domain.Trial })
	renews, membership := fixture.Renewal(pencil)
	_, shared := fixture.Gift(pencil, func(p *domain.PurchaseState) { p.MembershipID = membership.ID })
	shared.Status = domain.GiftReceived
	had := fixture.Purchase(pencil)
	w.fill(pencil, other, had, fixture.License(had))
	before := must(w.Sales.Get(w.ctx(), w.ana.ID, had.ID)).License
	noon := w.clock.now()
	rows := []struct {
		name string
		sale domain.PurchaseState
		key  bool
	}{
		{"a paid one", at(func(*domain.PurchaseState) {}), true},
		{"a refunded one", at(func(p *domain.PurchaseState) { p.Refunded, p.RefundedAt = p.Price.Amount, noon }), true},
		{"a disputed one", at(func(p *domain.PurchaseState) { p.DisputedAt = noon }), true},
		{"one whose access was taken", at(func(p *domain.PurchaseState) { p.RevokedAt = noon }), true},
		{"a free one", at(func(p *domain.PurchaseState) { p.Price.Amount = 0 }), true},
		{"one that began a membership", renews, true},
		{"a received gift", received, true},
		{"a received membership", shared, false},
		{"a given gift", given, false},
		{"a test", status(domain.Test), false},
		{"a failed one", status(domain.Failed), false},
		{"one that waits", status(domain.Pending), false},
		{"a preorder", status(domain.Preordered), false},
		{"an imported customer", status(domain.Imported), false},
		{"a trial", trial, false},
		{"one of another product", fixture.Purchase(other), false},
	}
	for _, row := range rows {
		w.fill(row.sale)
	}
	w.switchLicensing(pencil, true)
	w.drain()
	w.clock.advance(time.Minute)
	w.drain()
	for _, row := range rows {
		if got := must(w.Sales.Get(w.ctx(), w.ana.ID, row.sale.ID)); (got.License.ID != "") != row.key {
			t.Errorf("%s has a key: %t, want %t", row.name, got.License.ID != "", row.key)
		}
	}
	if after := must(w.Sales.Get(w.ctx(), w.ana.ID, had.ID)).License; after != before {
		t.Errorf("the licence that was there is %+v, want %+v", after, before)
	}
}

// A sale that had read "unlicensed" may commit behind the cursor: a second pass
// a minute later finds it.
func TestPastSales_secondPass(t *testing.T) {
	w := newWorld(t)
	pencil := past(w, slice+1)
	late := func() domain.PurchaseState {
		return fixture.Purchase(pencil, func(p *domain.PurchaseState) { p.CreatedAt = fixture.T0.Add(-time.Hour) })
	}
	w.hooks.after = once(1, func() error { w.fill(late()); return nil }) // between two slices
	w.drain()
	w.wantKeys(slice + 1)
	w.fill(late())
	if due, waits, err := w.Worker.NextDue(w.ctx()); err != nil || !waits || !due.Equal(w.clock.now().Add(time.Minute)) {
		t.Errorf("the next work is due at %s, %t, %v; want in a minute", due, waits, err)
	}
	w.clock.advance(time.Minute - time.Second)
	w.drain()
	w.wantKeys(slice + 1)
	w.happened()
	w.clock.advance(time.Second)
	w.drain()
	w.wantKeys(slice + 3)
	if _, waits, err := w.Worker.NextDue(w.ctx()); waits || err != nil {
		t.Errorf("there is more work: %t, %v", waits, err)
	}
	if got := w.happened(); len(got) > 0 {
		t.Errorf("the second pass tells %q", got)
	}
}

// A process is killed at each of its slices, before the slice is kept or after:
// another goes on where it stopped, once its lease has passed.
func TestPastSales_throughACrash(t *testing.T) {
	const sales, slices = 2*slice + 50, 3
	for n := 1; n <= slices; n++ {
		for _, kept := range []bool{false, true} {
			t.Run(fmt.Sprintf("at slice %d, kept %t", n, kept), func(t *testing.T) {
				w := newWorld(t)
				pencil := past(w, sales)
				kill := once(n, func() error { w.hooks.dead.Store(true); return domain.ErrUnavailable })
				there, left := (n-1)*slice, int64(slices-n+1)
				if kept {
					w.hooks.after = kill
					there, left = min(n*slice, sales), max(1, int64(slices-n)) // at least the second pass
				} else {
					w.hooks.update = kill
				}
				if _, err := w.Worker.Tick(w.ctx()); !errors.Is(err, domain.ErrUnavailable) {
					t.Fatalf("the killed worker says %v", err)
				}
				w.wantKeys(there)
				if task := w.progress(pencil); int(task.Done) != there {
					t.Errorf("the progress is %d, want %d", task.Done, there)
				}
				next, hooks := w.process()
				drain := func() {
					t.Helper()
					if _, err := next.Worker.Tick(w.ctx()); err != nil {
						t.Fatal(err)
					}
				}
				w.clock.advance(59 * time.Second)
				drain()
				w.wantKeys(there)
				w.clock.advance(2 * time.Second)
				drain()
				w.wantKeys(sales)
				if got := hooks.updates.Load(); got != left {
					t.Errorf("the next process needed %d slices, want %d: it must go on where the first one stopped", got, left)
				}
				w.clock.advance(time.Minute)
				drain()
				w.wantKeys(sales)
				if task := w.progress(pencil); task.Done != sales || task.FinishedAt.IsZero() {
					t.Errorf("the progress is %+v", task)
				}
				told := 0
				for _, e := range w.happened() {
					if strings.HasPrefix(e, "product.past_sales_licensed") {
						told++
					}
				}
				if told != 1 {
					t.Errorf("it was told %d times, want once", told)
				}
			})
		}
	}
}

// A worker stands still between two slices until its lease has passed and
// another one has done all; then it goes on.
func TestPastSales_overtaken(t *testing.T) {
	w := newWorld(t)
	pencil := past(w, 2*slice+50)
	standing, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	w.hooks.update = once(2, func() error { close(standing); <-goOn; return nil })
	go func() { _, err := w.Worker.Tick(w.ctx()); ended <- err }()
	<-standing
	w.wantKeys(slice)
	w.clock.advance(time.Hour)
	next, _ := w.process()
	if _, err := next.Worker.Tick(w.ctx()); err != nil {
		t.Fatal(err)
	}
	w.wantKeys(2*slice + 50)
	close(goOn)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	w.wantKeys(2*slice + 50)
	if task := w.progress(pencil); task.Done != 2*slice+50 {
		t.Errorf("the progress is %+v", task)
	}
	want := []string{"product.licensing_enabled " + string(pencil.ID), "product.past_sales_licensed " + string(pencil.ID)}
	if got := w.happened(); !slices.Equal(got, want) {
		t.Errorf("what happened is %q, want %q", got, want)
	}
}

// Two workers that see the same work at the same time, and a third pair that
// comes when the second pass is due.
func TestPastSales_twoWorkersAtOnce(t *testing.T) {
	w := newWorld(t)
	past(w, 2*slice+50)
	for range 2 {
		var both sync.WaitGroup
		for range 2 {
			u, _ := w.process()
			both.Go(func() {
				if _, err := u.Worker.Tick(w.ctx()); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		w.wantKeys(2*slice + 50)
		w.clock.advance(time.Minute)
	}
}

func TestPastSales_switchedOffMeanwhile(t *testing.T) {
	w := newWorld(t)
	pencil := past(w, 2*slice+50)
	other, _ := w.process()
	w.hooks.after = once(1, func() error {
		if task := w.progress(pencil); task.Done != slice || task.Total != 2*slice+50 || !task.FinishedAt.IsZero() {
			t.Errorf("after one slice, the progress is %+v", task)
		}
		_, err := other.Catalog.EditProduct(w.ctx(), w.ana.ID, pencil.ID, licensed(false))
		return err
	})
	before := w.hooks.updates.Load()
	w.drain()
	w.wantKeys(slice)
	if calls := w.hooks.updates.Load() - before; calls != 2 {
		t.Errorf("it looked at %d slices, want one more after it was switched off", calls)
	}
	if task := w.progress(pencil); task.Done != slice || task.FinishedAt.IsZero() {
		t.Errorf("switched off, the progress is %+v", task)
	}
	w.clock.advance(time.Minute)
	w.drain()
	w.wantKeys(slice)
	made := w.licenses()
	w.switchLicensing(pencil, true)
	if task := w.progress(pencil); task.Done != 0 || task.Total != slice+50 || !task.FinishedAt.IsZero() {
		t.Errorf("switched on again, the progress is %+v", task)
	}
	w.drain()
	w.wantKeys(2*slice + 50)
	after := w.licenses()
	for _, l := range made {
		if !slices.Contains(after, l) {
			t.Errorf("the licence of before is gone: %+v", l)
		}
	}
}

// Licensing is switched off and on again while a slice was looked at and not yet
// written: what that began goes from the first sale.
func TestPastSales_switchedOffAndOnBetween(t *testing.T) {
	w := newWorld(t)
	pencil := past(w, 2*slice+50)
	other, _ := w.process()
	w.hooks.update = once(2, func() error {
		_, off := other.Catalog.EditProduct(w.ctx(), w.ana.ID, pencil.ID, licensed(false))
		w.fill(fixture.Purchase(pencil, func(p *domain.PurchaseState) { p.CreatedAt = fixture.T0.Add(-time.Hour) }))
		_, on := other.Catalog.EditProduct(w.ctx(), w.ana.ID, pencil.ID, licensed(true))
		return errors.Join(off, on)
	})
	w.drain()
	w.wantKeys(2*slice + 51)
	if task := w.progress(pencil); task.Done != slice+51 || task.FinishedAt.IsZero() {
		t.Errorf("the progress is %+v", task)
	}
}

// The sales that have a key are passed without writing anything, in both passes;
// only what is found, and the end of a pass, is a transaction that writes.
func TestPastSales_passesThoseThatHaveOne(t *testing.T) {
	w := newWorld(t)
	pencil := past(w, 0)
	w.drain()
	w.clock.advance(time.Minute)
	w.drain()
	w.switchLicensing(pencil, false)
	for range 3 * slice {
		had := fixture.Purchase(pencil)
		w.fill(had, fixture.License(had))
	}
	w.fill(fixture.Purchase(pencil))
	w.switchLicensing(pencil, true)
	if task := w.progress(pencil); task.Total != 1 {
		t.Errorf("it is estimated at %d, want 1", task.Total)
	}
	for pass, want := range []int64{1, 1} {
		before := w.hooks.updates.Load()
		w.drain()
		w.wantKeys(3*slice + 1)
		if got := w.hooks.updates.Load() - before; got != want {
			t.Errorf("pass %d wrote %d times, want %d", pass+1, got, want)
		}
		w.clock.advance(time.Minute)
	}
	if task := w.progress(pencil); task.Done != 1 || task.FinishedAt.IsZero() || task.Cursor != (ports.Cursor{}) {
		t.Errorf("the progress is %+v", task)
	}
}

// Among many sales those without a key are not counted before: nobody waits for
// that.
func TestPastSales_manyAreNotCounted(t *testing.T) {
	for sales, want := range map[int]int64{9_999: 9_999, 10_000: 0} {
		w := newWorld(t)
		if task := w.progress(past(w, sales)); task.Total != want {
			t.Errorf("of %d sales it is estimated at %d, want %d", sales, task.Total, want)
		}
	}
}

// Switching on again while the second pass waits does not wait for it.
func TestPastSales_switchedOnAgainAtOnce(t *testing.T) {
	w := newWorld(t)
	pencil := past(w, 1)
	w.drain()
	w.switchLicensing(pencil, false)
	w.fill(fixture.Purchase(pencil))
	w.switchLicensing(pencil, true)
	w.drain()
	w.wantKeys(2)
}

// A product whose past sales are as many as whole slices hold, or none.
func TestPastSales_edges(t *testing.T) {
	for _, sales := range []int{0, 1, slice, 2 * slice} {
		t.Run(fmt.Sprint(sales), func(t *testing.T) {
			w := newWorld(t)
			pencil := past(w, sales)
			w.drain()
			w.wantKeys(sales)
			if task := w.progress(pencil); int(task.Done) != sales || task.FinishedAt.IsZero() {
				t.Errorf("the progress is %+v", task)
			}
		})
	}
}
