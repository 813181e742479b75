package domain

import "errors"

// ActsFor returns as whom a token acts for a sale and what hangs on it: the buyer,
// if it is the sale's own, and else the seller, if it allows the scope. The errors
// are those of [Token.Allow].
func (t *Token) ActsFor(sale PurchaseID, scope Scope) (Actor, error) {
	if t.Opens(sale) {
		return Buyer, nil
	}
	return SellerActor, t.Allow(scope)
}

// SellersOnly refuses a buyer what only the seller may do with [ErrForbidden].
func (a Actor) SellersOnly() error {
	if a != SellerActor {
		return ErrForbidden
	}
	return nil
}

// Hidden makes what a stranger is refused with look like what is not there
// (missing): who guesses ids learns nothing. Any other error, and nil, is itself.
func Hidden(err, missing error) error {
	if errors.Is(err, ErrUnauthenticated) {
		return missing
	}
	return err
}
