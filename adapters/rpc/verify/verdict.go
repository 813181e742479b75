package verify

import (
	"time"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
)

// State is what is known of a license.
type State int

// The states. The zero value is Unknown.
const (
	Unknown State = iota // usher was not reached, and no answer of before counts
	Valid                // usher says yes
	Stale                // usher was not reached, and said yes not long ago
	Denied               // usher says no
)

// String returns the state as a word, such as "valid".
func (s State) String() string {
	switch s {
	case Valid:
		return "valid"
	case Stale:
		return "stale"
	case Denied:
		return "denied"
	}
	return "unknown"
}

// The reasons of an Unknown, beside which Err says what was met.
const (
	NeverSeen = "never_seen" // usher never said yes to this license here
	TooOld    = "too_old"    // its yes is older than the grace, or from the future
	Ended     = "ended"      // its yes named an end, which has come
)

// Verdict is what came of a question.
type Verdict struct {
	State State
	// Reason says why a license is Denied: a code of usher's, as license_disabled,
	// or the reason of its entitlement, as membership_ended. Of an Unknown one it is
	// NeverSeen, TooOld or Ended; else it is empty.
	Reason string
	// AsOf is when usher said what this goes by, on this machine's clock; zero if it
	// said nothing.
	AsOf time.Time
	// Answer is what usher said, without its key. Nil if it did not find the license,
	// or said nothing. Of a Stale one it has no Purchase.
	Answer *usherv1.Verification
	// Err is why usher was not reached; nil if it was.
	Err error
	// FileErr is why the answers could not be kept in, or read from, the file. It
	// changes nothing in the rest.
	FileErr error
}

// OK reports whether the app may go on: the license is Valid, or Stale.
func (v Verdict) OK() bool { return v.State == Valid || v.State == Stale }
