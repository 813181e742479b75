package app

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Attached is an attachment and what its seller should know of it.
type Attached struct {
	domain.Attachment
	Warning string // empty: nothing
}

// CurrentCustomers counts who uses sales of a product now: whom attaching it for
// all would let in.
func (c *Communities) CurrentCustomers(ctx context.Context, seller domain.SellerID, id domain.ProductID) (int, error) {
	return 0, domain.ErrNotConfigured
}

// Attach attaches a product to a connection: its ConnectionID, ProductID,
// AllVariants, Variants, Targets and EndAction count; an empty EndAction is the
// service's default. With all, customers of before are let in too, by and by. A
// role that is not there, is everybody's, or stands above the bot's is refused,
// in the field roles.
func (c *Communities) Attach(ctx context.Context, seller domain.SellerID, a domain.Attachment, all bool) (Attached, error) {
	return Attached{}, domain.ErrNotConfigured
}

// Reattach changes what an attachment covers, gives and ends with: the same
// fields as of Attach count. Without all, customers of before keep what they
// have, and new ones get what it gives from now on.
func (c *Communities) Reattach(ctx context.Context, seller domain.SellerID, id domain.AttachmentID, a domain.Attachment, all bool) (Attached, error) {
	return Attached{}, domain.ErrNotConfigured
}

// Detach removes an attachment; leaving says what becomes of those who are in
// through it.
func (c *Communities) Detach(ctx context.Context, seller domain.SellerID, id domain.AttachmentID, leaving domain.Leaving) error {
	return domain.ErrNotConfigured
}

// Attachments returns the standing attachments of a product.
func (c *Communities) Attachments(ctx context.Context, seller domain.SellerID, id domain.ProductID) ([]domain.Attachment, error) {
	return nil, domain.ErrNotConfigured
}

// People returns claims, in order of making, as sellers see them.
func (c *Communities) People(ctx context.Context, seller domain.SellerID, q ports.ClaimQuery) ([]domain.Claim, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Claim, error) { return tx.Claims.List(ctx, q) })
}

// Retry tries again at once what somebody's claim waits for.
func (c *Communities) Retry(ctx context.Context, seller domain.SellerID, id domain.ClaimID) error {
	return domain.ErrNotConfigured
}

// InviteAgain lets somebody in again whom their seller had taken out by hand;
// LeaveOut ends the claim instead.
func (c *Communities) InviteAgain(ctx context.Context, seller domain.SellerID, id domain.ClaimID) error {
	return domain.ErrNotConfigured
}

// LeaveOut ends a claim of somebody who was taken out by hand.
func (c *Communities) LeaveOut(ctx context.Context, seller domain.SellerID, id domain.ClaimID) error {
	return domain.ErrNotConfigured
}

// Block takes everything away that an address has in the seller's communities,
// and gives it nothing more; Unblock gives back what was paid for.
func (c *Communities) Block(ctx context.Context, seller domain.SellerID, email string) error {
	return domain.ErrNotConfigured
}

// Unblock ends a block.
func (c *Communities) Unblock(ctx context.Context, seller domain.SellerID, email string) error {
	return domain.ErrNotConfigured
}

// Drift is how a community differs from what usher knows of it.
type Drift struct {
	OK               []domain.Subject
	MissingTarget    []domain.Subject // in, without what a claim gives them
	NotIn            []domain.Subject // should be in
	TargetNotClaimed []domain.Subject // has what usher gives, without a claim
	ShouldNotBeIn    []domain.Subject // was let in by usher, whose claim is over
	Complete         bool             // false: strangers could not be listed
}

// Compare compares a connection's records with who is in. It changes nothing;
// with keep the findings are kept: who is gone is gone, and not let in again by
// itself.
func (c *Communities) Compare(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, keep bool) (Drift, error) {
	return Drift{}, domain.ErrNotConfigured
}

// Mend carries out what a comparison found: it gives what is missing and takes
// what is over.
func (c *Communities) Mend(ctx context.Context, seller domain.SellerID, id domain.ConnectionID) error {
	return domain.ErrNotConfigured
}
