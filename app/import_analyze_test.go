package app_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// analyzer is a store that notes how many sales it has when it is told to look
// at its tables.
type analyzer struct {
	ports.Store
	err  error
	seen []int
}

func (a *analyzer) Analyze(ctx context.Context) error {
	n := 0
	err := errors.Join(a.err, a.View(ctx, ports.System, func(context.Context, ports.Tx) error { return nil })) // no transaction is open
	for s, e := range app.Paged(func(after ports.Cursor, limit int) (all []domain.PurchaseState, err error) {
		err = a.View(ctx, ports.Seller(anasID), func(ctx context.Context, tx ports.Tx) error {
			all, err = tx.Purchases.List(ctx, ports.PurchaseQuery{After: after, Limit: limit})
			return err
		})
		return all, err
	}, func(s domain.PurchaseState) ports.Cursor { return ports.Cursor{At: s.CreatedAt, ID: string(s.ID)} }) {
		_, err = s, errors.Join(err, e)
		n++
	}
	a.seen = append(a.seen, n)
	return err
}

const anasID = "ana"

// An import has the store look at its tables after the first 10,000 records and
// at its end, between transactions; if it cannot, the import goes on.
func TestImport_analyzes(t *testing.T) {
	const many = 10_120
	for what, row := range map[string]struct {
		sales int
		err   error
		want  []int
	}{
		"few":                    {3, nil, []int{3}},
		"many":                   {many, nil, []int{9_999, many}}, // the product is a record, too
		"a database that cannot": {3, domain.ErrUnavailable, []int{3}},
	} {
		t.Run(what, func(t *testing.T) {
			a := &analyzer{Store: memstore.New(nil), err: row.err}
			u, err := app.New(app.Config{Store: a})
			if err != nil {
				t.Fatal(err)
			}
			src := app.Source{Digest: "d", Records: salesOfAna(row.sales)}
			if _, err := u.Transfer.Import(t.Context(), src, true); err != nil || a.seen != nil {
				t.Fatalf("dry: %v, %v", err, a.seen)
			}
			if got, err := u.Transfer.Import(t.Context(), src, false); err != nil || got.New != int64(row.sales+2) {
				t.Fatalf("%+v, %v", got, err)
			}
			if !slices.Equal(a.seen, row.want) {
				t.Errorf("it looked at %v sales, want %v", a.seen, row.want)
			}
			src.Digest = "again" // nothing is new
			if _, err := u.Transfer.Import(t.Context(), src, false); err != nil || len(a.seen) != len(row.want) {
				t.Errorf("again: %v, %v", err, a.seen)
			}
		})
	}
}

// salesOfAna are a seller, a product and its sales.
func salesOfAna(n int) iter.Seq2[app.Record, error] {
	ana := fixture.Seller("ana", func(s *domain.Seller) { s.ID = anasID })
	pen := fixture.Product(ana)
	all := []any{ana, pen}
	for i := range n {
		all = append(all, fixture.Purchase(pen, func(p *domain.PurchaseState) { p.ID = domain.PurchaseID(fmt.Sprintf("sale%06d", i)) }))
	}
	return func(yield func(app.Record, error) bool) {
		for i, v := range all {
			if !yield(app.Record{Line: i + 2, Value: v}, nil) {
				return
			}
		}
	}
}
