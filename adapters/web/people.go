package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// standings are how claims stand, as sellers read it.
var standings = map[domain.ClaimState]string{
	domain.ClaimWaiting: "has to press Join", domain.ClaimPending: "on the way", domain.ClaimActive: "in", domain.ClaimNeedsCustomer: "has to do something",
	domain.ClaimNeedsSeller: "waits for you", domain.ClaimRemoving: "being removed", domain.ClaimRemoved: "not in any more", domain.ClaimKept: "over, and still in",
	domain.ClaimFailed: "failed",
}

// shownPerson is somebody on the list of people.
type shownPerson struct {
	domain.Claim
	Community string
	Standing  string
	Why       string // the cause, in words; empty: none
	Retries   bool   // there is something to try again
	Decides   bool   // they were taken out by hand
}

const peopleAtOnce = 100

// people lists who is let in, or is to be, a page at a time.
func (v *visit) people() error {
	seller, err := v.seller()
	if err != nil {
		return err
	}
	ctx := v.r.Context()
	after, err := ports.PlaceAt(v.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	all, err := v.usher.Communities.People(ctx, seller, ports.ClaimQuery{After: after, Limit: peopleAtOnce + 1})
	if err != nil {
		return err
	}
	next := ""
	if len(all) > peopleAtOnce {
		all = all[:peopleAtOnce]
		next = placeOf(all[peopleAtOnce-1]).Mark()
	}
	open, err := v.connections(seller)
	if err != nil {
		return err
	}
	var shown []shownPerson
	for _, c := range all {
		p := shownPerson{Claim: c, Standing: standings[c.State], Why: strings.ReplaceAll(string(c.Cause), "_", " "), Decides: len(c.Choices()) > 0}
		p.Retries = (c.State == domain.ClaimNeedsSeller || c.State == domain.ClaimFailed) && !p.Decides
		for _, o := range open {
			if o.ID == c.ConnectionID {
				p.Community = o.Name
			}
		}
		shown = append(shown, p)
	}
	v.show(http.StatusOK, "people", map[string]any{"Title": "People", "People": shown, "Next": next})
	return nil
}

func placeOf(c domain.Claim) ports.Cursor { return ports.Cursor{At: c.CreatedAt, ID: string(c.ID)} }

// forPerson does something about one of them.
func (v *visit) forPerson(do func(context.Context, domain.SellerID, domain.ClaimID) error) error {
	seller, err := v.seller()
	if err != nil {
		return err
	}
	if _, err := v.posted(); err != nil {
		return err
	}
	if err := do(v.r.Context(), seller, domain.ClaimID(v.r.PathValue("claim"))); err != nil {
		return err
	}
	return v.to("/admin/people")
}

func (v *visit) retryPerson() error  { return v.forPerson(v.usher.Communities.Retry) }
func (v *visit) invitePerson() error { return v.forPerson(v.usher.Communities.InviteAgain) }
func (v *visit) leaveOut() error     { return v.forPerson(v.usher.Communities.LeaveOut) }
