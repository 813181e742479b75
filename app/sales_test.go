package app_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// sale is a sale of a product as it is recorded.
func sale(of domain.Product, mods ...func(*domain.PurchaseState)) domain.PurchaseState {
	s := domain.PurchaseState{ProductID: of.ID, Email: "Buyer@Example.com "}
	for _, m := range mods {
		m(&s)
	}
	return s
}

func pending(s *domain.PurchaseState) { s.Status = domain.Pending }

func TestRecord_aPaidSaleHasAKey(t *testing.T) {
	w := newWorld(t)
	pencil := fixture.Product(w.ana)
	large := fixture.Variant(pencil)
	w.fill(pencil, large)
	got, err := w.Sales.Record(w.ctx(), w.ana.ID, "", sale(pencil, func(s *domain.PurchaseState) {
		s.Quantity, s.Variants = 3, domain.ChosenVariants(large.ID)
	}))
	if err != nil {
		t.Fatal(err)
	}
	p, l := got.Purchase, got.License
	if p.Status != domain.Successful || p.Email != "buyer@example.com" || p.CreatedAt != w.clock.now() || p.OrderNumber < 1 || p.SellerID != w.ana.ID {
		t.Errorf("the purchase is %+v", p)
	}
	if want := (domain.Money{Amount: 3 * (1000 + 200), Currency: "usd"}); p.Price != want {
		t.Errorf("the price is %+v, want %+v", p.Price, want)
	}
	if l.PurchaseID != p.ID || l.ProductID != pencil.ID || len(l.Key) != 35 {
		t.Errorf("the licence is %+v", l)
	}
	if v, err := w.Licensing.Verify(w.ctx(), domain.Lookup{Key: l.Key, ProductID: pencil.ID}, true); err != nil || v.Uses != 1 || v.Purchase != p {
		t.Errorf("verify answers %+v, %v", v, err)
	}
	if again, err := w.Sales.Get(w.ctx(), w.ana.ID, p.ID); err != nil || again.Purchase != p || again.License != l {
		t.Errorf("it reads as %+v, %v", again, err)
	}
	want := []string{"purchase.completed " + string(p.ID), "license.issued " + string(p.ID)}
	if got := w.happened(); !slices.Equal(got, want) {
		t.Errorf("what happened is %q, want %q", got, want)
	}
}

