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

var purchaseAggregate = aggregate[domain.PurchaseState]{
	notFound: domain.ErrPurchaseNotFound,
	bare: func(t *testing.T, w *world) domain.PurchaseState {
		return fixture.Purchase(w.product(t), func(p *domain.PurchaseState) { p.Price.Amount = 0 })
	},
	full: fullPurchase,
	byID: func(ctx context.Context, tx ports.Tx, s domain.PurchaseState) (domain.PurchaseState, error) {
		p, err := tx.Purchases.ByID(ctx, s.ID)
		if err != nil {
			return domain.PurchaseState{}, err
		}
		return p.State(), nil
	},
	insert: func(ctx context.Context, tx ports.Tx, s domain.PurchaseState) error {
		return tx.Purchases.Insert(ctx, domain.RestorePurchase(s))
	},
	save: func(ctx context.Context, tx ports.Tx, s domain.PurchaseState) error {
		return tx.Purchases.Save(ctx, domain.RestorePurchase(s))
	},
	list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.PurchaseState, error) {
		return tx.Purchases.List(ctx, ports.PurchaseQuery{After: after, Limit: limit})
	},
	fixed: []string{"OrderNumber"},
}

// fullPurchase makes a purchase that refers to all that one can refer to.
func fullPurchase(t *testing.T, w *world) domain.PurchaseState {
	p := w.product(t, fixture.Renewable)
	large, small := fixture.Variant(p), fixture.Variant(p)
	first, membership := fixture.Renewal(p)
	given, bundle, preorder := fixture.Purchase(p), fixture.Purchase(p), fixture.Purchase(p)
	fixture.Fill(t, w, large, small, first, membership, given, bundle, preorder)
	return fixture.Purchase(p, func(s *domain.PurchaseState) {
		s.MembershipID, s.Variants = membership.ID, domain.ChosenVariants(small.ID, large.ID)
		s.GiftOf, s.BundleOf, s.PreorderOf = given.ID, bundle.ID, preorder.ID
	})
}

var purchaseTests = purchaseAggregate.tests(tests{
	"EveryStatus":             purchaseEveryStatus,
	"OrderNumberTaken":        purchaseOrderNumberTaken,
	"ByOrderNumber":           purchaseByOrderNumber,
	"AProductIsNeeded":        purchaseNeedsProduct,
	"WhatItNamesMayComeLater": purchaseLooseReferences,
	"OfOneProduct":            purchaseOfProduct,
	"AThousandAtMost":         purchaseLimit,
	"OfAnAddress":             purchaseOfAddress,
	"WhatTheSaleCameTo":       purchaseOriginal,
	"NoAlias":                 purchaseNoAlias,
})

func purchaseEveryStatus(t *testing.T, w *world) {
	p := w.product(t)
	for _, status := range []domain.PurchaseStatus{
		domain.Pending, domain.Successful, domain.Failed, domain.Trial, domain.Test, domain.GiftReceived, domain.Preordered, domain.Imported,
	} {
		s := fixture.Purchase(p, func(s *domain.PurchaseState) { s.Status = status })
		fixture.Fill(t, w, s)
		purchaseAggregate.wantStored(t, w, string(status), s)
	}
}

// purchaseOriginal: a sale that came to nothing is not one whose price never
// moved.
func purchaseOriginal(t *testing.T, w *world) {
	for what, original := range map[string]domain.Money{
		"never moved": {}, "from nothing": {Currency: "eur"}, "from more": {Amount: 1 << 60, Currency: "eur"},
	} {
		s := fixture.Purchase(w.product(t), func(s *domain.PurchaseState) {
			s.Price = domain.Money{Amount: 7, Currency: "eur"}
			s.Original = original
		})
		l := fixture.License(s)
		fixture.Fill(t, w, s, l)
		purchaseAggregate.wantStored(t, w, what, s)
		wantSame(t, what+", in its facts", w.facts(t, l.Key).Purchase, s)
	}
}

// purchaseOrderNumberTaken draws again inside the same closure.
func purchaseOrderNumberTaken(t *testing.T, w *world) {
	first := fixture.Purchase(w.product(t))
	fixture.Fill(t, w, first)
	second := fixture.Purchase(w.product(t), func(p *domain.PurchaseState) { p.OrderNumber = first.OrderNumber })
	again := second

	again.OrderNumber += 1 << 30
	var err error
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		err = tx.Purchases.Insert(ctx, domain.RestorePurchase(second))
		return tx.Purchases.Insert(ctx, domain.RestorePurchase(again))
	})
	wantErr(t, "the same number", err, domain.ErrOrderNumberTaken)
	purchaseAggregate.wantStored(t, w, "with another number", again)
	purchaseAggregate.wantStored(t, w, "the first", first)

	taking := again
	taking.OrderNumber = first.OrderNumber
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		err = tx.Purchases.Save(ctx, domain.RestorePurchase(taking))
		return nil
	})
	wantErr(t, "saving with the number of another", err, domain.ErrOrderNumberTaken)
	purchaseAggregate.wantStored(t, w, "what was not saved", again)

	pencil := fixture.Product(w.bob)
	theirs := fixture.Purchase(pencil, func(p *domain.PurchaseState) { p.OrderNumber = first.OrderNumber })
	fixture.Fill(t, w, pencil, theirs) // another seller may have it too
}

