package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Subscriber is a membership as lists of members show it.
type Subscriber struct {
	Membership domain.MembershipState // as it is at At, also where nobody has written that down
	Product    domain.Product
	Sale       domain.PurchaseState // that began it
	Email      string               // of who is a member: of a gift, who received it
	Sales      []string             // ids of what was paid: the sale's and its renewals', oldest first
	License    domain.LicenseState  // of the sale; the zero value: none
	At         time.Time
}

// Place returns where the membership stands in the list.
func (s Subscriber) Place() ports.Cursor { return placeOf(s.Membership.CreatedAt, s.Membership.ID) }

// subscribersAtOnce is how many memberships one look at the store reads.
const subscribersAtOnce = 100

// Subscribers lists the live memberships of a product, those of an address if one
// is given, newest first from a place on: up to limit of them, or all if it is 0.
// more says that there are older ones. Those of a seller's own tests are left out.
func (m *Memberships) Subscribers(ctx context.Context, seller domain.SellerID, of domain.ProductID, email string, before ports.Cursor, limit int) (all []Subscriber, more bool, err error) {
	next := m.newestMembers(seller, of)
	if email != "" {
		next = m.membersCalled(seller, of, domain.NormalizeEmail(email))
	}
	for {
		some, err := next(ctx, before)
		if err != nil {
			return nil, false, err
		}
		for _, s := range some {
			before = s.Place()
			if !s.Membership.Live() || s.Sale.Status == domain.Test {
				continue
			}
			if limit > 0 && len(all) == limit {
				return all, true, nil
			}
			all = append(all, s)
		}
		if len(some) < subscribersAtOnce {
			return all, false, nil
		}
	}
}

// membersFrom reads up to subscribersAtOnce memberships older than a place.
type membersFrom func(context.Context, ports.Cursor) ([]Subscriber, error)

func (m *Memberships) newestMembers(seller domain.SellerID, of domain.ProductID) membersFrom {
	return func(ctx context.Context, before ports.Cursor) ([]Subscriber, error) {
		at := m.at()
		return load(ctx, m.core, seller, func(ctx context.Context, tx ports.Tx) (all []Subscriber, err error) {
			some, err := tx.Memberships.Newest(ctx, of, before, subscribersAtOnce)
			if err != nil {
				return nil, err
			}
			for _, s := range some {
				one, err := subscriberOf(ctx, tx, s, at)
				if err != nil {
					return nil, err
				}
				all = append(all, one)
			}
			return all, nil
		})
	}
}

// membersCalled finds them by the few sales of that address.
func (m *Memberships) membersCalled(seller domain.SellerID, of domain.ProductID, email string) membersFrom {
	return func(ctx context.Context, before ports.Cursor) ([]Subscriber, error) {
		at := m.at()
		return load(ctx, m.core, seller, func(ctx context.Context, tx ports.Tx) (all []Subscriber, err error) {
			sales, err := tx.Purchases.List(ctx, ports.PurchaseQuery{ProductID: of, Email: email})
			if err != nil {
				return nil, err
			}
			for _, p := range sales {
				member, err := tx.Memberships.ByID(ctx, p.MembershipID)
				if errors.Is(err, domain.ErrMembershipNotFound) {
					continue
				}
				if err != nil {
					return nil, err
				}
				one, err := subscriberOf(ctx, tx, member.State(), at)
				if err != nil {
					return nil, err
				}
				if before == (ports.Cursor{}) || later(one.Place(), before) > 0 {
					all = append(all, one)
				}
			}
			slices.SortFunc(all, func(a, b Subscriber) int { return later(a.Place(), b.Place()) })
			all = slices.CompactFunc(all, func(a, b Subscriber) bool { return a.Membership.ID == b.Membership.ID }) // both sides of a gift
			return all[:min(len(all), subscribersAtOnce)], nil
		})
	}
}

// later compares two places of a list, newest first.
func later(a, b ports.Cursor) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) }

// Subscriber returns a membership as a list shows it, whatever its status.
func (m *Memberships) Subscriber(ctx context.Context, seller domain.SellerID, id domain.MembershipID) (Subscriber, error) {
	at := m.at()
	return load(ctx, m.core, seller, func(ctx context.Context, tx ports.Tx) (Subscriber, error) {
		member, err := tx.Memberships.ByID(ctx, id)
		if err != nil {
			return Subscriber{}, err
		}
		return subscriberOf(ctx, tx, member.State(), at)
	})
}

func subscriberOf(ctx context.Context, tx ports.Tx, m domain.MembershipState, at time.Time) (Subscriber, error) {
	s := Subscriber{Membership: m.CaughtUp(at), At: at}
	product, err := tx.Products.ByID(ctx, m.ProductID)
	if err != nil {
		return s, err
	}
	sale, err := tx.Purchases.ByID(ctx, m.PurchaseID)
	if err != nil {
		return s, err
	}
	s.Product, s.Sale, s.Email = product, sale.State(), sale.State().Email
	if s.Sale.GiftGiven {
		gifts, err := tx.Purchases.List(ctx, ports.PurchaseQuery{GiftOf: s.Sale.ID, Limit: 1})
		if err != nil {
			return s, err
		}
		if len(gifts) > 0 {
			s.Email = gifts[0].Email
		}
	}
	if s.Sale.Counts() {
		s.Sales = append(s.Sales, string(s.Sale.ID))
	}
	paid, err := tx.Payments.ByPurchase(ctx, s.Sale.ID)
	if err != nil {
		return s, err
	}
	for _, p := range paid {
		if p.Renewed() && p.MembershipID == m.ID {
			s.Sales = append(s.Sales, string(p.ID))
		}
	}
	l, err := tx.Licenses.ByPurchase(ctx, s.Sale.ID, "")
	if errors.Is(err, domain.ErrLicenseNotFound) {
		return s, nil
	}
	if err == nil {
		s.License = l.State()
	}
	return s, err
}
