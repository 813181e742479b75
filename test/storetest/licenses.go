package storetest

import (
	"context"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var licenseAggregate = aggregate[domain.LicenseState]{
	notFound: domain.ErrLicenseNotFound,
	bare:     bareLicense,
	full: func(t *testing.T, w *world) domain.LicenseState {
		l := bareLicense(t, w)
		l.Key = domain.LicenseKey("  odd 'Ärger' %_\\ " + string(fixture.Key()))
		return l
	},
	byID: func(ctx context.Context, tx ports.Tx, s domain.LicenseState) (domain.LicenseState, error) {
		l, err := tx.Licenses.ByID(ctx, s.ID)
		if err != nil {
			return domain.LicenseState{}, err
		}
		return l.State(), nil
	},
	insert: func(ctx context.Context, tx ports.Tx, s domain.LicenseState) error {
		return tx.Licenses.Insert(ctx, domain.RestoreLicense(s), 0)
	},
	save: func(ctx context.Context, tx ports.Tx, s domain.LicenseState) error {
		return tx.Licenses.Save(ctx, domain.RestoreLicense(s))
	},
	list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.LicenseState, error) {
		all, err := tx.Licenses.List(ctx, after, limit)
		var states []domain.LicenseState
		for _, l := range all {
			states = append(states, l.License)
		}
		return states, err
	},
	fixed: []string{"SeatID"},
}

// bareLicense makes a licence whose sale is in the store.
func bareLicense(t *testing.T, w *world) domain.LicenseState {
	s := fixture.Purchase(w.product(t))
	fixture.Fill(t, w, s)
	return fixture.License(s)
}

var licenseTests = licenseAggregate.tests(tests{
	"Uses":             licenseUses,
	"ByPurchase":       licenseByPurchase,
	"OnePerSeat":       licenseOnePerSeat,
	"ItsSaleIsNeeded":  licenseNeedsSale,
	"KeyTaken":         licenseKeyTaken,
	"KeyTakenBySave":   licenseKeyTakenBySave,
	"KeyNotTaken":      licenseKeyNotTaken,
	"RotationFreesKey": licenseRotation,
})

func listLicenses(ctx context.Context, tx ports.Tx) ([]ports.CountedLicense, error) {
	return tx.Licenses.List(ctx, ports.Cursor{}, 1000)
}

func licenseUses(t *testing.T, w *world) {
	fresh, used := bareLicense(t, w), bareLicense(t, w)
	fixture.Fill(t, w, fresh, ports.CountedLicense{License: used, Uses: 1<<40 + 1})
	wantAll(t, "listed", read(t, w, w.of, listLicenses), ports.CountedLicense{License: fresh}, ports.CountedLicense{License: used, Uses: 1<<40 + 1})

	used.DisabledAt = fixture.T0
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return licenseAggregate.save(ctx, tx, used) })
	if got := read(t, w, w.of, listLicenses)[1]; got.Uses != 1<<40+1 {
		t.Errorf("after a Save: %d uses, want them kept", got.Uses)
	}
}

func byPurchase(p domain.PurchaseID, seat domain.SeatID) func(context.Context, ports.Tx) (domain.LicenseState, error) {
	return func(ctx context.Context, tx ports.Tx) (domain.LicenseState, error) {
		l, err := tx.Licenses.ByPurchase(ctx, p, seat)
		if err != nil {
			return domain.LicenseState{}, err
		}
		return l.State(), nil
	}
}

func licenseByPurchase(t *testing.T, w *world) {
	pencil, theirs := w.product(t), fixture.Product(w.bob)
	s, other, bobs := fixture.Purchase(pencil), fixture.Purchase(pencil), fixture.Purchase(theirs)
	whole := fixture.License(s)
	seat := fixture.License(s, func(l *domain.LicenseState) { l.SeatID = "Seat" })
	onlySeat := fixture.License(other, func(l *domain.LicenseState) { l.SeatID = "Seat" })
	fixture.Fill(t, w, theirs, s, other, bobs, seat, whole, onlySeat, fixture.License(bobs))
	for _, want := range []domain.LicenseState{whole, seat, onlySeat} {
		wantSame(t, "the seat "+string(want.SeatID), read(t, w, w.of, byPurchase(want.PurchaseID, want.SeatID)), want)
	}
	for what, tt := range map[string]struct {
		p    domain.PurchaseID
		seat domain.SeatID
	}{
		"an unknown seat":               {s.ID, "x"},
		"a seat in other letters":       {s.ID, "seat"},
		"the whole of one with a seat":  {other.ID, ""},
		"an unknown purchase":           {"x", ""},
		"no purchase":                   {"", ""},
		"bob's purchase":                {bobs.ID, ""},
		"a purchase that is no text":    {"\xff", ""},
		"a seat with a NUL":             {s.ID, "Seat\x00"},
		"a purchase that has a NUL too": {s.ID + "\x00", ""},
	} {
		_, err := try(t, w, w.of, byPurchase(tt.p, tt.seat))
		wantErr(t, what, err, domain.ErrLicenseNotFound)
	}
}

// refusedInsert inserts l, needs it refused, and shows that the transaction
// goes on.
func (w *world) refusedInsert(t *testing.T, what string, l domain.LicenseState, want *domain.Error) {
	t.Helper()
	next := bareLicense(t, w)
	var err error
	w.update(t, fixture.ScopeOf(l), func(ctx context.Context, tx ports.Tx) error {
		err = licenseAggregate.insert(ctx, tx, l)
		if l.SellerID != next.SellerID {
			return nil
		}
		return licenseAggregate.insert(ctx, tx, next)
	})
	wantErr(t, what, err, want)
	if l.SellerID == next.SellerID {
		licenseAggregate.wantStored(t, w, what+": what the transaction did next", next)
	}
}

