package sandbox

import (
	"errors"

	"github.com/usherhq/usher/domain"
)

// The methods: names of cards. Any other name is a card that does not exist,
// which is a hard decline.
const (
	Pays         = "sandbox_pays"
	Declines     = "sandbox_declines"      // too little money
	DeclinesHard = "sandbox_declines_hard" // not with this card
	Confirms     = "sandbox_confirms"      // waits for Confirm or Refuse
	ConfirmsLate = "sandbox_confirms_late" // the same, and can be confirmed after it was voided
	LosesAnswer  = "sandbox_loses_answer"  // the money is taken, the first answer is lost
	AnswersLater = "sandbox_answers_later" // no answer until Confirm or Refuse
	NeverArrives = "sandbox_never_arrives" // nothing is taken, and nothing answered
)

// Methods returns the names of all cards.
func Methods() []string {
	return []string{Pays, Declines, DeclinesHard, Confirms, ConfirmsLate, LosesAnswer, AnswersLater, NeverArrives}
}

// errNoAnswer is what a caller sees when no answer comes.
var errNoAnswer = errors.New("sandbox: no answer came")

// ErrNotWaiting says that there is nothing to confirm or refuse under a key.
var ErrNotWaiting = &domain.Error{Kind: domain.Precondition, Code: "not_waiting", Msg: "no charge under this key waits for its customer or its bank"}

// outcome is what comes of a new order on a card; answered is whether the
// caller hears of it at once.
func outcome(method string) (s domain.PaymentStatus, d domain.Decline, answered bool) {
	switch method {
	case Pays:
		return domain.Paid, "", true
	case LosesAnswer:
		return domain.Paid, "", false
	case Declines:
		return domain.NotPaid, domain.SoftDecline, true
	case Confirms, ConfirmsLate:
		return domain.NeedsAction, "", true
	case AnswersLater:
		return domain.Sent, "", false
	case NeverArrives:
		return "", "", false
	}
	return domain.NotPaid, domain.HardDecline, true
}
