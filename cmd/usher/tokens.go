package main

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type tokensCmd struct {
	List   tokensListCmd   `cmd:"" help:"List access tokens. Their secrets are nowhere."`
	Create tokensCreateCmd `cmd:"" help:"Make an access token, and print its secret this once."`
	Revoke tokensRevokeCmd `cmd:"" help:"End an access token at once."`

	Applications applicationsCmd `cmd:"" help:"Programs that get access tokens of their own."`
}

type tokenView struct {
	ID        domain.TokenID `json:"id"`
	Name      string         `json:"name"`
	Scopes    []string       `json:"scopes"`
	CreatedAt time.Time      `json:"created_at"`
	RevokedAt *time.Time     `json:"revoked_at"`
}

func viewToken(s domain.TokenState) any { return tokenViewOf(s) }

func tokenViewOf(s domain.TokenState) tokenView {
	return tokenView{s.ID, s.Name, strings.Fields(string(s.Scopes)), s.CreatedAt, at(s.RevokedAt)}
}

type tokensListCmd struct{}

// Run lists access tokens.
func (tokensListCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	return list(c, allTokens(c, p, seller), viewToken, []column{left("ID"), left("NAME"), left("SCOPES"), left("MADE (UTC)"), left("STATE")},
		func(s domain.TokenState) []string {
			state := "live"
			if !s.RevokedAt.IsZero() {
				state = "revoked"
			}
			return []string{string(s.ID), s.Name, string(s.Scopes), day(s.CreatedAt), state}
		}, `There are no access tokens. Make one: usher tokens create --name "My shop" --scopes view_sales`)
}

func allTokens(c *call, p *app.Usher, seller domain.SellerID) iter.Seq2[domain.TokenState, error] {
	return app.Paged(func(after ports.Cursor, n int) ([]domain.TokenState, error) {
		return p.Tokens.List(c.ctx, seller, after, n)
	},
		func(s domain.TokenState) ports.Cursor { return ports.Cursor{At: s.CreatedAt, ID: string(s.ID)} })
}

type tokensCreateCmd struct {
	Name   string         `help:"What the token is for." required:""`
	Scopes []domain.Scope `help:"What it may do: account (everything), edit_products, mark_sales_as_shipped, refund_sales, view_payouts, view_profile, view_public, view_sales." required:"" placeholder:"SCOPE"`
}

// Run makes an access token. To a person, the secret alone goes to standard
// output, so that it can be sent to where it belongs.
func (t tokensCreateCmd) Run(c *call) error {
	scopes, err := domain.MakeScopes(t.Scopes...)
	if err != nil {
		return err
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	secret, made, err := p.Tokens.Create(c.ctx, seller, t.Name, scopes)
	if err != nil {
		return err
	}
	if c.json {
		c.encode(struct {
			tokenView
			AccessToken string `json:"access_token"`
		}{tokenViewOf(made), secret})
		return nil
	}
	fmt.Fprintln(c.out, secret)
	c.say("This is the access token %s. It is shown this once: keep it now.", made.ID)
	return nil
}

type tokensRevokeCmd struct {
	Token domain.TokenID `arg:"" help:"Id of the token, as tokens list shows it."`
	confirmed
}

// Run ends an access token.
func (t tokensRevokeCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	var known *domain.TokenState
	for s, err := range allTokens(c, p, seller) {
		if err != nil {
			return err
		}
		if s.ID == t.Token {
			known = &s
		}
	}
	if known == nil {
		return domain.ErrTokenNotFound
	}
	if err := c.confirm(t.confirmed, fmt.Sprintf("End the access token %q? Programs that use it stop working.", printable(known.Name))); err != nil {
		return err
	}
	s, err := p.Tokens.Revoke(c.ctx, seller, t.Token)
	if err != nil {
		return err
	}
	c.show(viewToken(s), line{"id", string(s.ID)}, line{"name", s.Name}, line{"revoked", when(s.RevokedAt)})
	return nil
}
