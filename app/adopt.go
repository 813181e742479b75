package app

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// checkRecord checks what another system tells of a membership. What it lacks,
// which only its purchase has, cannot be wrong: a purchase was checked itself.
func checkRecord(r domain.MembershipRecord) error {
	err := r.Adopt(domain.PurchaseState{Quantity: 1, Price: domain.Money{Currency: "usd"}}).Check()
	if e, ok := err.(*domain.Error); ok && e.Field == "anchor_at" {
		return domain.InvalidField("started_at", e.Msg)
	}
	return err
}

// adopt keeps the membership that a record and its purchase describe.
func adopt(ctx context.Context, tx ports.Tx, r domain.MembershipRecord) error {
	p, err := tx.Purchases.ByID(ctx, r.PurchaseID)
	if err != nil {
		return err
	}
	s := r.Adopt(p.State())
	if err := s.Check(); err != nil {
		return err
	}
	return tx.Memberships.Insert(ctx, domain.RestoreMembership(s))
}

// adopted returns the record itself if it became the membership of its id and
// nothing has changed it since, and else that membership.
func adopted(ctx context.Context, tx ports.Tx, r domain.MembershipRecord) (any, bool, error) {
	m, ok, err := there(tx.Memberships.ByID(ctx, r.ID))
	if !ok {
		return nil, false, err
	}
	p, ok, err := there(tx.Purchases.ByID(ctx, m.State().PurchaseID))
	if err != nil {
		return nil, false, err
	}
	if ok && r.Adopt(p.State()) == m.State() {
		return r, true, nil
	}
	return m.State(), true, nil
}
