package domain

import (
	"cmp"
	"time"
)

// ReportKind is what another system, which charges a membership, says happened.
type ReportKind string

// The kinds of report.
const (
	ReportRenewed    ReportKind = "renewed"   // the next period was paid
	ReportFailed     ReportKind = "failed"    // a renewal was declined; access goes on
	ReportChanged    ReportKind = "changed"   // seats, tier or price are others now
	ReportCancelled  ReportKind = "cancelled" // it ends when what is paid for ends, or at EndsAt
	ReportResumed    ReportKind = "resumed"   // the cancellation was taken back
	ReportEnded      ReportKind = "ended"     // it has ended, for Reason
	ReportRestarted  ReportKind = "restarted" // after an end, a new period was paid
	ReportRefunded   ReportKind = "refunded"  // Amount of the current period went back; 0: all
	ReportDisputed   ReportKind = "disputed"  // a bank took the current period's payment back
	ReportDisputeWon ReportKind = "dispute_won"
)

// Report is what another system tells of a membership that it charges. Its
// numbers are taken as they are: a smaller number of seats than are assigned is
// accepted, the earliest assigned stay.
type Report struct {
	Kind       ReportKind
	Sequence   int64     // grows with each report of the membership; 0: it has none
	HappenedAt time.Time // zero: now
	Seats      int       // in all; 0: as they are. For renewed, changed and restarted
	Tier       VariantID // empty: as it is. Likewise
	Unit       int64     // price of one seat and period, if HasUnit. Likewise
	HasUnit    bool
	EndsAt     time.Time // for cancelled; zero: the end of the period
	Reason     EndReason // for ended: cancelled, failed, completed or revoked
	By         Actor     // for cancelled and ended; empty: the buyer
	Amount     int64     // minor units: what renewed and restarted took, what refunded gave back
}

// check refuses a report whose fields break a rule of form, naming the field.
func (r Report) check(at time.Time) error {
	var terms, ends, takes bool
	switch r.Kind {
	case ReportRenewed, ReportRestarted:
		terms, takes = true, true
	case ReportChanged:
		if terms = true; !r.changes() {
			return InvalidField("seats", "say what has changed: seats, tier or unit")
		}
	case ReportRefunded:
		takes = true
	case ReportCancelled, ReportEnded:
		ends = true
	case ReportFailed, ReportResumed, ReportDisputed, ReportDisputeWon:
	default:
		return InvalidField("kind", "must be renewed, failed, changed, cancelled, resumed, ended, restarted, refunded, disputed or dispute_won")
	}
	switch {
	case r.Sequence < 0:
		return InvalidField("sequence", "must not be negative")
	case second(r.HappenedAt).After(at):
		return InvalidField("happened_at", "must not be later than now")
	case r.Seats < 0 || r.Seats > mostSeats:
		return InvalidField("seats", "must be at least 1, and at most 1073741824")
	case r.Seats != 0 && !terms:
		return InvalidField("seats", "belongs to what was renewed, changed or restarted")
	case r.Tier != "" && !terms:
		return InvalidField("tier", "belongs to what was renewed, changed or restarted")
	case (r.HasUnit || r.Unit != 0) && !terms:
		return InvalidField("unit", "belongs to what was renewed, changed or restarted")
	case r.Unit < 0 || r.Unit != 0 && !r.HasUnit:
		return InvalidField("unit", "must not be negative")
	case !r.EndsAt.IsZero() && r.Kind != ReportCancelled:
		return InvalidField("ends_at", "belongs to what was cancelled")
	case r.By != "" && !ends:
		return InvalidField("by", "belongs to what was cancelled or ended")
	case r.By != "" && r.By != Buyer && r.By != SellerActor && r.By != Admin:
		return InvalidField("by", "must be buyer, seller or admin")
	case r.Amount < 0:
		return InvalidField("amount", "must not be negative")
	case r.Amount != 0 && !takes:
		return InvalidField("amount", "belongs to what was renewed, restarted or refunded")
	}
	switch r.Reason {
	case Cancelled, PaidNoMore, Completed, Revoked:
		if r.Kind == ReportEnded {
			return nil
		}
		return InvalidField("reason", "belongs to what has ended")
	case "":
		if r.Kind != ReportEnded {
			return nil
		}
	}
	return InvalidField("reason", "must be cancelled, failed, completed or revoked")
}

// changes reports whether r tells of other seats, another tier or price.
func (r Report) changes() bool { return r.Seats != 0 || r.Tier != "" || r.HasUnit }

// Record takes over what another system tells of a membership that it charges:
// no money moves, and no report is refused because of money. What it says
// happened then, however late it comes, and nothing between then and now is
// decided here: such a membership is never charged, and ends by itself only
// where an end was told. One that renews before its period is over is in the
// next one already; one that renews long after it is in the period of that
// instant, and those between were skipped. The outcome is [Recorded], or
// [NoChange] if all was known.
//
// A report whose sequence is not newer than the last is [Outdated] and changes
// nothing. A membership that we charge is [ErrChargedHere]; what its state
// forbids is refused as by the command of that name: [ErrNotActive] once it has
// ended, [ErrAlreadyActive] for one that is restarted before (with a sequence it
// has only overtaken the report of the end, and nothing has), [ErrNotCancelled],
// and [ErrCancelScheduled] for a renewal that failed although none was to come.
func (m *Membership) Record(r Report, at time.Time) (Outcome, error) {
	at = m.now(at)
	if err := r.check(at); err != nil {
		return Outcome{}, err
	}
	switch {
	case !m.s.Elsewhere:
		return Outcome{}, ErrChargedHere
	case r.Sequence != 0 && r.Sequence <= m.s.Sequence:
		return Outcome{Result: Outdated}, nil
	case !r.HappenedAt.IsZero():
		at = second(r.HappenedAt)
	}
	r.By = cmp.Or(r.By, Buyer)
	return m.command(at, func(s *MembershipState, _ time.Time, o *Outcome) error {
		if err := s.record(r, at, o); err != nil {
			return err
		}
		if o.Result != NoChange {
			o.Result = Recorded
		}
		s.Sequence = max(s.Sequence, r.Sequence)
		return nil
	})
}
