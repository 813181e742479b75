package cases

import (
	"fmt"
	"time"

	"github.com/usherhq/usher/domain"
)

// differences collects what differs, by the words of the vocabulary.
type seatsDifferences []string

func differ[T comparable](d *seatsDifferences, word string, want *T, got T) {
	if want != nil && got != *want {
		*d = append(*d, fmt.Sprintf("%s: got %v, want %v", word, got, *want))
	}
}

// differNull compares with a word that may be null, which is that there is none.
func differNull[T comparable](d *seatsDifferences, word string, want null[T], got T, there bool) {
	switch {
	case !want.set || want.null && !there:
	case want.null:
		*d = append(*d, fmt.Sprintf("%s: got %v, want null", word, got))
	case !there:
		*d = append(*d, fmt.Sprintf("%s: got null, want %v", word, want.is))
	default:
		differ(d, word, &want.is, got)
	}
}

func (d *seatsDifferences) time(word string, want *stamp, got time.Time) {
	if want != nil && !got.Equal(want.Time) {
		*d = append(*d, fmt.Sprintf("%s: got %s, want %s", word, showTime(got), showTime(want.Time)))
	}
}

func showTime(at time.Time) string {
	if at.IsZero() {
		return "null"
	}
	return at.UTC().Format(timeForm)
}

// compare compares what came of an event, and the membership at rest after it,
// with what is expected.
func (want seatsExpect) compare(w seatsWorld, at time.Time, got seatsAnswer, refusal *domain.Error) []string {
	var d seatsDifferences
	code := "none"
	if refusal != nil {
		code = refusal.Code
	} else {
		differ(&d, "outcome", want.Outcome, seatsOutcome(got.result))
		differ(&d, "skipped_periods", want.Skipped, got.skipped)
		differ(&d, "unused_credit_cents", want.UnusedCredit, got.credit)
	}
	differ(&d, "error", want.Error, seatsError(code))
	if want.Replayed {
		differ(&d, "replayed", new(true), got.replayed)
	}
	charge := w.books().collected()
	differ(&d, "charge_cents", want.Charge, charge)

	s := w.stored()
	differ(&d, "state", want.State, seatsState(s.Status))
	differ(&d, "access", want.Access, s.AccessAt(at))
	differ(&d, "seats_now", want.SeatsNow, s.SeatsNow())
	differ(&d, "assigned", want.Assigned, s.Assigned)
	differ(&d, "tier_now", want.TierNow, string(s.Terms.Tier))
	differ(&d, "amount_pending_cents", want.AmountPending, s.InFlight.Due)
	differ(&d, "deferred_cents", want.Deferred, s.Deferred())
	differ(&d, "outstanding_cents", want.Outstanding, s.Outstanding.Amount)
	d.time("period_end", want.PeriodEnd, s.Period().EndAt)
	d.time("grace_ends_at", want.GraceEndsAt, s.Outstanding.GraceEndsAt)
	d.time("cancelled_at", want.CancelledAt, s.CancelledAt)
	d.time("failed_at", want.FailedAt, s.FailedAt)
	d.time("ended_at", want.EndedAt, s.EndedAt)
	d.time("deactivated_at", want.DeactivatedAt, s.DeactivatedAt)

	next, renews := s.Next(w.least())
	differNull(&d, "seats_next", want.SeatsNext, next.Seats, renews)
	differNull(&d, "next_renewal_at", want.NextAt, stamp{next.At}, renews)
	differNull(&d, "next_renewal_cents", want.NextCents, next.Amount.Amount, renews)
	differ(&d, "tier_next", want.TierNext, string(next.Tier))
	differ(&d, "recurrence_next", want.RecurrenceNext, seatsRecurrence(next.Recurrence))

	if p := want.Preview; p != nil {
		differ(&d, "preview.due_now_cents", p.DueNow, got.quote.DueNow.Amount)
		differ(&d, "preview.seats_now", p.SeatsNow, got.quote.SeatsNow)
		differ(&d, "preview.seats_next", p.SeatsNext, got.quote.SeatsNext)
		differ(&d, "preview.next_renewal_cents", p.NextCents, got.quote.NextAmount.Amount)
	}
	return d
}
