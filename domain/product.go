package domain

import (
	"strings"
	"time"
)

// ProductKind says how a product is sold.
type ProductKind string

// The kinds of product.
const (
	OneTime        ProductKind = "one_time"
	MembershipKind ProductKind = "membership" // renews; sold by recurrence
	Bundle         ProductKind = "bundle"     // several products in one sale
)

// UndeleteWithin is how long a deletion can be taken back. Then the memberships
// of the product end.
const UndeleteWithin = 10 * time.Minute

// Product is what is sold.
type Product struct {
	ID                 ProductID
	SellerID           SellerID
	Kind               ProductKind
	Name               string
	Permalink          string      // unique on the server, letter case aside
	CustomPermalink    string      // unique per seller, letter case aside; empty: none
	Price              Money       // of one; of one seat at the shortest recurrence of a membership without Prices
	Prices             Prices      // of a membership, by recurrence
	Includes           BundleLines // of a bundle
	Licensed           bool        // a key per sale
	Multiseat          bool        // buyers choose a number of seats; licensed memberships only
	MostSeats          int         // of one membership, complimentary ones too; 0: any
	Published          bool
	Preorder           bool // sold before it is released
	ProductIDNotNeeded bool // exempt from the cutoff of [Cutoff]
	RefundKeepsAccess  bool // who is refunded stays in communities
	FreeTrial          time.Duration
	CreatedAt          time.Time
	DeletedAt          time.Time // zero: not deleted
}

// Check refuses a product whose fields break a rule of form, naming the field.
func (p Product) Check() error {
	if err := first(checkID("id", string(p.ID)), checkID("seller", string(p.SellerID))); err != nil {
		return err
	}
	if p.Kind != OneTime && p.Kind != MembershipKind && p.Kind != Bundle {
		return InvalidField("kind", "must be one_time, membership or bundle")
	}
	if strings.TrimSpace(p.Name) == "" {
		return InvalidField("name", "is missing")
	}
	if err := checkText("name", p.Name, 500); err != nil {
		return err
	}
	if !isPermalink(p.Permalink) {
		return InvalidField("permalink", "must be 1 to 100 letters, digits, hyphens or underscores")
	}
	if p.CustomPermalink != "" && !isPermalink(p.CustomPermalink) {
		return InvalidField("custom_permalink", "must be 1 to 100 letters, digits, hyphens or underscores")
	}
	if err := p.Price.Currency.Check(); err != nil {
		return err
	}
	if p.Price.Amount < 0 {
		return InvalidField("price", "must not be negative")
	}
	if err := p.Prices.check(); err != nil {
		return err
	}
	if p.Prices.Any() && p.Kind != MembershipKind {
		return InvalidField("prices", "only a membership has prices by recurrence")
	}
	if p.Includes != "" && p.Kind != Bundle {
		return InvalidField("includes", "only a bundle includes products")
	}
	if err := checkText("includes", string(p.Includes), maxListInBytes); err != nil {
		return err
	}
	for l := range p.Includes.All() {
		if l.ProductID == "" || l.Quantity < 1 {
			return InvalidField("includes", "every line needs a product and a quantity of at least 1")
		}
	}
	if p.Multiseat && !p.OffersSeats() {
		return ErrNoSeats
	}
	if p.MostSeats < 0 {
		return InvalidField("most_seats", "must not be negative; 0 is any number")
	}
	if p.MostSeats > 0 && p.Kind != MembershipKind {
		return InvalidField("most_seats", "only a membership has a number of seats")
	}
	if p.FreeTrial < 0 || p.FreeTrial%time.Second != 0 {
		return InvalidField("free_trial", "must be whole seconds, and not negative")
	}
	if p.CreatedAt.IsZero() {
		return InvalidField("created_at", "is missing")
	}
	return nil
}

// OffersSeats reports whether buyers may choose a number of seats: the article
// on licence keys offers them on licensed memberships.
func (p Product) OffersSeats() bool { return p.Multiseat && p.Licensed && p.Kind == MembershipKind }

// SwitchLicensing switches licence keys on or off. Off takes the seats switch
// with it; keys that exist stay and go on verifying. Twice is once: the second
// call changes nothing and returns no event.
func (p *Product) SwitchLicensing(on bool, at time.Time) ([]Event, error) {
	if on && !p.DeletedAt.IsZero() {
		return nil, ErrDeleted
	}
	if p.Licensed == on {
		return nil, nil
	}
	p.Licensed = on
	if !on {
		p.Multiseat = false
		return []Event{LicensingDisabled{ProductID: p.ID, At: at}}, nil
	}
	return []Event{LicensingEnabled{ProductID: p.ID, At: at}}, nil
}

// SwitchSeats offers seats to buyers from now on, or no longer. Purchases keep
// what was copied to them when they were made. It refuses to offer seats on
// anything but a licensed membership with [ErrNoSeats].
func (p *Product) SwitchSeats(on bool) error {
	if on && (!p.Licensed || p.Kind != MembershipKind) {
		return ErrNoSeats
	}
	p.Multiseat = on
	return nil
}

// SwitchSale puts the product on sale, or takes it off. What is deleted is not
// put on sale: [ErrDeleted]. Twice is once.
func (p *Product) SwitchSale(on bool) error {
	if on && !p.DeletedAt.IsZero() {
		return ErrDeleted
	}
	p.Published = on
	return nil
}

// Delete takes the product off sale. Its keys go on verifying. Twice is once.
func (p *Product) Delete(at time.Time) []Event {
	if !p.DeletedAt.IsZero() {
		return nil
	}
	p.DeletedAt, p.Published = at, false
	return []Event{ProductDeleted{ProductID: p.ID, At: at}}
}

// Undelete takes a deletion back, unpublished, within ten minutes of it.
func (p *Product) Undelete(at time.Time) ([]Event, error) {
	if p.DeletedAt.IsZero() || at.Sub(p.DeletedAt) >= UndeleteWithin {
		return nil, ErrNotDeleted
	}
	p.DeletedAt = time.Time{}
	return []Event{ProductUndeleted{ProductID: p.ID, At: at}}, nil
}

// HasPermalink reports whether s, letter case aside, is one of the product's
// two permalinks. The empty string is nobody's.
func (p Product) HasPermalink(s string) bool {
	return s != "" && (strings.EqualFold(s, p.Permalink) || strings.EqualFold(s, p.CustomPermalink))
}

// VariantCategory is what the product's variants are called if nobody says.
func (p Product) VariantCategory() string {
	if p.Kind == MembershipKind {
		return TierCategory
	}
	return "Version"
}

func isPermalink(s string) bool {
	const ok = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	return len(s) >= 1 && len(s) <= 100 && strings.Trim(s, ok) == ""
}
