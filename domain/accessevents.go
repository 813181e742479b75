package domain

import "time"

// The events of communities. They name no person: what a service knows somebody
// by is read where it is needed.
type (
	ConnectionMade struct {
		ConnectionID ConnectionID
		At           time.Time
	}
	ConnectionPaused struct { // its seller has to do something
		ConnectionID ConnectionID
		Cause        Cause
		At           time.Time
	}
	ConnectionResumed struct {
		ConnectionID ConnectionID
		At           time.Time
	}
	ConnectionDue struct { // being disconnected: somebody was removed, or nobody has to be
		ConnectionID ConnectionID
		At           time.Time
	}
	ConnectionClosed struct {
		ConnectionID ConnectionID
		At           time.Time
	}
	AttachmentMade struct {
		AttachmentID AttachmentID
		ProductID    ProductID
		All          bool // customers of before are let in too
		At           time.Time
	}
	AttachmentChanged struct {
		AttachmentID AttachmentID
		ProductID    ProductID
		All          bool // customers of before are let in too
		At           time.Time
	}
	AttachmentRemoved struct {
		AttachmentID AttachmentID
		ProductID    ProductID
		Leaving      Leaving
		At           time.Time
	}
	ClaimOpened struct {
		ClaimID      ClaimID
		PurchaseID   PurchaseID
		ConnectionID ConnectionID
		At           time.Time
	}
	ClaimEnded struct {
		ClaimID      ClaimID
		PurchaseID   PurchaseID
		ConnectionID ConnectionID
		At           time.Time
	}
	AccessDue struct { // somebody may not be where they should be
		GrantID      GrantID
		ConnectionID ConnectionID
		Service      Service
		DueAt        time.Time
		At           time.Time
	}
	AccessGiven struct { // somebody is in because of the claim
		ClaimID    ClaimID
		PurchaseID PurchaseID
		At         time.Time
	}
	AccessTaken struct { // somebody is not in any more because of it
		ClaimID    ClaimID
		PurchaseID PurchaseID
		At         time.Time
	}
	AccessTroubled struct { // somebody has to do something
		ConnectionID ConnectionID
		ClaimID      ClaimID // empty: of the connection as a whole
		PurchaseID   PurchaseID
		Party        Party
		Cause        Cause
		Detail       string // what a permission is called
		At           time.Time
	}
)

func (ConnectionMade) EventName() string    { return "connection.made" }
func (ConnectionPaused) EventName() string  { return "connection.paused" }
func (ConnectionResumed) EventName() string { return "connection.resumed" }
func (ConnectionDue) EventName() string     { return "connection.due" }
func (ConnectionClosed) EventName() string  { return "connection.closed" }
func (AttachmentMade) EventName() string    { return "attachment.made" }
func (AttachmentChanged) EventName() string { return "attachment.changed" }
func (AttachmentRemoved) EventName() string { return "attachment.removed" }
func (ClaimOpened) EventName() string       { return "claim.opened" }
func (ClaimEnded) EventName() string        { return "claim.ended" }
func (AccessDue) EventName() string         { return "access.due" }
func (AccessGiven) EventName() string       { return "access.given" }
func (AccessTaken) EventName() string       { return "access.taken" }
func (AccessTroubled) EventName() string    { return "access.troubled" }

func (e ConnectionMade) EventSubject() string    { return string(e.ConnectionID) }
func (e ConnectionPaused) EventSubject() string  { return string(e.ConnectionID) }
func (e ConnectionResumed) EventSubject() string { return string(e.ConnectionID) }
func (e ConnectionDue) EventSubject() string     { return string(e.ConnectionID) }
func (e ConnectionClosed) EventSubject() string  { return string(e.ConnectionID) }
func (e AttachmentMade) EventSubject() string    { return string(e.ProductID) }
func (e AttachmentChanged) EventSubject() string { return string(e.ProductID) }
func (e AttachmentRemoved) EventSubject() string { return string(e.ProductID) }
func (e ClaimOpened) EventSubject() string       { return string(e.PurchaseID) }
func (e ClaimEnded) EventSubject() string        { return string(e.PurchaseID) }
func (e AccessDue) EventSubject() string         { return string(e.GrantID) }
func (e AccessGiven) EventSubject() string       { return string(e.PurchaseID) }
func (e AccessTaken) EventSubject() string       { return string(e.PurchaseID) }

// EventSubject returns the sale, or the connection of trouble with all of it.
func (e AccessTroubled) EventSubject() string {
	if e.PurchaseID == "" {
		return string(e.ConnectionID)
	}
	return string(e.PurchaseID)
}
