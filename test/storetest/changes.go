package storetest

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// call is one call inside an Update.
type call = func(context.Context, ports.Tx) error

func saveLicense(s domain.LicenseState) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Licenses.Save(ctx, domain.RestoreLicense(s)) }
}

func savePurchase(s domain.PurchaseState) call {
	return func(ctx context.Context, tx ports.Tx) error {
		return tx.Purchases.Save(ctx, domain.RestorePurchase(s))
	}
}

func insertPurchase(s domain.PurchaseState) call {
	return func(ctx context.Context, tx ports.Tx) error {
		return tx.Purchases.Insert(ctx, domain.RestorePurchase(s))
	}
}

func saveMembership(s domain.MembershipState) call {
	return func(ctx context.Context, tx ports.Tx) error {
		return tx.Memberships.Save(ctx, domain.RestoreMembership(s))
	}
}

func insertMembership(s domain.MembershipState) call {
	return func(ctx context.Context, tx ports.Tx) error {
		return tx.Memberships.Insert(ctx, domain.RestoreMembership(s))
	}
}

func saveProduct(p domain.Product) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Products.Save(ctx, p) }
}

func saveVariant(v domain.Variant) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Variants.Save(ctx, v) }
}

func insertVariant(v domain.Variant) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Variants.Insert(ctx, v) }
}

func saveSeller(s domain.Seller) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Sellers.Save(ctx, s) }
}

// changes are all that changes what a verification answers.
var changes = []struct {
	name string
	make func(*deal) call
}{
	{"the licence is disabled", func(d *deal) call {
		d.license.DisabledAt = fixture.T0
		return saveLicense(d.license)
	}},
	{"the licence is enabled", func(d *deal) call {
		d.license.DisabledAt = time.Time{}
		return saveLicense(d.license)
	}},
	{"the key is rotated", func(d *deal) call {
		d.license.Key = fixture.Key()
		return saveLicense(d.license)
	}},
	{"the purchase is refunded", func(d *deal) call {
		d.sale.Refunded, d.sale.RefundedAt = 1, fixture.T0
		return savePurchase(d.sale)
	}},
	{"the purchase is disputed", func(d *deal) call {
		d.sale.DisputedAt = fixture.T0
		return savePurchase(d.sale)
	}},
	{"access to the purchase is taken away", func(d *deal) call {
		d.sale.RevokedAt = fixture.T0
		return savePurchase(d.sale)
	}},
	{"access to the purchase is given back", func(d *deal) call {
		d.sale.RevokedAt = time.Time{}
		return savePurchase(d.sale)
	}},
	{"the buyer's address changes", func(d *deal) call {
		d.sale.Email = "new@example.com"
		return savePurchase(d.sale)
	}},
	{"the purchase leaves its membership", func(d *deal) call {
		d.sale.MembershipID = ""
		return savePurchase(d.sale)
	}},
	{"the giver's address changes", func(d *deal) call {
		d.given.Email = "new@example.com"
		return savePurchase(d.given)
	}},
	{"the membership is cancelled", func(d *deal) call {
		d.membership.CancelledAt = fixture.T0
		return saveMembership(d.membership)
	}},
	{"the membership goes on", func(d *deal) call {
		d.membership.EndedAt = time.Time{}
		return saveMembership(d.membership)
	}},
	{"the product is renamed", func(d *deal) call {
		d.product.Name = "Better pencil"
		return saveProduct(d.product)
	}},
	{"the product's licensing is switched off", func(d *deal) call {
		d.product.Licensed = false
		return saveProduct(d.product)
	}},
	{"the product's permalink changes", func(d *deal) call {
		d.product.Permalink = fixture.ID()[:20]
		return saveProduct(d.product)
	}},
	{"the product is deleted", func(d *deal) call {
		d.product.DeletedAt = fixture.T0
		return saveProduct(d.product)
	}},
	{"a variant that was chosen is renamed", func(d *deal) call {
		d.large.Name = "Huge"
		return saveVariant(d.large)
	}},
	{"a variant that was chosen is deleted", func(d *deal) call {
		d.deep.DeletedAt = fixture.T0
		return saveVariant(d.deep)
	}},
	{"the product gets another variant", func(d *deal) call { return insertVariant(fixture.Variant(d.product)) }},
	{"the seller is renamed", func(d *deal) call {
		d.seller.Name = "Dorothea"
		return saveSeller(d.seller)
	}},
}
