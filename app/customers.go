package app

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Access is what customers do with the communities that they paid for.
type Access struct{ *core }

// Place is one community that a sale, or a seat of it, lets somebody into, as
// they see it. It never holds what a service said.
type Place struct {
	Claim     domain.Claim
	Community string // its name
	Joins     bool   // they can press Join now
	Leaves    bool   // they can press Leave now
	Says      string // one sentence, where there is something to say
}

// Places returns what a sale lets its user into: its buyer, also by the seat
// that the buyer sits in; of a seat, what that seat does.
func (a *Access) Places(ctx context.Context, seller domain.SellerID, purchase domain.PurchaseID, seat domain.SeatID) (places []Place, err error) {
	_, err = load(ctx, a.core, seller, func(ctx context.Context, tx ports.Tx) (struct{}, error) {
		places = nil
		p, err := tx.Purchases.ByID(ctx, purchase)
		if err != nil {
			return struct{}{}, err
		}
		buyer := domain.NormalizeEmail(p.State().Email)
		claims, err := tx.Claims.ByPurchase(ctx, purchase)
		for _, c := range claims {
			if c.SeatID != seat && (seat != "" || c.Email != buyer) || !c.Live() {
				continue
			}
			conn, err := tx.Connections.ByID(ctx, c.ConnectionID)
			if err != nil {
				return struct{}{}, err
			}
			places = append(places, placeFor(c, conn))
		}
		return struct{}{}, err
	})
	return places, err
}

func placeFor(c domain.Claim, conn domain.Connection) Place {
	p := Place{Claim: c, Community: conn.Name}
	joined := c.Service == domain.Discord && c.Subject != "" && c.State == domain.ClaimActive
	p.Leaves = joined
	p.Joins = c.Service == domain.Discord && !joined && conn.Open()
	switch {
	case joined:
		p.Says = "You are in as " + c.Name + "."
	case c.Service == domain.Circle && c.State == domain.ClaimActive:
		p.Says = "An invitation was sent to " + c.Email + "."
	case c.Service == domain.Circle && c.State == domain.ClaimPending:
		p.Says = "An invitation is on its way to " + c.Email + "."
	case c.Cause == domain.CauseEmailInvalid:
		p.Says = "Your e-mail address was refused; please give another one."
	case c.State == domain.ClaimNeedsCustomer:
		p.Says = saysOf(c.Cause, conn.Name)
	case c.State == domain.ClaimNeedsSeller, c.State == domain.ClaimFailed:
		if p.Says = saysOf(c.Cause, conn.Name); p.Says == "" {
			p.Says = saysToldSeller
		}
	}
	return p
}

// Readdress gives one sale another address of its buyer's: who was invited under
// the old one stays in until the new one is.
func (a *Access) Readdress(ctx context.Context, seller domain.SellerID, id domain.PurchaseID, email string) error {
	at := a.at()
	return a.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Purchases.ByID(ctx, id)
		if err != nil {
			return err
		}
		events, err := p.Readdress(email, at)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := tx.Purchases.Save(ctx, p); err != nil {
			return err
		}
		return a.emit(ctx, tx, at, events...)
	})
}

// ReaddressAll gives all sales of an address another one.
func (a *Access) ReaddressAll(ctx context.Context, seller domain.SellerID, from, to string) error {
	sales, err := a.salesOf(ctx, seller, from)
	for _, p := range sales {
		if err == nil {
			err = a.Readdress(ctx, seller, p.ID, to)
		}
	}
	return err
}

func (c *core) salesOf(ctx context.Context, seller domain.SellerID, email string) (sales []domain.PurchaseState, err error) {
	email = domain.NormalizeEmail(email)
	if email == "" {
		return nil, domain.InvalidField("email", "is missing")
	}
	err = c.eachSale(ctx, seller, ports.PurchaseQuery{Email: email}, func(p domain.PurchaseState) error {
		sales = append(sales, p)
		return nil
	})
	return sales, err
}

