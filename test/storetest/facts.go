package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var factsTests = tests{
	"EveryField":            factsEveryField,
	"OfAPlainSale":          factsPlain,
	"KeysFold":              factsKeysFold,
	"UnknownKeys":           factsUnknown,
	"LooksAlikeOnly":        factsReplacement,
	"SeveralHolders":        factsSeveralHolders,
	"NamesAsTheyAreNow":     factsNames,
	"FollowEveryChange":     factsFollow,
	"NothingOfOtherSellers": factsOtherSellers,
}

// holders reads the facts of a key.
func (w *world) holders(t *testing.T, what domain.Lookup) []domain.Facts {
	t.Helper()
	found, err := w.Facts(t.Context(), what)
	if err != nil {
		t.Fatalf("Facts of %q: %v", what.Key, err)
	}
	return found
}

// facts reads the facts of a key that one licence has.
func (w *world) facts(t *testing.T, key domain.LicenseKey) domain.Facts {
	t.Helper()
	found := w.holders(t, domain.Lookup{Key: key})
	if len(found) != 1 {
		t.Fatalf("%d holders of %q, want 1", len(found), key)
	}
	return found[0]
}

// deal is all that one licence's facts are made of.
type deal struct {
	seller      domain.Seller
	product     domain.Product
	large, deep domain.Variant
	given, sale domain.PurchaseState // a gift, and what its receiver got
	membership  domain.MembershipState
	license     domain.LicenseState

	// What verify answers is not made of these.
	payment domain.PaymentState
	refund  domain.Refund
	dispute domain.Dispute
	seat    domain.Seat
	mail    domain.Mail
	community
	listeners
}

// newDeal makes a deal with every field set, and keeps it.
func (w *world) newDeal(t *testing.T) *deal {
	t.Helper()
	d := &deal{seller: fixture.Distinct(fixture.Seller("dora"))}
	d.product = fixture.Distinct(fixture.Product(d.seller, fixture.Renewable))
	d.large = fixture.Distinct(fixture.Variant(d.product))
	d.deep = fixture.Distinct(fixture.Variant(d.product))
	d.given, d.sale = fixture.Gift(d.product)
	d.membership = fixture.Distinct(fixture.Membership(d.given))
	d.sale.MembershipID, d.sale.Variants = d.membership.ID, domain.ChosenVariants(d.large.ID, d.deep.ID)
	d.sale = fixture.Distinct(d.sale)
	d.license = fixture.Distinct(fixture.License(d.sale))
	d.payment = fixture.Distinct(fixture.Payment(d.given))
	d.refund, d.dispute = fixture.Distinct(fixture.Refund(d.payment)), fixture.Distinct(fixture.Dispute(d.payment))
	d.seat, d.mail = fixture.Distinct(fixture.Seat(d.sale)), fixture.Distinct(fixture.Mail(d.seller))
	fixture.Fill(t, w, d.seller, d.product, d.large, d.deep, d.given, d.sale, d.membership, d.license, d.payment, d.refund, d.dispute, d.seat, d.mail)
	d.community = newCommunity(d)
	fixture.Fill(t, w, d.connection, d.attachment, d.claim, d.over, d.grant, d.left, d.pass, d.old)
	d.listeners = newListeners(d)
	fixture.Fill(t, w, d.application, d.webhook, d.waits, d.told)
	return d
}

// facts is what the store should say of the deal, stamps aside.
func (d *deal) facts() domain.Facts {
	f := domain.Facts{
		Seen:    domain.Seen{LicenseID: d.license.ID, ProductID: d.product.ID},
		License: d.license, Product: d.product, Purchase: d.sale, Seller: d.seller,
		Variants: domain.MakeNames(d.large.Name, d.deep.Name),
		Giver:    domain.Giver{Email: d.given.Email, Price: d.given.Price},
	}
	if d.sale.MembershipID == d.membership.ID {
		f.Membership = d.membership
	}
	return f
}

func (d *deal) of() ports.Scope { return ports.Seller(d.seller.ID) }

