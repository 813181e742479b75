package circle

import (
	"errors"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
)

// nextDay is how long after the beginning of a day those come who had no place
// the day before.
const nextDay = 20 * time.Minute

// meaning is what a cause means to usher.
var meaning = map[Cause]struct {
	party domain.Party
	cause domain.Cause
}{
	Unavailable:   {domain.NobodyActs, domain.CauseUnreachable},
	Unreadable:    {domain.NobodyActs, domain.CauseUnreachable},
	RateLimited:   {domain.WaitActs, domain.CauseRateLimited},
	DailyLimit:    {domain.WaitActs, domain.CauseRateLimited},
	MemberLimit:   {domain.SellerActs, domain.CauseMemberLimit},
	PlanTooLow:    {domain.SellerActs, domain.CausePlan},
	TokenInvalid:  {domain.SellerActs, domain.CauseTokenInvalid},
	TargetMissing: {domain.SellerActs, domain.CauseTargetMissing},
	EmailInvalid:  {domain.NobodyCan, domain.CauseEmailInvalid},
	NotMember:     {domain.CustomerActs, domain.CauseLeft},
	Refused:       {domain.NobodyCan, domain.CauseRefused},
	Unexpected:    {domain.NobodyCan, domain.CauseRefused},
}

// trouble turns an error of a call into what ports promise; nil stays nil.
func trouble(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	m := meaning[e.Cause]
	t := &domain.Trouble{Party: m.party, Cause: m.cause, TryAt: e.NotBefore, Lost: e.Lost, Detail: strings.TrimPrefix(e.Error(), "circle: ")}
	if e.Cause == DailyLimit {
		t.Spread = nextDay
	}
	return t
}

// because is the trouble of a refusal whose reason was looked up.
func because(err error, c domain.Cause) *domain.Trouble {
	t := &domain.Trouble{Party: domain.SellerActs, Cause: c}
	if c == domain.CauseLeft {
		t.Party = domain.CustomerActs
	}
	if e, ok := errors.AsType[*Error](err); ok {
		t.Detail = strings.TrimPrefix(e.Error(), "circle: ")
	}
	return t
}

func is(err error, c Cause) bool { return causeOf(err) == c }

// causeOf is the cause of an error of a call; empty if it is none.
func causeOf(err error) Cause {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Cause
	}
	return ""
}
