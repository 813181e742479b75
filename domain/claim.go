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

// Reclaimed is what [Reclaim] found: the claims that are new or changed, with
// their events. Whoever they touch wants looking at.
type Reclaimed struct {
	New, Changed []Claim
	Events       []Event
}

// Reclaim compares the claims of one sale with who uses it now and what its
// product is attached to. newID makes the ids of new claims. attached are the
// attachments of its product, removed ones too, in order of making; claims are
// all of the sale's. Asked again it finds nothing.
//
// Several attachments of one connection that cover a sale are one claim to all
// that they give, and end as the mildest of them does: nobody loses what one of
// them lets them keep. What a claim's end does is read when it ends.
func Reclaim(p PurchaseState, holders []Holder, attached []Attachment, claims []Claim, newID func() ClaimID, at time.Time) Reclaimed {
	at = Instant(at)
	var r Reclaimed
	for _, was := range claims {
		h, ok := holderOf(holders, was.SeatID)
		a, covered := coverage(p, h, attached, was.ConnectionID, was.Live())
		is := was
		switch {
		case ok && covered:
			is = was.goesOn(h, a, at)
		case was.Live():
			is = was.ends(ending(p, h, attached, was), at)
		}
		if is == was {
			continue
		}
		r.Changed = append(r.Changed, is)
		switch {
		case was.Live() && !is.Live():
			r.Events = append(r.Events, ClaimEnded{is.ID, is.PurchaseID, is.ConnectionID, at})
		case !was.Live() && is.Live():
			r.Events = append(r.Events, ClaimOpened{is.ID, is.PurchaseID, is.ConnectionID, at})
		}
	}
	for _, h := range holders {
		var done []ConnectionID
		for _, a := range attached {
			has := func(c Claim) bool { return c.ConnectionID == a.ConnectionID && c.SeatID == h.SeatID }
			if slices.Contains(done, a.ConnectionID) || slices.ContainsFunc(claims, has) {
				continue
			}
			done = append(done, a.ConnectionID)
			all, covered := coverage(p, h, attached, a.ConnectionID, false)
			if !covered {
				continue
			}
			c := Claim{ID: newID(), SellerID: p.SellerID, ConnectionID: a.ConnectionID, Service: a.Service, PurchaseID: p.ID,
				SeatID: h.SeatID, ProductID: p.ProductID, CreatedAt: at, EndedAt: at}.goesOn(h, all, at)
			r.New = append(r.New, c)
			r.Events = append(r.Events, ClaimOpened{c.ID, c.PurchaseID, c.ConnectionID, at})
		}
	}
	return r
}

func holderOf(holders []Holder, seat SeatID) (Holder, bool) {
	i := slices.IndexFunc(holders, func(h Holder) bool { return h.SeatID == seat })
	if i < 0 {
		return Holder{}, false
	}
	return holders[i], true
}

// coverage returns what the attachments of one connection that cover the sale
// come to together.
func coverage(p PurchaseState, h Holder, attached []Attachment, c ConnectionID, has bool) (sum Attachment, covered bool) {
	for _, a := range attached {
		if a.ConnectionID != c || !a.covers(p, h, has) {
			continue
		}
		if !covered {
			sum, covered = a, true
			continue
		}
		sum.Targets = sum.Targets.With(a.Targets)
		if a.EndAction.severity() < sum.EndAction.severity() {
			sum.EndAction = a.EndAction
		}
	}
	return sum, covered
}

// ending returns what the end of a claim does: what covers the sale says so now;
// what does not any more said it when it did, or was removed with a word about
// those who were in.
func ending(p PurchaseState, h Holder, attached []Attachment, c Claim) EndAction {
	h.BeganAt = at0 // whoever has a claim was early enough
	if a, ok := coverage(p, h, attached, c.ConnectionID, true); ok {
		return a.EndAction
	}
	end, found := c.EndAction, false
	for _, a := range attached {
		if a.ConnectionID != c.ConnectionID || a.RemovedAt.IsZero() {
			continue
		}
		standing := a
		standing.RemovedAt, standing.Leaving = time.Time{}, ""
		if !standing.covers(p, h, true) {
			continue
		}
		by := a.EndAction
		switch {
		case a.Leaving == KeepMembers:
			by = EndNone
		case a.Leaving == RemoveMembers && by == EndNone:
			by = a.Service.DefaultEnd()
		}
		if !found || by.severity() < end.severity() {
			end, found = by, true
		}
	}
	return end
}

