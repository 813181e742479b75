package domain

import (
	"cmp"
	"slices"
	"time"
)

// SeatStatus says who sits in a seat.
type SeatStatus string

// The statuses.
const (
	SeatInvited SeatStatus = "invited" // named, and has not claimed it: it counts as assigned and gives nothing yet
	SeatActive  SeatStatus = "active"  // claimed
	SeatRevoked SeatStatus = "revoked" // given up or taken back; the row stays
)

// Seat is one named person in a seat of a purchase. A purchase has at most one
// seat for an address that is not revoked.
type Seat struct {
	ID         SeatID
	SellerID   SellerID
	PurchaseID PurchaseID
	Email      string // normalised, see [NormalizeEmail]
	Status     SeatStatus
	ClaimedAt  time.Time
	RevokedAt  time.Time
	CreatedAt  time.Time // when it was assigned
}

// Assigned reports whether the seat is taken.
func (s Seat) Assigned() bool { return s.Status == SeatInvited || s.Status == SeatActive }

// Invited is the event of an invitation to the seat, the first or another.
func (s Seat) Invited(at time.Time) Event { return SeatAssigned{s.ID, s.PurchaseID, Instant(at)} }

// Claim makes an invited seat its holder's. Twice is once; a revoked one is
// [ErrSeatRevoked].
func (s Seat) Claim(at time.Time) (Seat, []Event, error) {
	switch s.Status {
	case SeatActive:
		return s, nil, nil
	case SeatInvited:
		s.Status, s.ClaimedAt = SeatActive, Instant(at)
		return s, []Event{SeatClaimed{s.ID, s.PurchaseID, s.ClaimedAt}}, nil
	}
	return s, nil, ErrSeatRevoked
}

// Revoke frees the seat. Twice is once. The membership counts its assigned
// seats itself: see [Membership.Unassign].
func (s Seat) Revoke(at time.Time) (Seat, []Event) {
	if s.Status == SeatRevoked {
		return s, nil
	}
	s.Status, s.RevokedAt = SeatRevoked, Instant(at)
	return s, []Event{SeatTakenBack{s.ID, s.PurchaseID, s.RevokedAt}}
}

// SeatsBeyond returns the assigned seats that have no place among n: the
// earliest assigned stay.
func SeatsBeyond(n int, seats []Seat) []Seat {
	var taken []Seat
	for _, s := range seats {
		if s.Assigned() {
			taken = append(taken, s)
		}
	}
	slices.SortFunc(taken, func(a, b Seat) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return taken[min(max(n, 0), len(taken)):]
}

// Erase forgets who sits in the seat, which is freed.
func (s Seat) Erase(at time.Time) (Seat, []Event) {
	s, events := s.Revoke(at)
	s.Email = erasedEmail(string(s.ID))
	return s, events
}

// Check refuses a seat whose fields break a rule of form, naming the field.
func (s Seat) Check() error {
	err := first(checkID("id", string(s.ID)), checkID("seller", string(s.SellerID)), checkID("purchase", string(s.PurchaseID)))
	if err != nil {
		return err
	}
	if err := checkEmail(s.Email); err != nil {
		return err
	}
	if NormalizeEmail(s.Email) != s.Email {
		return InvalidField("email", "must be in lower case, without blanks around it")
	}
	switch s.Status {
	case SeatInvited, SeatActive, SeatRevoked:
	default:
		return InvalidField("status", "must be invited, active or revoked")
	}
	switch {
	case s.Status == SeatActive && s.ClaimedAt.IsZero() || s.Status == SeatInvited && !s.ClaimedAt.IsZero():
		return InvalidField("claimed_at", "belongs to a seat that was claimed, and to no other")
	case (s.Status == SeatRevoked) == s.RevokedAt.IsZero():
		return InvalidField("revoked_at", "belongs to a revoked seat, and to no other")
	case s.CreatedAt.IsZero():
		return InvalidField("created_at", "is missing")
	}
	return nil
}
