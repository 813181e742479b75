package domain

import "slices"

// Join binds an account to the claim, before anything is asked of the service.
// in reports whether the account that has it is in: then it is refused with
// [ErrAccountBound], unless another account was asked for; who has it stays in
// until the other one is. While one account is on its way into the place of
// another, a third is refused too: nobody would know of the second any more. A
// claim that is over is [ErrNoAccess].
func (c Claim) Join(who Subject, name string, another, in bool) (Claim, error) {
	if !c.Live() {
		return c, ErrNoAccess
	}
	if c.Subject == who {
		c.Name = name
		return c, nil
	}
	replacing := c.State == ClaimPending && c.OldSubject != "" && c.OldSubject != who
	if c.Subject != "" && (in && !another || replacing) {
		return c, ErrAccountBound.On(c.Name)
	}
	if c.OldSubject == "" || c.OldSubject == who {
		c.OldSubject = c.Subject // also who is not known to be in: their admission may have no answer
	}
	c.Subject, c.Name, c.State, c.Cause, c.Missing = who, name, ClaimPending, CauseNone, ""
	return c, nil
}

// NotJoined is the claim after the account that joined was not let in: who had
// it before has it again. What has become of the claim meanwhile stays: one that
// is over does not begin again.
func (c Claim) NotJoined(before Claim) Claim {
	c.Subject, c.Name, c.OldSubject = before.Subject, before.Name, before.OldSubject
	switch {
	case !c.Live():
		if len(c.Touches()) == 0 {
			c.State, c.Cause = ClaimRemoved, CauseNone
		}
	case before.Subject != "" && (before.State == ClaimActive || before.State == ClaimPending || before.State == ClaimNeedsSeller):
		c.State, c.Cause, c.Missing = before.State, before.Cause, before.Missing
	case c.State == ClaimPending || c.State == ClaimFailed:
		c.State, c.Cause = ClaimWaiting, CauseNone
	}
	return c
}

// TakenOut is the claim after its person was found not to be in any more. Where
// people join by themselves, they may join again; else nobody invites somebody
// whom the seller took out by hand, until the seller says so.
func (c Claim) TakenOut(who Subject) Claim {
	switch {
	case c.Subject != who || c.State != ClaimActive:
		return c
	case c.Service.Invites():
		c.State, c.Cause = ClaimNeedsSeller, CauseRemovedOutside
	default:
		c.State, c.Cause = ClaimWaiting, CauseNone
	}
	return c
}

// InviteAgain is the claim of somebody who was taken out by hand and is to be
// let in again; of any other nothing changes.
func (c Claim) InviteAgain() Claim {
	if c.Cause == CauseRemovedOutside {
		c.State, c.Cause = ClaimPending, CauseNone
	}
	return c
}

// Left is the claim of somebody who went on their own wish; while it is live they
// may join again.
func (c Claim) Left() Claim {
	c.Subject, c.OldSubject, c.Name, c.Missing = "", "", "", ""
	c.State, c.Cause = ClaimWaiting, CauseNone
	if !c.Live() {
		c.State = ClaimRemoved
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
	case !g.In && !c.Service.Invites() && !slices.ContainsFunc(left, func(s Step) bool { return s.Kind == StepAdmit }):
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
	case whole && g.In && want.Never && g.Origin != AddedByUs, whole && g.In && g.Cause == CauseOwner:
		c.State, c.Cause = ClaimKept, CauseOwner
	case g.In && g.Party == SellerActs && g.stuck(StepRemove, StepTake) && !want.In:
		c.State, c.Cause = ClaimNeedsSeller, g.Cause
	case g.In && g.Party == NobodyCan && g.stuck(StepRemove, StepTake) && !want.In:
		c.State, c.Cause = ClaimFailed, g.Cause
	case len(left) > 0 && !want.In:
		c.State = ClaimRemoving
	default:
		c.State = ClaimRemoved
	}
	return c
}

// Choice is something that the seller of a claim may decide about it.
type Choice string

// The choices.
const (
	ChooseInviteAgain Choice = "invite_again" // see [Claim.InviteAgain]
	ChooseLeaveOut    Choice = "leave_out"    // nobody of that address is let in any more
)

// Choices returns what the seller has to decide: of somebody who was taken out by
// hand, whether they are invited again.
func (c Claim) Choices() []Choice {
	if c.Live() && c.Cause == CauseRemovedOutside {
		return []Choice{ChooseInviteAgain, ChooseLeaveOut}
	}
	return nil
}
