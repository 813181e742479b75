package app

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// QuotedSale is a priced sale and the id by which it is carried out. Nothing is
// stored: the id holds the quote, sealed.
type QuotedSale struct {
	ID string
	domain.SaleQuote
}

// Buyer is who buys, and what pays.
type Buyer struct {
	Email        string
	FullName     string
	Method       string // the processor's name of the card or account; not needed if nothing is ever charged
	Country      string
	Referrer     string
	CanContact   bool
	CustomFields domain.CustomFields
}

// Bought is what buying came to.
type Bought struct {
	Sale
	Membership domain.MembershipState // the zero value: it does not renew, or has not begun
	Payment    domain.PaymentState    // the zero value: nothing was charged

	// AccessToken opens the sale to its buyer, and lets them act for its
	// membership, if it has one. It is kept nowhere but with the answer to the
	// command key. It opens nothing before the sale is complete.
	AccessToken string

	Result domain.Result // Applied, AwaitsAction, Unanswered
}

// Quote prices a sale; see [domain.QuoteSale]. It changes nothing.
func (s *Sales) Quote(ctx context.Context, seller domain.SellerID, r domain.SaleRequest) (QuotedSale, error) {
	at := s.at()
	q, err := load(ctx, s.core, seller, func(ctx context.Context, tx ports.Tx) (domain.SaleQuote, error) {
		return s.price(ctx, tx, r, at)
	})
	if err != nil {
		return QuotedSale{}, err
	}
	return QuotedSale{s.sealed(saleQuotes, q), q}, nil
}

// Buy quotes and carries out at once, for whoever needs no preview. With a key,
// twice is once. A payment that is declined is [domain.ErrPaymentDeclined], and
// while charges are held it is [domain.ErrHeld]: nothing was sold.
func (s *Sales) Buy(ctx context.Context, seller domain.SellerID, r domain.SaleRequest, b Buyer, key string) (Bought, error) {
	return s.buy(ctx, seller, domain.SaleQuote{Request: r, PricedAt: s.at()}, b, key)
}

// BuyQuoted carries a quote out, for exactly what it said. An id that is none,
// or whose product has changed since, is [domain.ErrQuoteStale]; then one that
// is too old is [domain.ErrQuoteExpired]. Else it is as [Sales.Buy].
func (s *Sales) BuyQuoted(ctx context.Context, seller domain.SellerID, quote string, b Buyer, key string) (Bought, error) {
	var q domain.SaleQuote
	if err := s.unseal(saleQuotes, quote, &q); err != nil {
		return Bought{}, err
	}
	return s.buy(ctx, seller, q, b, key)
}

// order is what a sale is made from.
type order struct {
	quote    domain.SaleQuote // of BuyQuoted; else Request and PricedAt only
	buyer    Buyer
	purchase domain.PurchaseID
	payment  domain.PaymentID
	token    domain.TokenID
	secret   string
	held     bool // nobody is charged now
	at       time.Time
}

func (s *Sales) buy(ctx context.Context, seller domain.SellerID, q domain.SaleQuote, b Buyer, key string) (Bought, error) {
	at := s.at()
	held, err := s.holds(ctx)
	if err != nil {
		return Bought{}, err
	}
	o := order{q, b, domain.PurchaseID(s.newID(at)), domain.PaymentID(s.newID(at)), domain.TokenID(s.newID(at)), s.newSecret(), held, at}
	asked := struct {
		What string
		Of   domain.SaleRequest
		By   Buyer
	}{"buy", q.Request, b}
	var done Bought
	err = s.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		answer, fresh, err := s.begin(ctx, tx, key, digestOf(asked), at)
		if err != nil {
			return err
		}
		if !fresh {
			done, err = replaySale(ctx, tx, answer)
			return err
		}
		if done, err = s.sell(ctx, tx, seller, o); err != nil {
			return err
		}
		return s.finish(ctx, tx, key, keptOf(done))
	})
	switch {
	case err != nil:
		return Bought{}, err
	case done.Replayed && done.Payment.Open():
		return s.joined(ctx, done)
	case done.Replayed && done.Purchase.Status == domain.Failed:
		done.AccessToken = ""
		return done, domain.ErrPaymentDeclined
	case done.Replayed || done.Payment.ID == "":
		return done, nil
	}
	return s.charge(ctx, done)
}

// joined finds out what came of the payment of a command that came before.
func (s *Sales) joined(ctx context.Context, was Bought) (Bought, error) {
	done, err := s.Recover(ctx, was.Purchase.SellerID, was.Payment.ID)
	if err != nil {
		return Bought{Sale: Sale{Replayed: true}}, err
	}
	done.AccessToken, done.Replayed = was.AccessToken, true
	return done, nil
}

// price prices a sale with what the tier has left.
func (c *core) price(ctx context.Context, tx ports.Tx, r domain.SaleRequest, at time.Time) (domain.SaleQuote, error) {
	product, err := tx.Products.ByID(ctx, r.ProductID)
	if err != nil {
		return domain.SaleQuote{}, err
	}
	variants, err := tx.Variants.ByProduct(ctx, product.ID)
	if err != nil {
		return domain.SaleQuote{}, err
	}
	l := domain.Limits{LeastCharge: c.charger.LeastCharge(product.Price.Currency)}
	if l.TierRoom, l.Limited, err = roomIn(ctx, tx, variants, domain.TierOf(variants, r.Variants), ""); err != nil {
		return domain.SaleQuote{}, err
	}
	return domain.QuoteSale(product, variants, r, l, at)
}

