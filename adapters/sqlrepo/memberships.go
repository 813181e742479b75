package sqlrepo

import (
	"cmp"
	"context"
	"slices"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type memberships struct{ repo }

var membershipColumns = cols(`id seller_id product_id purchase_id method elsewhere sequence version status end_reason status_before cancelled_by
	anchor_at offset_months recurrence cycle free_trial_ends_at charges installments
	tier unit currency included_seats discount_kind discount_value discount_cycles
	seats complimentary_seats assigned_seats
	pending_seats pending_tier pending_recurrence pending_unit pending_priced pending_change
	notice_tier notice_recurrence notice_unit notice_effective_at notice_notified_at
	ledger_owed ledger_settled given_back
	in_flight_payment_id in_flight_kind in_flight_priced_at in_flight_due in_flight_asked in_flight_expires_at ` + targetColumns("in_flight_") + `
	outstanding_amount outstanding_carried outstanding_attempts outstanding_due_at outstanding_grace_ends_at outstanding_retry_at
	cancel_requested_at cancelled_at failed_at ended_at deactivated_at last_at created_at`)

func membershipDests(m *domain.MembershipState) []any {
	terms, pending, notice, flight, out := &m.Terms, &m.Pending, &m.Notice, &m.InFlight, &m.Outstanding
	return slices.Concat([]any{
		(*string)(&m.ID), (*string)(&m.SellerID), (*string)(&m.ProductID), (*string)(&m.PurchaseID),
		&m.Method, &m.Elsewhere, &m.Sequence, &m.Version,
		(*string)(&m.Status), (*string)(&m.EndReason), (*string)(&m.Before), (*string)(&m.CancelledBy),
		Time(&m.AnchorAt), &m.Offset, (*string)(&m.Recurrence), &m.Cycle, Time(&m.FreeTrialEndsAt), &m.Charges, &m.Installments,
		(*string)(&terms.Tier), &terms.Unit, (*string)(&terms.Currency), &terms.Included,
		(*string)(&terms.Discount.Kind), &terms.Discount.Value, &terms.Discount.Cycles,
		&m.Seats, &m.Complimentary, &m.Assigned,
		&pending.Seats, (*string)(&pending.Tier), (*string)(&pending.Recurrence), &pending.Unit, &pending.Priced, &pending.Change,
		(*string)(&notice.Tier), (*string)(&notice.Recurrence), &notice.Unit, Time(&notice.EffectiveAt), Time(&notice.NotifiedAt),
		&exactDest{&m.Ledger.Owed}, &m.Ledger.Settled, &m.GivenBack,
		(*string)(&flight.PaymentID), (*string)(&flight.Kind), Time(&flight.PricedAt), &flight.Due, &flight.Asked, Time(&flight.ExpiresAt),
	}, targetFields(&flight.Target), []any{
		&out.Amount, &out.Carried, &out.Attempts, Time(&out.DueAt), Time(&out.GraceEndsAt), Time(&out.RetryAt),
		Time(&m.CancelRequestedAt), Time(&m.CancelledAt), Time(&m.FailedAt), Time(&m.EndedAt), Time(&m.DeactivatedAt), Time(&m.LastAt), Time(&m.CreatedAt),
	})
}

func membershipArgs(m domain.MembershipState) []any { return values(membershipDests(&m)) }

func scanMembership(rows Rows) (m domain.MembershipState, err error) {
	return m, rows.Scan(membershipDests(&m)...)
}

var membershipFrom = `SELECT ` + membershipColumns.names("") + ` FROM usher_memberships WHERE seller_id = $1`

func (r memberships) ByID(ctx context.Context, id domain.MembershipID) (*domain.Membership, error) {
	s, err := one(ctx, r.c, scanMembership, domain.ErrMembershipNotFound, membershipFrom+` AND id = $2`+r.lock(), r.seller(), string(id))
	if err != nil {
		return nil, err
	}
	return domain.RestoreMembership(s), nil
}

func (r memberships) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.MembershipState, error) {
	return many(ctx, r.c, scanMembership, membershipFrom+` AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
		r.seller(), since(after), after.ID, most(limit))
}

// seatsIn sums what is held in the tier from one index alone, however many hold
// it. What payments in flight bring beyond that is found by another: more seats
// to who is there, all of them to who is on the way. A sale that waits for its
// payment has no membership yet, and is found by a third. What one membership
// holds and is paying for is taken off in the end.
const (
	heldIn = `COALESCE(SUM(seats + complimentary_seats), 0) FROM usher_memberships
	WHERE seller_id = $1 AND tier = $2 AND tier <> '' AND status <> 'ended'`
	comingIn = `COALESCE(SUM(CASE WHEN tier <> $2 OR status = 'ended' THEN complimentary_seats + in_flight_seats
		WHEN in_flight_seats > seats THEN in_flight_seats - seats ELSE 0 END), 0) FROM usher_memberships
	WHERE seller_id = $1 AND in_flight_tier = $2 AND in_flight_tier <> ''`
	seatsIn = `SELECT CAST((SELECT ` + heldIn + `) + (SELECT ` + comingIn + `)
	- (SELECT ` + heldIn + ` AND id = $3) - (SELECT ` + comingIn + ` AND id = $3) + (
	SELECT COALESCE(SUM(target_seats), 0)
	FROM usher_payments WHERE seller_id = $1 AND target_tier = $2 AND target_tier <> ''
	AND kind = 'sale' AND status IN ('intended', 'sent', 'needs_action')
) AS BIGINT)`
)

func (r memberships) SeatsIn(ctx context.Context, tier domain.VariantID, except domain.MembershipID) (int, error) {
	if !domain.Storable(string(except)) {
		except = "" // nobody's id either, and one that may be asked for
	}
	n, err := many(ctx, r.c, scanNumber, seatsIn, r.seller(), string(tier), string(except))
	if err != nil || len(n) == 0 {
		return 0, err
	}
	return int(n[0]), nil
}

var membershipInsert = `INSERT INTO usher_memberships (` + membershipColumns.names("") + `)
	SELECT ` + membershipColumns.params() + ` FROM usher_products p CROSS JOIN usher_purchases s
	WHERE p.id = $3 AND p.seller_id = $2 AND s.id = $4 AND s.seller_id = $2 ON CONFLICT DO NOTHING`

func (r memberships) Insert(ctx context.Context, m *domain.Membership) error {
	s := m.State()
	if err := r.inserting(s.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, membershipInsert, membershipArgs(s)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return cmp.Or(
			r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_memberships WHERE id = $1`, string(s.ID)),
			r.lacking(ctx, domain.ErrProductNotFound, hasProduct, string(s.ProductID), r.seller()),
			error(domain.ErrPurchaseNotFound))
	}
	return r.moveLicenses(ctx, membersOf, string(s.ID))
}

var membershipSave = `UPDATE usher_memberships SET ` + membershipColumns.set(4) + `
	WHERE id = $1 AND seller_id = $2 AND product_id = $3 AND purchase_id = $4`

func (r memberships) Save(ctx context.Context, m *domain.Membership) error {
	s := m.State()
	if err := r.saving(s.SellerID, domain.ErrMembershipNotFound); err != nil {
		return err
	}
	if err := change(ctx, r.c, domain.ErrMembershipNotFound, membershipSave, membershipArgs(s)...); err != nil {
		return err
	}
	return r.moveLicenses(ctx, membersOf, string(s.ID))
}
