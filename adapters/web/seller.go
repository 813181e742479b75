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
	return v.to("/admin/communities")
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

// communities shows a seller what they have connected.
func (v *visit) communities() error { return v.showCommunities(http.StatusOK, "", app.CircleOffer{}) }

func (v *visit) showCommunities(status int, says string, offer app.CircleOffer) error {
	seller, err := v.seller()
	if err != nil {
		return err
	}
	ctx := v.r.Context()
	var open []domain.Connection
	all := app.Paged(func(after ports.Cursor, n int) ([]domain.Connection, error) {
		return v.usher.Communities.List(ctx, seller, after, n)
	}, func(c domain.Connection) ports.Cursor { return ports.Cursor{At: c.CreatedAt, ID: string(c.ID)} })
	for c, err := range all {
		if err != nil {
			return err
		}
		if c.ClosedAt.IsZero() {
			open = append(open, c)
		}
	}
	join, err := v.usher.Communities.StartDiscord(ctx, seller, v.browser())
	if err != nil && !errors.Is(err, domain.ErrNotConfigured) {
		return err
	}
	v.show(status, "communities", map[string]any{"Title": "Communities", "Says": says, "Connections": open, "DiscordURL": join, "Offer": offer})
	return nil
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

func (v *visit) check() error {
	seller, err := v.seller()
	if err != nil {
		return err
	}
	if _, err := v.usher.Communities.Check(v.r.Context(), seller, domain.ConnectionID(v.r.PathValue("connection"))); err != nil {
		return v.again(err)
	}
	return v.to("/admin/communities")
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
	return v.to("/admin/communities")
}

// again shows the page once more, with what is to be mended.
func (v *visit) again(err error) error {
	e, ok := errors.AsType[*domain.Error](err)
	if status, known := statuses[domain.KindOf(err)]; ok && known && status != http.StatusNotFound {
		return v.showCommunities(status, e.Msg, app.CircleOffer{})
	}
	return err
}

// connected ends the authorization of a seller who connects a server.
func (v *visit) connected(browser string, back app.Callback) error {
	seller, err := v.seller()
	if err != nil {
		return errState
	}
	conn, err := v.usher.Communities.FinishDiscord(v.r.Context(), seller, browser, back)
	switch {
	case errors.Is(err, domain.ErrPassNotFound), errors.Is(err, domain.ErrPassSpent):
		return errState
	case err != nil:
		return v.again(err)
	}
	says := "Connected to " + conn.Name + "."
	if conn.Causes.Has(domain.CauseMissingPermission) {
		says += " The bot may not kick members, or lacks another permission: nobody can be removed until its role has it."
	}
	return v.showCommunities(http.StatusOK, says, app.CircleOffer{})
}
