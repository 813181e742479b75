package jsonl

import (
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
)

// membership is a membership as usher keeps it: a line with a status. The line
// without one is a [membershipRecord].
type membership struct {
	Kind              string                  `json:"kind"`
	ID                domain.MembershipID     `json:"id"`
	Seller            domain.SellerID         `json:"seller"`
	Product           domain.ProductID        `json:"product"`
	Purchase          domain.PurchaseID       `json:"purchase"`
	Method            string                  `json:"method,omitzero"`
	Elsewhere         bool                    `json:"elsewhere,omitzero"`
	Sequence          int64                   `json:"sequence,omitzero"`
	Version           int64                   `json:"version,omitzero"`
	Status            domain.MembershipStatus `json:"status"`
	EndReason         domain.EndReason        `json:"end_reason,omitzero"`
	Before            domain.MembershipStatus `json:"before,omitzero"`
	CancelledBy       domain.Actor            `json:"cancelled_by,omitzero"`
	AnchorAt          instant                 `json:"anchor_at"`
	Offset            int                     `json:"offset,omitzero"` // months
	Recurrence        domain.Recurrence       `json:"recurrence"`
	Cycle             int                     `json:"cycle,omitzero"`
	FreeTrialEndsAt   instant                 `json:"free_trial_ends_at,omitzero"`
	Charges           int                     `json:"charges,omitzero"`
	Installments      bool                    `json:"installments,omitzero"`
	Terms             terms                   `json:"terms"`
	Seats             int                     `json:"seats"`
	Complimentary     int                     `json:"complimentary_seats,omitzero"`
	Assigned          int                     `json:"assigned_seats,omitzero"`
	Pending           pending                 `json:"pending,omitzero"`
	Notice            notice                  `json:"notice,omitzero"`
	Ledger            ledger                  `json:"ledger,omitzero"`
	GivenBack         int64                   `json:"given_back,omitzero"`
	InFlight          inFlight                `json:"in_flight,omitzero"`
	Outstanding       outstanding             `json:"outstanding,omitzero"`
	CancelRequestedAt instant                 `json:"cancel_requested_at,omitzero"`
	CancelledAt       instant                 `json:"cancelled_at,omitzero"`
	FailedAt          instant                 `json:"failed_at,omitzero"`
	EndedAt           instant                 `json:"ended_at,omitzero"`
	DeactivatedAt     instant                 `json:"deactivated_at,omitzero"`
	LastAt            instant                 `json:"last_at,omitzero"`
	CreatedAt         instant                 `json:"created_at"`
}

func ofMembership(s domain.MembershipState) *membership {
	return &membership{
		"membership", s.ID, s.SellerID, s.ProductID, s.PurchaseID, s.Method, s.Elsewhere, s.Sequence,
		s.Version, s.Status, s.EndReason, s.Before, s.CancelledBy,
		instant(s.AnchorAt), s.Offset, s.Recurrence, s.Cycle, instant(s.FreeTrialEndsAt), s.Charges, s.Installments,
		ofTerms(s.Terms), s.Seats, s.Complimentary, s.Assigned,
		ofPending(s.Pending), ofNotice(s.Notice), ofLedger(s.Ledger), s.GivenBack, ofInFlight(s.InFlight), ofOutstanding(s.Outstanding),
		instant(s.CancelRequestedAt), instant(s.CancelledAt), instant(s.FailedAt), instant(s.EndedAt),
		instant(s.DeactivatedAt), instant(s.LastAt), instant(s.CreatedAt),
	}
}

