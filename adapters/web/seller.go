package web

import (
	"errors"
	"net/http"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// showLink shows the button behind a link that opens a session: a program that
// follows links in messages presses none.
func (v *visit) showLink() error {
	v.show(http.StatusOK, "link", map[string]any{"Title": "Open your pages"})
	return nil
}

func (v *visit) openLink() error {
	session, _, err := v.usher.Sessions.Open(v.r.Context(), v.r.PathValue("link"))
	if err != nil {
		return err
	}
	v.setCookie(sessionCookie, session)
	return v.to(communitiesPath)
}

func (v *visit) endSession() error {
	if err := v.usher.Sessions.Close(v.r.Context(), v.cookie(sessionCookie)); err != nil {
		return err
	}
	v.setCookie(sessionCookie, "")
	v.show(http.StatusOK, "said", map[string]any{"Title": "Signed out", "Says": "This browser is signed out."})
	return nil
}

// seller returns who is signed in; nobody sees that there is a page here.
func (v *visit) seller() (domain.SellerID, error) {
	s := v.cookie(sessionCookie)
	if s == "" {
		return "", errGone
	}
	id, err := v.usher.Sessions.Who(v.r.Context(), s)
	if err != nil {
		return "", errGone
	}
	return id, nil
}

const communitiesPath = "/admin/communities"

// communities shows a seller what they have connected.
func (v *visit) communities() error {
	status := http.StatusOK
	t, ok := v.wasTold()
	if ok {
		status = t.Status
	}
	return v.showCommunities(status, t.Says, app.CircleOffer{})
}

func (v *visit) showCommunities(status int, says string, offer app.CircleOffer) error {
	seller, err := v.seller()
	if err != nil {
		return err
	}
	open, err := v.connections(seller)
	if err != nil {
		return err
	}
	join, err := v.usher.Communities.StartDiscord(v.r.Context(), seller, v.browser())
	if err != nil && !errors.Is(err, domain.ErrNotConfigured) {
		return err
	}
	v.show(status, "communities", map[string]any{"Title": "Communities", "Says": says, "Connections": open, "DiscordURL": join, "Offer": offer})
	return nil
}

// connections are those that are not closed.
func (v *visit) connections(seller domain.SellerID) (open []domain.Connection, err error) {
	for c, err := range app.Paged(func(after ports.Cursor, n int) ([]domain.Connection, error) {
		return v.usher.Communities.List(v.r.Context(), seller, after, n)
	}, func(c domain.Connection) ports.Cursor { return ports.Cursor{At: c.CreatedAt, ID: string(c.ID)} }) {
		if err != nil {
			return nil, err
		}
		if c.ClosedAt.IsZero() {
			open = append(open, c)
		}
	}
	return open, nil
}

func (v *visit) connectCircle() error {
	seller, err := v.seller()
	if err != nil {
		return err
	}
	offer, err := v.usher.Communities.ConnectCircle(v.r.Context(), seller, v.r.PostFormValue("api_token"), "")
	if err != nil {
		return v.again(err)
	}
	return v.showCommunities(http.StatusOK, "Circle is connected.", offer)
}

func (v *visit) chooseCommunity() error {
	seller, err := v.seller()
	if err != nil {
		return err
	}
	offer, err := v.usher.Communities.ChooseCommunity(v.r.Context(), seller, domain.ConnectionID(v.r.PathValue("connection")), v.r.PostFormValue("community"))
	if err != nil {
		return v.again(err)
	}
	return v.showCommunities(http.StatusOK, "The community is chosen.", offer)
}

// offer shows which communities a token opens, to who did not choose one yet.
func (v *visit) offer() error {
	seller, err := v.seller()
	if err != nil {
		return err
	}
	offer, err := v.usher.Communities.Offer(v.r.Context(), seller, domain.ConnectionID(v.r.PathValue("connection")))
	if err != nil {
		return v.again(err)
	}
	return v.showCommunities(http.StatusOK, "", offer)
}

func (v *visit) check() error {
	seller, err := v.seller()
	if err != nil {
		return err
	}
	if _, err := v.usher.Communities.Check(v.r.Context(), seller, domain.ConnectionID(v.r.PathValue("connection"))); err != nil {
		return v.again(err)
	}
	return v.to(communitiesPath)
}

func (v *visit) disconnect() error {
	seller, err := v.seller()
	if err != nil {
		return err
	}
	err = v.usher.Communities.Disconnect(v.r.Context(), seller, domain.ConnectionID(v.r.PathValue("connection")),
		domain.Leaving(v.r.PostFormValue("members")), v.r.PostFormValue("bot_leaves") != "")
	if err != nil {
		return v.again(err)
	}
	return v.to(communitiesPath)
}

// again shows the page once more, with what is to be mended.
func (v *visit) again(err error) error {
	if status, says, ok := mendable(err); ok {
		return v.showCommunities(status, says, app.CircleOffer{})
	}
	return err
}

// connected ends the authorization of a seller who connects a server.
func (v *visit) connected(browser string, back app.Callback) error {
	seller, err := v.seller()
	if err != nil {
		return v.toldOf(errState)
	}
	conn, err := v.usher.Communities.FinishDiscord(v.r.Context(), seller, browser, back)
	if err != nil {
		if status, says, ok := mendable(err); ok && !errors.Is(err, domain.ErrPassSpent) {
			return v.tell(communitiesPath, told{Status: status, Says: says})
		}
		return v.toldOf(err)
	}
	says := "Connected to " + conn.Name + "."
	if conn.Causes.Has(domain.CauseMissingPermission) {
		says += " The bot may not kick members, or lacks another permission: nobody can be removed until its role has it."
	}
	return v.tell(communitiesPath, told{Status: http.StatusOK, Says: says})
}
