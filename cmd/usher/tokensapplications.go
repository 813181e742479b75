package main

import (
	"fmt"
	"iter"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type applicationsCmd struct {
	List   applicationsListCmd   `cmd:"" help:"List programs that get access tokens of their own. Their secrets are nowhere."`
	Add    applicationsAddCmd    `cmd:"" help:"Let a program get access tokens of its own, at /oauth/token, and print its secret this once."`
	Rotate applicationsRotateCmd `cmd:"" help:"Give a program another secret, and print it this once. Its tokens stay."`
	Revoke applicationsRevokeCmd `cmd:"" help:"End a program and all of its access tokens at once."`
}

type applicationView struct {
	ID        domain.ApplicationID `json:"id"`
	Name      string               `json:"name"`
	Scopes    []domain.Scope       `json:"scopes"`
	CreatedAt time.Time            `json:"created_at"`
	RevokedAt *time.Time           `json:"revoked_at"`
}

func viewApplication(a domain.Application) any { return applicationViewOf(a) }

func applicationViewOf(a domain.Application) applicationView {
	return applicationView{a.ID, a.Name, a.Scopes.All(), a.CreatedAt, at(a.RevokedAt)}
}

type applicationsListCmd struct{}

// Run lists applications.
func (applicationsListCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	return list(c, allApplications(c, p, seller), viewApplication, []column{left("ID"), left("NAME"), left("SCOPES"), left("MADE (UTC)"), left("STATE")},
		func(a domain.Application) []string {
			state := "live"
			if !a.RevokedAt.IsZero() {
				state = "revoked"
			}
			return []string{string(a.ID), a.Name, string(a.Scopes), day(a.CreatedAt), state}
		}, `There are no applications. Make one: usher tokens applications add --name "My books" --scopes view_sales`)
}

func allApplications(c *call, p *app.Usher, seller domain.SellerID) iter.Seq2[domain.Application, error] {
	return app.Paged(func(after ports.Cursor, n int) ([]domain.Application, error) {
		return p.Applications.List(c.ctx, seller, after, n)
	},
		func(a domain.Application) ports.Cursor { return ports.Cursor{At: a.CreatedAt, ID: string(a.ID)} })
}

type applicationsAddCmd struct {
	Name   string         `help:"What the program is." required:""`
	Scopes []domain.Scope `help:"The most that its tokens may do; see tokens create." required:"" placeholder:"SCOPE"`
}

// Run makes an application.
func (a applicationsAddCmd) Run(c *call) error {
	scopes, err := domain.MakeScopes(a.Scopes...)
	if err != nil {
		return err
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	secret, made, err := p.Applications.Create(c.ctx, seller, a.Name, scopes)
	if err != nil {
		return err
	}
	c.showSecret(made, secret)
	return nil
}

// showSecret prints the secret of an application: to a person, it alone goes to
// standard output, so that it can be sent to where it belongs.
func (c *call) showSecret(a domain.Application, secret string) {
	if c.json {
		c.encode(struct {
			applicationView
			Secret string `json:"client_secret"`
		}{applicationViewOf(a), secret})
		return
	}
	fmt.Fprintln(c.out, secret)
	c.say("This is the secret of the application %s, which is its client_id. It is shown this once: keep it now.", a.ID)
}

type applicationsRotateCmd struct {
	Application domain.ApplicationID `arg:"" help:"Id of the application, as tokens applications list shows it."`
	confirmed
}

// Run gives an application another secret.
func (r applicationsRotateCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	known, err := knownApplication(c, p, seller, r.Application)
	if err != nil {
		return err
	}
	if err := c.confirm(r.confirmed, fmt.Sprintf("Give the application %q another secret? It gets no more tokens with the old one.", printable(known.Name))); err != nil {
		return err
	}
	secret, a, err := p.Applications.RotateSecret(c.ctx, seller, r.Application)
	if err != nil {
		return err
	}
	c.showSecret(a, secret)
	return nil
}

type applicationsRevokeCmd struct {
	Application domain.ApplicationID `arg:"" help:"Id of the application, as tokens applications list shows it."`
	confirmed
}

// Run ends an application.
func (r applicationsRevokeCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	known, err := knownApplication(c, p, seller, r.Application)
	if err != nil {
		return err
	}
	if err := c.confirm(r.confirmed, fmt.Sprintf("End the application %q and all of its access tokens?", printable(known.Name))); err != nil {
		return err
	}
	a, err := p.Applications.Revoke(c.ctx, seller, r.Application)
	if err != nil {
		return err
	}
	c.show(viewApplication(a), line{"id", string(a.ID)}, line{"name", a.Name}, line{"revoked", when(a.RevokedAt)})
	return nil
}

func knownApplication(c *call, p *app.Usher, seller domain.SellerID, id domain.ApplicationID) (domain.Application, error) {
	for a, err := range allApplications(c, p, seller) {
		if err != nil || a.ID == id {
			return a, err
		}
	}
	return domain.Application{}, domain.ErrApplicationNotFound
}
