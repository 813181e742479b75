package app

import (
	"context"

	"github.com/usherhq/usher/domain"
)

// Sessions opens a seller's pages to who has a link to them.
type Sessions struct{ *core }

// Link returns the secret of a link that opens one session of a seller's,
// within ten minutes.
func (s *Sessions) Link(ctx context.Context, seller domain.SellerID) (secret string, err error) {
	return "", domain.ErrNotConfigured
}

// Open uses a link up and returns the secret of the session.
func (s *Sessions) Open(ctx context.Context, link string) (session string, seller domain.SellerID, err error) {
	return "", "", domain.ErrNotConfigured
}

// Who returns whose session it is: else [domain.ErrPassNotFound] or
// [domain.ErrPassSpent].
func (s *Sessions) Who(ctx context.Context, session string) (domain.SellerID, error) {
	return "", domain.ErrNotConfigured
}

// Close ends a session.
func (s *Sessions) Close(ctx context.Context, session string) error { return domain.ErrNotConfigured }
