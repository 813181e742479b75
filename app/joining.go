package app

import (
	"context"

	"github.com/usherhq/usher/domain"
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

// Places returns what a sale lets its user into; of a seat, that seat's.
func (a *Access) Places(ctx context.Context, seller domain.SellerID, purchase domain.PurchaseID, seat domain.SeatID) ([]Place, error) {
	return nil, domain.ErrNotConfigured
}

// StartJoin makes the state of a customer's authorization for this browser and
// returns the address of Discord's page. A claim that gives no access any more
// is [domain.ErrNoAccess].
func (a *Access) StartJoin(ctx context.Context, seller domain.SellerID, id domain.ClaimID, browser string, another bool) (url string, err error) {
	return "", domain.ErrNotConfigured
}

// Joined is how a join went.
type Joined struct {
	Claim     domain.Claim
	SellerID  domain.SellerID
	Community string
	Says      string // "You've been added to the Discord server #NAME!"
}

// FinishJoin lets in who came back from Discord, with the consent that they
// gave. Its errors are for the customer to read. The state must be of this
// browser; a claim that another account has is [domain.ErrAccountBound], unless
// it was started to change accounts. Also with an error, Joined says what the
// state was for, if it was known.
func (a *Access) FinishJoin(ctx context.Context, browser string, back Callback) (Joined, error) {
	return Joined{}, domain.ErrNotConfigured
}

// Leave takes who has the claim out on their own wish. The access stays theirs:
// they may join again.
func (a *Access) Leave(ctx context.Context, seller domain.SellerID, id domain.ClaimID) error {
	return domain.ErrNotConfigured
}

// Readdress gives one sale another address of its buyer's.
func (a *Access) Readdress(ctx context.Context, seller domain.SellerID, id domain.PurchaseID, email string) error {
	return domain.ErrNotConfigured
}

// ReaddressAll gives all sales and seats of an address another one.
func (a *Access) ReaddressAll(ctx context.Context, seller domain.SellerID, from, to string) error {
	return domain.ErrNotConfigured
}

// Erase forgets who has that address: first they are taken out of every
// community, and when that is done their name, address and accounts are
// forgotten in all sales and seats. What was sold, for how much and when stays.
func (a *Access) Erase(ctx context.Context, seller domain.SellerID, email string) error {
	return domain.ErrNotConfigured
}
