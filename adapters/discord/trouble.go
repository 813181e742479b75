package discord

import (
	"fmt"
	"net/http"
	"time"

	"github.com/usherhq/usher/domain"
)

// Trouble says who has to do something about the failure, if it is now the
// business time at.
func (e *Error) Trouble(at time.Time) *domain.Trouble {
	t := &domain.Trouble{Cause: e.cause(), Detail: e.detail()}
	t.Party = parties[t.Cause]
	if e.RetryAfter > 0 {
		t.TryAt = at.Add(e.RetryAfter)
	}
	if e.Class == Held && e.RetryAfter > 0 {
		t.Party = domain.WaitActs // whoever acts: then it is over
	}
	t.Lost = e.Sent && (e.Class == NoAnswer || e.Class == Broken || t.Cause == domain.CauseUnreachable && e.Status != http.StatusServiceUnavailable)
	return t
}

// cause reads it from the status and Discord's code.
func (e *Error) cause() domain.Cause {
	switch {
	case e.Class == Held:
		return e.hold
	case e.Class == Invalid:
		return domain.CauseRefused
	case e.Status == http.StatusTooManyRequests && e.Class == HTML:
		return domain.CauseCloudflareBan
	case e.Status == http.StatusTooManyRequests:
		return domain.CauseRateLimited
	case e.Status == http.StatusUnauthorized && e.by == person:
		return domain.CauseProofRefused
	case e.Status == http.StatusUnauthorized:
		return domain.CauseBotTokenInvalid // or the client secret: Detail says
	case e.Class != Refused, e.Status >= 500, e.Status < 400, e.Status == http.StatusRequestTimeout, e.Code == codeOverloaded:
		return domain.CauseUnreachable
	case e.OAuth == "invalid_grant":
		return domain.CauseProofRefused
	case e.Code == codeMissingAccess && e.Op == opMembers:
		return domain.CauseMissingPermission // the intent to list members is off
	case e.Code == codeMissingAccess && e.Op == opLeave:
		return domain.CauseRemovalRefused
	}
	if c, known := causes[e.Code]; known {
		return c
	}
	return domain.CauseRefused
}

var causes = map[int]domain.Cause{
	codeUnknownGuild:   domain.CauseBotMissing,
	codeMissingAccess:  domain.CauseBotMissing,
	codeUnknownMember:  domain.CauseLeft,
	codeUnknownUser:    domain.CauseLeft,
	codeUnknownRole:    domain.CauseTargetMissing,
	codeTooManyGuilds:  domain.CauseTooManyServers,
	codeGuildFull:      domain.CauseServerFull,
	codeBanned:         domain.CauseBanned,
	codeMissingPerms:   domain.CauseMissingPermission,
	codeBadAccessToken: domain.CauseProofRefused,
	codeMissingScope:   domain.CauseProofRefused,
	codeNeeds2FA:       domain.CauseMissingPermission,
	codeAccountLimited: domain.CauseAccountLimited,
}

var parties = map[domain.Cause]domain.Party{
	domain.CauseRateLimited:       domain.WaitActs,
	domain.CauseUnreachable:       domain.NobodyActs,
	domain.CauseProofRefused:      domain.CustomerActs,
	domain.CauseLeft:              domain.CustomerActs,
	domain.CauseBanned:            domain.CustomerActs,
	domain.CauseTooManyServers:    domain.CustomerActs,
	domain.CauseAccountLimited:    domain.CustomerActs,
	domain.CauseServerFull:        domain.SellerActs,
	domain.CauseBotMissing:        domain.SellerActs,
	domain.CauseMissingPermission: domain.SellerActs,
	domain.CauseTargetMissing:     domain.SellerActs,
	domain.CauseRemovalRefused:    domain.SellerActs,
	domain.CauseBotTokenInvalid:   domain.OperatorActs,
	domain.CauseCloudflareBan:     domain.OperatorActs,
	domain.CauseRefused:           domain.NobodyCan,
}

// detail is what operators see of it.
func (e *Error) detail() string {
	switch {
	case e.Class == Held:
		return "not sent"
	case e.Class == Invalid:
		return "not sent: no id of Discord's"
	case e.Class == NoAnswer:
		return "no answer"
	case e.Code == codeNeeds2FA:
		return "two-factor authentication"
	case e.Code == codeMissingAccess && e.Op == opMembers:
		return "Server Members Intent"
	}
	s := fmt.Sprint(e.Status)
	switch {
	case e.Code != 0:
		s += fmt.Sprintf(" %d", e.Code)
	case e.OAuth != "":
		s += " " + e.OAuth
	case e.Class != Refused:
		s += " " + string(e.Class)
	}
	if e.RequestID != "" && e.cause() == domain.CauseRefused {
		s += ", request " + e.RequestID
	}
	return s
}
