package storetest

import (
	"context"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var productAggregate = aggregate[domain.Product]{
	notFound: domain.ErrProductNotFound,
	bare: func(_ *testing.T, w *world) domain.Product {
		return fixture.Product(w.ana, func(p *domain.Product) { p.Licensed, p.Published, p.Price.Amount = false, false, 0 })
	},
	full: func(_ *testing.T, w *world) domain.Product { return fixture.Product(w.ana, fixture.Renewable) },
	byID: func(ctx context.Context, tx ports.Tx, p domain.Product) (domain.Product, error) {
		return tx.Products.ByID(ctx, p.ID)
	},
	insert: func(ctx context.Context, tx ports.Tx, p domain.Product) error { return tx.Products.Insert(ctx, p) },
	save:   func(ctx context.Context, tx ports.Tx, p domain.Product) error { return tx.Products.Save(ctx, p) },
	list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.Product, error) {
		return tx.Products.List(ctx, after, limit)
	},
}

var productTests = productAggregate.tests(tests{
	"Prices":                        productPrices,
	"ByPermalink":                   productByPermalink,
	"UniquePermalinksOfTheServer":   productUniqueOnServer,
	"CustomPermalinksOfTheSeller":   productCustomPerSeller,
	"ASaveKeepsItsOwnPermalinks":    productKeepsItsOwn,
	"APermalinkGivenUpIsFree":       productGivesUp,
	"PermalinksOfBothSortsMayMatch": productBothSorts,
})

// productPrices: what is not offered, what is free and what is huge differ.
func productPrices(t *testing.T, w *world) {
	for what, prices := range map[string]domain.Prices{
		"none":                     {},
		"one, free":                domain.Prices{}.With(domain.Quarterly, 0),
		"all, free":                domain.Prices{}.With(domain.Monthly, 0).With(domain.Quarterly, 0).With(domain.Biannually, 0).With(domain.Yearly, 0).With(domain.EveryTwoYears, 0),
		"each its own":             domain.Prices{}.With(domain.Monthly, 1).With(domain.Quarterly, 2).With(domain.Biannually, 3).With(domain.Yearly, 4).With(domain.EveryTwoYears, 5),
		"more than a float can do": domain.Prices{}.With(domain.Yearly, 1<<53+1).With(domain.EveryTwoYears, 1<<63-1),
	} {
		p := fixture.Product(w.ana, func(p *domain.Product) { p.Kind, p.Prices = domain.MembershipKind, prices })
		fixture.Fill(t, w, p)
		productAggregate.wantStored(t, w, what, p)
	}
}

func byPermalink(s string) func(context.Context, ports.Tx) (domain.Product, error) {
	return func(ctx context.Context, tx ports.Tx) (domain.Product, error) { return tx.Products.ByPermalink(ctx, s) }
}

func productByPermalink(t *testing.T, w *world) {
	plain := w.product(t, func(p *domain.Product) { p.Permalink = "Pencil-1" })
	named := w.product(t, func(p *domain.Product) { p.Permalink, p.CustomPermalink = "xkcd", "Rubber_2" })
	// A custom permalink may be the same as a unique one, which comes first.
	w.product(t, func(p *domain.Product) { p.Permalink, p.CustomPermalink = "abcd", "pencil-1" })
	theirs := fixture.Product(w.bob, func(p *domain.Product) { p.Permalink, p.CustomPermalink = "bobs", "rubber_2" })
	fixture.Fill(t, w, theirs)

	for s, want := range map[string]domain.Product{
		"Pencil-1": plain, "pencil-1": plain, "PENCIL-1": plain, "xkcd": named, "XKCD": named, "Rubber_2": named, "rubber_2": named,
	} {
		wantSame(t, "the permalink "+s, read(t, w, w.of, byPermalink(s)), want)
	}
	wantSame(t, "bob's own", read(t, w, ports.Seller(w.bob.ID), byPermalink("RUBBER_2")), theirs)
	for _, s := range append(fixture.Unstorable(), "", "bobs", "Pencil-1 ", "Pencil", "Pencil_1", "%", "Rubber-2", "abcd\x00") {
		_, err := try(t, w, w.of, byPermalink(s))
		wantErr(t, "the permalink "+s, err, domain.ErrProductNotFound)
	}
}

