package domain

import (
	"slices"
	"time"
)

// Reclaimed is what [Reclaim] found: the claims that are new or changed, with
// their events. Whoever they touch wants looking at.
type Reclaimed struct {
	New, Changed []Claim
	Events       []Event
}

// Reclaim compares the claims of one sale with who uses it now and what its
// product is attached to. seats are all of the sale's; newID makes the ids of new claims. attached are the
// attachments of its product, removed ones too, in order of making; claims are
// all of the sale's. Asked again it finds nothing.
//
// Several attachments of one connection that cover a sale are one claim to all
// that they give, and end as the mildest of them does: nobody loses what one of
// them lets them keep. What a claim's end does is read when it ends.
func Reclaim(p PurchaseState, seats []Seat, holders []Holder, attached []Attachment, claims []Claim, newID func() ClaimID, at time.Time) Reclaimed {
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
			is = was.ends(ending(p, seats, attached, was), at)
		}
		if is == was {
			continue
		}
		r.Changed = append(r.Changed, is)
		switch {
		case was.Live() && !is.Live():
			r.Events = append(r.Events, ClaimEnded{is.ID, is.PurchaseID, is.ConnectionID, at})
		case !was.Live() && is.Live():
			r.Events = append(r.Events, is.opened(true, at)...)
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
			r.Events = append(r.Events, c.opened(h.BeganAt.Before(all.CreatedAt) || !p.VariantsAt.IsZero(), at)...)
		}
	}
	return r
}

// opened returns the events of a claim that begins; late says that no checkout
// has just told its person how to join.
func (c Claim) opened(late bool, at time.Time) []Event {
	events := []Event{ClaimOpened{c.ID, c.PurchaseID, c.ConnectionID, at}}
	if late && c.State == ClaimWaiting {
		events = append(events, AccessTroubled{ConnectionID: c.ConnectionID, ClaimID: c.ID, PurchaseID: c.PurchaseID, Party: CustomerActs, Cause: CauseJoinLink, At: at})
	}
	return events
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
func ending(p PurchaseState, seats []Seat, attached []Attachment, c Claim) EndAction {
	h := Holder{SeatID: c.SeatID, BeganAt: p.CreatedAt} // who used it may be gone
	for _, s := range seats {
		if s.ID == c.SeatID {
			h.BeganAt = s.CreatedAt
		}
	}
	if a, ok := coverage(p, h, attached, c.ConnectionID, true); ok {
		return a.EndAction
	}
	end, found, last := c.EndAction, false, Later(c.CreatedAt, p.VariantsAt)
	for _, a := range attached {
		if a.ConnectionID != c.ConnectionID || a.RemovedAt.IsZero() || a.RemovedAt.Before(last) {
			continue // the claim outlived that one, or never came from it
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
		if !found || a.RemovedAt.After(last) || by.severity() < end.severity() {
			end, found, last = by, true, a.RemovedAt
		}
	}
	return end
}

// goesOn is the claim while h uses the sale and a covers it.
func (c Claim) goesOn(h Holder, a Attachment, at time.Time) Claim {
	again := !c.Live()
	mayBeIn := !again || c.State == ClaimRemoving || c.State == ClaimNeedsSeller || c.State == ClaimFailed
	c.EndedAt, c.Targets, c.EndAction = time.Time{}, a.Targets, a.EndAction
	if again {
		c.State, c.Cause, c.Missing = ClaimPending, CauseNone, ""
		if !c.Service.Invites() {
			c.State = ClaimWaiting
		}
	}
	c.Email = h.Email
	if c.Service.Invites() && c.Subject != Subject(h.Email) {
		switch {
		case c.OldSubject == "" && mayBeIn, c.OldSubject == Subject(h.Email):
			c.OldSubject = c.Subject
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
