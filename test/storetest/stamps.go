package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var stampTests = tests{
	"MoveWithEveryChange":     stampsMove,
	"MoveWithWhatComesLater":  stampsMoveLater,
	"StayWithOtherThings":     stampsStay,
	"StayWithNeighbours":      stampsStayOfNeighbours,
	"StayWhenRolledBack":      stampsRolledBack,
	"StayWithWhatWasLeft":     stampsAfterLeaving,
	"MoveOneOfTheTwo":         stampsOneOfTwo,
	"NeverComeBack":           stampsNeverComeBack,
	"MoveWithASaveOfTheSame":  stampsSaveOfTheSame,
	"MoveForEveryLicenseOfIt": stampsEveryLicense,
}

// wantMoved counts on what was seen, and needs that refused and nothing
// counted.
func (w *world) wantMoved(t *testing.T, what string, seen domain.Seen) {
	t.Helper()
	for _, n := range []int{1, 0, -1} {
		uses, err := w.Count(t.Context(), seen, n)
		wantErr(t, what+": a count on what was seen before", err, domain.ErrMoved)
		if uses != 0 {
			t.Errorf("%s: %d uses together with an error", what, uses)
		}
	}
}

func stampsMove(t *testing.T, w *world) {
	for _, tt := range changes {
		d := w.newDeal(t)
		seen := w.facts(t, d.license.Key).Seen
		w.update(t, d.of(), tt.make(d))
		w.wantMoved(t, tt.name, seen)
		f := w.facts(t, d.license.Key)
		wantFacts(t, tt.name, f, d.facts())
		if n, err := w.Count(t.Context(), f.Seen, 1); n != 1 || err != nil {
			t.Errorf("%s: a count on what is seen now: %d, %v, want 1: nothing was counted before", tt.name, n, err)
		}
	}
}

// stampsMoveLater: what a purchase names may come after its licence was seen.
func stampsMoveLater(t *testing.T, w *world) {
	p := w.product(t)
	given, sale := fixture.Gift(p)
	sale.MembershipID, sale.Variants = domain.MembershipID(fixture.ID()), domain.ChosenVariants("later")
	l := fixture.License(sale)
	fixture.Fill(t, w, sale, l)
	d := &deal{seller: w.ana, product: p, given: given, sale: sale, license: l}
	d.membership = fixture.Membership(sale)
	for _, tt := range []struct {
		name string
		do   call
		want func(domain.Facts) bool
	}{
		{"the membership", insertMembership(d.membership), func(f domain.Facts) bool { return f.Membership == d.membership }},
		{"the giver's purchase", insertPurchase(given), func(f domain.Facts) bool { return f.Giver == domain.Giver{Email: given.Email, Price: given.Price} }},
		{"a variant", insertVariant(fixture.Variant(p, func(v *domain.Variant) { v.ID, v.Name = "later", "Late" })),
			func(f domain.Facts) bool { return f.Variants == domain.MakeNames("Late") }},
	} {
		seen := w.facts(t, l.Key).Seen
		w.update(t, w.of, tt.do)
		w.wantMoved(t, tt.name, seen)
		if f := w.facts(t, l.Key); !tt.want(f) {
			t.Errorf("%s does not show: %+v", tt.name, f)
		}
	}
}

// stampsStay: a change elsewhere costs nobody a second look.
func stampsStay(t *testing.T, w *world) {
	for _, tt := range []struct {
		name string
		make func(other *deal) call
	}{
		{"another seller is renamed", func(o *deal) call { return saveSeller(o.seller) }},
		{"another product is renamed", func(o *deal) call { return saveProduct(o.product) }},
		{"another product's variant is renamed", func(o *deal) call { return saveVariant(o.large) }},
		{"another product gets a variant", func(o *deal) call { return insertVariant(fixture.Variant(o.product)) }},
		{"another purchase is refunded", func(o *deal) call { return savePurchase(o.sale) }},
		{"another giver's address changes", func(o *deal) call { return savePurchase(o.given) }},
		{"another membership is cancelled", func(o *deal) call { return saveMembership(o.membership) }},
		{"another licence is disabled", func(o *deal) call { return saveLicense(o.license) }},
	} {
		d, o := w.newDeal(t), w.newDeal(t)
		seen := w.facts(t, d.license.Key).Seen
		w.update(t, o.of(), tt.make(o))
		w.wantCount(t, tt.name, seen, 1, 1)
	}
}

// stampsStayOfNeighbours has two sales of one product.
func stampsStayOfNeighbours(t *testing.T, w *world) {
	p := w.product(t, fixture.Renewable)
	a, m := fixture.Renewal(p)
	b, n := fixture.Renewal(p)
	la, lb := fixture.License(a), fixture.License(b)
	fixture.Fill(t, w, a, m, la, b, n, lb)
	seen := w.facts(t, la.Key).Seen
	b.RevokedAt, n.EndedAt, lb.DisabledAt = fixture.T0, fixture.T0, fixture.T0
	for what, do := range map[string]call{
		"the neighbour's purchase": savePurchase(b), "the neighbour's membership": saveMembership(n), "the neighbour's licence": saveLicense(lb),
		"one more sale": insertPurchase(fixture.Purchase(p)),
	} {
		w.update(t, w.of, do)
		if got := w.facts(t, la.Key).Seen; got != seen {
			t.Errorf("%s: the stamps moved from %+v to %+v", what, seen, got)
		}
	}
}

