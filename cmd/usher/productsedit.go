package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type productsEditCmd struct {
	oneProduct
	Name            *string `help:"New name."`
	CustomPermalink *string `help:"New custom permalink; empty: none."`
	Price           *int64  `help:"New price, in minor units of its currency." placeholder:"MINOR"`
	Published       *bool   `help:"On sale or not." negatable:""`
	Licensed        *bool   `help:"License keys: each sale gets one, and past sales get theirs now. Keys that exist stay." negatable:""`
	Multiseat       *bool   `help:"Buyers choose a number of seats." negatable:""`
}

// Run changes a product, and makes the keys that this asks for.
func (e productsEditCmd) Run(c *call) error {
	edit := app.ProductEdit{
		Name: e.Name, CustomPermalink: e.CustomPermalink, Price: e.Price,
		Published: e.Published, Licensed: e.Licensed, Multiseat: e.Multiseat,
	}
	if edit == (app.ProductEdit{}) {
		return wrongUse("", "say what to change", `"usher products edit --help" lists it`)
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	product, err := p.Catalog.Product(c.ctx, seller, e.Product)
	if err != nil {
		return err
	}
	if product, err = p.Catalog.EditProduct(c.ctx, seller, product.ID, edit); err != nil {
		return err
	}
	if e.Licensed == nil || !*e.Licensed {
		c.showProduct(product)
		return nil
	}
	past, err := c.makeKeys(p, seller, product.ID)
	if err != nil {
		return err
	}
	view := struct {
		productView
		PastSales *keysFor `json:"past_sales"`
	}{productViewOf(product), past}
	c.show(view, append(productLines(product), line{"past sales", past.String()})...)
	return nil
}

// keysFor is how far the keys for a product's past sales are.
type keysFor struct {
	Made       int64      `json:"made"`
	Estimate   int64      `json:"estimate"` // sales without a key when it began, of which not all earn one; 0: unknown, of more than 10,000 sales
	StartedAt  time.Time  `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at"`
}

func keysForPast(t ports.Task) *keysFor {
	return &keysFor{t.Done, t.Total, t.StartedAt, at(t.FinishedAt)}
}

// String is empty if there is nothing to say.
func (k *keysFor) String() string {
	if k == nil {
		return ""
	}
	state := "not finished yet"
	if k.FinishedAt != nil {
		state = "finished"
	}
	return fmt.Sprintf("%s, keys made: %d", state, k.Made)
}

// makeKeys makes the keys for past sales and waits until they are made, here or
// by a server beside it. It returns nil if licensing was on from the start. The
// work is kept: whoever interrupts it only stops watching.
func (c *call) makeKeys(p *app.Usher, seller domain.SellerID, id domain.ProductID) (*keysFor, error) {
	ctx, stop := context.WithCancel(c.ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer stop()
	failed := make(chan error, 1)
	work.Go(func() { failed <- c.drain(ctx, p) })
	bar := c.progress("keys made")
	defer bar.end()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		task, err := p.Catalog.PastSales(c.ctx, seller, id)
		switch {
		case errors.Is(err, domain.ErrProgressNotFound):
			return nil, nil
		case err != nil:
			return nil, err
		case !task.FinishedAt.IsZero():
			bar.at(1, 1)
			return keysForPast(task), nil
		}
		bar.at(task.Done, task.Total)
		select {
		case <-look.C:
		case err := <-failed:
			if err != nil {
				return nil, err
			}
		case <-c.ctx.Done():
			c.say("A running server makes the rest of the keys, or the next one, or this command again.")
			return nil, errInterrupted
		}
	}
}

// drain does what is due until ctx ends. A server beside it may be the one who
// does it; then there is nothing to do here.
func (c *call) drain(ctx context.Context, p *app.Usher) error {
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for {
		if _, err := p.Worker.Tick(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return nil
		}
	}
}