// taken inserts and saves p in its seller's scope, and needs both refused.
func (w *world) taken(t *testing.T, what string, p domain.Product) {
	t.Helper()
	who := ports.Seller(p.SellerID)
	err := w.Update(t.Context(), who, func(ctx context.Context, tx ports.Tx) error { return tx.Products.Insert(ctx, p) })
	wantErr(t, what+", inserted", err, domain.ErrPermalinkTaken)

	saved, free := p, fixture.Product(domain.Seller{ID: p.SellerID})
	saved.ID, saved.Permalink, saved.CustomPermalink = free.ID, free.Permalink, ""
	fixture.Fill(t, w, saved)
	before := saved
	saved.Permalink, saved.CustomPermalink = p.Permalink, p.CustomPermalink
	err = w.Update(t.Context(), who, func(ctx context.Context, tx ports.Tx) error { return tx.Products.Save(ctx, saved) })
	wantErr(t, what+", saved", err, domain.ErrPermalinkTaken)
	got := read(t, w, who, func(ctx context.Context, tx ports.Tx) (domain.Product, error) { return tx.Products.ByID(ctx, saved.ID) })
	wantSame(t, what+", after a refused Save", got, before)
}

func productUniqueOnServer(t *testing.T, w *world) {
	w.product(t, func(p *domain.Product) { p.Permalink = "Pencil" })
	for _, of := range []domain.Seller{w.ana, w.bob} {
		for _, s := range []string{"Pencil", "pencil", "PENCIL"} {
			w.taken(t, of.Name+" takes "+s, fixture.Product(of, func(p *domain.Product) { p.Permalink = s }))
		}
	}
}

func productCustomPerSeller(t *testing.T, w *world) {
	w.product(t, func(p *domain.Product) { p.CustomPermalink = "Course" })
	for _, s := range []string{"Course", "course", "COURSE"} {
		w.taken(t, "ana takes "+s, fixture.Product(w.ana, func(p *domain.Product) { p.CustomPermalink = s }))
	}
	fixture.Fill(t, w, fixture.Product(w.bob, func(p *domain.Product) { p.CustomPermalink = "course" }))
	w.product(t) // none is not a name
	w.product(t)
}

func productKeepsItsOwn(t *testing.T, w *world) {
	p := w.product(t, func(p *domain.Product) { p.Permalink, p.CustomPermalink = "Pencil", "Course" })
	p.Permalink, p.CustomPermalink, p.Name = "PENCIL", "course", "Better pencil"
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return tx.Products.Save(ctx, p) })
	productAggregate.wantStored(t, w, "saved in other letters", p)
}

func productGivesUp(t *testing.T, w *world) {
	p := w.product(t, func(p *domain.Product) { p.Permalink, p.CustomPermalink = "Pencil", "Course" })
	p.Permalink, p.CustomPermalink = "rubber", ""
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return tx.Products.Save(ctx, p) })
	for _, s := range []string{"Pencil", "Course"} {
		_, err := try(t, w, w.of, byPermalink(s))
		wantErr(t, "the old permalink "+s, err, domain.ErrProductNotFound)
	}
	w.product(t, func(p *domain.Product) { p.Permalink, p.CustomPermalink = "pencil", "course" })
}

func productBothSorts(t *testing.T, w *world) {
	p := w.product(t, func(p *domain.Product) { p.Permalink, p.CustomPermalink = "pencil", "pencil" })
	wantSame(t, "found", read(t, w, w.of, byPermalink("pencil")), p)
}
