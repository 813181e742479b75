package app_test

import (
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

type productEdit = app.ProductEdit

// edit makes an edit.
func edit(mods ...func(*productEdit)) (e productEdit) {
	for _, m := range mods {
		m(&e)
	}
	return e
}

// licensed switches licensing on or off.
func licensed(on bool) productEdit { return productEdit{Licensed: &on} }

func TestAddProduct(t *testing.T) {
	w := newWorld(t)
	got, err := w.Catalog.AddProduct(w.ctx(), w.ana.ID, domain.Product{ID: "mine", Name: "Pencil", Price: domain.Money{Amount: 500}})
	if err != nil {
		t.Fatal(err)
	}
	if got.ID == "mine" || got.Kind != domain.OneTime || got.Price.Currency != "usd" || len(got.Permalink) != 6 || got.SellerID != w.ana.ID || !got.CreatedAt.Equal(w.clock.now()) {
		t.Errorf("got %+v", got)
	}
	for _, by := range []string{string(got.ID), got.Permalink, strings.ToUpper(got.Permalink)} {
		if again, err := w.Catalog.Product(w.ctx(), w.ana.ID, by); err != nil || again != got {
			t.Errorf("by %s it reads as %+v, %v", by, again, err)
		}
	}
	if _, err := w.Catalog.Product(w.ctx(), w.bob.ID, string(got.ID)); !errors.Is(err, domain.ErrProductNotFound) {
		t.Errorf("by another seller: got %v", err)
	}
	if _, err := w.Catalog.AddProduct(w.ctx(), w.ana.ID, domain.Product{Name: " "}); !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("without a name: got %v", err)
	}
	if all := must(w.Catalog.Products(w.ctx(), w.ana.ID, ports.Cursor{}, 10)); !slices.Equal(all, []domain.Product{got}) {
		t.Errorf("the list is %+v", all)
	}
}

func TestAddProduct_drawsAPermalinkAgain(t *testing.T) {
	w := newWorld(t)
	draw := func(n byte) []byte { return []byte{0, 0, 0, 0, 0, 0, 0, n} }
	w.dice.load(draw(1), draw(1))
	first := must(w.Catalog.AddProduct(w.ctx(), w.ana.ID, domain.Product{Name: "Pencil"}))
	for range 2 { // each closure runs twice, and each run draws
		w.dice.load(draw(1), draw(1), draw(2))
	}
	second := must(w.Catalog.AddProduct(w.ctx(), w.bob.ID, domain.Product{Name: "Pencil"}))
	if first.Permalink != domain.NewPermalink(1) || second.Permalink != domain.NewPermalink(2) {
		t.Errorf("the permalinks are %s and %s", first.Permalink, second.Permalink)
	}
	if _, err := w.Catalog.AddProduct(w.ctx(), w.bob.ID, domain.Product{Name: "Pencil", Permalink: strings.ToUpper(first.Permalink)}); !errors.Is(err, domain.ErrPermalinkTaken) {
		t.Errorf("a given one that is taken: got %v", err)
	}
}

func TestEditProduct(t *testing.T) {
	w := newWorld(t)
	pencil := fixture.Product(w.ana, func(p *domain.Product) { p.Licensed = false })
	club := fixture.Product(w.ana, fixture.Renewable)
	w.fill(pencil, club, fixture.Purchase(pencil))
	name, tooLong, custom, price, no, yes := "Crayon", strings.Repeat("x", 501), "crayon", int64(700), false, true
	got := must(w.Catalog.EditProduct(w.ctx(), w.ana.ID, pencil.ID, edit(func(e *productEdit) {
		e.Name, e.CustomPermalink, e.Price, e.Published = &name, &custom, &price, &no
	})))
	want := pencil
	want.Name, want.CustomPermalink, want.Price.Amount, want.Published = name, custom, price, no
	if got != want || must(w.Catalog.Product(w.ctx(), w.ana.ID, custom)) != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, row := range []struct {
		name string
		of   domain.Product
		edit productEdit
		want error
	}{
		{"all of an edit or nothing", pencil, edit(func(e *productEdit) { e.Licensed, e.Name = &yes, &tooLong }), domain.ErrInvalid},
		{"seats of a one-time product", pencil, edit(func(e *productEdit) { e.Multiseat = &yes }), domain.ErrNoSeats},
		{"seats and no keys", club, edit(func(e *productEdit) { e.Licensed, e.Multiseat = &no, &yes }), domain.ErrNoSeats},
		{"a permalink that is taken", club, edit(func(e *productEdit) { e.CustomPermalink = &custom }), domain.ErrPermalinkTaken},
		{"a product that is not there", domain.Product{ID: "nothing"}, productEdit{}, domain.ErrProductNotFound},
	} {
		if _, err := w.Catalog.EditProduct(w.ctx(), w.ana.ID, row.of.ID, row.edit); !errors.Is(err, row.want) {
			t.Errorf("%s: got %v, want %v", row.name, err, row.want)
		}
	}
	if _, err := w.Catalog.EditProduct(w.ctx(), w.bob.ID, pencil.ID, productEdit{Name: &name}); !errors.Is(err, domain.ErrProductNotFound) {
		t.Errorf("by another seller: got %v", err)
	}
	if got := w.happened(); len(got) > 0 {
		t.Errorf("what happened is %q, want nothing", got)
	}
	if _, err := w.Catalog.PastSales(w.ctx(), w.ana.ID, pencil.ID); !errors.Is(err, domain.ErrProgressNotFound) {
		t.Errorf("the refused switch left progress: %v", err)
	}
}