func TestRecord_withAKeyTwiceIsOnce(t *testing.T) {
	w := newWorld(t)
	pencil := fixture.Product(w.ana)
	w.fill(pencil)
	first, err := w.Sales.Record(w.ctx(), w.ana.ID, "order-1", sale(pencil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Sales.Refund(w.ctx(), w.ana.ID, first.Purchase.ID, 0); err != nil {
		t.Fatal(err)
	}
	w.happened()
	w.clock.advance(time.Hour)
	again, err := w.Sales.Record(w.ctx(), w.ana.ID, "order-1", sale(pencil))
	if err != nil {
		t.Fatal(err)
	}
	if again.Purchase.ID != first.Purchase.ID || again.License != first.License || !again.Purchase.FullyRefunded() || !again.Replayed || first.Replayed {
		t.Errorf("the repeat is answered %+v, want the sale as it stands now", again)
	}
	if n := len(w.licenses()); n != 1 {
		t.Errorf("there are %d licences, want 1", n)
	}
	if got := w.happened(); len(got) > 0 {
		t.Errorf("the repeat made %q", got)
	}
}

func TestRecord_keysOfCommands(t *testing.T) {
	w := newWorld(t)
	pencil, theirs := fixture.Product(w.ana), fixture.Product(w.bob)
	w.fill(pencil, theirs)
	record := func(seller domain.Seller, key string, s domain.PurchaseState) error {
		_, err := w.Sales.Record(w.ctx(), seller.ID, key, s)
		return err
	}
	for _, row := range []struct {
		name   string
		seller domain.Seller
		key    string
		sale   domain.PurchaseState
		want   error
	}{
		{"a refused sale leaves its key free", w.ana, "k", sale(domain.Product{ID: "nothing"}), domain.ErrProductNotFound},
		{"so another sale may take it", w.ana, "k", sale(pencil), nil},
		{"the same again is answered", w.ana, "k", sale(pencil), nil},
		{"with another body it is refused", w.ana, "k", sale(pencil, func(s *domain.PurchaseState) { s.Quantity = 2 }), domain.ErrKeyReused},
		{"another seller has keys of their own", w.bob, "k", sale(theirs), nil},
		{"a key may have 255 bytes", w.ana, strings.Repeat("k", 255), sale(pencil), nil},
		{"and not one more", w.ana, strings.Repeat("k", 256), sale(pencil), domain.ErrInvalid},
		{"nor what no store keeps", w.ana, "a\x00", sale(pencil), domain.ErrInvalid},
		{"without a key, each is a sale", w.ana, "", sale(pencil), nil},
		{"and so is the next", w.ana, "", sale(pencil), nil},
	} {
		if err := record(row.seller, row.key, row.sale); !errors.Is(err, row.want) {
			t.Errorf("%s: got %v, want %v", row.name, err, row.want)
		}
	}
	if n := len(w.licenses()); n != 4 {
		t.Errorf("ana has %d licences, want 4", n)
	}
}

func TestRecord_refuses(t *testing.T) {
	w := newWorld(t)
	pencil, theirs := fixture.Product(w.ana), fixture.Product(w.bob)
	club := fixture.Product(w.ana, fixture.Renewable)
	gone := fixture.Product(w.ana, func(p *domain.Product) { p.DeletedAt = w.clock.now() })
	small, large, old := fixture.Variant(pencil), fixture.Variant(pencil), fixture.Variant(pencil, func(v *domain.Variant) { v.DeletedAt = w.clock.now() })
	known := fixture.Purchase(pencil)
	w.fill(pencil, club, gone, small, large, old, known, theirs)
	with := func(mod func(*domain.PurchaseState)) domain.PurchaseState { return sale(pencil, mod) }
	for _, row := range []struct {
		name string
		sale domain.PurchaseState
		want error
	}{
		{"a membership without its recurrence", sale(club), domain.ErrInvalid},
		{"a deleted product", sale(gone), domain.ErrDeleted},
		{"another seller's product", sale(theirs), domain.ErrProductNotFound},
		{"a status that a sale comes to only later", with(func(s *domain.PurchaseState) { s.Status = domain.Successful }), domain.ErrInvalid},
		{"another currency", with(func(s *domain.PurchaseState) { s.Price = domain.Money{Amount: 1, Currency: "eur"} }), domain.ErrInvalid},
		{"no address", with(func(s *domain.PurchaseState) { s.Email = "" }), domain.ErrInvalid},
		{"two variants of one category", with(func(s *domain.PurchaseState) { s.Variants = domain.ChosenVariants(small.ID, large.ID) }), domain.ErrInvalid},
		{"a deleted variant", with(func(s *domain.PurchaseState) { s.Variants = domain.ChosenVariants(old.ID) }), domain.ErrVariantNotFound},
		{"an id that is there", with(func(s *domain.PurchaseState) { s.ID = known.ID }), domain.ErrExists},
		{"an order number that is there", with(func(s *domain.PurchaseState) { s.OrderNumber = known.OrderNumber }), domain.ErrOrderNumberTaken},
		{"more than an amount can be", with(func(s *domain.PurchaseState) { s.Quantity = 1 << 62 }), domain.ErrOverflow},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := w.Sales.Record(w.ctx(), w.ana.ID, "", row.sale); !errors.Is(err, row.want) {
				t.Errorf("got %v, want %v", err, row.want)
			}
		})
	}
	sales, err := w.Sales.List(w.ctx(), w.ana.ID, ports.PurchaseQuery{})
	if err != nil || len(sales) != 1 {
		t.Errorf("afterwards there are %d sales, %v; want the one of before", len(sales), err)
	}
}