// Erase forgets who has that address: their memberships end, their name and
// address go out of all sales and seats, they are taken out of every community,
// and once that is done their accounts are forgotten too. Mails that are kept and
// were to them, or name them, are deleted. What was sold, for how much and when
// stays. Twice is once.
func (a *Access) Erase(ctx context.Context, seller domain.SellerID, email string) error {
	sales, err := a.salesOf(ctx, seller, email)
	if err != nil {
		return err
	}
	email = domain.NormalizeEmail(email)
	names := map[string]bool{}
	for _, p := range sales {
		names[oneLine(p.FullName)] = true
	}
	touched := map[domain.PurchaseID]bool{}
	for _, p := range sales {
		touched[p.ID] = true
		if p.MembershipID != "" && p.GiftOf == "" {
			if _, err := (&Memberships{a.core}).EndNow(ctx, seller, p.MembershipID, domain.SellerActor); err != nil && !errors.Is(err, domain.ErrNotActive) {
				return err
			}
		}
	}
	if err := a.toForget(ctx, seller, email, touched); err != nil {
		return err
	}
	if err := a.eachSeat(ctx, seller, func(s domain.Seat) {
		if s.Email == email {
			touched[s.PurchaseID] = true
		}
	}); err != nil {
		return err
	}
	for id := range touched {
		if err := a.eraseFrom(ctx, seller, id, email); err != nil {
			return err
		}
		if _, err := a.reclaim(ctx, seller, id, 0); err != nil {
			return err
		}
	}
	return a.eraseMails(ctx, seller, email, names)
}

// eachSeat calls fn for every seat of a seller's sales, also those that were taken
// back, a page at a time.
func (c *core) eachSeat(ctx context.Context, seller domain.SellerID, fn func(domain.Seat)) error {
	return each(Paged(func(after ports.Cursor, limit int) ([]domain.Seat, error) {
		return load(ctx, c, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Seat, error) {
			return tx.Seats.List(ctx, after, limit)
		})
	}, func(s domain.Seat) ports.Cursor { return placeOf(s.CreatedAt, s.ID) }), func(s domain.Seat) error {
		fn(s)
		return nil
	})
}

// toForget marks the claims of an address: those that nobody is in through go
// now, the others when their person is out.
func (a *Access) toForget(ctx context.Context, seller domain.SellerID, email string, touched map[domain.PurchaseID]bool) error {
	seats, err := load(ctx, a.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Claim, error) { return tx.Claims.ByEmail(ctx, email) })
	if err != nil {
		return err
	}
	for _, c := range seats {
		touched[c.PurchaseID] = true
	}
	return a.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		claims, err := tx.Claims.ByEmail(ctx, email)
		for _, c := range claims {
			c.Forget = true
			switch {
			case err != nil:
			case len(c.Touches()) == 0 || !c.Live() && c.Forgettable():
				err = tx.Claims.Delete(ctx, c.ID)
			default:
				err = tx.Claims.Save(ctx, c)
			}
		}
		return err
	})
}

// eraseFrom forgets the address in one sale and its seats.
func (a *Access) eraseFrom(ctx context.Context, seller domain.SellerID, id domain.PurchaseID, email string) error {
	seats, err := load(ctx, a.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Seat, error) { return tx.Seats.ByPurchase(ctx, id) })
	if err != nil {
		return err
	}
	for _, s := range seats {
		if s.Email != email || !s.Assigned() {
			continue
		}
		if _, err := (&Memberships{a.core}).Revoke(ctx, seller, s.ID); err != nil {
			return err
		}
	}
	at := a.at()
	return a.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Purchases.ByID(ctx, id)
		if err != nil {
			return err
		}
		var events []domain.Event
		if p.State().Email == email {
			events = p.Erase(at)
			if err := tx.Purchases.Save(ctx, p); err != nil {
				return err
			}
		}
		seats, err := tx.Seats.ByPurchase(ctx, id)
		if err != nil {
			return err
		}
		for _, s := range seats {
			if s.Email != email {
				continue
			}
			freed, more := s.Erase(at)
			if err := tx.Seats.Save(ctx, freed); err != nil {
				return err
			}
			events = append(events, more...)
		}
		return a.emit(ctx, tx, at, events...)
	})
}

// SaleOf returns the sale that a token opens: its own, or that of its seat, if
// somebody sits there. A token that opens none is [domain.ErrPurchaseNotFound].
func (a *Access) SaleOf(ctx context.Context, t domain.TokenState) (domain.PurchaseID, error) {
	if t.SeatID == "" {
		if t.PurchaseID == "" {
			return "", domain.ErrPurchaseNotFound
		}
		return t.PurchaseID, nil
	}
	seat, err := load(ctx, a.core, t.SellerID, func(ctx context.Context, tx ports.Tx) (domain.Seat, error) { return tx.Seats.ByID(ctx, t.SeatID) })
	if err != nil {
		return "", err
	}
	if seat.Status != domain.SeatActive {
		return "", domain.ErrPurchaseNotFound
	}
	return seat.PurchaseID, nil
}
