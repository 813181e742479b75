package domain

import (
	"slices"
	"time"
)

// ClaimState is how far a claim has come, as people see it.
type ClaimState string

// The states.
const (
	ClaimWaiting       ClaimState = "waiting_for_customer" // to press Join
	ClaimPending       ClaimState = "pending"              // on the way
	ClaimActive        ClaimState = "active"               // in
	ClaimNeedsCustomer ClaimState = "needs_customer"
	ClaimNeedsSeller   ClaimState = "needs_seller"
	ClaimRemoving      ClaimState = "removing" // over; the person is still in
	ClaimRemoved       ClaimState = "removed"  // over
	ClaimKept          ClaimState = "kept"     // over; the person stays in all the same
	ClaimFailed        ClaimState = "failed"
)

var claimStates = []ClaimState{ClaimWaiting, ClaimPending, ClaimActive, ClaimNeedsCustomer, ClaimNeedsSeller, ClaimRemoving, ClaimRemoved, ClaimKept, ClaimFailed}

// Known reports whether there is such a state.
func (s ClaimState) Known() bool { return slices.Contains(claimStates, s) }

// Claim is one reason for somebody to be in a community: a sale, or a seat of
// it, whose product is attached. There is one for each connection, sale and
// seat; it stays, to be seen, when it is over, and begins again with access.
type Claim struct {
	ID           ClaimID
	SellerID     SellerID
	ConnectionID ConnectionID
	Service      Service // the connection's
	PurchaseID   PurchaseID
	SeatID       SeatID // empty: the sale as a whole
	ProductID    ProductID
	Email        string    // of who uses it, normalised
	Subject      Subject   // whom the service knows; empty: nobody has joined
	Name         string    // what the service calls them
	OldSubject   Subject   // who stays in until Subject is in
	Targets      Targets   // what it gives there
	EndAction    EndAction // what happens when it is over
	State        ClaimState
	Cause        Cause   // of a state that somebody has to do something about
	Missing      Targets // wanted, and refused by the service
	Forget       bool    // once it is over it is forgotten, and who it was about
	CreatedAt    time.Time
	EndedAt      time.Time // zero: it is live
}

// Live reports whether it gives access.
func (c Claim) Live() bool { return c.EndedAt.IsZero() }

// wants reports whether, because of the claim, s is to be in. Somebody whom
// their seller took out by hand is not let in again by itself.
func (c Claim) wants(s Subject) bool {
	return c.Live() && c.Cause != CauseRemovedOutside && s != "" && (c.Subject == s || c.OldSubject == s)
}

// Forgettable reports whether nothing needs it any more.
func (c Claim) Forgettable() bool {
	return c.Forget && !c.Live() && (c.State == ClaimRemoved || c.State == ClaimKept)
}

// Touches returns the people whom the claim is about.
func (c Claim) Touches() []Subject {
	var all []Subject
	for _, s := range []Subject{c.Subject, c.OldSubject} {
		if s != "" && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// Check refuses a claim whose fields break a rule of form, naming the field.
func (c Claim) Check() error {
	err := first(checkID("id", string(c.ID)), checkID("seller", string(c.SellerID)), checkID("connection", string(c.ConnectionID)),
		checkID("purchase", string(c.PurchaseID)), checkID("product", string(c.ProductID)),
		checkText("subject", string(c.Subject), maxIDInBytes), checkText("subject", string(c.OldSubject), maxIDInBytes), checkText("name", c.Name, 500))
	switch {
	case err != nil:
		return err
	case !c.State.Known():
		return InvalidField("state", "must be "+listed(claimStates))
	case c.CreatedAt.IsZero():
		return InvalidField("created_at", "is missing")
	}
	return first(c.Targets.check("targets"), c.Missing.check("missing"))
}
