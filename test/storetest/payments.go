package storetest

import (
	"context"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func insertPayment(s domain.PaymentState) call {
	return func(ctx context.Context, tx ports.Tx) error {
		return tx.Payments.Insert(ctx, domain.RestorePayment(s))
	}
}

func savePayment(s domain.PaymentState) call {
	return func(ctx context.Context, tx ports.Tx) error {
		return tx.Payments.Save(ctx, domain.RestorePayment(s))
	}
}

var paymentAggregate = child[domain.PaymentState]{
	aggregate: aggregate[domain.PaymentState]{
		notFound: domain.ErrPaymentNotFound,
		bare: func(t *testing.T, w *world) domain.PaymentState {
			s := fixture.Purchase(w.product(t))
			fixture.Fill(t, w, s)
			return intended(fixture.Payment(s))
		},
		full: func(t *testing.T, w *world) domain.PaymentState {
			return fixture.PaymentOf(storedMembership(t, w), domain.ChangePayment, 2)
		},
		byID: func(ctx context.Context, tx ports.Tx, s domain.PaymentState) (domain.PaymentState, error) {
			p, err := tx.Payments.ByID(ctx, s.ID)
			if err != nil {
				return domain.PaymentState{}, err
			}
			return p.State(), nil
		},
		insert: func(ctx context.Context, tx ports.Tx, s domain.PaymentState) error { return insertPayment(s)(ctx, tx) },
		save:   func(ctx context.Context, tx ports.Tx, s domain.PaymentState) error { return savePayment(s)(ctx, tx) },
		list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.PaymentState, error) {
			return tx.Payments.List(ctx, after, limit)
		},
	},
	parent: "PurchaseID", missing: domain.ErrPurchaseNotFound, ofBob: bobsPurchase,
	of: func(ctx context.Context, tx ports.Tx, parent string) ([]domain.PaymentState, error) {
		return tx.Payments.ByPurchase(ctx, domain.PurchaseID(parent))
	},
}

// bobsPurchase makes a sale of bob's, and keeps it.
func bobsPurchase(t *testing.T, w *world) string {
	p := fixture.Product(w.bob)
	s := fixture.Purchase(p)
	fixture.Fill(t, w, p, s)
	return string(s.ID)
}

// intended returns a payment as it was before anybody was asked for it.
func intended(s domain.PaymentState) domain.PaymentState {
	var never domain.PaymentState
	s.Status, s.PaidAt, s.PricedAt = domain.Intended, never.PaidAt, never.PricedAt
	return s
}

var paymentTests = paymentAggregate.tests(tests{
	"EveryWord":               paymentEveryWord,
	"KeyTaken":                paymentKeyTaken,
	"ProcessorRefTaken":       paymentRefTaken,
	"ManyWithoutProcessorRef": paymentNoRef,
	"ACycleIsPaidOnce":        paymentCycleOnce,
	"WhatPaysNoCycle":         paymentNoCycle,
	"WhichRefusalWins":        paymentWhichRefusal,
	"ItsMembershipMayBeLater": paymentMembershipLater,
	"NoAlias":                 paymentNoAlias,
})

func paymentEveryWord(t *testing.T, w *world) {
	m := storedMembership(t, w)
	for _, kind := range []domain.PaymentKind{domain.SalePayment, domain.RenewalPayment, domain.ChangePayment, domain.RestartPayment} {
		for i, status := range []domain.PaymentStatus{domain.Intended, domain.Sent, domain.NeedsAction, domain.Paid, domain.NotPaid, domain.Voided} {
			p := fixture.PaymentOf(m, kind, 2, func(p *domain.PaymentState) {
				p.Status, p.Decline = status, []domain.Decline{"", domain.SoftDecline, domain.HardDecline, domain.Unreachable}[i%4]
			})
			fixture.Fill(t, w, p)
			paymentAggregate.wantStored(t, w, string(kind)+" "+string(status), p)
		}
	}
}