func licenseOnePerSeat(t *testing.T, w *world) {
	s, l := w.sale(t, w.product(t))
	w.refusedInsert(t, "a second for the whole purchase", fixture.License(s), domain.ErrLicenseExists)
	seat := func(l *domain.LicenseState) { l.SeatID = "one" }
	fixture.Fill(t, w, fixture.License(s, seat), fixture.License(s, func(l *domain.LicenseState) { l.SeatID = "ONE" }))
	w.refusedInsert(t, "a second for the seat", fixture.License(s, seat), domain.ErrLicenseExists)
	licenseAggregate.wantStored(t, w, "the first", l)
}

func licenseNeedsSale(t *testing.T, w *world) {
	mine, theirs := bareLicense(t, w), fixture.Product(w.bob)
	sale := fixture.Purchase(theirs)
	fixture.Fill(t, w, theirs, sale)
	for what, tt := range map[string]struct {
		change func(*domain.LicenseState)
		want   *domain.Error
	}{
		"an unknown product":  {func(l *domain.LicenseState) { l.ProductID = "x" }, domain.ErrProductNotFound},
		"bob's product":       {func(l *domain.LicenseState) { l.ProductID = theirs.ID }, domain.ErrProductNotFound},
		"an unknown purchase": {func(l *domain.LicenseState) { l.PurchaseID = "x" }, domain.ErrPurchaseNotFound},
		"bob's purchase":      {func(l *domain.LicenseState) { l.PurchaseID = sale.ID }, domain.ErrPurchaseNotFound},
	} {
		l := mine
		tt.change(&l)
		err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error { return licenseAggregate.insert(ctx, tx, l) })
		wantErr(t, "of "+what, err, tt.want)
	}
	if found, err := w.Facts(t.Context(), domain.Lookup{Key: mine.Key}); len(found) != 0 || err != nil {
		t.Errorf("after it: %+v, %v", found, err)
	}
}

// sameKeys are one key; the first is how it is kept. otherKeys are not it.
var (
	sameKeys  = []domain.LicenseKey{"Ärger-1", "ärger-1", "ÄRGER-1", "Ärger-1 ", "Ärger-1   "}
	otherKeys = []domain.LicenseKey{" Ärger-1", "Arger-1", "Ärger-", "Ärger-11", "Ärger_1", "Ärger%", "Ärger-1\t", "Ärger -1"}
)

func licenseKeyTaken(t *testing.T, w *world) {
	p := w.product(t)
	s := fixture.Purchase(p)
	first := fixture.License(s, func(l *domain.LicenseState) { l.Key = sameKeys[0] })
	fixture.Fill(t, w, s, first)
	for _, key := range sameKeys {
		s := fixture.Purchase(p)
		fixture.Fill(t, w, s)
		l := fixture.License(s, func(l *domain.LicenseState) { l.Key = key })
		w.refusedInsert(t, "the key "+string(key), l, domain.ErrKeyTaken)
		_, err := try(t, w, w.of, byPurchase(s.ID, ""))
		wantErr(t, "after it", err, domain.ErrLicenseNotFound)
	}
	licenseAggregate.wantStored(t, w, "the first", first)
}

func licenseKeyTakenBySave(t *testing.T, w *world) {
	p := w.product(t)
	_, first := w.sale(t, p)
	_, second := w.sale(t, p)
	taken := second
	taken.Key = domain.LicenseKey(strings.ToLower(string(first.Key)))
	var err error
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		err = licenseAggregate.save(ctx, tx, taken)
		first.DisabledAt = fixture.T0
		return licenseAggregate.save(ctx, tx, first)
	})
	wantErr(t, "rotated to another's key", err, domain.ErrKeyTaken)
	licenseAggregate.wantStored(t, w, "what was refused", second)
	licenseAggregate.wantStored(t, w, "what the transaction did next", first)

	second.Key = domain.LicenseKey(second.Key.Fold())
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return licenseAggregate.save(ctx, tx, second) })
	licenseAggregate.wantStored(t, w, "saved with its own key", second)
}

// licenseKeyNotTaken: a key is one product's.
func licenseKeyNotTaken(t *testing.T, w *world) {
	pencil, rubber, theirs := w.product(t), w.product(t), fixture.Product(w.bob)
	fixture.Fill(t, w, theirs)
	key := func(k domain.LicenseKey) func(*domain.LicenseState) {
		return func(l *domain.LicenseState) { l.Key = k }
	}
	for _, p := range []domain.Product{pencil, rubber, theirs} {
		s := fixture.Purchase(p)
		fixture.Fill(t, w, s, fixture.License(s, key(sameKeys[0])))
	}
	for _, k := range otherKeys {
		s := fixture.Purchase(pencil)
		l := fixture.License(s, key(k))
		fixture.Fill(t, w, s, l)
		licenseAggregate.wantStored(t, w, "the key "+string(k), l)
	}
}

func licenseRotation(t *testing.T, w *world) {
	p := w.product(t)
	_, first := w.sale(t, p)
	old := first.Key
	first.Key = fixture.Key()
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return licenseAggregate.save(ctx, tx, first) })
	if found, err := w.Facts(t.Context(), domain.Lookup{Key: old}); len(found) != 0 || err != nil {
		t.Errorf("the old key: %+v, %v, want nobody's", found, err)
	}
	s := fixture.Purchase(p)
	second := fixture.License(s, func(l *domain.LicenseState) { l.Key = old })
	fixture.Fill(t, w, s, second)
	for key, want := range map[domain.LicenseKey]domain.LicenseState{old: second, first.Key: first} {
		wantSame(t, "the key "+string(key), w.facts(t, key).License, want)
	}
}