// wantFacts compares all but the stamps, of which nothing is known but that
// they move.
func wantFacts(t *testing.T, what string, got, want domain.Facts) {
	t.Helper()
	got.Seen.LicenseStamp, got.Seen.ProductStamp = 0, 0
	want.Seen.LicenseStamp, want.Seen.ProductStamp = 0, 0
	wantSame(t, what, got, want)
}

func factsEveryField(t *testing.T, w *world) {
	d := w.newDeal(t)
	want := d.facts()
	for _, name := range fixture.Unset(want) {
		if name != ".Seen.LicenseStamp" && name != ".Seen.ProductStamp" {
			t.Errorf("%s is not set: the test would not see it forgotten", name)
		}
	}
	wantFacts(t, "by the key", w.facts(t, d.license.Key), want)
}

func factsPlain(t *testing.T, w *world) {
	p := w.product(t)
	s, l := w.sale(t, p)
	wantFacts(t, "a guest's sale of one pencil", w.facts(t, l.Key), domain.Facts{
		Seen: domain.Seen{LicenseID: l.ID, ProductID: p.ID}, License: l, Product: p, Purchase: s, Seller: w.ana,
	})
}

func factsKeysFold(t *testing.T, w *world) {
	p := w.product(t)
	s := fixture.Purchase(p)
	l := fixture.License(s, func(l *domain.LicenseState) { l.Key = sameKeys[0] })
	fixture.Fill(t, w, s, l)
	for _, key := range sameKeys {
		wantSame(t, fmt.Sprintf("%q: the licence, with the key as it was made", key), w.facts(t, key).License, l)
	}
	for _, key := range otherKeys {
		wantAll(t, "the key "+string(key), w.holders(t, domain.Lookup{Key: key}))
	}
}

func factsUnknown(t *testing.T, w *world) {
	p := w.product(t)
	_, l := w.sale(t, p)
	for _, key := range append(fixture.Unstorable(), "", " ", "%", string(l.Key)+"\x00", string(l.Key)+"\xff", string(l.ID), string(fixture.Key())) {
		wantAll(t, "the key "+key, w.holders(t, domain.Lookup{Key: domain.LicenseKey(key)}))
	}
	for _, id := range append(fixture.Unstorable(), "x", string(p.ID)+"\x00") {
		wantAll(t, "the product "+id, w.holders(t, domain.Lookup{Key: l.Key, ProductID: domain.ProductID(id)}))
	}
}

// factsReplacement: invalid bytes are not the letter that stands for them.
func factsReplacement(t *testing.T, w *world) {
	s := fixture.Purchase(w.product(t))
	l := fixture.License(s, func(l *domain.LicenseState) { l.Key = "key-\uFFFD" })
	fixture.Fill(t, w, s, l)
	wantSame(t, "the letter", w.facts(t, "key-\uFFFD").License, l)
	wantAll(t, "an invalid byte", w.holders(t, domain.Lookup{Key: "key-\xff"}))
}

// factsSeveralHolders: sellers, and products of one, may have the same key.
// Whoever had it longest comes first, however late it was put in.
func factsSeveralHolders(t *testing.T, w *world) {
	pencil, rubber, theirs := w.product(t), w.product(t), fixture.Product(w.bob)
	fixture.Fill(t, w, theirs)
	held := map[domain.ProductID]domain.LicenseState{}
	for i, p := range []domain.Product{rubber, theirs, pencil} {
		s := fixture.Purchase(p)
		l := fixture.License(s, func(l *domain.LicenseState) {
			l.Key, l.CreatedAt = sameKeys[i], fixture.T0.Add(-time.Duration(i)*time.Microsecond)
		})
		held[p.ID] = l
		fixture.Fill(t, w, s, l)
	}
	licenses := func(found []domain.Facts) (all []domain.LicenseState) {
		for _, f := range found {
			all = append(all, f.License)
		}
		return all
	}
	all := w.holders(t, domain.Lookup{Key: "ÄRGER-1", Permalink: pencil.Permalink})
	wantAll(t, "all holders, whatever the permalink", licenses(all), held[pencil.ID], held[theirs.ID], held[rubber.ID])
	for _, p := range []domain.Product{pencil, rubber, theirs} {
		one := w.holders(t, domain.Lookup{Key: "ärger-1", ProductID: p.ID})
		wantAll(t, "of one product", licenses(one), held[p.ID])
		if len(one) == 1 && (one[0].Product != p || one[0].Seller.ID != p.SellerID || one[0].Purchase.ID != held[p.ID].PurchaseID) {
			t.Errorf("mixed up with another holder's: %+v", one[0])
		}
	}
	wantAll(t, "of another product", licenses(w.holders(t, domain.Lookup{Key: "ärger-1", ProductID: "x"})))
}