var at0 = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// goesOn is the claim while h uses the sale and a covers it.
func (c Claim) goesOn(h Holder, a Attachment, at time.Time) Claim {
	again := !c.Live()
	c.EndedAt, c.Targets, c.EndAction = time.Time{}, a.Targets, a.EndAction
	if again {
		c.State, c.Cause, c.Missing = ClaimPending, CauseNone, ""
		if !c.Service.Invites() {
			c.State = ClaimWaiting
		}
	}
	c.Email = h.Email
	if c.Service.Invites() && c.Subject != Subject(h.Email) {
		if c.Subject != "" && c.OldSubject == "" && !again {
			c.OldSubject = c.Subject
		}
		if c.OldSubject == Subject(h.Email) {
			c.OldSubject = ""
		}
		c.Subject, c.State, c.Cause, c.Missing = Subject(h.Email), ClaimPending, CauseNone, ""
	}
	return c
}

// ends is the claim once nobody has it any more.
func (c Claim) ends(by EndAction, at time.Time) Claim {
	c.EndedAt, c.EndAction, c.Cause, c.Missing = at, by, CauseNone, ""
	switch {
	case c.Subject == "" && c.OldSubject == "":
		c.State = ClaimRemoved
	case by == EndNone:
		c.State = ClaimKept
	default:
		c.State = ClaimRemoving
	}
	return c
}

// Follow returns the claim as it stands after its person was brought along: left
// is what [Plan] still wants done. Of somebody who only stays in until another
// takes their place it says nothing.
func (c Claim) Follow(conn Connection, g GrantState, want Want, left []Step) Claim {
	switch {
	case c.Subject != g.Subject || c.Cause == CauseRemovedOutside:
		return c
	case c.Live():
		return c.followIn(conn, g, left)
	case c.State == ClaimRemoving || c.State == ClaimNeedsSeller || c.State == ClaimFailed:
		return c.followOut(g, want, left)
	}
	return c
}

func (c Claim) followIn(conn Connection, g GrantState, left []Step) Claim {
	c.Cause, c.Missing = CauseNone, g.Missing.Both(c.Targets)
	if g.Name != "" {
		c.Name = g.Name
	}
	has := g.Given.With(g.Held).With(g.Missing)
	switch {
	case g.In && c.Targets.Without(has) == "":
		c.State = ClaimActive
	case g.Cause == CauseLeft && c.Service.Invites():
		c.State, c.Cause = ClaimNeedsSeller, CauseRemovedOutside
	case g.Party == CustomerActs && g.Cause != CauseLeft && g.Cause != CauseProofRefused:
		c.State, c.Cause = ClaimNeedsCustomer, g.Cause
	case g.Party == SellerActs:
		c.State, c.Cause = ClaimNeedsSeller, g.Cause
	case g.Party == NobodyCan:
		c.State, c.Cause = ClaimFailed, g.Cause
	case !g.In && !c.Service.Invites():
		c.State = ClaimWaiting
	case conn.Paused():
		c.State, c.Cause = ClaimNeedsSeller, conn.cause()
	default:
		c.State = ClaimPending
	}
	return c
}

func (c Claim) followOut(g GrantState, want Want, left []Step) Claim {
	c.Cause = CauseNone
	whole := c.EndAction.Whole() && !want.In
	switch {
	case whole && g.In && want.Never, whole && g.In && g.Cause == CauseOwner:
		c.State, c.Cause = ClaimKept, CauseOwner
	case g.In && g.Party == SellerActs && !want.In:
		c.State, c.Cause = ClaimNeedsSeller, g.Cause
	case g.In && g.Party == NobodyCan && !want.In:
		c.State, c.Cause = ClaimFailed, g.Cause
	case len(left) > 0 && !want.In:
		c.State = ClaimRemoving
	default:
		c.State = ClaimRemoved
	}
	return c
}

// Check refuses a claim whose fields break a rule of form, naming the field.
func (c Claim) Check() error {
	err := first(checkID("id", string(c.ID)), checkID("seller", string(c.SellerID)), checkID("connection", string(c.ConnectionID)),
		checkID("purchase", string(c.PurchaseID)), checkID("product", string(c.ProductID)),
		checkText("subject", string(c.Subject), maxIDInBytes), checkText("subject", string(c.OldSubject), maxIDInBytes), checkText("name", c.Name, 500))
	switch {
	case err != nil:
		return err
	case !slices.Contains(claimStates, c.State):
		return InvalidField("state", "must be "+listed(claimStates))
	case c.CreatedAt.IsZero():
		return InvalidField("created_at", "is missing")
	}
	return first(c.Targets.check("targets"), c.Missing.check("missing"))
}
