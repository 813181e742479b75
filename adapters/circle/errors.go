package circle

import (
	"fmt"
	"strings"
	"time"

	"github.com/usherhq/usher/adapters/internal/quoted"
)

// Cause is why a call came to nothing, as a stable code.
type Cause string

// The causes.
const (
	Unavailable   Cause = "unavailable"    // no answer, or a fault of Circle's
	Unreadable    Cause = "unreadable"     // an answer that is none
	RateLimited   Cause = "rate_limited"   // not done, or not even sent; NotBefore says when
	DailyLimit    Cause = "daily_limit"    // the community has taken in all it may on one day; NotBefore says when
	MemberLimit   Cause = "member_limit"   // the plan of the community is full
	PlanTooLow    Cause = "plan_too_low"   // the plan has no v2 API
	TokenInvalid  Cause = "token_invalid"  // wrong or revoked
	TargetMissing Cause = "target_missing" // the space group is gone
	EmailInvalid  Cause = "email_invalid"  // Circle takes no such address
	NotMember     Cause = "not_member"     // the person is not in the community
	Refused       Cause = "refused"        // not done for a reason that only a look-up can tell
	Unexpected    Cause = "unexpected"     // none of the above
)

// Error is a call that came to nothing, or of which nobody knows.
type Error struct {
	Call      string // what was asked: "add member"
	Cause     Cause
	Status    int       // of HTTP; 0 = no answer
	NotBefore time.Time // when to try again; zero = at will
	Lost      bool      // it may have been done
	Wide      bool      // of RateLimited: it means all tokens, not only this one
	RequestID string    // Circle's name of the request, for its support
	Text      string    // what Circle or the network said, without secrets and addresses
	err       error     // context.Canceled or DeadlineExceeded, if it was that
}

// Error says all that is known, which has no secret and no address in it.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "circle: %s: %s", e.Call, e.Cause)
	if e.Status != 0 {
		fmt.Fprintf(&b, ", status %d", e.Status)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, ", request %s", e.RequestID)
	}
	if e.Text != "" {
		fmt.Fprintf(&b, ": %s", e.Text)
	}
	return b.String()
}

// Unwrap returns context.Canceled or context.DeadlineExceeded, if it was that.
func (e *Error) Unwrap() error { return e.err }

const maxText = 200

// scrub makes one short line of what others said, without secrets and addresses.
func scrub(text string, t Token) string { return quoted.Text(text, maxText, string(t)) }
