package domain

import "time"

// Facts is everything that a verification of one licence is decided from and
// answered with, read at one instant.
type Facts struct {
	Seen       Seen
	License    LicenseState
	Product    Product
	Purchase   PurchaseState
	Variants   Names           // of the purchase's variants, as they are called now
	Membership MembershipState // the zero value: the purchase does not renew
	Giver      Giver           // the zero value: the purchase is no received gift
	Seller     Seller
}

// Giver is what a gift's receiver may know of the giver's purchase.
type Giver struct {
	Email string
	Price Money
}

// Seen says which version of the world was read: whatever changes what verify
// answers moves one of the two stamps. A use is counted only on what is still
// as it was seen; else [ErrMoved], and the rule is asked again with new facts.
type Seen struct {
	LicenseID    LicenseID
	ProductID    ProductID
	LicenseStamp int64 // moved by the licence, its purchase, the giver's, its membership
	ProductStamp int64 // moved by the product, its variants, its seller
}

// Lookup says which licence is asked for.
type Lookup struct {
	Key       LicenseKey // as it was sent
	ProductID ProductID  // empty: not given; Permalink counts
	Permalink string     // one of the product's two
}

// Cutoff is the instant after which a product is verified by its id only. The
// zero value is the default, 9 January 2023 (the article on licence keys).
type Cutoff struct {
	at   time.Time
	none bool
}

// NoCutoff lets every product be verified by its permalink.
var NoCutoff = Cutoff{none: true}

// CutoffAt returns the cutoff at that instant.
func CutoffAt(at time.Time) Cutoff { return Cutoff{at: at} }

// Binds reports whether p must be asked for by its id: it was made strictly
// later than the cutoff, and is not exempt.
func (c Cutoff) Binds(p Product) bool {
	at := c.at
	if at.IsZero() {
		at = time.Date(2023, 1, 9, 0, 0, 0, 0, time.UTC)
	}
	return !c.none && !p.ProductIDNotNeeded && p.CreatedAt.After(at)
}

// Choose returns the facts of the licence that was asked for, out of those of
// every holder of its key. The order of the checks decides which refusal wins:
// nobody has the key, or not for that product ([ErrLicenseNotFound]); the
// product must be asked for by id ([ErrProductIDRequired], About its id);
// another permalink ([ErrLicenseNotFound]); access taken away
// ([ErrAccessRevoked]). Whether the licence is disabled is [Facts.Verify]'s.
//
// Several sellers may have imported the same key. Without a product id the
// holder with the permalink is meant, else the first.
func Choose(holders []Facts, by Lookup, cutoff Cutoff) (Facts, error) {
	var f *Facts // facts are large: only those that are answered are copied
	for i := range holders {
		h := &holders[i]
		if by.ProductID != "" && h.License.ProductID != by.ProductID {
			continue
		}
		fits := by.ProductID != "" || h.Product.HasPermalink(by.Permalink)
		if fits || f == nil {
			f = h
		}
		if fits {
			break
		}
	}
	if f == nil {
		return Facts{}, ErrLicenseNotFound
	}
	if by.ProductID == "" {
		if cutoff.Binds(f.Product) {
			return Facts{}, ErrProductIDRequired.On(string(f.Product.ID))
		}
		if !f.Product.HasPermalink(by.Permalink) {
			return Facts{}, ErrLicenseNotFound
		}
	}
	if !f.Purchase.RevokedAt.IsZero() {
		return Facts{}, ErrAccessRevoked
	}
	return *f, nil
}

// Own returns the facts of the one holder that is the seller's. It is
// [ErrLicenseNotFound] if there is none, and [ErrSeveralLicenses] if several of
// the seller's products have the key, which an import can bring about.
func Own(holders []Facts, seller SellerID) (Facts, error) {
	var own Facts
	found := 0
	for _, h := range holders {
		if h.OwnedBy(seller) == nil {
			own = h
			found++
		}
	}
	switch found {
	case 0:
		return Facts{}, ErrLicenseNotFound
	case 1:
		return own, nil
	}
	return Facts{}, ErrSeveralLicenses
}

// Verify reports whether the licence verifies: a disabled one is
// [ErrLicenseDisabled]. Refunds, disputes and the end of a membership are
// reported and refuse nothing: enforcement is the seller's (the article on
// licence keys).
func (f Facts) Verify() error {
	if !f.License.DisabledAt.IsZero() {
		return ErrLicenseDisabled
	}
	return nil
}

// OwnedBy refuses everybody but the licence's seller with [ErrNotOwner].
func (f Facts) OwnedBy(seller SellerID) error {
	if f.License.SellerID != seller {
		return ErrNotOwner
	}
	return nil
}