func TestLicensing_offAndOn(t *testing.T) {
	w := newWorld(t)
	club := fixture.Product(w.ana, fixture.Renewable, func(p *domain.Product) { p.Multiseat = true })
	p, m := fixture.Renewal(club)
	l := fixture.License(p)
	w.fill(club, p, m, l)
	what := domain.Lookup{Key: l.Key, ProductID: club.ID}
	for range 2 {
		got := must(w.Catalog.EditProduct(w.ctx(), w.ana.ID, club.ID, licensed(false)))
		if got.Licensed || got.Multiseat {
			t.Errorf("off it is %+v", got)
		}
	}
	if v, err := w.Licensing.Verify(w.ctx(), what, true); err != nil || v.Uses != 1 || v.Product.Licensed {
		t.Errorf("a key that exists: got %d, %v", v.Uses, err)
	}
	for range 2 {
		if got := must(w.Catalog.EditProduct(w.ctx(), w.ana.ID, club.ID, licensed(true))); !got.Licensed || got.Multiseat {
			t.Errorf("on it is %+v", got)
		}
	}
	want := []string{"product.licensing_disabled " + string(club.ID), "product.licensing_enabled " + string(club.ID)}
	if got := w.happened(); !slices.Equal(got, want) {
		t.Errorf("what happened is %q, want %q", got, want)
	}
	if v := must(w.Licensing.Verify(w.ctx(), what, true)); v.License != l || v.Uses != 2 {
		t.Errorf("on again, the key is %+v with %d uses", v.License, v.Uses)
	}
}

func TestDeleteProduct(t *testing.T) {
	w := newWorld(t)
	l, what := keyed(w)
	gone := must(w.Catalog.DeleteProduct(w.ctx(), w.ana.ID, l.ProductID))
	if gone.DeletedAt != w.clock.now() || gone.Published {
		t.Errorf("got %+v", gone)
	}
	w.clock.advance(9 * time.Minute)
	if again := must(w.Catalog.DeleteProduct(w.ctx(), w.ana.ID, l.ProductID)); again != gone {
		t.Errorf("twice it is %+v", again)
	}
	if _, err := w.Licensing.Verify(w.ctx(), what, true); err != nil {
		t.Errorf("its key: got %v", err)
	}
	if back := must(w.Catalog.UndeleteProduct(w.ctx(), w.ana.ID, l.ProductID)); !back.DeletedAt.IsZero() || back.Published {
		t.Errorf("taken back it is %+v", back)
	}
	if _, err := w.Catalog.UndeleteProduct(w.ctx(), w.ana.ID, l.ProductID); !errors.Is(err, domain.ErrNotDeleted) {
		t.Errorf("taken back twice: got %v", err)
	}
	must(w.Catalog.DeleteProduct(w.ctx(), w.ana.ID, l.ProductID))
	if _, err := w.Catalog.EditProduct(w.ctx(), w.ana.ID, l.ProductID, licensed(false)); err != nil {
		t.Errorf("licensing of a deleted product goes off: got %v", err)
	}
	if _, err := w.Catalog.EditProduct(w.ctx(), w.ana.ID, l.ProductID, licensed(true)); !errors.Is(err, domain.ErrDeleted) {
		t.Errorf("and not on: got %v", err)
	}
	w.clock.advance(10 * time.Minute)
	if _, err := w.Catalog.UndeleteProduct(w.ctx(), w.ana.ID, l.ProductID); !errors.Is(err, domain.ErrNotDeleted) {
		t.Errorf("after ten minutes: got %v", err)
	}
}

func TestAddVariant(t *testing.T) {
	w := newWorld(t)
	pencil, club := fixture.Product(w.ana), fixture.Product(w.ana, fixture.Renewable)
	w.fill(pencil, club)
	small := must(w.Catalog.AddVariant(w.ctx(), w.ana.ID, domain.Variant{ProductID: pencil.ID, Name: "Small"}))
	large := must(w.Catalog.AddVariant(w.ctx(), w.ana.ID, domain.Variant{ProductID: pencil.ID, Name: "Large", Category: "Size"}))
	tier := must(w.Catalog.AddVariant(w.ctx(), w.ana.ID, domain.Variant{ProductID: club.ID, Name: "Pro"}))
	if small.Position != 0 || small.Category != "Version" || large.Position != 1 || large.Category != "Size" || tier.Category != domain.TierCategory {
		t.Errorf("got %+v, %+v and %+v", small, large, tier)
	}
	if _, err := w.Catalog.AddVariant(w.ctx(), w.bob.ID, domain.Variant{ProductID: pencil.ID, Name: "Tiny"}); !errors.Is(err, domain.ErrProductNotFound) {
		t.Errorf("by another seller: got %v", err)
	}
	if _, err := w.Catalog.AddVariant(w.ctx(), w.ana.ID, domain.Variant{ProductID: pencil.ID, Name: ""}); !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("without a name: got %v", err)
	}
	if all := must(w.Catalog.Variants(w.ctx(), w.ana.ID, pencil.ID)); !slices.Equal(all, []domain.Variant{small, large}) {
		t.Errorf("the variants are %+v", all)
	}
}
