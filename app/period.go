package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
)

// RecordRefund records that amount minor units of the current period were given
// back; 0 means all of it. See [domain.Membership.RefundPeriod].
func (m *Memberships) RecordRefund(ctx context.Context, seller domain.SellerID, id domain.MembershipID, amount int64) (Done, error) {
	return m.plain(ctx, seller, id, func(s step) (domain.Outcome, error) { return s.member.RefundPeriod(amount, s.at) })
}

// RecordChargeback records that a bank took the current period's payment back.
func (m *Memberships) RecordChargeback(ctx context.Context, seller domain.SellerID, id domain.MembershipID) (Done, error) {
	return m.plain(ctx, seller, id, func(s step) (domain.Outcome, error) { return s.member.Chargeback(s.at) })
}

// RecordDisputeWon records that the seller won that dispute.
func (m *Memberships) RecordDisputeWon(ctx context.Context, seller domain.SellerID, id domain.MembershipID) (Done, error) {
	return m.plain(ctx, seller, id, func(s step) (domain.Outcome, error) { return s.member.WinDispute(s.at) })
}

// AnnouncePrice prepares a new price for what a member has; it counts once its
// notice was handed to the mailer in time. See [domain.Membership.AnnouncePrice].
func (m *Memberships) AnnouncePrice(ctx context.Context, seller domain.SellerID, id domain.MembershipID, unit int64, effective time.Time) (Done, error) {
	return m.plain(ctx, seller, id, func(s step) (domain.Outcome, error) { return s.member.AnnouncePrice(unit, effective, s.at) })
}

// NoticeSent records that the notice of a new price was handed to the mailer.
func (m *Memberships) NoticeSent(ctx context.Context, seller domain.SellerID, id domain.MembershipID) (Done, error) {
	return m.plain(ctx, seller, id, func(s step) (domain.Outcome, error) { return s.member.NoticeSent(s.at) })
}