func TestRecord_drawsWhatIsTakenAgain(t *testing.T) {
	w := newWorld(t)
	pencil := fixture.Product(w.ana)
	w.fill(pencil)
	number := func(n byte) []byte { return []byte{0, 0, 0, 0, 0, 0, 0, n} }
	key := func(n byte) []byte { return []byte{n, 15: n} }
	// Each closure runs twice, and each run draws.
	w.dice.load(number(7), number(7), key(1), key(1))
	first := must(w.Sales.Record(w.ctx(), w.ana.ID, "", sale(pencil)))
	for range 2 {
		w.dice.load(number(7), number(7), number(9), key(1), key(1), key(2))
	}
	second := must(w.Sales.Record(w.ctx(), w.ana.ID, "", sale(pencil)))
	if first.Purchase.OrderNumber != domain.NewOrderNumber(7) || second.Purchase.OrderNumber != domain.NewOrderNumber(9) {
		t.Errorf("the order numbers are %d and %d", first.Purchase.OrderNumber, second.Purchase.OrderNumber)
	}
	if first.License.Key == second.License.Key || second.License.Key != domain.NewLicenseKey([16]byte(key(2))) {
		t.Errorf("the keys are %s and %s", first.License.Key, second.License.Key)
	}
	for range 200 {
		w.dice.load(number(7))
	}
	if _, err := w.Sales.Record(w.ctx(), w.ana.ID, "", sale(pencil)); !errors.Is(err, domain.ErrOrderNumberTaken) {
		t.Errorf("with nothing but a taken number: got %v", err)
	}
	if n := len(w.licenses()); n != 2 {
		t.Errorf("there are %d licences, want 2", n)
	}
}

func TestComplete(t *testing.T) {
	w := newWorld(t)
	pencil := fixture.Product(w.ana)
	w.fill(pencil)
	one := must(w.Sales.Record(w.ctx(), w.ana.ID, "", sale(pencil, pending)))
	own := must(w.Sales.Record(w.ctx(), w.ana.ID, "", sale(pencil, pending, func(s *domain.PurchaseState) { s.PurchaserID = w.ana.UserID })))
	if one.License.ID != "" || one.Purchase.Status != domain.Pending || len(w.licenses()) > 0 || len(w.happened()) > 0 {
		t.Fatalf("a sale that waits is %+v, with %d licences", one, len(w.licenses()))
	}
	w.clock.advance(time.Hour)
	if _, err := w.Sales.Complete(w.ctx(), w.ana.ID, one.Purchase.ID, "nothing"); !errors.Is(err, domain.ErrPurchaseNotFound) {
		t.Errorf("one of them unknown: got %v", err)
	}
	if _, err := w.Sales.Complete(w.ctx(), w.bob.ID, one.Purchase.ID); !errors.Is(err, domain.ErrPurchaseNotFound) {
		t.Errorf("by another seller: got %v", err)
	}
	if n := len(w.licenses()); n > 0 {
		t.Fatalf("it is all or none, but there are %d licences", n)
	}
	done, err := w.Sales.Complete(w.ctx(), w.ana.ID, one.Purchase.ID, own.Purchase.ID)
	if err != nil || len(done) != 2 {
		t.Fatalf("got %+v, %v", done, err)
	}
	if done[0].Purchase.Status != domain.Successful || done[0].License.ID == "" || !done[0].Purchase.CreatedAt.Equal(one.Purchase.CreatedAt) {
		t.Errorf("the sale is %+v", done[0])
	}
	if done[1].Purchase.Status != domain.Test || done[1].License.ID == "" {
		t.Errorf("the seller's own is %+v", done[1])
	}
	if _, err := w.Sales.Complete(w.ctx(), w.ana.ID, one.Purchase.ID); !errors.Is(err, domain.ErrNotPending) {
		t.Errorf("twice: got %v", err)
	}
}

