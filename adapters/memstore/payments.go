package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type payment struct{ domain.PaymentState }

func (p payment) place() (domain.SellerID, time.Time, string) {
	return p.SellerID, p.CreatedAt, string(p.ID)
}

func (p payment) key() ofSeller { return ofSeller{p.SellerID, p.Key} }

func (p payment) processed() ofSeller { return ofSeller{p.SellerID, p.ProcessorRef} }

// cycle is what p is the paid renewal of, if it is one.
func (p payment) cycle() (cycle, bool) {
	return cycle{p.SellerID, p.MembershipID, p.Cycle}, p.Renewed()
}

// waits reports whether p is the payment of a sale that holds seats of a tier
// until it has an answer, and of which.
func (p payment) waits() (ofSeller, bool) {
	return ofSeller{p.SellerID, string(p.Target.Tier)}, p.Kind == domain.SalePayment && p.Open()
}

type payments struct{ *tx }

func (r payments) ByID(ctx context.Context, id domain.PaymentID) (*domain.Payment, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	p, ok := find(r.tx, r.payments, string(id))
	if !ok {
		return nil, domain.ErrPaymentNotFound
	}
	return domain.RestorePayment(p.PaymentState), nil
}

func (r payments) ByPurchase(ctx context.Context, id domain.PurchaseID) ([]domain.PaymentState, error) {
	return r.states(ctx, func() []payment { return all(r.tx, r.payments, r.paidFor[id]) })
}

func (r payments) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.PaymentState, error) {
	return r.states(ctx, func() []payment { return list(r.payments, r.payments.pages[r.seller], after, limit, nil) })
}

func (r payments) states(ctx context.Context, of func() []payment) ([]domain.PaymentState, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.PaymentState
	for _, p := range of() {
		found = append(found, p.PaymentState)
	}
	return found, nil
}

func (r payments) Insert(ctx context.Context, p *domain.Payment) error {
	s := p.State()
	if err := r.inserting(ctx, s.SellerID); err != nil {
		return err
	}
	if _, there := r.payments.rows[string(s.ID)]; there {
		return domain.ErrExists
	}
	if _, ok := find(r.tx, r.purchases, string(s.PurchaseID)); !ok {
		return domain.ErrPurchaseNotFound
	}
	return r.put(payment{s})
}

func (r payments) Save(ctx context.Context, p *domain.Payment) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	s := p.State()
	old, ok := find(r.tx, r.payments, string(s.ID))
	if !ok || s.SellerID != old.SellerID || s.PurchaseID != old.PurchaseID {
		return domain.ErrPaymentNotFound
	}
	return r.put(payment{s})
}

// put keeps p under its key, the processor's id and its cycle, unless another
// payment has one of them.
func (r payments) put(p payment) error {
	if other, taken := r.paymentKeys[p.key()]; taken && other != p.ID {
		return domain.ErrExists
	}
	if other, taken := r.processed[p.processed()]; taken && other != p.ID {
		return domain.ErrExists
	}
	paid, is := p.cycle()
	if other, taken := r.cycles[paid]; is && taken && other != p.ID {
		return domain.ErrAlreadyPaid
	}
	if old, had := r.payments.rows[string(p.ID)]; had {
		unset(r.tx, r.paymentKeys, old.key())
		unset(r.tx, r.processed, old.processed())
		if was, is := old.cycle(); is {
			unset(r.tx, r.cycles, was)
		}
		if tier, is := old.waits(); is {
			unlink(r.tx, r.waiting, tier, old.ID)
		}
		r.remove(page(r.paidFor, old.PurchaseID), placeOf(old.CreatedAt, string(old.ID)))
	}
	set(r.tx, r.paymentKeys, p.key(), p.ID)
	if p.ProcessorRef != "" {
		set(r.tx, r.processed, p.processed(), p.ID)
	}
	if is {
		set(r.tx, r.cycles, paid, p.ID)
	}
	if tier, is := p.waits(); is {
		link(r.tx, r.waiting, tier, p.ID)
	}
	r.add(page(r.paidFor, p.PurchaseID), placeOf(p.CreatedAt, string(p.ID)))
	put(r.tx, r.payments, p)
	return nil
}
