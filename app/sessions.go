package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Sessions opens a seller's pages to who has a link to them. They live by the
// machine's clock: a test clock that moves a year logs nobody out.
type Sessions struct{ *core }

// Link returns the secret of a link that opens one session of a seller's,
// within ten minutes.
func (s *Sessions) Link(ctx context.Context, seller domain.SellerID) (secret string, err error) {
	_, err = load(ctx, s.core, seller, func(ctx context.Context, tx ports.Tx) (domain.Seller, error) { return tx.Sellers.ByID(ctx, seller) })
	if err != nil {
		return "", err
	}
	if err := s.intend(ctx, seller); err != nil {
		return "", err
	}
	return s.pass(ctx, domain.PassLink, seller)
}

// pass makes a pass and returns its secret.
func (s *Sessions) pass(ctx context.Context, kind domain.PassKind, seller domain.SellerID) (secret string, err error) {
	secret = s.newSecret()
	p := domain.NewPass(kind, secret, seller, s.machine())
	return secret, s.store.Update(ctx, ports.System, func(ctx context.Context, tx ports.Tx) error { return tx.Passes.Insert(ctx, p) })
}

// Open uses a link up and returns the secret of the session:
// [domain.ErrPassNotFound] or [domain.ErrPassSpent] if it opens none.
func (s *Sessions) Open(ctx context.Context, link string) (session string, seller domain.SellerID, err error) {
	p, err := s.usePass(ctx, link, "", domain.PassLink)
	if err != nil {
		return "", "", err
	}
	session, err = s.pass(ctx, domain.PassSession, p.SellerID)
	return session, p.SellerID, err
}

// Who returns whose session it is: else [domain.ErrPassNotFound] or
// [domain.ErrPassSpent].
func (s *Sessions) Who(ctx context.Context, session string) (domain.SellerID, error) {
	at := s.machine()
	var p domain.Pass
	err := s.store.View(ctx, ports.System, func(ctx context.Context, tx ports.Tx) (err error) {
		p, err = tx.Passes.ByDigest(ctx, domain.DigestOf(session))
		return err
	})
	if err != nil {
		return "", err
	}
	if _, err := p.Use(domain.PassSession, domain.Digest{}, at); err != nil {
		return "", err
	}
	return p.SellerID, nil
}

// Close ends a session. Twice is once, and so is one that is unknown.
func (s *Sessions) Close(ctx context.Context, session string) error {
	at := s.machine()
	err := s.store.Update(ctx, ports.System, func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Passes.ByDigest(ctx, domain.DigestOf(session))
		if err != nil || p.Kind != domain.PassSession {
			return err
		}
		p.ExpiresAt = domain.Instant(at.Add(-time.Second))
		return tx.Passes.Save(ctx, p)
	})
	if domain.CodeOf(err) == domain.ErrPassNotFound.Code {
		return nil
	}
	return err
}