// threePayments makes two payments of ana's and one of bob's, and keeps them.
// mod is for one of each.
func (w *world) threePayments(t *testing.T, mod func(*domain.PaymentState)) (first, second, bobs domain.PaymentState) {
	t.Helper()
	sale := fixture.Purchase(w.product(t))
	theirs := fixture.Product(w.bob)
	their := fixture.Purchase(theirs)
	first, second, bobs = fixture.Payment(sale, mod), fixture.Payment(sale), fixture.Payment(their, mod)
	fixture.Fill(t, w, sale, theirs, their, first, second, bobs)
	return first, second, bobs
}

func paymentKeyTaken(t *testing.T, w *world) {
	first, second, _ := w.threePayments(t, func(p *domain.PaymentState) { p.Key = "mbr/1/renew/2/1" }) // bob may have it too
	again := paymentAggregate.sibling(first)
	again.Key = first.Key
	w.refuses(t, "inserted with another's key", insertPayment(again), domain.ErrExists)
	was := second
	second.Key, second.Refunded = first.Key, 1
	w.refuses(t, "saved with another's key", savePayment(second), domain.ErrExists)
	paymentAggregate.wantStored(t, w, "what was refused", was)

	again.Key = "MBR/1/renew/2/1"
	fixture.Fill(t, w, again)
	first.Key = "mbr/1/renew/2/2"
	second.Key = "mbr/1/renew/2/1"
	w.update(t, w.of, savePayment(first))
	w.update(t, w.of, savePayment(second))
	paymentAggregate.wantStored(t, w, "with a key that was given up", second)
}

func paymentRefTaken(t *testing.T, w *world) {
	first, second, _ := w.threePayments(t, func(p *domain.PaymentState) { p.ProcessorRef = "pi_1" })
	again := paymentAggregate.sibling(first)
	w.refuses(t, "inserted with another's id at the processor", insertPayment(again), domain.ErrExists)
	was := second
	second.ProcessorRef, second.Status = "pi_1", domain.Voided
	w.refuses(t, "saved with another's id at the processor", savePayment(second), domain.ErrExists)
	paymentAggregate.wantStored(t, w, "what was refused", was)

	second.ProcessorRef = "PI_1"
	w.update(t, w.of, savePayment(second))
	first.ProcessorRef = ""
	w.update(t, w.of, savePayment(first))
	fixture.Fill(t, w, again)
	paymentAggregate.wantStored(t, w, "with one that was given up", again)
}

// paymentNoRef: that the processor's id is not known is no name.
func paymentNoRef(t *testing.T, w *world) {
	first, second, _ := w.threePayments(t, func(p *domain.PaymentState) { p.ProcessorRef = "" })
	first.Refunded, second.Refunded = 1, 2
	w.update(t, w.of, savePayment(first))
	w.update(t, w.of, savePayment(second))
	paymentAggregate.wantStored(t, w, "saved", second)
}

// paymentMembershipLater: an import brings them in either order.
func paymentMembershipLater(t *testing.T, w *world) {
	sale, m := fixture.Renewal(w.product(t, fixture.Renewable))
	p := fixture.PaymentOf(m, domain.RenewalPayment, 2)
	fixture.Fill(t, w, sale, p, m)
	paymentAggregate.wantStored(t, w, "before its membership", p)
}

// paymentNoAlias: what the caller holds and what the store holds are two.
func paymentNoAlias(t *testing.T, w *world) {
	want := paymentAggregate.bare(t, w)
	send := func(p *domain.Payment) {
		if err := p.Send(); err != nil {
			t.Error(err)
		}
	}
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		held := domain.RestorePayment(want)
		err := tx.Payments.Insert(ctx, held)
		send(held)
		return err
	})
	paymentAggregate.wantStored(t, w, "after the inserted one changed", want)
	send(read(t, w, w.of, func(ctx context.Context, tx ports.Tx) (*domain.Payment, error) { return tx.Payments.ByID(ctx, want.ID) }))
	paymentAggregate.wantStored(t, w, "after a loaded one changed", want)
}