func TestComplete_aTrialBegins(t *testing.T) {
	w := newWorld(t)
	club := fixture.Product(w.ana, fixture.Renewable)
	trial := func(until time.Time) (domain.PurchaseState, domain.MembershipState) {
		p, _ := fixture.Renewal(club, pending)
		return p, recordOf(p, func(r *domain.MembershipRecord) { r.FreeTrialEndsAt = until }).Adopt(p)
	}
	p, m := trial(w.clock.now().Add(time.Hour))
	later, ended := trial(w.clock.now())
	w.fill(club, p, m, later, ended)
	done := must(w.Sales.Complete(w.ctx(), w.ana.ID, p.ID, later.ID))
	if done[0].Purchase.Status != domain.Trial || done[0].License.ID == "" {
		t.Errorf("in a trial it is %+v", done[0])
	}
	if done[1].Purchase.Status != domain.Successful || done[1].License.ID == "" {
		t.Errorf("at the end of a trial it is %+v", done[1])
	}
}

func TestComplete_ofAGift(t *testing.T) {
	w := newWorld(t)
	pencil := fixture.Product(w.ana)
	given, received := fixture.Gift(pencil, pending)
	w.fill(pencil, given, received)
	done := must(w.Sales.Complete(w.ctx(), w.ana.ID, given.ID, received.ID))
	if done[0].License.ID != "" || done[0].Purchase.Status != domain.Successful {
		t.Errorf("the giver's is %+v, want no key", done[0])
	}
	if done[1].License.ID == "" || done[1].Purchase.Status != domain.GiftReceived {
		t.Errorf("the receiver's is %+v", done[1])
	}
	v := must(w.Licensing.Verify(w.ctx(), domain.Lookup{Key: done[1].License.Key, ProductID: pencil.ID}, false))
	if v.Giver != (domain.Giver{Email: given.Email, Price: given.Price}) || v.Purchase.ID != received.ID {
		t.Errorf("the key answers with the giver %+v", v.Giver)
	}
}

// A sale that names what the seller does not have could be exported, and not
// imported again.
func TestRecord_namesWhatIsThere(t *testing.T) {
	w := newWorld(t)
	pencil, theirs := fixture.Product(w.ana), fixture.Product(w.bob)
	mine, bobs := fixture.Purchase(pencil), fixture.Purchase(theirs)
	w.fill(pencil, theirs, mine, bobs)
	for field, set := range map[string]func(*domain.PurchaseState, string){
		"gift_of":     func(s *domain.PurchaseState, id string) { s.GiftOf = domain.PurchaseID(id) },
		"bundle_of":   func(s *domain.PurchaseState, id string) { s.BundleOf = domain.PurchaseID(id) },
		"preorder_of": func(s *domain.PurchaseState, id string) { s.PreorderOf = domain.PurchaseID(id) },
		"membership":  func(s *domain.PurchaseState, id string) { s.MembershipID = domain.MembershipID(id) },
	} {
		for _, id := range []string{"nothing", string(bobs.ID)} {
			_, err := w.Sales.Record(w.ctx(), w.ana.ID, "", sale(pencil, func(s *domain.PurchaseState) { set(s, id) }))
			if e, ok := errors.AsType[*domain.Error](err); !ok || e.Kind != domain.Invalid || e.Field != field {
				t.Errorf("%s %q: got %v", field, id, err)
			}
		}
		if field == "membership" {
			continue
		}
		if _, err := w.Sales.Record(w.ctx(), w.ana.ID, "", sale(pencil, func(s *domain.PurchaseState) { set(s, string(mine.ID)) })); err != nil {
			t.Errorf("%s of the seller's own: %v", field, err)
		}
	}
}

