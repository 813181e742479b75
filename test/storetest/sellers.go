package storetest

import (
	"context"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var sellerAggregate = aggregate[domain.Seller]{
	notFound: domain.ErrSellerNotFound,
	made:     ports.System,
	bare:     func(*testing.T, *world) domain.Seller { return fixture.Seller("cleo") },
	full:     func(*testing.T, *world) domain.Seller { return fixture.Seller("dora") },
	byID: func(ctx context.Context, tx ports.Tx, s domain.Seller) (domain.Seller, error) {
		return tx.Sellers.ByID(ctx, s.ID)
	},
	insert: func(ctx context.Context, tx ports.Tx, s domain.Seller) error { return tx.Sellers.Insert(ctx, s) },
	save:   func(ctx context.Context, tx ports.Tx, s domain.Seller) error { return tx.Sellers.Save(ctx, s) },
	list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.Seller, error) {
		return tx.Sellers.List(ctx, after, limit)
	},
}

var sellerTests = sellerAggregate.tests(tests{
	"SystemSeesAll":        sellerSystemSeesAll,
	"SellersSeeThemselves": sellerSeesItself,
	"OnlySystemMakesThem":  sellerOnlySystemMakes,
})

func listSellers(ctx context.Context, tx ports.Tx) ([]domain.Seller, error) {
	return tx.Sellers.List(ctx, ports.Cursor{}, 100)
}

func sellerSystemSeesAll(t *testing.T, w *world) {
	wantAll(t, "the system's list", read(t, w, ports.System, listSellers), w.ana, w.bob)
	got := read(t, w, ports.System, func(ctx context.Context, tx ports.Tx) (domain.Seller, error) { return tx.Sellers.ByID(ctx, w.bob.ID) })
	wantSame(t, "by id", got, w.bob)
}

func sellerSeesItself(t *testing.T, w *world) {
	wantAll(t, "ana's list", read(t, w, w.of, listSellers), w.ana)
	wantAll(t, "bob's list", read(t, w, ports.Seller(w.bob.ID), listSellers), w.bob)
}

func sellerOnlySystemMakes(t *testing.T, w *world) {
	for what, make := range map[string]func() (domain.Seller, ports.Scope){
		"ana makes another":     func() (domain.Seller, ports.Scope) { return fixture.Seller("eve"), w.of },
		"a seller makes itself": func() (domain.Seller, ports.Scope) { s := fixture.Seller("eve"); return s, ports.Seller(s.ID) },
		"nobody makes one":      func() (domain.Seller, ports.Scope) { return fixture.Seller("eve"), ports.Scope{} },
	} {
		s, who := make()
		err := w.Update(t.Context(), who, func(ctx context.Context, tx ports.Tx) error { return tx.Sellers.Insert(ctx, s) })
		wantErr(t, what, err, domain.ErrScope)
	}
	wantAll(t, "after it", read(t, w, ports.System, listSellers), w.ana, w.bob)
}
