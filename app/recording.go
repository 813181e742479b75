package app

import (
	"cmp"
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// RecordMembership keeps the sale of a membership that somebody else charges:
// its purchase, see [Sales.Record], and the membership that began with it, with
// the buyer in its first seat if it was sold with seats. What was paid is kept
// as a payment of the sale. Of r, only Recurrence is needed; its ids are made or
// taken from the sale, and StartedAt and CreatedAt are the sale's if they are
// zero.
//
// outside is the other system's id of the sale, by which twice is once; another
// sale under it is [domain.ErrKeyReused]. Without one each call is another sale.
func (s *Sales) RecordMembership(ctx context.Context, seller domain.SellerID, outside string, sale domain.PurchaseState, r domain.MembershipRecord) (Sale, domain.MembershipState, error) {
	switch {
	case r.Recurrence == "":
		return Sale{}, domain.MembershipState{}, domain.InvalidField("recurrence", "is missing: say for how long it was paid")
	case sale.Status != "":
		return Sale{}, domain.MembershipState{}, domain.InvalidField("status", "must be left out: what is recorded is complete")
	case sale.MembershipID != "":
		return Sale{}, domain.MembershipState{}, domain.InvalidField("membership", "must be left out: it begins with the sale")
	}
	at, key := s.at(), outsideKey(outside)
	request := digestOf(struct {
		What string
		Sale domain.PurchaseState
		Of   domain.MembershipRecord
	}{"record_membership", sale, r})
	var done Sale
	var member domain.MembershipState
	err := s.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		was, fresh, err := s.begin(ctx, tx, key, request, at)
		if err != nil {
			return err
		}
		if !fresh {
			if done, err = saleOf(ctx, tx, domain.PurchaseID(was)); err != nil {
				return err
			}
			done.Replayed = true
			kept, err := tx.Memberships.ByID(ctx, done.Purchase.MembershipID)
			if err == nil {
				member = kept.State()
			}
			return err
		}
		p, err := s.prepare(ctx, tx, seller, sale, r.Recurrence, at)
		if err != nil {
			return err
		}
		if done, member, err = s.record(ctx, tx, p, r, key, at); err != nil {
			return err
		}
		return s.finish(ctx, tx, key, string(done.Purchase.ID))
	})
	return done, member, err
}

// record keeps a sale of a membership, with what begins with it.
func (s *Sales) record(ctx context.Context, tx ports.Tx, p *domain.Purchase, r domain.MembershipRecord, key string, at time.Time) (Sale, domain.MembershipState, error) {
	none := domain.MembershipState{}
	sold := p.State()
	r.ID = cmp.Or(r.ID, domain.MembershipID(s.newID(at)))
	r.SellerID, r.ProductID, r.PurchaseID = sold.SellerID, sold.ProductID, sold.ID
	if r.StartedAt.IsZero() {
		r.StartedAt = sold.CreatedAt
	}
	if r.CreatedAt.IsZero() {
		r.CreatedAt = sold.CreatedAt
	}
	if err := checkRecord(r); err != nil {
		return Sale{}, none, err
	}
	p.Renews(r.ID)
	p, err := s.insert(ctx, tx, p)
	if err != nil {
		return Sale{}, none, err
	}
	m := r.Adopt(p.State())
	seated := p.State().Multiseat && !p.State().GiftGiven && m.Live()
	if seated {
		m.Assigned = 1
	}
	if err := m.Check(); err != nil {
		return Sale{}, none, err
	}
	if err := tx.Memberships.Insert(ctx, domain.RestoreMembership(m)); err != nil {
		return Sale{}, none, err
	}
	events := []domain.Event{domain.MembershipStarted{MembershipID: m.ID, PurchaseID: m.PurchaseID, Trial: m.Cycle == 0, At: at}}
	if m.Cycle > 0 && sold.Price.Amount > 0 {
		first := m
		first.Cycle = 1 // which the sale paid for, whatever cycle it is in by now
		_, e, err := s.recordPaid(ctx, tx, first, domain.SalePayment, sold.Price.Amount, key, sold.CreatedAt)
		if err != nil {
			return Sale{}, none, err
		}
		events = append(events, e)
	}
	if seated {
		if err := tx.Seats.Insert(ctx, firstSeat(domain.SeatID(s.newID(at)), p.State(), at)); err != nil {
			return Sale{}, none, err
		}
	}
	done, err := s.complete(ctx, tx, p, at)
	if err != nil {
		return Sale{}, none, err
	}
	return done, m, s.emit(ctx, tx, at, append(events, s.due(none, m, at)...)...)
}

// recordPaid keeps a payment that somebody else took.
func (c *core) recordPaid(ctx context.Context, tx ports.Tx, m domain.MembershipState, kind domain.PaymentKind, amount int64, key string, at time.Time) (domain.PaymentState, domain.Event, error) {
	id := domain.PaymentID(c.newID(at))
	p, e := domain.RecordedPayment(id, m, kind, amount, cmp.Or(key, outsideKey(string(id))), at)
	if err := p.State().Check(); err != nil {
		return domain.PaymentState{}, nil, err
	}
	return p.State(), e, tx.Payments.Insert(ctx, p)
}

// outsideKey is the key of a command, and of a payment, that another system
// knows by that id.
func outsideKey(id string) string {
	if id == "" {
		return ""
	}
	return "outside/" + id
}
