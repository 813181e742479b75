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

type sellersCmd struct {
	List sellersListCmd `cmd:"" help:"List the sellers."`
	Add  sellersAddCmd  `cmd:"" help:"Add a seller. Makes the data folder if it is not there."`
}

type sellerView struct {
	ID        domain.SellerID `json:"id"`
	UserID    domain.UserID   `json:"user_id"`
	Name      string          `json:"name"`
	Email     string          `json:"email"`
	Address   string          `json:"address"`
	CreatedAt time.Time       `json:"created_at"`
}

func viewSeller(s domain.Seller) any {
	return sellerView{s.ID, s.UserID, s.Name, s.Email, s.Address, s.CreatedAt}
}

type sellersListCmd struct{}

// Run lists the sellers.
func (sellersListCmd) Run(c *call) error {
	p, done, err := c.open()
	if err != nil {
		return err
	}
	defer done()
	return list(c, allSellers(c, p), viewSeller, []column{left("ID"), left("NAME"), left("E-MAIL"), left("ADDRESS")},
		func(s domain.Seller) []string { return []string{string(s.ID), s.Name, s.Email, s.Address} },
		`There are no sellers. Make one: usher sellers add --name "Ana Press" --email ana@example.com`)
}

type sellersAddCmd struct {
	Name    string `help:"Name that buyers see." required:""`
	Email   string `help:"E-mail address." required:""`
	Address string `help:"Public address of the seller's pages, such as https://ana.example.com; the server's own unless given."`
}

// Run adds a seller.
func (s sellersAddCmd) Run(c *call) error {
	p, done, err := c.openOrMake()
	if err != nil {
		return err
	}
	defer done()
	made, err := p.Sellers.Add(c.ctx, domain.Seller{Name: s.Name, Email: s.Email, Address: s.Address})
	if err != nil {
		return err
	}
	c.show(viewSeller(made), line{"id", string(made.ID)}, line{"name", made.Name}, line{"e-mail", made.Email}, line{"address", made.Address})
	c.hint("Next: usher products add --name Inkwell --price 2900 --licensed")
	return nil
}

func allSellers(c *call, p *app.Usher) iter.Seq2[domain.Seller, error] {
	return app.Paged(func(after ports.Cursor, n int) ([]domain.Seller, error) { return p.Sellers.List(c.ctx, after, n) },
		func(s domain.Seller) ports.Cursor { return ports.Cursor{At: s.CreatedAt, ID: string(s.ID)} })
}

// seller finds the seller to work for: the one that --seller names, by id or by
// a name or e-mail address that only one has; or the only one.
func (c *call) seller(p *app.Usher) (domain.Seller, error) {
	var all, named []domain.Seller
	for s, err := range allSellers(c, p) {
		switch {
		case err != nil:
			return domain.Seller{}, err
		case c.Seller != "" && string(s.ID) == c.Seller:
			return s, nil
		case strings.EqualFold(s.Name, c.Seller) || s.Email == domain.NormalizeEmail(c.Seller):
			named = append(named, s)
		}
		all = append(all, s)
	}
	switch {
	case len(all) == 0:
		return domain.Seller{}, &fault{exitNotFound, domain.ErrSellerNotFound.Code, "there is no seller yet", "",
			`make one: usher sellers add --name "Ana Press" --email ana@example.com`}
	case c.Seller == "" && len(all) == 1:
		return all[0], nil
	case c.Seller == "":
		return domain.Seller{}, wrongUse("seller", "there are several sellers: "+names(all), "name the one to work for with --seller")
	case len(named) == 0:
		return domain.Seller{}, &fault{exitNotFound, domain.ErrSellerNotFound.Code, "there is no seller " + c.Seller, "seller", hints[domain.ErrSellerNotFound.Code]}
	case len(named) > 1:
		return domain.Seller{}, wrongUse("seller", fmt.Sprintf("%d sellers are called %s", len(named), c.Seller), "name the one to work for by its id")
	}
	return named[0], nil
}

func names(of []domain.Seller) string {
	var all []string
	for _, s := range of[:min(len(of), 5)] {
		all = append(all, printable(s.Name))
	}
	if len(of) > 5 {
		all = append(all, "...")
	}
	return strings.Join(all, ", ")
}

// work opens the data folder and finds the seller to work for.
func (c *call) work() (*app.Usher, domain.SellerID, func(), error) {
	p, done, err := c.open()
	if err != nil {
		return nil, "", nil, err
	}
	s, err := c.seller(p)
	if err != nil {
		done()
		return nil, "", nil, err
	}
	return p, s.ID, done, nil
}