// bundled makes a licensed bundle of three pencils and one unlicensed brush.
func bundled(w *world, mods ...func(*domain.Product)) (bundle, pencil, brush domain.Product) {
	pencil = fixture.Product(w.ana)
	brush = fixture.Product(w.ana, func(p *domain.Product) { p.Licensed = false })
	bundle = fixture.Product(w.ana, append([]func(*domain.Product){func(p *domain.Product) {
		p.Kind = domain.Bundle
		p.Includes = domain.MakeBundleLines(domain.BundleLine{ProductID: pencil.ID, Quantity: 3}, domain.BundleLine{ProductID: brush.ID, Quantity: 1})
	}}, mods...)...)
	w.fill(pencil, brush, bundle)
	return bundle, pencil, brush
}

func TestRecord_ofABundle(t *testing.T) {
	w := newWorld(t)
	bundle, pencil, brush := bundled(w)
	got := must(w.Sales.Record(w.ctx(), w.ana.ID, "", sale(bundle, func(s *domain.PurchaseState) { s.Quantity, s.Fee = 2, 50 })))
	if got.License.ProductID != bundle.ID || got.Purchase.Price.Amount != 2000 {
		t.Errorf("the bundle's own is %+v", got)
	}
	if len(got.Included) != 2 {
		t.Fatalf("it includes %d sales, want 2: %+v", len(got.Included), got.Included)
	}
	for i, want := range []struct {
		of       domain.Product
		quantity int
		key      bool
	}{{pencil, 6, true}, {brush, 2, false}} {
		in := got.Included[i]
		p := in.Purchase
		if p.ProductID != want.of.ID || p.Quantity != want.quantity || p.Price.Amount != 0 || p.Fee != 0 || p.BundleOf != got.Purchase.ID ||
			p.OrderNumber == got.Purchase.OrderNumber || p.Status != domain.Successful || (in.License.ID != "") != want.key {
			t.Errorf("included %d is %+v", i, in)
		}
	}
	if n := len(w.licenses()); n != 2 {
		t.Errorf("there are %d licences, want 2", n)
	}
	if _, err := w.Licensing.Verify(w.ctx(), domain.Lookup{Key: got.Included[0].License.Key, ProductID: bundle.ID}, true); !errors.Is(err, domain.ErrLicenseNotFound) {
		t.Errorf("an included key for the bundle: got %v", err)
	}
}

// What the bank takes back it takes for all that the bundle included; a refund
// stays with the bundle.
func TestDispute_ofABundle(t *testing.T) {
	w := newWorld(t)
	bundle, _, _ := bundled(w)
	got := must(w.Sales.Record(w.ctx(), w.ana.ID, "", sale(bundle)))
	other := must(w.Sales.Record(w.ctx(), w.ana.ID, "", sale(bundle)))
	outcome := func(of app.Sale) (disputed, won, refunded bool) {
		p := must(w.Sales.Get(w.ctx(), w.ana.ID, of.Included[0].Purchase.ID)).Purchase
		return !p.DisputedAt.IsZero(), !p.DisputeWonAt.IsZero(), !p.RefundedAt.IsZero()
	}
	must(w.Sales.Refund(w.ctx(), w.ana.ID, got.Purchase.ID, 0))
	if disputed, won, refunded := outcome(got); disputed || won || refunded {
		t.Errorf("after a refund: disputed %v, won %v, refunded %v", disputed, won, refunded)
	}
	must(w.Sales.Dispute(w.ctx(), w.ana.ID, got.Purchase.ID))
	if disputed, won, _ := outcome(got); !disputed || won {
		t.Errorf("after a dispute: disputed %v, won %v", disputed, won)
	}
	must(w.Sales.WinDispute(w.ctx(), w.ana.ID, got.Purchase.ID))
	if disputed, won, _ := outcome(got); !disputed || !won {
		t.Errorf("after it was won: disputed %v, won %v", disputed, won)
	}
	if disputed, _, _ := outcome(other); disputed {
		t.Error("another sale of the bundle is disputed too")
	}
}

