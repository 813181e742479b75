package main

import (
	"errors"
	"fmt"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

type licensesCmd struct {
	Verify    verifyCmd    `cmd:"" help:"Verify a key, and count a use of it."`
	Show      showCmd      `cmd:"" help:"Show a license whatever its state; counts nothing."`
	Disable   disableCmd   `cmd:"" help:"Stop a key from verifying. Cancels nothing."`
	Enable    enableCmd    `cmd:"" help:"Let a key verify again."`
	Decrement decrementCmd `cmd:"" help:"Take one use back, down to 0."`
	Rotate    rotateCmd    `cmd:"" help:"Replace a key. The old one is unknown at once."`
}

// byKey is what commands about one key have in common.
type byKey struct {
	Product string `help:"Product that the key is of, by id or permalink; needed if several have it." placeholder:"PRODUCT"`
}

// errKeyAsArgument refuses a key where others can read it, without repeating it.
var errKeyAsArgument = &fault{exitUsage, "key_as_argument",
	"a license key is never an argument: everybody on this machine can read those, and your shell keeps them", "",
	"pipe it in, or set " + keyVariable}

// lookup reads the key and finds out which of the seller's licenses has it.
func (k byKey) lookup(c *call, p *app.Usher, seller domain.SellerID) (app.Verification, domain.Lookup, error) {
	text, err := c.readKey()
	if err != nil {
		return app.Verification{}, domain.Lookup{}, err
	}
	what := domain.Lookup{Key: domain.LicenseKey(text)}
	if k.Product != "" {
		product, err := p.Catalog.Product(c.ctx, seller, k.Product)
		if err != nil {
			return app.Verification{}, what, err
		}
		what.ProductID = product.ID
	}
	v, err := p.Licensing.Show(c.ctx, seller, what)
	if errors.Is(err, domain.ErrLicenseNotFound) {
		f := describe(err)
		f.Msg = "no license of this seller has this key"
		if k.Product != "" {
			f.Msg = "no license of this product has this key"
		}
		return v, what, f
	}
	what.ProductID = v.License.ProductID
	return v, what, err
}

type answerView struct {
	Uses     int64        `json:"uses"`
	License  *licenseView `json:"license"`
	Product  productView  `json:"product"`
	Purchase purchaseView `json:"purchase"`
}

// showAnswer prints a license with its uses.
func (c *call) showAnswer(v app.Verification) {
	f, uses := v.Facts, v.Uses
	c.show(answerView{uses, licenseViewOf(f.License), productViewOf(f.Product), purchaseViewOf(f.Purchase)},
		line{"uses", fmt.Sprint(uses)}, line{"license key", string(f.License.Key)}, line{"disabled", when(f.License.DisabledAt)},
		line{"product", fmt.Sprintf("%s, %s", f.Product.Name, f.Product.ID)}, line{"purchase", string(f.Purchase.ID)},
		line{"e-mail", f.Purchase.Email}, line{"state", stateOf(f.Purchase)}, line{"sold", when(f.Purchase.CreatedAt)})
}

// answered runs one use case of licences for the key that is read.
func (k byKey) answered(c *call, do func(*app.Usher, domain.SellerID, domain.Lookup) (app.Verification, error)) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	_, what, err := k.lookup(c, p, seller)
	if err != nil {
		return err
	}
	v, err := do(p, seller, what)
	if err != nil {
		return err
	}
	c.showAnswer(v)
	return nil
}

type verifyCmd struct {
	byKey
	NoIncrement bool `help:"Count nothing."`
}

// Run verifies a key.
func (v verifyCmd) Run(c *call) error {
	return v.answered(c, func(p *app.Usher, _ domain.SellerID, what domain.Lookup) (app.Verification, error) {
		return p.Licensing.Verify(c.ctx, what, !v.NoIncrement)
	})
}

type showCmd struct {
	byKey
	Purchase domain.PurchaseID `help:"Show the license of this purchase, without its key being given." placeholder:"PURCHASE"`
}

// Run shows a license. It is the seller's own view, so neither a disabled
// license nor a revoked purchase is refused.
func (s showCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	var v app.Verification
	if s.Purchase == "" {
		v, _, err = s.lookup(c, p, seller)
	} else if v, err = p.Licensing.ShowOf(c.ctx, seller, s.Purchase); errors.Is(err, domain.ErrLicenseNotFound) {
		err = &fault{exitNotFound, domain.ErrLicenseNotFound.Code, "the purchase has no license", "purchase", ""}
	}
	if err != nil {
		return err
	}
	c.showAnswer(v)
	return nil
}

type (
	disableCmd   struct{ byKey }
	enableCmd    struct{ byKey }
	decrementCmd struct{ byKey }
	rotateCmd    struct {
		byKey
		confirmed
	}
)

// Run stops a key from verifying.
func (d disableCmd) Run(c *call) error {
	return d.answered(c, func(p *app.Usher, seller domain.SellerID, what domain.Lookup) (app.Verification, error) {
		return p.Licensing.Disable(c.ctx, seller, what)
	})
}

// Run lets a key verify again.
func (e enableCmd) Run(c *call) error {
	return e.answered(c, func(p *app.Usher, seller domain.SellerID, what domain.Lookup) (app.Verification, error) {
		return p.Licensing.Enable(c.ctx, seller, what)
	})
}

// Run takes one use back.
func (d decrementCmd) Run(c *call) error {
	return d.answered(c, func(p *app.Usher, seller domain.SellerID, what domain.Lookup) (app.Verification, error) {
		return p.Licensing.Decrement(c.ctx, seller, what)
	})
}

// Run replaces a key.
func (r rotateCmd) Run(c *call) error {
	if err := c.confirm(r.confirmed, "Replace the key? The old one is unknown at once."); err != nil {
		return err
	}
	return r.answered(c, func(p *app.Usher, seller domain.SellerID, what domain.Lookup) (app.Verification, error) {
		return p.Licensing.Rotate(c.ctx, seller, what)
	})
}