// roomIn returns how many seats of a tier nobody has or is paying for but that
// membership, and false if the tier has no number of seats.
func roomIn(ctx context.Context, tx ports.Tx, variants []domain.Variant, tier domain.VariantID, except domain.MembershipID) (room int, limited bool, err error) {
	for _, v := range variants {
		if v.ID != tier || v.MostSeats == 0 {
			continue
		}
		taken, err := tx.Memberships.SeatsIn(ctx, tier, except)
		return max(0, v.MostSeats-taken), true, err
	}
	return 0, false, nil
}

// sell writes a sale down: complete if it costs nothing now, else with the
// payment that it waits for.
func (s *Sales) sell(ctx context.Context, tx ports.Tx, seller domain.SellerID, o order) (Bought, error) {
	q, err := s.price(ctx, tx, o.quote.Request, o.quote.PricedAt)
	if err != nil {
		return Bought{}, err
	}
	if was := o.quote; was.ExpiresAt.After(was.PricedAt) { // a quote, not only what it is for
		q.MostQuantity = was.MostQuantity
		if q != was {
			return Bought{}, domain.ErrQuoteStale
		}
		if domain.Instant(o.at).After(was.ExpiresAt) {
			return Bought{}, domain.ErrQuoteExpired
		}
	}
	if o.buyer.Method == "" && q.Price.Amount > 0 {
		return Bought{}, domain.InvalidField("method", "is missing: name the card or account that pays")
	}
	b := o.buyer
	p, err := s.prepare(ctx, tx, seller, domain.PurchaseState{
		ID: o.purchase, ProductID: q.Request.ProductID, Variants: q.Request.Variants, Quantity: q.Request.Quantity, Price: q.Price,
		Email: b.Email, FullName: b.FullName, Country: b.Country, Referrer: b.Referrer, CanContact: b.CanContact, CustomFields: b.CustomFields,
	}, q.Request.Recurrence, o.at)
	if err != nil {
		return Bought{}, err
	}
	if p, err = s.insert(ctx, tx, p); err != nil {
		return Bought{}, err
	}
	done := Bought{Sale: Sale{Purchase: p.State()}}
	done.AccessToken = o.secret
	if err := tx.Tokens.Insert(ctx, domain.NewSaleToken(o.token, p.State(), o.secret, o.at)); err != nil {
		return Bought{}, err
	}
	if q.DueNow.Amount == 0 {
		done.Result = domain.Applied
		done.Sale, done.Membership, err = s.deliver(ctx, tx, p, begun{q.Target(), b.Method, 0, q.FreeTrialEndsAt, q.PricedAt}, o.at)
		return done, err
	}
	if o.held {
		return Bought{}, domain.ErrHeld
	}
	if err := s.outside(); err != nil {
		return Bought{}, err
	}
	payment := domain.NewSalePayment(o.payment, p.State(), q, b.Method, o.at)
	if err := payment.Send(); err != nil {
		return Bought{}, err
	}
	if err := tx.Payments.Insert(ctx, payment); err != nil {
		return Bought{}, err
	}
	done.Payment, done.Result = payment.State(), domain.Unanswered
	return done, s.emit(ctx, tx, o.at, payment.Intended())
}

// begun is what the membership of a sale begins with; nothing of a sale that
// does not renew.
type begun struct {
	target      domain.Target
	method      string
	collected   int64
	trialEndsAt time.Time
	pricedAt    time.Time
}

// deliver completes a sale that is paid, or costs nothing now: its membership
// begins, with the buyer in the first seat, and its licence is issued.
func (s *Sales) deliver(ctx context.Context, tx ports.Tx, p *domain.Purchase, b begun, at time.Time) (Sale, domain.MembershipState, error) {
	var member domain.MembershipState
	var events []domain.Event
	if b.target.Recurrence != "" {
		id := domain.MembershipID(s.newID(at))
		m, o, err := domain.NewMembership(domain.StartOf(id, p.State(), b.target, b.method, b.collected, b.trialEndsAt, b.pricedAt))
		if err != nil {
			return Sale{}, member, err
		}
		p.Renews(id)
		if err := tx.Memberships.Insert(ctx, m); err != nil {
			return Sale{}, member, err
		}
		if p.State().Multiseat {
			if err := tx.Seats.Insert(ctx, firstSeat(domain.SeatID(s.newID(at)), p.State(), at)); err != nil {
				return Sale{}, member, err
			}
		}
		member = m.State()
		events = append(o.Events, s.due(domain.MembershipState{}, member, at)...)
	}
	sale, err := s.complete(ctx, tx, p, at)
	if err != nil {
		return Sale{}, member, err
	}
	return sale, member, s.emit(ctx, tx, at, events...)
}

// newSecret draws 256 random bits, in URL-safe base64.
func (c *core) newSecret() string {
	var b [32]byte
	c.random(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