func TestComplete_ofAGiftedBundle(t *testing.T) {
	w := newWorld(t)
	bundle, pencil, _ := bundled(w, func(p *domain.Product) { p.Licensed = false })
	given, received := fixture.Gift(bundle, pending)
	w.fill(given, received)
	done := must(w.Sales.Complete(w.ctx(), w.ana.ID, given.ID, received.ID))
	if len(done[0].Included) != 0 || len(done[1].Included) != 2 {
		t.Fatalf("the giver's includes %d, the receiver's %d; want 0 and 2", len(done[0].Included), len(done[1].Included))
	}
	all := w.licenses()
	if len(all) != 1 || all[0].License.ProductID != pencil.ID || all[0].License.PurchaseID != done[1].Included[0].Purchase.ID {
		t.Errorf("the licences are %+v, want the receiver's one", all)
	}
}

// A bundle of what is not there any more is refused whole.
func TestRecord_ofABundle_allOrNothing(t *testing.T) {
	w := newWorld(t)
	broken := fixture.Product(w.ana, func(p *domain.Product) {
		p.Kind, p.Includes = domain.Bundle, domain.MakeBundleLines(domain.BundleLine{ProductID: "nothing", Quantity: 1})
	})
	w.fill(broken)
	if _, err := w.Sales.Record(w.ctx(), w.ana.ID, "k", sale(broken)); !errors.Is(err, domain.ErrProductNotFound) {
		t.Errorf("got %v", err)
	}
	if sales := must(w.Sales.List(w.ctx(), w.ana.ID, ports.PurchaseQuery{})); len(sales) > 0 || len(w.happened()) > 0 {
		t.Errorf("%d sales are left of it", len(sales))
	}
}

func TestPreorder(t *testing.T) {
	w := newWorld(t)
	pencil := fixture.Product(w.ana, func(p *domain.Product) { p.Preorder = true })
	w.fill(pencil)
	waiting := must(w.Sales.Record(w.ctx(), w.ana.ID, "", sale(pencil, pending))).Purchase
	if _, err := w.Sales.Release(w.ctx(), w.ana.ID, waiting.ID); !errors.Is(err, domain.ErrNotPreordered) {
		t.Errorf("released before it is ordered: got %v", err)
	}
	pre := must(w.Sales.Preorder(w.ctx(), w.ana.ID, waiting.ID))
	if pre.Status != domain.Preordered || len(w.licenses()) > 0 {
		t.Errorf("the preorder is %+v, with %d licences", pre, len(w.licenses()))
	}
	if _, err := w.Sales.Preorder(w.ctx(), w.ana.ID, waiting.ID); !errors.Is(err, domain.ErrNotPending) {
		t.Errorf("ordered twice: got %v", err)
	}
	w.clock.advance(24 * time.Hour)
	got := must(w.Sales.Release(w.ctx(), w.ana.ID, waiting.ID))
	p := got.Purchase
	if p.ID == waiting.ID || p.PreorderOf != waiting.ID || p.Status != domain.Successful || !p.CreatedAt.Equal(w.clock.now()) ||
		p.OrderNumber == waiting.OrderNumber || got.License.PurchaseID != p.ID {
		t.Errorf("the release is %+v", got)
	}
	want := []string{"purchase.preordered " + string(waiting.ID), "purchase.completed " + string(p.ID), "license.issued " + string(p.ID)}
	if got := w.happened(); !slices.Equal(got, want) {
		t.Errorf("what happened is %q, want %q", got, want)
	}
}

