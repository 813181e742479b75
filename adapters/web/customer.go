package web

import (
	"errors"
	"net/http"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// place is one community on a customer's page.
type place struct {
	app.Place
	JoinURL   string // empty: there is no button
	SwitchURL string
	LeavePath string
	Retry     bool
}

// holder returns whose page it is, by the token in its path: a sale's, or a
// seat's. One that is neither's opens no sale (SaleOf).
func (v *visit) holder() (domain.TokenState, error) {
	t, err := v.usher.Tokens.Holder(v.r.Context(), v.r.PathValue("token"))
	if err != nil {
		return domain.TokenState{}, err
	}
	return t.State(), nil
}

// access shows a customer which communities come with what they bought.
func (v *visit) access() error {
	return v.showAccess(http.StatusOK, "")
}

func (v *visit) showAccess(status int, says string) error {
	t, err := v.holder()
	if err != nil {
		return err
	}
	return v.showPlaces(status, says, t, v.r.PathValue("token"))
}

func (v *visit) showPlaces(status int, says string, t domain.TokenState, token string) error {
	ctx := v.r.Context()
	purchase, err := v.usher.Access.SaleOf(ctx, t)
	if err != nil {
		return err
	}
	all, err := v.usher.Access.Places(ctx, t.SellerID, purchase, t.SeatID)
	if err != nil {
		return err
	}
	var places []place
	for _, p := range all {
		shown := place{Place: p, Retry: p.Claim.State == domain.ClaimNeedsCustomer}
		if p.Joins {
			if shown.JoinURL, err = v.usher.Access.StartJoin(ctx, t.SellerID, p.Claim.ID, v.browser(), false); err != nil && !errors.Is(err, domain.ErrNotConfigured) {
				return err
			}
		}
		if p.Leaves {
			shown.LeavePath = "/d/" + token + "/leave/" + string(p.Claim.ID)
			if shown.SwitchURL, err = v.usher.Access.StartJoin(ctx, t.SellerID, p.Claim.ID, v.browser(), true); err != nil && !errors.Is(err, domain.ErrNotConfigured) {
				return err
			}
		}
		places = append(places, shown)
	}
	v.show(status, "access", map[string]any{"Title": "Your access", "Says": says, "Places": places})
	return nil
}

// leave takes the customer out of a server, as they wish.
func (v *visit) leave() error {
	t, err := v.holder()
	if err != nil {
		return err
	}
	ctx, id := v.r.Context(), domain.ClaimID(v.r.PathValue("claim"))
	purchase, err := v.usher.Access.SaleOf(ctx, t)
	if err != nil {
		return err
	}
	places, err := v.usher.Access.Places(ctx, t.SellerID, purchase, t.SeatID)
	if err != nil {
		return err
	}
	for _, p := range places {
		if p.Claim.ID == id {
			if err := v.usher.Access.Leave(ctx, t.SellerID, id); err != nil {
				return err
			}
			return v.to("/d/" + v.r.PathValue("token"))
		}
	}
	return errGone
}

// callback is where Discord sends people back to: a seller who connects a
// server, or a customer who joins one. The state says which. What came of it is
// said by the page that they are sent on to.
func (v *visit) callback() error {
	q := v.r.URL.Query()
	back := app.Callback{State: q.Get("state"), Code: q.Get("code"), Error: q.Get("error")}
	browser := v.cookie(browserCookie) // no state is of a browser without one
	joined, err := v.usher.Access.FinishJoin(v.r.Context(), browser, back)
	if errors.Is(err, domain.ErrPassNotFound) {
		return v.connected(browser, back)
	}
	if err != nil {
		return v.toldOf(err)
	}
	return v.tell(DonePath, told{http.StatusOK, joined.Community, joined.Says})
}

// toldOf sends who came back from Discord on to the page of a refusal.
func (v *visit) toldOf(err error) error {
	s := v.saidOf(err)
	return v.tell(DonePath, told{s.status, s.title, s.says})
}