// factsNames: as the variants are called now, in the order of the purchase,
// twice if chosen twice, and deleted ones too.
func factsNames(t *testing.T, w *world) {
	p := w.product(t)
	a := fixture.Variant(p, func(v *domain.Variant) { v.Name, v.Position = "Small", 1 })
	b := fixture.Variant(p, func(v *domain.Variant) { v.Name, v.Position = "Red 3:x", 2 })
	s := fixture.Purchase(p, func(s *domain.PurchaseState) { s.Variants = domain.ChosenVariants(b.ID, a.ID, "unknown", b.ID) })
	l := fixture.License(s)
	fixture.Fill(t, w, a, b, fixture.Variant(p), s, l)
	if got, want := w.facts(t, l.Key).Variants, domain.MakeNames("Red 3:x", "Small", "Red 3:x"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	a.Name, a.DeletedAt = "Tiny", fixture.T0
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return tx.Variants.Save(ctx, a) })
	if got, want := w.facts(t, l.Key).Variants, domain.MakeNames("Red 3:x", "Tiny", "Red 3:x"); got != want {
		t.Errorf("after one was renamed and deleted: got %q, want %q", got, want)
	}
}

func factsFollow(t *testing.T, w *world) {
	d := w.newDeal(t)
	w.update(t, d.of(), func(ctx context.Context, tx ports.Tx) error {
		d.seller.Name, d.product.Name, d.large.Name = "Other", "Better pencil", "Huge"
		d.given.Email, d.sale.Email = "giver@example.com", "receiver@example.com"
		d.membership.FailedAt, d.license.DisabledAt = time.Time{}, time.Time{}
		for _, err := range []error{
			tx.Sellers.Save(ctx, d.seller), tx.Products.Save(ctx, d.product), tx.Variants.Save(ctx, d.large),
			tx.Purchases.Save(ctx, domain.RestorePurchase(d.given)), tx.Purchases.Save(ctx, domain.RestorePurchase(d.sale)),
			saveMembership(d.membership)(ctx, tx), tx.Licenses.Save(ctx, domain.RestoreLicense(d.license)),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	wantFacts(t, "after everything changed", w.facts(t, d.license.Key), d.facts())
}

// factsOtherSellers: a purchase that names what is another seller's learns
// nothing of it. That it is refused is as good.
func factsOtherSellers(t *testing.T, w *world) {
	d := w.newDeal(t)
	p := w.product(t)
	s := fixture.Purchase(p, func(s *domain.PurchaseState) {
		s.GiftOf, s.MembershipID, s.Variants = d.given.ID, d.membership.ID, domain.ChosenVariants(d.large.ID)
		s.BundleOf, s.PreorderOf = d.given.ID, d.given.ID
	})
	l := fixture.License(s)
	err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
		if err := tx.Purchases.Insert(ctx, domain.RestorePurchase(s)); err != nil {
			return err
		}
		return tx.Licenses.Insert(ctx, domain.RestoreLicense(l), 0)
	})
	if err == nil {
		wantFacts(t, "what ana sees of dora's", w.facts(t, l.Key), domain.Facts{
			Seen: domain.Seen{LicenseID: l.ID, ProductID: p.ID}, License: l, Product: p, Purchase: s, Seller: w.ana,
		})
	} else if domain.KindOf(err) != domain.NotFound {
		t.Errorf("got %v, want it to be kept or not found", err)
	}
}
