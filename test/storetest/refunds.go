package storetest

import (
	"context"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func insertRefund(r domain.Refund) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Refunds.Insert(ctx, r) }
}

func saveRefund(r domain.Refund) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Refunds.Save(ctx, r) }
}

var refundAggregate = child[domain.Refund]{
	aggregate: aggregate[domain.Refund]{
		notFound: domain.ErrRefundNotFound,
		bare:     func(t *testing.T, w *world) domain.Refund { return fixture.Refund(storedPayment(t, w)) },
		full:     func(t *testing.T, w *world) domain.Refund { return fixture.Refund(storedPayment(t, w)) },
		byID: func(ctx context.Context, tx ports.Tx, r domain.Refund) (domain.Refund, error) {
			return tx.Refunds.ByID(ctx, r.ID)
		},
		insert: func(ctx context.Context, tx ports.Tx, r domain.Refund) error { return tx.Refunds.Insert(ctx, r) },
		save:   func(ctx context.Context, tx ports.Tx, r domain.Refund) error { return tx.Refunds.Save(ctx, r) },
		list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.Refund, error) {
			return tx.Refunds.List(ctx, after, limit)
		},
	},
	parent: "PaymentID", missing: domain.ErrPaymentNotFound, ofBob: bobsPayment,
	of: func(ctx context.Context, tx ports.Tx, parent string) ([]domain.Refund, error) {
		return tx.Refunds.ByPayment(ctx, domain.PaymentID(parent))
	},
}

// storedPayment makes a payment of ana's, with its sale, and keeps both.
func storedPayment(t *testing.T, w *world) domain.PaymentState {
	t.Helper()
	s := fixture.Purchase(w.product(t))
	p := fixture.Payment(s)
	fixture.Fill(t, w, s, p)
	return p
}

// bobsPayment makes a payment of bob's, and keeps it.
func bobsPayment(t *testing.T, w *world) string {
	product := fixture.Product(w.bob)
	s := fixture.Purchase(product)
	p := fixture.Payment(s)
	fixture.Fill(t, w, product, s, p)
	return string(p.ID)
}

var refundTests = refundAggregate.tests(tests{
	"EveryWord":        refundEveryWord,
	"KeyTaken":         refundKeyTaken,
	"WhichRefusalWins": refundWhichRefusal,
})

func refundEveryWord(t *testing.T, w *world) {
	p := storedPayment(t, w)
	for _, status := range []domain.RefundStatus{domain.RefundIntended, domain.RefundSent, domain.RefundDone, domain.RefundFailed} {
		for _, cause := range []domain.RefundCause{domain.RefundAsked, domain.RefundOfLate, domain.RefundAbroad} {
			r := fixture.Refund(p, func(r *domain.Refund) { r.Status, r.Cause = status, cause })
			fixture.Fill(t, w, r)
			refundAggregate.wantStored(t, w, string(status)+" "+string(cause), r)
		}
	}
}

func refundKeyTaken(t *testing.T, w *world) {
	p := storedPayment(t, w)
	key := func(r *domain.Refund) { r.Key, r.ProcessorRef = "refund/1", "re_1" }
	first, second := fixture.Refund(p, key), fixture.Refund(p, func(r *domain.Refund) { r.ProcessorRef = "re_1" })
	fixture.Fill(t, w, first, second)
	w.refuses(t, "inserted with another's key", insertRefund(fixture.Refund(storedPayment(t, w), key)), domain.ErrExists)
	was := second
	second.Key, second.Status = first.Key, domain.RefundDone
	w.refuses(t, "saved with another's key", saveRefund(second), domain.ErrExists)
	refundAggregate.wantStored(t, w, "what was refused", was)

	theirs := fixture.Product(w.bob)
	sale := fixture.Purchase(theirs)
	paid := fixture.Payment(sale)
	fixture.Fill(t, w, theirs, sale, paid, fixture.Refund(paid, key)) // another seller may have it too
	first.Status = domain.RefundDone
	w.update(t, w.of, saveRefund(first)) // and so may itself
	first.Key = "refund/2"
	w.update(t, w.of, saveRefund(first))
	w.update(t, w.of, saveRefund(second))
	refundAggregate.wantStored(t, w, "with a key that was given up", second)
}

func refundWhichRefusal(t *testing.T, w *world) {
	first := fixture.Refund(storedPayment(t, w))
	fixture.Fill(t, w, first)
	again := another(first)
	again.PaymentID = "x"
	w.refuses(t, "a key that is there, of no payment", insertRefund(again), domain.ErrPaymentNotFound)
	again.ID = first.ID
	w.refuses(t, "an id that is there, of no payment", insertRefund(again), domain.ErrExists)
}