// stampsAfterLeaving: a purchase that left its membership, or is no gift any
// more, hears no more of it.
func stampsAfterLeaving(t *testing.T, w *world) {
	d := w.newDeal(t)
	d.sale.MembershipID, d.sale.GiftOf = "", ""
	w.update(t, d.of(), savePurchase(d.sale))
	seen := w.facts(t, d.license.Key).Seen
	for what, do := range map[string]call{"the membership": saveMembership(d.membership), "the giver's purchase": savePurchase(d.given)} {
		w.update(t, d.of(), do)
		if got := w.facts(t, d.license.Key).Seen; got != seen {
			t.Errorf("%s that was left: the stamps moved from %+v to %+v", what, seen, got)
		}
	}
}

func stampsRolledBack(t *testing.T, w *world) {
	boom := errors.New("boom")
	for _, tt := range changes {
		d := w.newDeal(t)
		before := w.facts(t, d.license.Key)
		do := tt.make(d)
		err := w.Update(t.Context(), d.of(), func(ctx context.Context, tx ports.Tx) error { return errors.Join(do(ctx, tx), boom) })
		if !errors.Is(err, boom) {
			t.Errorf("%s: got %v, want boom", tt.name, err)
		}
		if f := w.facts(t, before.License.Key); f != before {
			t.Errorf("%s, rolled back: %s", tt.name, diff(f, before))
		}
		w.wantCount(t, tt.name+", rolled back", before.Seen, 1, 1)
	}
}

// stampsOneOfTwo: either stamp alone refuses the count.
func stampsOneOfTwo(t *testing.T, w *world) {
	d := w.newDeal(t)
	now := w.facts(t, d.license.Key).Seen
	for what, change := range map[string]func(*domain.Seen){
		"an older stamp of the licence": func(s *domain.Seen) { s.LicenseStamp-- },
		"a later stamp of the licence":  func(s *domain.Seen) { s.LicenseStamp++ },
		"an older stamp of the product": func(s *domain.Seen) { s.ProductStamp-- },
		"a later stamp of the product":  func(s *domain.Seen) { s.ProductStamp++ },
		"another product":               func(s *domain.Seen) { s.ProductID = w.product(t).ID },
		"no product":                    func(s *domain.Seen) { s.ProductID = "" },
		"another licence":               func(s *domain.Seen) { s.LicenseID = domain.LicenseID(fixture.ID()) },
		"no licence":                    func(s *domain.Seen) { s.LicenseID = "" },
		"a licence that is no text":     func(s *domain.Seen) { s.LicenseID = "\xff\x00" },
		"a product that is no text":     func(s *domain.Seen) { s.ProductID = "\xff\x00" },
		"nothing":                       func(s *domain.Seen) { *s = domain.Seen{} },
	} {
		seen := now
		change(&seen)
		w.wantMoved(t, what, seen)
	}
	w.wantCount(t, "as it is", now, 1, 1)
}

// stampsNeverComeBack: a change and its opposite are two changes.
func stampsNeverComeBack(t *testing.T, w *world) {
	d := w.newDeal(t)
	var seen []domain.Seen
	for range 3 {
		for _, at := range []time.Time{fixture.T0, {}} {
			seen = append(seen, w.facts(t, d.license.Key).Seen)
			d.license.DisabledAt = at
			w.update(t, d.of(), saveLicense(d.license))
			d.product.DeletedAt = at
			w.update(t, d.of(), saveProduct(d.product))
		}
	}
	for _, s := range seen {
		w.wantMoved(t, "a while ago", s)
	}
}

// stampsSaveOfTheSame: a Save is a change, whether or not the store can see it.
func stampsSaveOfTheSame(t *testing.T, w *world) {
	for what, make := range map[string]func(*deal) call{
		"licence":    func(d *deal) call { return saveLicense(d.license) },
		"purchase":   func(d *deal) call { return savePurchase(d.sale) },
		"giver":      func(d *deal) call { return savePurchase(d.given) },
		"membership": func(d *deal) call { return saveMembership(d.membership) },
		"product":    func(d *deal) call { return saveProduct(d.product) },
		"variant":    func(d *deal) call { return saveVariant(d.deep) },
		"seller":     func(d *deal) call { return saveSeller(d.seller) },
	} {
		d := w.newDeal(t)
		seen := w.facts(t, d.license.Key).Seen
		w.update(t, d.of(), make(d))
		w.wantMoved(t, what, seen)
	}
}

// stampsEveryLicense: what many licences hang on moves all of them.
func stampsEveryLicense(t *testing.T, w *world) {
	p := w.product(t, fixture.Renewable)
	given, m := fixture.Renewal(p)
	given.GiftGiven = true
	things := []any{given, m}
	var keys []domain.LicenseKey
	for range 2 { // two receivers, with two seats each
		s := fixture.Purchase(p, func(s *domain.PurchaseState) { s.GiftOf, s.MembershipID = given.ID, m.ID })
		things = append(things, s)
		for _, seat := range []domain.SeatID{"", "one"} {
			l := fixture.License(s, func(l *domain.LicenseState) { l.SeatID = seat })
			things, keys = append(things, l), append(keys, l.Key)
		}
	}
	fixture.Fill(t, w, things...)
	for what, do := range map[string]call{
		"the giver's purchase": savePurchase(given), "the membership": saveMembership(m), "the product": saveProduct(p), "the seller": saveSeller(w.ana),
	} {
		var seen []domain.Seen
		for _, k := range keys {
			seen = append(seen, w.facts(t, k).Seen)
		}
		w.update(t, w.of, do)
		for _, s := range seen {
			w.wantMoved(t, what, s)
		}
	}
}