func TestWhatBecomesOfASale(t *testing.T) {
	w := newWorld(t)
	pencil := fixture.Product(w.ana)
	p := fixture.Purchase(pencil)
	w.fill(pencil, p)
	refund := func(amount int64) func(context.Context, domain.SellerID, domain.PurchaseID) (domain.PurchaseState, error) {
		return func(ctx context.Context, s domain.SellerID, id domain.PurchaseID) (domain.PurchaseState, error) {
			return w.Sales.Refund(ctx, s, id, amount)
		}
	}
	noon := w.clock.now()
	for i, step := range []struct {
		name  string
		do    func(context.Context, domain.SellerID, domain.PurchaseID) (domain.PurchaseState, error)
		err   error
		event string // empty: nothing happened
		is    func(domain.PurchaseState) bool
	}{
		{"a dispute that was never lost cannot be won", w.Sales.WinDispute, domain.ErrNotDisputed, "", nil},
		{"access that was never taken is not given back", w.Sales.Unrevoke, domain.ErrNotRevoked, "", nil},
		{"part of the price goes back", refund(400), nil, "purchase.refunded", func(s domain.PurchaseState) bool { return s.Refunded == 400 && !s.FullyRefunded() }},
		{"more than is left does not", refund(601), domain.ErrRefundTooLarge, "", nil},
		{"nor a negative amount", refund(-1), domain.ErrInvalid, "", nil},
		{"access is taken", w.Sales.Revoke, nil, "purchase.access_revoked", func(s domain.PurchaseState) bool { return !s.RevokedAt.IsZero() }},
		{"twice is once", w.Sales.Revoke, nil, "", func(s domain.PurchaseState) bool { return !s.RevokedAt.IsZero() }},
		{"and given back", w.Sales.Unrevoke, nil, "purchase.access_restored", func(s domain.PurchaseState) bool { return s.RevokedAt.IsZero() }},
		{"the buyer's bank takes the payment back", w.Sales.Dispute, nil, "purchase.disputed", func(s domain.PurchaseState) bool { return !s.DisputedAt.IsZero() }},
		{"twice is once", w.Sales.Dispute, nil, "", func(s domain.PurchaseState) bool { return !s.DisputedAt.IsZero() }},
		{"the seller wins", w.Sales.WinDispute, nil, "purchase.dispute_won", func(s domain.PurchaseState) bool { return !s.DisputeWonAt.IsZero() && !s.DisputedAt.IsZero() }},
		{"twice is once", w.Sales.WinDispute, nil, "", func(s domain.PurchaseState) bool { return !s.DisputeWonAt.IsZero() }},
		{"all that is left goes back", refund(0), nil, "purchase.refunded", func(s domain.PurchaseState) bool { return s.Refunded == 1000 && s.FullyRefunded() }},
		{"twice is refused", refund(0), domain.ErrAlreadyRefunded, "", nil},
		{"and a refunded sale is not revoked", w.Sales.Revoke, domain.ErrNotRevocable, "", nil},
	} {
		w.clock.advance(time.Minute)
		before := must(w.Sales.Get(w.ctx(), w.ana.ID, p.ID)).Purchase
		if _, err := step.do(w.ctx(), w.bob.ID, p.ID); !errors.Is(err, domain.ErrPurchaseNotFound) {
			t.Errorf("%d, %s: by another seller it is %v", i, step.name, err)
		}
		got, err := step.do(w.ctx(), w.ana.ID, p.ID)
		if !errors.Is(err, step.err) {
			t.Fatalf("%d, %s: got %v, want %v", i, step.name, err, step.err)
		}
		stored := must(w.Sales.Get(w.ctx(), w.ana.ID, p.ID)).Purchase
		if step.is != nil && (!step.is(got) || got != stored) {
			t.Errorf("%d, %s: it is %+v and stored as %+v", i, step.name, got, stored)
		}
		if (step.err != nil || step.event == "") && stored != before {
			t.Errorf("%d, %s: it changed to %+v", i, step.name, stored)
		}
		want := []string{step.event + " " + string(p.ID)}
		if step.event == "" {
			want = nil
		}
		if got := w.happened(); !slices.Equal(got, want) {
			t.Errorf("%d, %s: what happened is %q, want %q", i, step.name, got, want)
		}
	}
	if got := must(w.Sales.Get(w.ctx(), w.ana.ID, p.ID)).Purchase; !got.RefundedAt.After(noon) || !got.CreatedAt.Equal(p.CreatedAt) {
		t.Errorf("in the end it is %+v", got)
	}
}
