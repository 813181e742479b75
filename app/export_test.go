package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func TestExport_ofNothing(t *testing.T) {
	onStores(t, func(t *testing.T, s ports.Store) {
		if got := exported(t, s); got != `{"usher":1}`+"\n" {
			t.Errorf("got %q", got)
		}
	})
}

// TestExport_whileThingsAreMade makes a product, a sale of it and one of each
// older product, all with their keys, between any two looks at the store. What
// comes out of it must go in.
func TestExport_whileThingsAreMade(t *testing.T) {
	onStores(t, func(t *testing.T, s ports.Store) {
		ana := fixture.Seller("ana")
		pencil := fixture.Product(ana, fixture.Renewable)
		fixture.Fill(t, s, ana, pencil)
		looks := 0
		busy := &wrapped{Store: s, view: func() error {
			if looks++; looks > 40 {
				return nil
			}
			mug := fixture.Product(ana, fixture.Renewable)
			big := fixture.Variant(pencil)
			fixture.Fill(t, s, mug, big, fixture.Variant(mug))
			for _, of := range []domain.Product{pencil, mug} {
				p, m := fixture.Renewal(of, func(p *domain.PurchaseState) {
					if of == pencil {
						p.Variants = domain.ChosenVariants(big.ID)
					}
				})
				fixture.Fill(t, s, p, m, fixture.License(p))
			}
			return nil
		}}
		file := exported(t, busy)
		if looks < 6 || !strings.Contains(file, `"kind":"license"`) || strings.Count(file, `"kind":"purchase"`) < strings.Count(file, `"kind":"license"`) {
			t.Errorf("nothing was made meanwhile: %d looks at the store", looks)
		}
		fresh := memstore.New(nil)
		imported(t, fresh, strings.NewReader(file))
		if again := exported(t, fresh); again != file {
			t.Errorf("came back as\n%s\nnot\n%s", again, file)
		}
	})
}

// TestExport_whileAMembershipMoves moves one to a tier that is new, before each
// look at the store in turn. What comes out must go in.
func TestExport_whileAMembershipMoves(t *testing.T) {
	onStores(t, func(t *testing.T, s ports.Store) {
		ana := fixture.Seller("ana")
		club := fixture.Product(ana, fixture.Renewable)
		sale, m := fixture.Renewal(club)
		fixture.Fill(t, s, ana, club, sale, m)
		late := 0 // exports that named a tier after its time
		for at, looks := 1, 1; at <= looks; at++ {
			looks = 0
			file := exported(t, &wrapped{Store: s, view: func() error {
				if looks++; looks != at {
					return nil
				}
				gold := fixture.Variant(club)
				fixture.Fill(t, s, gold)
				m.Terms.Tier, m.Version = gold.ID, m.Version+1
				return s.Update(t.Context(), ports.Seller(ana.ID), func(ctx context.Context, tx ports.Tx) error {
					return tx.Memberships.Save(ctx, domain.RestoreMembership(m))
				})
			}})
			imported(t, memstore.New(nil), strings.NewReader(file))
			if variant := strings.LastIndex(file, `"kind":"variant"`); variant > strings.Index(file, `"kind":"membership"`) {
				late++
			}
		}
		if late == 0 {
			t.Error("no membership moved behind an export's back")
		}
	})
}

// TestExport_whileMoneyGoesBack makes a refund of each payment before each look
// at the store in turn. What a payment counts and what its refunds are must fit.
func TestExport_whileMoneyGoesBack(t *testing.T) {
	onStores(t, func(t *testing.T, s ports.Store) {
		ana := fixture.Seller("ana")
		sale := fixture.Purchase(fixture.Product(ana))
		paid := fixture.Payment(sale)
		fixture.Fill(t, s, ana, fixture.Product(ana, func(p *domain.Product) { p.ID = sale.ProductID }), sale, paid)
		for at, looks := 1, 1; at <= looks; at++ {
			looks = 0
			var got domain.PaymentState
			sum := int64(0)
			busy := &wrapped{Store: s, view: func() error {
				if looks++; looks != at {
					return nil
				}
				return s.Update(t.Context(), ports.Seller(ana.ID), func(ctx context.Context, tx ports.Tx) error {
					p, err := tx.Payments.ByID(ctx, paid.ID)
					if err != nil {
						return err
					}
					r, err := p.Refund(domain.RefundID(fixture.ID()), 1, domain.RefundAsked, fixture.T0)
					if err != nil {
						return err
					}
					return errors.Join(tx.Payments.Save(ctx, p), tx.Refunds.Insert(ctx, r))
				})
			}}
			for r, err := range usherOn(t, busy).Transfer.Export(t.Context()) {
				switch v := r.Value.(type) {
				case domain.PaymentState:
					got = v
				case domain.Refund:
					sum += v.Amount
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if got.Refunding != sum || got.ID != paid.ID {
				t.Errorf("at look %d the payment has reserved %d, and its refunds are %d", at, got.Refunding, sum)
			}
		}
	})
}

func TestExport_ends(t *testing.T) {
	s := memstore.New(nil)
	ana := fixture.Seller("ana")
	imported(t, s, strings.NewReader(fileOf(t, richShop(ana, fixture.Product(ana))...)))
	total := strings.Count(exported(t, s), "\n") - 1
	for stop := 1; stop <= total; stop++ {
		n := 0
		for range usherOn(t, s).Transfer.Export(t.Context()) {
			if n++; n == stop {
				break
			}
		}
		if n != stop {
			t.Fatalf("stopped at %d after %d", stop, n)
		}
	}
	down := errors.New("the store is down")
	for looks := 0; ; looks++ {
		left := looks
		bad := &wrapped{Store: s, view: func() error {
			if left--; left < 0 {
				return down
			}
			return nil
		}}
		var last error
		for r, err := range usherOn(t, bad).Transfer.Export(t.Context()) {
			if last != nil {
				t.Fatalf("after an error came %+v, %v", r, err)
			}
			last = err
		}
		if last == nil {
			if looks < 8 {
				t.Errorf("an export took %d looks at the store", looks)
			}
			break
		}
		if !errors.Is(last, down) {
			t.Fatalf("got %v", last)
		}
	}
}
