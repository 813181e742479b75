package domain

import "time"

// quoteGoodFor is how long a quote stands.
const quoteGoodFor = 15 * time.Minute

// Quote is a priced preview: what a request would do and cost, to the second.
// Nothing is stored; carrying it out charges exactly DueNow.
type Quote struct {
	MembershipID MembershipID
	Version      int64 // of the membership it was made from
	Request      Request
	Result       Result // what it will come to
	DueNow       Money
	Credit       int64 // unused part of the old period, in DueNow
	SeatsNow     int   // as if carried out, as are the rest
	SeatsNext    int   // 0: nothing will renew
	NextAt       time.Time
	NextAmount   Money
	PricedAt     time.Time
	ExpiresAt    time.Time // still valid at that instant
}

// Quote prices a request. It changes nothing. The checks come in this order:
// ended ([ErrNotActive]), past due ([ErrPaymentOverdue]), cancelled
// ([ErrCancelScheduled]), the period is over ([ErrRenewalInProgress]), of fixed
// length ([ErrFixedLength]), something in flight ([ErrChangeInProgress]), below
// one paid seat, above the most, no room in the tier, seats assigned, then
// direction ([ErrMixedDirection]) and amount ([ErrCreditExceedsCharge]).
func (m *Membership) Quote(r Request, l Limits, at time.Time) (Quote, error) {
	s, at := m.s, m.now(at)
	if err := s.catchUp(at, &Outcome{}); err != nil {
		return Quote{}, err
	}
	c, err := s.weigh(r, l, at)
	if err != nil {
		return Quote{}, err
	}
	q := Quote{
		MembershipID: s.ID, Version: s.Version, Request: r, Result: c.result, Credit: c.credit,
		DueNow: Money{c.due, s.Terms.Currency}, SeatsNow: c.after.SeatsNow(), PricedAt: at,
		ExpiresAt: at.Add(quoteGoodFor),
	}
	if end := s.Period().EndAt; end.Before(q.ExpiresAt) {
		q.ExpiresAt = end
	}
	if n, ok := c.after.Next(l.LeastCharge); ok {
		q.SeatsNext, q.NextAt, q.NextAmount = n.Seats, n.At, n.Amount
	}
	return q, nil
}

// Change carries a quote out, at the price and as of the second it was made. It
// is refused with [ErrQuoteStale] if the membership has changed or its period
// has ended since, then with [ErrQuoteExpired], then as [Membership.Quote]
// refuses. What costs something is put in flight under the given payment id,
// and the processor is asked with a key made from the command's: nothing of it
// is in force before it is paid.
func (m *Membership) Change(q Quote, l Limits, id PaymentID, key string, at time.Time) (Outcome, error) {
	s, at, o := m.s, Later(m.now(at), q.PricedAt), Outcome{}
	if err := s.catchUp(q.PricedAt, &o); err != nil {
		return Outcome{}, err
	}
	switch {
	case q.MembershipID != s.ID || q.Version != s.Version || !at.Before(s.Period().EndAt):
		return Outcome{}, ErrQuoteStale
	case at.After(q.ExpiresAt):
		return Outcome{}, ErrQuoteExpired
	}
	c, err := s.weigh(q.Request, l, q.PricedAt)
	if err != nil {
		return Outcome{}, err
	}
	if c.due != q.DueNow.Amount {
		return Outcome{}, ErrQuoteStale
	}
	o.Result, o.Credit = c.result, c.credit
	if c.due > 0 {
		s.pay(&o, PaymentState{
			ID: id, Kind: ChangePayment, Cycle: s.Cycle, Attempt: 1, Key: s.payKey("inc", key), PricedAt: q.PricedAt,
			Amount: q.DueNow, Target: c.target,
		})
	} else {
		s.become(c.after, at, &o)
	}
	m.keep(s, at)
	return o, nil
}

// pay puts a payment in flight and returns it to be made.
func (s *MembershipState) pay(o *Outcome, p PaymentState) {
	p.SellerID, p.PurchaseID, p.MembershipID = s.SellerID, s.PurchaseID, s.ID
	p.Method, p.Status, p.CreatedAt = s.Method, Intended, p.PricedAt
	s.InFlight = InFlight{PaymentID: p.ID, Kind: p.Kind, Target: p.Target, PricedAt: p.PricedAt, Due: p.Amount.Amount}
	o.Result, o.Payment = Unanswered, &Payment{p}
}