func byOrderNumber(n int64) func(context.Context, ports.Tx) (domain.PurchaseState, error) {
	return func(ctx context.Context, tx ports.Tx) (domain.PurchaseState, error) {
		p, err := tx.Purchases.ByOrderNumber(ctx, n)
		if err != nil {
			return domain.PurchaseState{}, err
		}
		return p.State(), nil
	}
}

func purchaseByOrderNumber(t *testing.T, w *world) {
	pencil, theirs := w.product(t), fixture.Product(w.bob)
	mine := fixture.Purchase(pencil, func(p *domain.PurchaseState) { p.OrderNumber = 1 << 40 })
	bobs := fixture.Purchase(theirs, func(p *domain.PurchaseState) { p.OrderNumber = 1<<40 + 1 })
	fixture.Fill(t, w, mine, theirs, bobs)
	wantSame(t, "found", read(t, w, w.of, byOrderNumber(1<<40)), mine)
	for _, n := range []int64{0, -1, 1, 1<<40 - 1, 1<<40 + 1} {
		_, err := try(t, w, w.of, byOrderNumber(n))
		wantErr(t, fmt.Sprint("the number ", n), err, domain.ErrPurchaseNotFound)
	}
}

func purchaseNeedsProduct(t *testing.T, w *world) {
	theirs := fixture.Product(w.bob)
	fixture.Fill(t, w, theirs)
	for what, p := range map[string]domain.Product{"unknown": fixture.Product(w.ana), "bob's": theirs} {
		s := fixture.Purchase(p, func(s *domain.PurchaseState) { s.SellerID = w.ana.ID })
		err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
			return tx.Purchases.Insert(ctx, domain.RestorePurchase(s))
		})
		wantErr(t, "a sale of a product that is "+what, err, domain.ErrProductNotFound)
		_, err = purchaseAggregate.load(t, w, s)
		wantErr(t, "after it", err, domain.ErrPurchaseNotFound)
	}
}

func purchaseLooseReferences(t *testing.T, w *world) {
	p := w.product(t)
	given, received := fixture.Gift(p)
	received.MembershipID, received.BundleOf, received.PreorderOf = "later", "later", "later"
	received.Variants = domain.ChosenVariants("later")
	fixture.Fill(t, w, received, given)
	purchaseAggregate.wantStored(t, w, "a gift before what it names", received)
}

func listPurchases(q ports.PurchaseQuery) func(context.Context, ports.Tx) ([]domain.PurchaseState, error) {
	return func(ctx context.Context, tx ports.Tx) ([]domain.PurchaseState, error) {
		return tx.Purchases.List(ctx, q)
	}
}

func purchaseOfProduct(t *testing.T, w *world) {
	pencil, rubber, theirs := w.product(t), w.product(t), fixture.Product(w.bob)
	a, b, c := fixture.Purchase(pencil), fixture.Purchase(rubber), fixture.Purchase(pencil)
	c.BundleOf, b.GiftOf = a.ID, a.ID
	fixture.Fill(t, w, theirs, a, b, c, fixture.Purchase(theirs, func(s *domain.PurchaseState) { s.BundleOf, s.GiftOf = a.ID, a.ID }))
	for what, tt := range map[string]struct {
		q    ports.PurchaseQuery
		want []domain.PurchaseState
	}{
		"all":                      {ports.PurchaseQuery{}, []domain.PurchaseState{a, b, c}},
		"of one product":           {ports.PurchaseQuery{ProductID: pencil.ID}, []domain.PurchaseState{a, c}},
		"of one product, the rest": {ports.PurchaseQuery{ProductID: pencil.ID, After: ports.Cursor{At: a.CreatedAt, ID: string(a.ID)}}, []domain.PurchaseState{c}},
		"of one product, one":      {ports.PurchaseQuery{ProductID: pencil.ID, Limit: 1}, []domain.PurchaseState{a}},
		"in one bundle":            {ports.PurchaseQuery{BundleOf: a.ID}, []domain.PurchaseState{c}},
		"in no bundle":             {ports.PurchaseQuery{BundleOf: b.ID}, nil},
		"of a giver's sale":        {ports.PurchaseQuery{GiftOf: a.ID}, []domain.PurchaseState{b}},
		"of no giver's sale":       {ports.PurchaseQuery{GiftOf: c.ID}, nil},
		"of a giver with no name":  {ports.PurchaseQuery{GiftOf: "\x00"}, nil},
		"of another seller's":      {ports.PurchaseQuery{ProductID: theirs.ID}, nil},
		"of an unknown product":    {ports.PurchaseQuery{ProductID: "x"}, nil},
		"of no product's name":     {ports.PurchaseQuery{ProductID: "\x00"}, nil},
	} {
		wantAll(t, what, read(t, w, w.of, listPurchases(tt.q)), tt.want...)
	}
}