func (l *membership) value() (any, error) {
	owed, err := l.Ledger.value()
	if err != nil {
		return nil, err
	}
	return domain.MembershipState{
		ID: l.ID, SellerID: l.Seller, ProductID: l.Product, PurchaseID: l.Purchase,
		Method: l.Method, Elsewhere: l.Elsewhere, Sequence: l.Sequence,
		Version: l.Version, Status: l.Status, EndReason: l.EndReason, Before: l.Before, CancelledBy: l.CancelledBy,
		AnchorAt: time.Time(l.AnchorAt), Offset: l.Offset, Recurrence: l.Recurrence, Cycle: l.Cycle,
		FreeTrialEndsAt: time.Time(l.FreeTrialEndsAt), Charges: l.Charges, Installments: l.Installments,
		Terms: l.Terms.value(), Seats: l.Seats, Complimentary: l.Complimentary, Assigned: l.Assigned,
		Pending: l.Pending.value(), Notice: l.Notice.value(), Ledger: owed, GivenBack: l.GivenBack,
		InFlight: l.InFlight.value(), Outstanding: l.Outstanding.value(),
		CancelRequestedAt: time.Time(l.CancelRequestedAt), CancelledAt: time.Time(l.CancelledAt),
		FailedAt: time.Time(l.FailedAt), EndedAt: time.Time(l.EndedAt), DeactivatedAt: time.Time(l.DeactivatedAt),
		LastAt: time.Time(l.LastAt), CreatedAt: time.Time(l.CreatedAt),
	}, nil
}

// membershipRecord is a membership as another system tells of it: what it lacks
// is taken from its purchase when it is imported.
type membershipRecord struct {
	Kind              string              `json:"kind"`
	ID                domain.MembershipID `json:"id"`
	Seller            domain.SellerID     `json:"seller"`
	Product           domain.ProductID    `json:"product"`
	Purchase          domain.PurchaseID   `json:"purchase"`
	Recurrence        domain.Recurrence   `json:"recurrence"`
	StartedAt         instant             `json:"started_at"`
	FreeTrialEndsAt   instant             `json:"free_trial_ends_at,omitzero"`
	Cycle             int                 `json:"cycle,omitzero"`
	Charges           int                 `json:"charges,omitzero"`
	Installments      bool                `json:"installments,omitzero"`
	CancelRequestedAt instant             `json:"cancel_requested_at,omitzero"`
	CancelledBy       domain.Actor        `json:"cancelled_by,omitzero"`
	CancelledAt       instant             `json:"cancelled_at,omitzero"`
	FailedAt          instant             `json:"failed_at,omitzero"`
	EndedAt           instant             `json:"ended_at,omitzero"`
	CreatedAt         instant             `json:"created_at"`
}

func ofMembershipRecord(r domain.MembershipRecord) *membershipRecord {
	return &membershipRecord{
		"membership", r.ID, r.SellerID, r.ProductID, r.PurchaseID, r.Recurrence,
		instant(r.StartedAt), instant(r.FreeTrialEndsAt), r.Cycle, r.Charges, r.Installments,
		instant(r.CancelRequestedAt), r.CancelledBy, instant(r.CancelledAt), instant(r.FailedAt), instant(r.EndedAt),
		instant(r.CreatedAt),
	}
}

func (l *membershipRecord) value() (any, error) {
	return domain.MembershipRecord{
		ID: l.ID, SellerID: l.Seller, ProductID: l.Product, PurchaseID: l.Purchase, Recurrence: l.Recurrence,
		StartedAt: time.Time(l.StartedAt), FreeTrialEndsAt: time.Time(l.FreeTrialEndsAt),
		Cycle: l.Cycle, Charges: l.Charges, Installments: l.Installments, CancelRequestedAt: time.Time(l.CancelRequestedAt),
		CancelledBy: l.CancelledBy, CancelledAt: time.Time(l.CancelledAt), FailedAt: time.Time(l.FailedAt),
		EndedAt: time.Time(l.EndedAt), CreatedAt: time.Time(l.CreatedAt),
	}, nil
}

// membershipLine returns the line of a membership in the form that its text has.
// It refuses a field of the other form: which of the two is meant is not to be
// guessed from what else a line says.
func membershipLine(text []byte) (line, error) {
	s := scanner{b: text}
	names := s.names()
	var l, other line = new(membershipRecord), new(membership)
	why := "needs a status beside it: a line without one is a record of another system"
	if slices.Contains(names, "status") {
		l, other = other, l
		why = "is of a record of another system, which has no status"
	}
	for _, name := range names {
		if !hasField(l, name) && hasField(other, name) {
			return nil, domain.InvalidField(name, why)
		}
	}
	return l, nil
}
