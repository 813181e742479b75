package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func insertDispute(d domain.Dispute) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Disputes.Insert(ctx, d) }
}

func saveDispute(d domain.Dispute) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Disputes.Save(ctx, d) }
}

var disputeAggregate = child[domain.Dispute]{
	aggregate: aggregate[domain.Dispute]{
		notFound: domain.ErrDisputeNotFound,
		bare:     func(t *testing.T, w *world) domain.Dispute { return fixture.Dispute(storedPayment(t, w)) },
		full:     func(t *testing.T, w *world) domain.Dispute { return fixture.Dispute(storedPayment(t, w)) },
		byID: func(ctx context.Context, tx ports.Tx, d domain.Dispute) (domain.Dispute, error) {
			return tx.Disputes.ByID(ctx, d.ID)
		},
		insert: func(ctx context.Context, tx ports.Tx, d domain.Dispute) error { return tx.Disputes.Insert(ctx, d) },
		save:   func(ctx context.Context, tx ports.Tx, d domain.Dispute) error { return tx.Disputes.Save(ctx, d) },
		list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.Dispute, error) {
			return tx.Disputes.List(ctx, after, limit)
		},
	},
	parent: "PaymentID", missing: domain.ErrPaymentNotFound, ofBob: bobsPayment,
	of: func(ctx context.Context, tx ports.Tx, parent string) ([]domain.Dispute, error) {
		return tx.Disputes.ByPayment(ctx, domain.PaymentID(parent))
	},
}

var disputeTests = disputeAggregate.tests(tests{
	"OpenWonAndLost": disputeOutcomes,
	"Several":        disputeSeveral,
})

func disputeOutcomes(t *testing.T, w *world) {
	for what, change := range map[string]func(*domain.Dispute){
		"open": func(*domain.Dispute) {},
		"won":  func(d *domain.Dispute) { d.WonAt = fixture.T0.Add(time.Hour) },
		"lost": func(d *domain.Dispute) { d.LostAt = fixture.T0.Add(time.Hour) },
	} {
		d := fixture.Dispute(storedPayment(t, w))
		fixture.Fill(t, w, d)
		change(&d)
		w.update(t, w.of, saveDispute(d))
		disputeAggregate.wantStored(t, w, what, d)
	}
}

// disputeSeveral: a payment may be disputed again, and the processor's name of
// it is nobody's key.
func disputeSeveral(t *testing.T, w *world) {
	p := storedPayment(t, w)
	ref := func(d *domain.Dispute) { d.ProcessorRef = "dp_1" }
	first, second := fixture.Dispute(p, ref), fixture.Dispute(p, ref)
	fixture.Fill(t, w, first, second)
	wantAll(t, "both", disputeAggregate.listed(t, w, w.of, string(p.ID)), first, second)
}