// purchaseOfAddress: the whole address, and nobody's who has it as a name.
func purchaseOfAddress(t *testing.T, w *world) {
	of := func(p domain.Product, email, name string) domain.PurchaseState {
		return fixture.Purchase(p, func(s *domain.PurchaseState) { s.Email, s.FullName = email, name })
	}
	pencil, rubber, theirs := w.product(t), w.product(t), fixture.Product(w.bob)
	a, b := of(pencil, "ann@example.com", "Ann"), of(rubber, "ann@example.com", "")
	c, d := of(pencil, "ann@example.com.au", "ann@example.com"), of(pencil, "ann+1@example.com", "Ann")
	given, odd := of(pencil, "ann@example.com", "Bea"), of(pencil, "ann", "")
	given.GiftOf = c.ID
	fixture.Fill(t, w, theirs, a, b, c, d, given, odd, of(theirs, "ann@example.com", "Ann"))
	const ann = "ann@example.com"
	for what, tt := range map[string]struct {
		q    ports.PurchaseQuery
		want []domain.PurchaseState
	}{
		"hers":             {ports.PurchaseQuery{Email: ann}, []domain.PurchaseState{a, b, given}},
		"hers, one":        {ports.PurchaseQuery{Email: ann, Limit: 1}, []domain.PurchaseState{a}},
		"hers, the rest":   {ports.PurchaseQuery{Email: ann, After: ports.Cursor{At: a.CreatedAt, ID: string(a.ID)}}, []domain.PurchaseState{b, given}},
		"of one product":   {ports.PurchaseQuery{Email: ann, ProductID: pencil.ID}, []domain.PurchaseState{a, given}},
		"that were given":  {ports.PurchaseQuery{Email: ann, GiftOf: c.ID}, []domain.PurchaseState{given}},
		"by a word too":    {ports.PurchaseQuery{Email: ann, Terms: []string{"be"}}, []domain.PurchaseState{given}},
		"by two words too": {ports.PurchaseQuery{Email: ann, Terms: []string{"ann", "", "example"}}, []domain.PurchaseState{a, b, given}},
		"a longer one":     {ports.PurchaseQuery{Email: "ann@example.com.au"}, []domain.PurchaseState{c}},
		"a part of one":    {ports.PurchaseQuery{Email: "example"}, nil},
		"no whole one":     {ports.PurchaseQuery{Email: "ann"}, []domain.PurchaseState{odd}},
		"with a pattern":   {ports.PurchaseQuery{Email: "ann%"}, nil},
		"unstorable":       {ports.PurchaseQuery{Email: "\x00"}, nil},
	} {
		wantAll(t, what, read(t, w, w.of, listPurchases(tt.q)), tt.want...)
	}
	a.Email = "new@example.com"
	w.update(t, w.of, savePurchase(a))
	wantAll(t, "once she has another", read(t, w, w.of, listPurchases(ports.PurchaseQuery{Email: ann})), b, given)
	wantAll(t, "by the other", read(t, w, w.of, listPurchases(ports.PurchaseQuery{Email: "new@example.com"})), a)
}

func purchaseLimit(t *testing.T, w *world) {
	p := w.product(t)
	var all []any
	for range 1001 {
		all = append(all, fixture.Purchase(p))
	}
	fixture.Fill(t, w, all...)
	for _, limit := range []int{0, 1000, 1001, 1 << 40} {
		if got := read(t, w, w.of, listPurchases(ports.PurchaseQuery{Limit: limit})); len(got) != 1000 || got[0] != all[0] {
			t.Errorf("limit %d: %d purchases, want the first 1,000", limit, len(got))
		}
	}
}

// purchaseNoAlias: what the caller holds and what the store holds are two.
func purchaseNoAlias(t *testing.T, w *world) {
	want := fixture.Purchase(w.product(t))
	held := domain.RestorePurchase(want)
	load := func(ctx context.Context, tx ports.Tx) (*domain.Purchase, error) {
		return tx.Purchases.ByID(ctx, want.ID)
	}
	refund := func(p *domain.Purchase) {
		if _, err := p.Refund(1, fixture.T0.Add(time.Hour)); err != nil {
			t.Error(err)
		}
	}
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		held = domain.RestorePurchase(want)
		err := tx.Purchases.Insert(ctx, held)
		refund(held)
		return err
	})
	purchaseAggregate.wantStored(t, w, "after the inserted one changed", want)
	refund(read(t, w, w.of, load))
	purchaseAggregate.wantStored(t, w, "after a loaded one changed", want)
}
